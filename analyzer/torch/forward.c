/* forward.c - what the stock modules make of a tensor: the shape of the result.
 *
 * Constructors run a module on a tensor of zeros to learn how wide the next layer has to be. A row tells the way in
 * which the modules of a name change a shape; the options of the module, or of the functional, say the rest. What has
 * no row gives a tensor of unknown shape. Source: the shape sections of PyTorch's reference of torch.nn. */
#include <stdio.h>

#include "torch/shape_int.h"

typedef enum { SAME, CONVOLVE, TRANSPOSE, POOL, ADAPT, LINEAR, EMBED, FLATTEN } change;

static const struct {
  const char *name; /* a module's; with * the beginning of one */
  change way;
} ways[] = {
    {"BatchNorm*", SAME},
    {"InstanceNorm*", SAME},
    {"LayerNorm", SAME},
    {"GroupNorm", SAME},
    {"LocalResponseNorm", SAME},
    {"CrossMapLRN2d", SAME},
    {"Dropout*", SAME},
    {"AlphaDropout", SAME},
    {"FeatureAlphaDropout", SAME},
    {"Identity", SAME},
    {"ReLU*", SAME},
    {"LeakyReLU", SAME},
    {"RReLU", SAME},
    {"PReLU", SAME},
    {"ELU", SAME},
    {"SELU", SAME},
    {"CELU", SAME},
    {"GELU", SAME},
    {"SiLU", SAME},
    {"Mish", SAME},
    {"Sigmoid", SAME},
    {"LogSigmoid", SAME},
    {"Tanh", SAME},
    {"Tanhshrink", SAME},
    {"Hard*", SAME},
    {"Soft*", SAME},
    {"LogSoftmax", SAME},
    {"Threshold", SAME},
    {"ConvTranspose*", TRANSPOSE},
    {"Conv*", CONVOLVE},
    {"MaxPool*", POOL},
    {"AvgPool*", POOL},
    {"AdaptiveAvgPool*", ADAPT},
    {"AdaptiveMaxPool*", ADAPT},
    {"Linear", LINEAR},
    {"Embedding", EMBED},
    {"Flatten", FLATTEN},
};

typedef struct {
  ck_call *call;
  ck_cell *options;
  const ck_tensor *in;
  int32_t space;   /* number of spatial dimensions, the last ones */
  ck_cell *weight; /* of a module, or NULL */
} pass;

static ck_value option(const pass *p, const char *name) { return ck_torch_option(p->call->ev, p->options, name); }

/* Number `i` of an option that has one for each spatial dimension, or one for all. False: not known. */
static bool each(const pass *p, const char *name, int64_t otherwise, int32_t i, int64_t *out) {
  ck_value v = ck_ev_decide(p->call->ev, option(p, name));
  if (v.kind == CK_V_VOID || (v.kind == CK_V_LIST && v.list->n == 0)) return *out = otherwise, otherwise >= 0;
  if (v.kind == CK_V_LIST) v = ck_ev_load(p->call->ev, v.list->at[(size_t)i < v.list->n ? (size_t)i : v.list->n - 1]);
  return ck_ev_as_int(p->call->ev, v, out);
}

static bool is_enum(ck_value v, const char *name) {
  return v.kind == CK_V_NATIVE && v.tag == CK_TAG_ENUM && strcmp(v.native, name) == 0;
}

/* Where a window of `kernel` (dilated) fits into n, padded on both sides; with ceil_mode also where only its start
 * does. */
static int64_t windows(int64_t n, int64_t kernel, int64_t stride, int64_t padding, int64_t dilation, bool ceil) {
  int64_t room = n + 2 * padding - dilation * (kernel - 1) - 1;
  if (room < 0 || stride <= 0) return -1;
  int64_t count = (room + (ceil ? stride - 1 : 0)) / stride + 1;
  return ceil && (count - 1) * stride >= n + padding ? count - 1 : count;
}

/* The extent that dimension `i` of space has afterwards; unknown where it cannot be said. */
static ck_dim slide(const pass *p, int32_t i, ck_dim n, change way) {
  ck_value ceil = way == POOL ? option(p, "ceil_mode") : CK_BOOL(0), padded = option(p, "padding");
  int64_t kernel, stride, padding, dilation, extra = 0;
  if (is_enum(padded, "torch::kSame")) return n;
  if (is_enum(padded, "torch::kValid")) padding = 0;
  else if (!each(p, "padding", 0, i, &padding)) return (ck_dim){0};
  bool known = each(p, "kernel_size", -1, i, &kernel) && each(p, "stride", way == POOL ? kernel : 1, i, &stride) &&
               each(p, "dilation", 1, i, &dilation) && n.kind == CK_DIM_INT && ceil.kind == CK_V_BOOL;
  if (way == TRANSPOSE) known = known && each(p, "output_padding", 0, i, &extra);
  if (!known) return (ck_dim){0};
  int64_t size = way == TRANSPOSE ? (n.n - 1) * stride - 2 * padding + dilation * (kernel - 1) + extra + 1
                                  : windows(n.n, kernel, stride, padding, dilation, ceil.i != 0);
  return size < 0 ? (ck_dim){0} : (ck_dim){.kind = CK_DIM_INT, .n = size};
}

