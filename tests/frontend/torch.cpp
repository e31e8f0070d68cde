// Real libtorch: holders, register_module, options, loads.
// flags: -std=c++17 -isystem /usr/include/torch/csrc/api/include
// same-with-pch
#include <torch/torch.h>
struct NetImpl : torch::nn::Module { // expect-typed: (record main "NetImpl" ... (base :(record "torch::nn::Module"))
  NetImpl(int64_t in, int64_t hidden = 16) : fc1(register_module("fc1", torch::nn::Linear(in, hidden))) {
    // expect-ir: (init "fc1" (mcall "torch::nn::Module::register_module" _ (string "fc1") (construct (ref "in") (ref "hidden"))))
    fc2 = register_module("fc2", torch::nn::Linear(torch::nn::LinearOptions(hidden, 10).bias(false)));
    // expect-ir: (mcall "torch::nn::LinearOptions::bias" (construct (ref "hidden") (int 10)) (bool false))
    w = register_parameter("w", torch::zeros({3, in})); // expect-ir: (call "torch::zeros" _ (construct brace (list (int 3) (ref "in"))))
  }
  torch::nn::Linear fc1{nullptr}, fc2{nullptr}; // expect-ir: (field "fc1" (construct brace (nullptr)))
  torch::Tensor w;
};
TORCH_MODULE(Net); // expect-typed: (record main "Net" :(record "Net") (base :(record "torch::nn::ModuleHolder" (record "NetImpl"))) (function ctor method inherited "Net::Net" :(record "torch::nn::ModuleHolder" (record "NetImpl"))))
template <int N> struct Block : torch::nn::Cloneable<Block<N>> { // expect-typed: (record main "Block<4>" ... (base :(record "torch::nn::Cloneable" (record "Block" (value 4))))
  Block() { reset(); }
  void reset() override { l = this->register_module("l", torch::nn::Linear(N, 2)); } // expect-ir: (string "l") (construct (int 4) (int 2))
  torch::nn::Linear l{nullptr};
};
int main() {
  Net net(784);
  torch::load(net, "net.pt"); // expect-ir: (call "torch::load" ... _ (ref "net") (string "net.pt"))
  auto block = std::make_shared<Block<4>>();
}
