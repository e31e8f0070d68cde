// make_checkpoints.cpp - writes the C++ side of fixtures/loads/ckpt: one function per file, every tensor full of ones.
// Run by make_checkpoints.py in the folder that is to hold the files.
#include <torch/torch.h>

#include <fstream>

namespace nn = torch::nn;

// The model of the fixtures: two layers and a batch norm. `width`, `out`, `bn` and `relu` make its older and newer
// relatives.
struct NetImpl : nn::Module {
  explicit NetImpl(int64_t width = 8, int64_t out = 2, bool bn = true, bool bias = true, bool relu = false) {
    register_module("fc1", nn::Linear(4, width));
    if (bn) register_module("bn", nn::BatchNorm1d(width));
    if (relu) register_module("relu", nn::ReLU());
    register_module("fc2", nn::Linear(nn::LinearOptions(width, out).bias(bias)));
  }
};
TORCH_MODULE(Net);

static void ones(nn::Module &module) {
  torch::NoGradGuard no_grad;
  for (auto &p : module.parameters()) p.fill_(1);
  for (auto &b : module.buffers()) b.fill_(1);
}

template <class Module> static void save(Module module, const std::string &path) {
  ones(*module);
  torch::save(module, path);
}

static void net() { save(Net(), "net.pt"); }
static void net_wide() { save(Net(16), "net_wide.pt"); }
static void net_out() { save(Net(8, 3), "net_out.pt"); }
static void net_without_bn() { save(Net(8, 2, false), "net_without_bn.pt"); }
static void net_without_bias() { save(Net(8, 2, true, false), "net_without_bias.pt"); }
static void net_relu() { save(Net(8, 2, true, true, true), "net_relu.pt"); }
static void net_half() {
  Net m;
  m->to(torch::kHalf);
  save(m, "net_half.pt");
}
static void net_double() {
  Net m;
  m->to(torch::kDouble);
  save(m, "net_double.pt");
}
static void net_wrapped() {
  auto outer = std::make_shared<nn::Module>();
  outer->register_module("module", Net());
  save(outer, "net_wrapped.pt");
}
static void net_extra() {
  Net m;
  m->register_module("fc3", nn::Linear(2, 2));
  m->register_buffer("steps", torch::ones({1}));
  save(m, "net_extra.pt");
}
// `scale` is a buffer here, and a parameter of the model that loads it.
static void scale_buffer() {
  auto m = std::make_shared<nn::Module>();
  m->register_buffer("scale", torch::ones({3}));
  save(m, "scale_buffer.pt");
}
static void scale_parameter() {
  auto m = std::make_shared<nn::Module>();
  m->register_parameter("scale", torch::ones({3}));
  save(m, "scale_parameter.pt");
}
static void scale_long() {
  auto m = std::make_shared<nn::Module>();
  m->register_buffer("scale", torch::ones({3}, torch::kLong));
  save(m, "scale_long.pt");
}
static void linear() { save(nn::Linear(4, 8), "linear.pt"); }
static void sequential() { save(nn::Sequential(nn::Linear(4, 8), nn::ReLU(), nn::Linear(8, 2)), "sequential.pt"); }
static void sequential_functional() {
  save(nn::Sequential(nn::Linear(4, 8), nn::Functional(torch::relu), nn::Linear(8, 2)), "sequential_functional.pt");
}
static void sequential_short() { save(nn::Sequential(nn::Linear(4, 8), nn::ReLU()), "sequential_short.pt"); }
static void list4() {
  nn::ModuleList list;
  for (int i = 0; i < 4; i++) list->push_back(nn::Linear(8, 8));
  auto m = std::make_shared<nn::Module>();
  m->register_module("layers", list);
  save(m, "list4.pt");
}
static void shared() {
  auto m = std::make_shared<nn::Module>();
  nn::Linear layer(4, 4);
  m->register_module("a", layer);
  m->register_module("b", layer);
  save(m, "shared.pt");
}
static void tensor() { torch::save(torch::ones({3}), "tensor.pt"); }
static void vector() { torch::save(std::vector<torch::Tensor>{torch::ones({2}), torch::ones({3})}, "vector.pt"); }
static void optimizer() {
  Net m;
  torch::optim::Adam adam(m->parameters(), 1e-3);
  torch::save(adam, "optimizer.pt");
}
static void pickle() {
  c10::Dict<std::string, at::Tensor> dict;
  dict.insert("fc1.weight", torch::ones({8, 4}));
  dict.insert("fc1.bias", torch::ones({8}));
  auto bytes = torch::pickle_save(dict);
  std::ofstream("pickle.pt", std::ios::binary).write(bytes.data(), bytes.size());
}
// An archive that holds the model under a name of its own, as checkpoints with an epoch do.
static void nested() {
  torch::serialize::OutputArchive archive, model;
  Net m;
  ones(*m);
  m->save(model);
  archive.write("model", model);
  archive.write("epoch", torch::ones({}, torch::kLong));
  archive.save_to("nested.pt");
}

int main() {
  net();
  net_wide();
  net_out();
  net_without_bn();
  net_without_bias();
  net_relu();
  net_half();
  net_double();
  net_wrapped();
  net_extra();
  scale_buffer();
  scale_parameter();
  scale_long();
  linear();
  sequential();
  sequential_functional();
  sequential_short();
  list4();
  shared();
  tensor();
  vector();
  optimizer();
  pickle();
  nested();
}
