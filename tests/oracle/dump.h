// dump.h - the oracle's side of a model fixture.
//
// A fixture constructs its models and hands each to dump(). In the oracle's build (-DCKPTLINT_ORACLE) dump prints what
// libtorch says of the running model, one JSON object per line: its keys (named_parameters, then named_buffers) and the
// paths of its serializable descendants. For the analyzer dump is an empty function, so that a fixture is ordinary user
// code. Each fixture defines `void models()`; the oracle's main calls it.
#pragma once
#include <torch/torch.h>

#ifndef CKPTLINT_ORACLE
template <class Model> void dump(const char *, const Model &) {}
inline void entry(void (*)()) {}
#else
#include <cstdio>
#include <memory>
#include <string>

namespace oracle {

// JSON string of `text`; control characters do not occur in keys.
inline std::string json_string(const std::string &text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

// PyTorch's name of a dtype, without "torch.".
inline std::string dtype_name(at::ScalarType type) {
  switch (type) {
  case at::kFloat: return "float32";
  case at::kDouble: return "float64";
  case at::kHalf: return "float16";
  case at::kBFloat16: return "bfloat16";
  case at::kLong: return "int64";
  case at::kInt: return "int32";
  case at::kShort: return "int16";
  case at::kChar: return "int8";
  case at::kByte: return "uint8";
  case at::kBool: return "bool";
  case at::kComplexFloat: return "complex64";
  case at::kComplexDouble: return "complex128";
  default: return c10::toString(type);
  }
}

inline void print_key(const std::string &key, const char *kind, const at::Tensor &tensor, bool &first) {
  std::printf("%s{\"key\": %s, \"kind\": \"%s\", \"shape\": [", first ? "" : ", ", json_string(key).c_str(), kind);
  for (int64_t i = 0; i < tensor.dim(); i++) std::printf("%s%lld", i ? ", " : "", (long long)tensor.size(i));
  std::printf("], \"dtype\": \"%s\"}", dtype_name(tensor.scalar_type()).c_str());
  first = false;
}

// Paths of the modules that torch::load asks for, depth first in registration order, shared ones under every name.
inline void print_modules(const torch::nn::Module &module, const std::string &prefix, bool &first) {
  for (const auto &child : module.named_children()) {
    if (!child.value()->is_serializable()) continue;
    std::printf("%s%s", first ? "" : ", ", json_string(prefix + child.key()).c_str());
    first = false;
    print_modules(*child.value(), prefix + child.key() + ".", first);
  }
}

inline void print_model(const std::string &name, const torch::nn::Module &module) {
  bool first = true;
  std::printf("{\"name\": %s, \"keys\": [", json_string(name).c_str());
  for (const auto &item : module.named_parameters()) print_key(item.key(), "parameter", item.value(), first);
  for (const auto &item : module.named_buffers()) print_key(item.key(), "buffer", item.value(), first);
  std::printf("], \"modules\": [");
  first = true;
  print_modules(module, "", first);
  std::printf("]}\n");
  std::fflush(stdout);
}

inline const torch::nn::Module &module_of(const torch::nn::Module &module) { return module; }
template <class T> const torch::nn::Module &module_of(const std::shared_ptr<T> &module) { return *module; }
template <class T> const torch::nn::Module &module_of(const std::unique_ptr<T> &module) { return *module; }
template <class T> const torch::nn::Module &module_of(const torch::nn::ModuleHolder<T> &holder) {
  return *holder.ptr();
}
inline const torch::nn::Module &module_of(const torch::nn::AnyModule &any) { return *any.ptr(); }

} // namespace oracle

template <class Model> void dump(const char *name, const Model &model) {
  oracle::print_model(name, oracle::module_of(model));
}

// Calls a function, unseen by the analyzer, to which it is an entry point of its own.
inline void entry(void (*function)()) { function(); }

void models();
#ifndef CKPTLINT_NO_MAIN
int main() {
  torch::manual_seed(0);
  models();
}
#endif
#endif