static ck_dim adapted(const pass *p, int32_t i, ck_dim n) {
  ck_value v = ck_ev_decide(p->call->ev, option(p, "output_size"));
  if (v.kind == CK_V_LIST && v.list->n > 0)
    v = ck_ev_decide(p->call->ev,
                     ck_ev_load(p->call->ev, v.list->at[(size_t)i < v.list->n ? (size_t)i : v.list->n - 1]));
  if (v.kind == CK_V_LIST && v.list->n == 1) v = ck_ev_load(p->call->ev, v.list->at[0]);
  else if (v.kind == CK_V_LIST || v.kind == CK_V_NULL) return n; /* nullopt: as it is */
  return ck_ev_as_dim(p->call->ev, v);
}

static ck_value flattened(const pass *p) {
  int64_t start, end;
  const ck_tensor *t = p->in;
  if (t->rank == 0 || !ck_ev_as_int(p->call->ev, option(p, "start_dim"), &start) ||
      !ck_ev_as_int(p->call->ev, option(p, "end_dim"), &end))
    return ck_torch_unknown_from(p->call, t, -1);
  if (start < 0) start += t->rank;
  if (end < 0) end += t->rank;
  if (start < 0 || end >= t->rank || end < start) return ck_torch_unknown_from(p->call, t, -1);
  ck_dim dims[CK_TORCH_MAX_RANK];
  int32_t rank = (int32_t)start;
  memcpy(dims, t->dims, (size_t)rank * sizeof *dims);
  ck_torch_total(p->call, t->dims + start, (int32_t)(end - start + 1), &dims[rank++]);
  for (int64_t i = end + 1; i < t->rank; i++) dims[rank++] = t->dims[i];
  return ck_torch_new_tensor(p->call, dims, rank, t->dtype);
}

static ck_value run(const pass *p, change way) {
  const ck_tensor *t = p->in;
  ck_ev *ev = p->call->ev;
  if (way == SAME) return ck_torch_with_dtype(ev, t, t->dtype);
  if (!ck_torch_has_shape(p->call, t) || p->options == NULL) return ck_torch_unknown_from(p->call, t, -1);
  if (way == FLATTEN) return flattened(p);
  ck_dim dims[CK_TORCH_MAX_RANK + 1];
  memcpy(dims, t->dims, (size_t)t->rank * sizeof *dims);
  if (way == EMBED) {
    if (t->rank == CK_TORCH_MAX_RANK) return ck_torch_unknown_from(p->call, t, -1);
    dims[t->rank] = ck_ev_as_dim(ev, option(p, "embedding_dim"));
    ck_value weight = p->weight ? ck_ev_load(ev, p->weight) : CK_VOID;
    return ck_torch_new_tensor(p->call, dims, t->rank + 1, ck_torch_tensor(p->call, weight)->dtype);
  }
  if (way == LINEAR) {
    if (t->rank == 0) return ck_torch_unknown_from(p->call, t, -1);
    dims[t->rank - 1] = ck_ev_as_dim(ev, option(p, "out_features"));
    return ck_torch_new_tensor(p->call, dims, t->rank, t->dtype);
  }
  int32_t first = t->rank - p->space;
  if (p->space == 0 || first < 1 || first > 2) return ck_torch_unknown_from(p->call, t, t->rank);
  for (int32_t i = 0; i < p->space; i++)
    dims[first + i] = way == ADAPT ? adapted(p, i, dims[first + i]) : slide(p, i, dims[first + i], way);
  if (way == CONVOLVE || way == TRANSPOSE) dims[first - 1] = ck_ev_as_dim(ev, option(p, "out_channels"));
  return ck_torch_new_tensor(p->call, dims, t->rank, t->dtype);
}

static bool way_of(const char *name, change *out) {
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
    size_t n = strcspn(ways[i].name, "*");
    if (strncmp(name, ways[i].name, n) == 0 && (ways[i].name[n] == '*' || name[n] == '\0'))
      return *out = ways[i].way, true;
  }
  return false;
}

