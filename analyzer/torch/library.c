/* library.c - all of torch's tables, joined: the classes, and the calls of the other files.
 *
 * The class rows of stock modules come from modules.def: one for the holder, one for the module itself. */
#include "torch/torch_int.h"

#define IMPL(holder, function)      {.name = "torch::nn::" holder "Impl", .construct = function, .is_module = true}
#define HOLDER(holder)              {.name = "torch::nn::" holder, .construct = ck_torch_holder_construct}
#define CONTAINER(holder, function) HOLDER(holder), IMPL(holder, function)
#define CLASS(n, function)          {.name = n, .construct = function}

static const ck_library_class classes[] = {
#define CK_MODULE(name, ...) HOLDER(#name), IMPL(#name, ck_torch_module_construct),
#include "torch/modules.def"
#undef CK_MODULE
    CONTAINER("Sequential", ck_torch_sequential_construct),
    CONTAINER("ModuleList", ck_torch_module_list_construct),
    CONTAINER("ModuleDict", ck_torch_module_dict_construct),
    CONTAINER("ParameterList", ck_torch_parameter_list_construct),
    CONTAINER("ParameterDict", ck_torch_parameter_dict_construct),
    CONTAINER("Functional", ck_torch_base_construct),
    {.name = "torch::nn::Module", .construct = ck_torch_base_construct, .is_module = true},
    {.name = "torch::nn::Cloneable", .construct = ck_torch_base_construct, .is_module = true},
    HOLDER("ModuleHolder"),
    CLASS("torch::nn::AnyModule", ck_torch_any_construct),
    CLASS("torch::nn::NamedAnyModule", ck_torch_named_any_construct),
    CLASS("torch::OrderedDict", ck_torch_dict_construct),
    CLASS("torch::OrderedDict::Item", ck_torch_item_construct),
    CLASS("torch::detail::TensorDataContainer", ck_torch_data_construct),
    CLASS("c10::IListRef", ck_torch_data_construct),
#define CK_OPTIONS(name, fields) CLASS("torch::nn::" #name, ck_torch_options_construct),
#include "torch/options.def"
#undef CK_OPTIONS
    CLASS("torch::nn::detail::ConvNdOptions", ck_torch_options_construct),
    CLASS("torch::nn::detail::RNNOptionsBase", ck_torch_options_construct),
    CLASS("torch::nn::functional::PadFuncOptions", ck_torch_options_construct),
    CLASS("torch::ExpandingArray", ck_torch_expanding_construct),
    CLASS("torch::ExpandingArrayWithOptionalElem", ck_torch_expanding_construct),
    CLASS("at::Tensor", ck_torch_tensor_construct),
    CLASS("at::TensorBase", ck_torch_tensor_construct),
    CLASS("c10::TensorOptions", ck_torch_tensor_options_construct),
    CLASS("c10::Device", ck_torch_guard_construct),
    CLASS("c10::Scalar", ck_torch_scalar_construct),
    CLASS("torch::serialize::InputArchive", ck_torch_archive_construct),
    CLASS("torch::serialize::OutputArchive", ck_torch_guard_construct),
    CLASS("at::AutoGradMode", ck_torch_guard_construct),
    CLASS("at::NoGradGuard", ck_torch_guard_construct),
    CLASS("c10::AutoGradMode", ck_torch_guard_construct),
    CLASS("c10::NoGradGuard", ck_torch_guard_construct),
    CLASS("c10::InferenceMode", ck_torch_guard_construct),
    CLASS("c10::IValue", ck_torch_ivalue_construct),
    CLASS("c10::Dict", ck_torch_ivalue_construct),
    CLASS("torch::jit::Module", ck_torch_ivalue_construct),
    CLASS("at::indexing::TensorIndex", ck_torch_scalar_construct),
    CLASS("at::indexing::Slice", ck_torch_slice_construct),
};

/* What a file decides; a script's code may be anything. */
#define LOADER(n) {.name = n, .thrown = "c10::Error", .always = true}
static const ck_throwing throwing[] = {
    LOADER("torch::load"),
    LOADER("torch::pickle_load"),
    LOADER("torch::jit::pickle_load"),
    LOADER("torch::nn::Module::load"),
    LOADER("torch::operator>>"),
    LOADER("torch::nn::operator>>"),
    LOADER("torch::optim::operator>>"),
    LOADER("torch::serialize::operator>>"),
    LOADER("torch::serialize::InputArchive::load_from"),
    LOADER("torch::serialize::InputArchive::read"),
    {.name = "torch::jit::load", .thrown = "std::exception", .always = true},
};

const ck_library *ck_torch_library(ck_arena *arena) {
  static const struct {
    const ck_builtin *rows;
    const size_t *n;
  } tables[] = {
#define X(table) {ck_torch_##table##_rows, &ck_torch_##table##_row_count},
      CK_TORCH_TABLES(X)
#undef X
  };
  size_t total = 0;
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) total += *tables[i].n;
  ck_builtin *rows = CK_NEW_N(arena, ck_builtin, total);
  ck_library *library = CK_NEW(arena, ck_library);
  *library =
      (ck_library){rows, 0, classes, sizeof classes / sizeof *classes, throwing, sizeof throwing / sizeof *throwing};
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
    memcpy(rows + library->nbuiltins, tables[i].rows, *tables[i].n * sizeof *rows);
    library->nbuiltins += *tables[i].n;
  }
  return library;
}
