// load.h - the oracle's side of a load fixture.
//
// Each fixture function constructs a model, calls watch(model), and loads into it; `void loads()` hands every function
// to run(). For the analyzer run and watch are empty, so that each function is an entry point of its own, of ordinary
// user code. In the oracle's build (-DCKPTLINT_ORACLE) run calls the function in a child process, once for each value
// of its argument if it has one, and prints one JSON object per call: what was thrown, and what became of each key of
// the watched models.
//
// Every tensor of the fixtures' checkpoints holds ones. So a key whose values are ones was loaded; a key that was
// touched and holds anything else was reinterpreted (FORMATS.md, fact 2).
#pragma once
#include <torch/torch.h>

#ifndef CKPTLINT_ORACLE
template <class Function> void run(const char *, Function) {}
template <class Model> void watch(const Model &) {}
inline void caught(const std::exception &) {}
#else
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#define CKPTLINT_NO_MAIN
#include "dump.h"

namespace oracle {

struct Key {
  std::string name;
  at::Tensor tensor;
  std::vector<int64_t> shape;
  void *data;
};

// Keys of the watched models as they were before the load, and what keeps those models alive.
inline std::vector<Key> &watched() {
  static std::vector<Key> keys;
  return keys;
}
inline std::vector<std::shared_ptr<void>> &kept() {
  static std::vector<std::shared_ptr<void>> models;
  return models;
}

inline void remember(const torch::nn::Module &module) {
  auto add = [](const std::string &name, const at::Tensor &t) {
    watched().push_back({name, t, t.sizes().vec(), t.data_ptr()});
  };
  for (const auto &item : module.named_parameters()) add(item.key(), item.value());
  for (const auto &item : module.named_buffers()) add(item.key(), item.value());
}

// Is the element type's view of the storage what a checkpoint of ones gives?
inline bool holds_ones(const at::Tensor &tensor) {
  auto needed = (size_t)tensor.numel() * tensor.itemsize();
  if (tensor.storage().nbytes() < needed) return false;
  return tensor.numel() == 0 || tensor.to(at::kDouble).eq(1).all().item<bool>();
}

inline void print_list(const char *name, const std::vector<std::string> &items) {
  std::printf(", \"%s\": [", name);
  for (size_t i = 0; i < items.size(); i++) std::printf("%s%s", i ? ", " : "", json_string(items[i]).c_str());
  std::printf("]");
}

inline void print_state() {
  std::vector<std::string> keys, reshaped, garbled, untouched;
  for (const auto &key : watched()) {
    keys.push_back(key.name);
    bool moved = key.tensor.data_ptr() != key.data, same_shape = key.tensor.sizes() == c10::IntArrayRef(key.shape);
    bool ones = holds_ones(key.tensor);
    if (!same_shape) reshaped.push_back(key.name);
    if (moved && !ones) garbled.push_back(key.name);
    if (!moved && same_shape && !ones) untouched.push_back(key.name);
  }
  print_list("keys", keys);
  print_list("reshaped", reshaped);
  print_list("garbled", garbled);
  print_list("untouched", untouched);
}

// First line of what(): the rest is a backtrace.
inline std::string first_line(const char *what) {
  std::string text = what;
  return text.substr(0, text.find('\n'));
}

// What the fixture itself caught.
inline std::string &caught_text() {
  static std::string text;
  return text;
}

// Each run has a copy of the checkpoints in ckpt/ to itself: it may write there. Generated programs, which have none,
// write their own beside themselves and share them.
inline void enter_copy(const std::filesystem::path &folder) {
  if (!std::filesystem::exists("ckpt")) return;
  std::filesystem::create_directories(folder);
  std::filesystem::copy("ckpt", folder / "ckpt", std::filesystem::copy_options::recursive);
  std::filesystem::current_path(folder);
}

// The first load of a process makes libtorch register thousands of operators: done here, once, the children have them.
inline void load_once() {
  std::stringstream archive;
  torch::nn::Linear model(1, 1);
  torch::save(model, archive);
  torch::load(model, archive);
}

template <class Call> void run_child(const char *name, int argument, Call call) {
  std::fflush(stdout);
  auto folder = std::filesystem::temp_directory_path() / ("ckptlint-loads-" + std::to_string(getpid()));
  pid_t child = fork();
  if (child == 0) {
    alarm(20);
    rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    enter_copy(folder);
    std::string outcome = "ok", text;
    try {
      call();
      if (!caught_text().empty()) outcome = "caught", text = caught_text();
    } catch (const std::exception &e) {
      outcome = "throws";
      text = first_line(e.what());
    }
    std::printf("{\"name\": %s, \"argument\": %d, \"outcome\": \"%s\", \"text\": %s", json_string(name).c_str(),
                argument, outcome.c_str(), json_string(text).c_str());
    print_state();
    std::printf("}\n");
    std::fflush(stdout);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  std::filesystem::remove_all(folder);
  if (status != 0)
    std::printf("{\"name\": %s, \"argument\": %d, \"outcome\": \"crash\", \"text\": \"\", \"keys\": [], \"reshaped\": "
                "[], \"garbled\": [], \"untouched\": []}\n",
                json_string(name).c_str(), argument);
  std::fflush(stdout);
}

} // namespace oracle

inline void run(const char *name, void (*function)()) { oracle::run_child(name, 0, function); }
// A function of one argument is run with several: what depends on it is not known to the analyzer.
inline void run(const char *name, void (*function)(int)) {
  for (int argument = 1; argument <= 4; argument++) oracle::run_child(name, argument, [=] { function(argument); });
}

template <class Module> void watch(const std::shared_ptr<Module> &model) {
  oracle::kept().push_back(model);
  oracle::remember(*model);
}
template <class Module> void watch(const torch::nn::ModuleHolder<Module> &model) { watch(model.ptr()); }
inline void watch(const std::vector<at::Tensor> &tensors) {
  for (size_t i = 0; i < tensors.size(); i++)
    oracle::watched().push_back({std::to_string(i), tensors[i], tensors[i].sizes().vec(), tensors[i].data_ptr()});
}

inline void caught(const std::exception &e) { oracle::caught_text() = oracle::first_line(e.what()); }

void loads();
int main() {
  // A fatal message of a child shall not be mistaken for the result of another.
  std::setvbuf(stdout, nullptr, _IOFBF, 1 << 16);
  at::set_num_threads(1);
  oracle::load_once();
  torch::manual_seed(0);
  loads();
}
#endif