/* The digit in Conv2d, max_pool1d. */
static int32_t space_of(const char *name) {
  size_t n = strlen(name);
  return n > 2 && name[n - 1] == 'd' && name[n - 2] >= '1' && name[n - 2] <= '3' ? name[n - 2] - '0' : 0;
}

static ck_value through(ck_call *call, ck_cell *list, ck_value x) {
  ck_ev *ev = call->ev;
  ck_value children = ck_torch_children_of(ev, list);
  if (children.kind != CK_V_LIST) return ck_torch_harmless(call);
  for (size_t i = 0; i < children.list->n; i++) {
    ck_value child = ck_ev_decide(ev, ck_ev_load(ev, children.list->at[i]));
    ck_cell *cell = child.kind == CK_V_PTR ? ck_ev_target(ev, child.cell) : NULL;
    ck_cell *arg = ck_ev_cell(ev, x);
    x = cell != NULL ? ck_torch_forward(call, cell, &arg, 1) : ck_torch_harmless(call);
    if (x.kind == CK_V_PTR && x.tag == CK_PTR_REF) x = ck_ev_load(ev, x.cell);
  }
  return x;
}

#define FUNCTION_AND_ARGUMENTS "#function"

void ck_torch_functional_of(ck_ev *ev, ck_cell *functional, ck_cell **args, size_t nargs) {
  ck_object *object = ck_torch_object(ev, functional);
  ck_value kept[8];
  if (object == NULL || nargs > 8) return;
  for (size_t i = 0; i < nargs; i++) kept[i] = args[i] ? ck_ev_load(ev, args[i]) : CK_VOID;
  ck_ev_store(ev, ck_ev_field(ev, object, ck_ev_intern(ev, FUNCTION_AND_ARGUMENTS)),
              ck_ev_list(ev, "std::tuple", kept, nargs));
}

static ck_value functional_call(ck_call *call, const ck_object *object, ck_value x) {
  ck_ev *ev = call->ev;
  ck_cell *field = ck_ev_find_field(object, FUNCTION_AND_ARGUMENTS);
  ck_value kept = field ? ck_ev_load(ev, field) : CK_VOID;
  if (kept.kind != CK_V_LIST || kept.list->n == 0) return ck_torch_harmless(call);
  ck_value function = ck_ev_decide(ev, ck_ev_load(ev, kept.list->at[0]));
  if (function.kind != CK_V_CLOSURE) return ck_torch_harmless(call);
  ck_cell *args[8] = {ck_ev_cell(ev, x)};
  for (size_t i = 1; i < kept.list->n; i++) args[i] = kept.list->at[i];
  return ck_ev_invoke(ev, function, args, kept.list->n, call->node);
}

ck_value ck_torch_forward_stock(ck_call *call, ck_cell *module, ck_cell **args, size_t nargs) {
  ck_ev *ev = call->ev;
  ck_object *object = ck_torch_object(ev, module);
  ck_value x = nargs == 1 && args[0] != NULL ? ck_ev_decide(ev, ck_ev_load(ev, args[0])) : CK_VOID;
  if (object == NULL || x.kind != CK_V_TENSOR) return ck_torch_harmless(call);
  if (ck_ev_is_a(ev, object, "torch::nn::SequentialImpl")) return through(call, module, x);
  if (ck_ev_is_a(ev, object, "torch::nn::FunctionalImpl")) return functional_call(call, object, x);
  const ck_torch_module *row = ck_torch_stock_of(ev, object);
  change way;
  if (row == NULL || !way_of(row->name, &way)) return ck_torch_harmless(call);
  pass p = {call, ck_ev_find_field(object, "options"), x.tensor, space_of(row->name),
            ck_ev_find_field(object, "weight")};
  return run(&p, way);
}

ck_value ck_torch_forward(ck_call *call, ck_cell *module, ck_cell **args, size_t nargs) {
  ck_object *object = ck_torch_object(call->ev, module);
  bool found = false;
  if (object != NULL && object->record != NULL) {
    ck_value v = ck_ev_call_method(call->ev, module, "forward", args, nargs, call->node, &found);
    if (found) return v;
  }
  return ck_torch_forward_stock(call, module, args, nargs);
}

/* --- functions ------------------------------------------------------------------------------------------------ */

