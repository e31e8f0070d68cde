// pch.h - what every fixture includes, precompiled once per build folder: <torch/torch.h> alone costs g++ nine seconds.
#include <torch/script.h>
#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <fstream>
#include <functional>
#include <iomanip>
#include <iostream>
#include <list>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#ifdef __clang__
// What the vtables of libtorch's modules name is instantiated anew in each program, for a second, unless something in
// the precompiled header calls it. So does what nearly every fixture uses.
namespace precompiled {
using namespace torch::nn;

template <class T> void clone(T *module) { module->T::clone(); }
template <class... T> void clones() { (clone<T>(nullptr), ...); }
template <class T> void reset(T *module) { module->T::reset(), module->T::pretty_print(std::cout); }
template <class... T> void resets() { (reset<T>(nullptr), ...); }

inline void all() {
  clones<AdaptiveLogSoftmaxWithLossImpl, BilinearImpl, Conv1dImpl, Conv2dImpl, Conv3dImpl, ConvTranspose1dImpl,
         ConvTranspose2dImpl, ConvTranspose3dImpl, CrossMapLRN2dImpl, EmbeddingBagImpl, EmbeddingImpl, FoldImpl,
         FractionalMaxPool2dImpl, FractionalMaxPool3dImpl, GRUCellImpl, GRUImpl, GroupNormImpl, LSTMCellImpl, LSTMImpl,
         LayerNormImpl, LinearImpl, LocalResponseNormImpl, LogSoftmaxImpl, ModuleDictImpl, MultiheadAttentionImpl,
         ParameterDictImpl, RNNCellImpl, RNNImpl, SequentialImpl, SoftmaxImpl, SoftminImpl, ThresholdImpl,
         TransformerDecoderImpl, TransformerDecoderLayerImpl, TransformerEncoderImpl, TransformerEncoderLayerImpl,
         UnflattenImpl, UnfoldImpl, ZeroPad2dImpl>();
  resets<ConvNdImpl<1, Conv1dImpl>, ConvNdImpl<2, Conv2dImpl>, ConvNdImpl<3, Conv3dImpl>,
         ConvNdImpl<1, ConvTranspose1dImpl>, ConvNdImpl<2, ConvTranspose2dImpl>, ConvNdImpl<3, ConvTranspose3dImpl>>();
  Sequential layers(Linear(1, 1), ReLU());
  layers->push_back(Linear(1, 1));
  layers->register_module("", Linear(1, 1));
}
} // namespace precompiled
#endif
