// torch.h - what fixtures/demo uses of libtorch, without libtorch: a compiler is done with it at once. For tests in
// which it matters that a real compiler compiles, writes a depfile and links, but not what it compiles; ckptlint reads
// libtorch's own headers there.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>

namespace torch {

struct Tensor {
  Tensor flatten(int64_t) const { return *this; }
  Tensor argmax(int64_t) const { return *this; }
  template <class Value> Value item() const { return Value(); }
};
struct NoGradGuard {};

inline void manual_seed(uint64_t) {}
inline Tensor randn(std::initializer_list<int64_t>) { return {}; }
inline Tensor relu(Tensor x) { return x; }
inline Tensor max_pool2d(Tensor x, int64_t) { return x; }
inline Tensor log_softmax(Tensor x, int64_t) { return x; }
template <class Model> void load(Model &, const std::string &) {}

namespace nn {

struct Module {
  template <class Child> Child register_module(const std::string &, Child child) { return child; }
  void eval() {}
};

template <class Impl> struct ModuleHolder : std::shared_ptr<Impl> {
  ModuleHolder(std::nullptr_t) {}
  template <class... Arguments>
  explicit ModuleHolder(Arguments &&...arguments)
      : std::shared_ptr<Impl>(std::make_shared<Impl>(std::forward<Arguments>(arguments)...)) {}
  Tensor operator()(Tensor x) const { return (*this)->forward(x); }
};

struct LayerImpl : Module {
  template <class... Options> LayerImpl(Options...) {}
  template <class Child> void push_back(Child) {}
  Tensor forward(Tensor x) { return x; }
};
using Layer = ModuleHolder<LayerImpl>;
using Conv2d = Layer;
using BatchNorm2d = Layer;
using Linear = Layer;
using Sequential = Layer;
using Dropout = Layer;

struct Conv2dOptions {
  Conv2dOptions(int64_t, int64_t, int64_t) {}
  Conv2dOptions &padding(int64_t) { return *this; }
  Conv2dOptions &bias(bool) { return *this; }
};

} // namespace nn
} // namespace torch

#define TORCH_MODULE(Name)                                                                                             \
  struct Name : torch::nn::ModuleHolder<Name##Impl> {                                                                  \
    using torch::nn::ModuleHolder<Name##Impl>::ModuleHolder;                                                           \
  }