/* conv2d(x, weight, bias, stride, padding, dilation, groups): the weight says the rest. */
static ck_value convolution(ck_call *call) {
  static const char *const names[] = {"stride", "padding", "dilation"};
  const ck_tensor *x = ck_torch_tensor_operand(call, 0), *weight = ck_torch_tensor_operand(call, 1);
  int32_t space = space_of(ck_torch_method(call->name));
  if (!ck_torch_has_shape(call, weight) || weight->rank != space + 2) return ck_torch_unknown_from(call, x, x->rank);
  ck_value kernel[3], args[3] = {CK_INT(1)};
  for (int32_t i = 0; i <= space; i++) {
    ck_dim d = weight->dims[i == 0 ? 0 : i + 1];
    if (d.kind != CK_DIM_INT) return ck_torch_unknown_from(call, x, x->rank);
    *(i == 0 ? &args[1] : &kernel[i - 1]) = CK_INT(d.n);
  }
  char options[32];
  snprintf(options, sizeof options, "ConvOptions<%d>", (int)space);
  args[2] = ck_ev_list(call->ev, "std::vector", kernel, (size_t)space);
  pass p = {call, ck_torch_options_new(call->ev, options, args, 3, false, call->node->loc), x, space, NULL};
  for (size_t i = 0; i < 3 && i + 3 < call->nargs; i++)
    ck_torch_option_set(call->ev, p.options, names[i], ck_torch_arg(call, i + 3), call->node->loc);
  return run(&p, CONVOLVE);
}

/* max_pool2d(x, kernel_size, stride, padding, dilation, ceil_mode); avg_pool2d has no dilation. */
static ck_value pool(ck_call *call) {
  static const char *const of_max[] = {"kernel_size", "stride", "padding", "dilation", "ceil_mode"}, *const of_avg[] = {
                                                                                                         "kernel_size",
                                                                                                         "stride",
                                                                                                         "padding",
                                                                                                         "ceil_mode"};
  bool is_max = strncmp(ck_torch_method(call->name), "max", 3) == 0;
  size_t n = is_max ? 5 : 4;
  ck_cell *options = ck_torch_options_new(call->ev, "MaxPoolOptions", NULL, 0, false, call->node->loc);
  for (size_t i = 0; i < n && i + 1 < call->nargs; i++)
    ck_torch_option_set(call->ev, options, (is_max ? of_max : of_avg)[i], ck_torch_arg(call, i + 1), call->node->loc);
  pass p = {call, options, ck_torch_tensor_operand(call, 0), space_of(ck_torch_method(call->name)), NULL};
  return run(&p, POOL);
}

static ck_value adaptive_pool(ck_call *call) {
  ck_cell *options = ck_torch_options_new(call->ev, "AdaptiveAvgPoolOptions", NULL, 0, false, call->node->loc);
  ck_torch_option_set(call->ev, options, "output_size", ck_torch_arg(call, 1), call->node->loc);
  pass p = {call, options, ck_torch_tensor_operand(call, 0), space_of(ck_torch_method(call->name)), NULL};
  return run(&p, ADAPT);
}

/* F::max_pool2d(x, options) */
static ck_value functional(ck_call *call) {
  const char *name = ck_torch_method(call->name);
  pass p = {call, call->args[1], ck_torch_tensor_operand(call, 0), space_of(name), NULL};
  return run(&p, strncmp(name, "adaptive", 8) == 0 ? ADAPT : POOL);
}

#define FUNCTIONAL     "torch::nn::functional::"
#define CONVOLUTION(d) FUNCTION("conv" d, convolution, 2, 7), {FUNCTIONAL "conv" d, convolution, 2, 2}
#define POOLS(d)                                                                                                       \
  FUNCTION("max_pool" d, pool, 2, 6), FUNCTION("avg_pool" d, pool, 2, 5),                                              \
      FUNCTION("adaptive_avg_pool" d, adaptive_pool, 2, 2), {FUNCTIONAL "max_pool" d, functional, 2, 2},               \
      {FUNCTIONAL "avg_pool" d, functional, 2, 2}, {FUNCTIONAL "adaptive_avg_pool" d, functional, 2, 2}
const ck_builtin ck_torch_forward_rows[] = {
    CONVOLUTION("1d"),
    CONVOLUTION("2d"),
    CONVOLUTION("3d"),
    POOLS("1d"),
    POOLS("2d"),
    POOLS("3d"),
    {FUNCTIONAL "relu6", ck_torch_same, 1, 2},
    {FUNCTIONAL "leaky_relu", ck_torch_same, 1, 2},
    {FUNCTIONAL "elu", ck_torch_same, 1, 2},
    {FUNCTIONAL "selu", ck_torch_same, 1, 2},
    {FUNCTIONAL "gelu", ck_torch_same, 1, 2},
    {FUNCTIONAL "silu", ck_torch_same, 1, 1},
    {FUNCTIONAL "mish", ck_torch_same, 1, 1},
    {FUNCTIONAL "dropout", ck_torch_same, 1, 2},
    {FUNCTIONAL "dropout2d", ck_torch_same, 1, 2},
};
const size_t ck_torch_forward_row_count = sizeof ck_torch_forward_rows / sizeof *ck_torch_forward_rows;
