/* modules_build.c - what a row of modules.def cannot say: checks that throw, computed shapes, children.
 *
 * Each function follows reset() (or the constructor) of the class it is named after, in the order in which libtorch
 * 1.13 registers. A check throws only for what is certain; a symbolic value passes. */
#include <math.h>
#include <stdio.h>

#include "torch/torch_int.h"

/* --- options as numbers --------------------------------------------------------------------------------------- */

static bool int_option(ck_call *call, ck_cell *options, const char *name, int64_t *out) {
  return ck_ev_as_int(call->ev, ck_torch_option(call->ev, options, name), out);
}

static bool bool_option(ck_call *call, ck_cell *options, const char *name) {
  return ck_ev_decide_bool(call->ev, ck_torch_option(call->ev, options, name), call->node->loc);
}

static bool equal_options(ck_call *call, ck_cell *options, const char *a, const char *b) {
  ck_value equal = ck_ev_binary(call->ev, CK_IR_OP_EQ, ck_torch_option(call->ev, options, a),
                                ck_torch_option(call->ev, options, b), &ck_torch_bool, call->node->loc);
  return ck_ev_decide_bool(call->ev, equal, call->node->loc);
}

static void add(ck_call *call, ck_cell *self, ck_cell *options, const char *name, const char *shape) {
  ck_dim dims[CK_TORCH_MAX_RANK * 2];
  int32_t rank;
  if (ck_torch_dims(call->ev, options, shape, dims, &rank, call->node->loc))
    ck_torch_add_tensor(call, self, CK_KIND_PARAMETER, name,
                        ck_torch_new_tensor(call, dims, rank, ck_torch_default_dtype(call->ev)));
}

/* A child Linear(in, out) with the bias that `bias` says. */
static ck_cell *linear(ck_call *call, ck_value in, ck_value out, ck_value bias) {
  ck_cell *options = ck_torch_options_new(call->ev, "LinearOptions", (ck_value[]){in, out}, 2, false, call->node->loc);
  ck_torch_option_set(call->ev, options, "bias", bias, call->node->loc);
  ck_value v = ck_ev_load(call->ev, options);
  return ck_torch_module_new(call, "Linear", &v, 1);
}

static ck_cell *layer_norm(ck_call *call, ck_value d) {
  ck_value shape = ck_ev_list(call->ev, "std::vector", &d, 1);
  return ck_torch_module_new(call, "LayerNorm", &shape, 1);
}

/* --- checks --------------------------------------------------------------------------------------------------- */

void ck_torch_build_linear(ck_call *call, const ck_torch_module *module, ck_cell *self, ck_cell *options) {
  (void)module, (void)self;
  int64_t in;
  if (int_option(call, options, "in_features", &in) && in == 0)
    ck_ev_throw(call->ev, call->node->loc, "from is out of bounds for float");
}

static bool same_padding(ck_call *call, ck_cell *options) {
  ck_value v = ck_torch_option(call->ev, options, "padding");
  return v.kind == CK_V_NATIVE && v.tag == CK_TAG_ENUM && strcmp(v.native, "torch::kSame") == 0;
}

void ck_torch_build_conv(ck_call *call, const ck_torch_module *module, ck_cell *self, ck_cell *options) {
  (void)self;
  int64_t in, out, groups;
  if (!int_option(call, options, "groups", &groups)) return;
  if (groups <= 0) {
    ck_ev_throw(call->ev, call->node->loc, "groups must be positive");
    return;
  }
  if (int_option(call, options, "in_channels", &in) && in % groups != 0)
    ck_ev_throw(call->ev, call->node->loc, "in_channels must be divisible by groups");
  if (int_option(call, options, "out_channels", &out) && out % groups != 0)
    ck_ev_throw(call->ev, call->node->loc, "out_channels must be divisible by groups");
  if (strstr(module->name, "Transpose") != NULL || !same_padding(call, options)) return;
  ck_value stride = ck_torch_option(call->ev, options, "stride");
  for (size_t i = 0; stride.kind == CK_V_LIST && i < stride.list->n; i++) {
    int64_t n;
    if (ck_ev_as_int(call->ev, ck_ev_load(call->ev, stride.list->at[i]), &n) && n != 1) {
      ck_ev_throw(call->ev, call->node->loc, "padding='same' is not supported for strided convolutions");
      return;
    }
  }
}

void ck_torch_build_dropout(ck_call *call, const ck_torch_module *module, ck_cell *self, ck_cell *options) {
  (void)module, (void)self;
  double p;
  if (ck_ev_as_float(call->ev, ck_torch_option(call->ev, options, "p"), &p) && (p < 0 || p > 1))
    ck_ev_throw(call->ev, call->node->loc, "dropout probability has to be between 0 and 1");
}

void ck_torch_build_fractional(ck_call *call, const ck_torch_module *module, ck_cell *self, ck_cell *options) {
  (void)module, (void)self;
  if (ck_torch_option(call->ev, options, "output_size").kind == CK_V_VOID &&
      ck_torch_option(call->ev, options, "output_ratio").kind == CK_V_VOID)
    ck_ev_throw(call->ev, call->node->loc,
                "FractionalMaxPool requires specifying either an output size, or a pooling ratio");
}

/* --- Embedding, EmbeddingBag ---------------------------------------------------------------------------------- */

void ck_torch_build_embedding(ck_call *call, const ck_torch_module *module, ck_cell *self, ck_cell *options) {
  (void)module;
  int64_t n, padding;
  ck_value index = ck_torch_option(call->ev, options, "padding_idx");
  if (index.kind == CK_V_LIST && index.list->n == 1) index = ck_ev_load(call->ev, index.list->at[0]);
  if (int_option(call, options, "num_embeddings", &n) && index.kind == CK_V_INT &&
      ((padding = index.i) >= n || padding < -n)) {
    ck_ev_throw(call->ev, call->node->loc, "Padding_idx must be within num_embeddings");
    return;
  }
  ck_value weight = ck_ev_decide(call->ev, ck_torch_option(call->ev, options, "_weight"));
  if (weight.kind == CK_V_TENSOR && !weight.tensor->defined) {
    add(call, self, options, "weight", "num_embeddings embedding_dim");
    return;
  }
  ck_torch_add_tensor(call, self, CK_KIND_PARAMETER, "weight", weight);
}

/* --- RNN, LSTM, GRU ------------------------------------------------------------------------------------------- */

enum { MAX_RNN_LAYERS = 1000 };

void ck_torch_build_rnn(ck_call *call, const ck_torch_module *module, ck_cell *self, ck_cell *options) {
  int gates = strcmp(module->name, "LSTM") == 0 ? 4 : strcmp(module->name, "GRU") == 0 ? 3 : 1;
  int64_t layers, proj = 0;
  if (!int_option(call, options, "num_layers", &layers) || layers > MAX_RNN_LAYERS) {
    ck_value why = ck_ev_unknown(call->ev, call->node->loc, "the number of layers of `%s`", module->name);
    ck_ev_register(call->ev, ck_torch_object(call->ev, self), CK_REG_OPEN, CK_VOID, why, call->node->loc);
    return;
  }
  int directions = bool_option(call, options, "bidirectional") ? 2 : 1;
  bool bias = bool_option(call, options, "bias");
  bool has_proj = gates == 4 && (!int_option(call, options, "proj_size", &proj) || proj != 0);
  int64_t hidden;
  if (proj < 0 || (proj > 0 && int_option(call, options, "hidden_size", &hidden) && proj >= hidden)) {
    ck_ev_throw(call->ev, call->node->loc,
                "proj_size has to be a positive integer, smaller than hidden_size or zero to disable projections");
    return;
  }
  const char *out = has_proj ? "proj_size" : "hidden_size";
  for (int64_t l = 0; l < layers; l++) {
    for (int d = 0; d < directions; d++) {
      const char *suffix = d ? "_reverse" : "";
      char name[64], shape[96];
      if (l == 0) snprintf(shape, sizeof shape, "%d*hidden_size input_size", gates);
      else snprintf(shape, sizeof shape, "%d*hidden_size %d*%s", gates, directions, out);
      snprintf(name, sizeof name, "weight_ih_l%lld%s", (long long)l, suffix);
      add(call, self, options, name, shape);
      snprintf(shape, sizeof shape, "%d*hidden_size %s", gates, out);
      snprintf(name, sizeof name, "weight_hh_l%lld%s", (long long)l, suffix);
      add(call, self, options, name, shape);
      if (bias) {
        snprintf(shape, sizeof shape, "%d*hidden_size", gates);
        snprintf(name, sizeof name, "bias_ih_l%lld%s", (long long)l, suffix);
        add(call, self, options, name, shape);
        snprintf(name, sizeof name, "bias_hh_l%lld%s", (long long)l, suffix);
        add(call, self, options, name, shape);
      }
      if (has_proj) {
        snprintf(name, sizeof name, "weight_hr_l%lld%s", (long long)l, suffix);
        add(call, self, options, name, "proj_size hidden_size");
      }
    }
  }
}

/* --- MultiheadAttention and the transformers ------------------------------------------------------------------ */

void ck_torch_build_attention(ck_call *call, const ck_torch_module *module, ck_cell *self, ck_cell *options) {
  (void)module;
  ck_ev *ev = call->ev;
  int64_t e, heads;
  if (int_option(call, options, "embed_dim", &e) && int_option(call, options, "num_heads", &heads) &&
      (heads == 0 || e % heads != 0)) {
    ck_ev_throw(ev, call->node->loc, "embed_dim must be divisible by num_heads");
    return;
  }
  if (equal_options(call, options, "kdim", "embed_dim") && equal_options(call, options, "vdim", "embed_dim")) {
    add(call, self, options, "in_proj_weight", "3*embed_dim embed_dim");
  } else {
    add(call, self, options, "q_proj_weight", "embed_dim embed_dim");
    add(call, self, options, "k_proj_weight", "embed_dim kdim");
    add(call, self, options, "v_proj_weight", "embed_dim vdim");
  }
  if (bool_option(call, options, "bias")) add(call, self, options, "in_proj_bias", "3*embed_dim");
  ck_value dim = ck_torch_option(ev, options, "embed_dim");
  ck_torch_add_child(call, self, "out_proj", linear(call, dim, dim, ck_torch_option(ev, options, "bias")));
  if (bool_option(call, options, "add_bias_kv")) {
    add(call, self, options, "bias_k", "1 1 embed_dim");
    add(call, self, options, "bias_v", "1 1 embed_dim");
  }
}

static ck_cell *attention(ck_call *call, ck_cell *options) {
  return ck_torch_module_new(
      call, "MultiheadAttention",
      (ck_value[]){ck_torch_option(call->ev, options, "d_model"), ck_torch_option(call->ev, options, "nhead")}, 2);
}

static ck_cell *dropout(ck_call *call, ck_cell *options) {
  ck_value p = ck_torch_option(call->ev, options, "dropout");
  return ck_torch_module_new(call, "Dropout", &p, 1);
}

void ck_torch_build_encoder_layer(ck_call *call, const ck_torch_module *module, ck_cell *self, ck_cell *options) {
  (void)module;
  ck_value d = ck_torch_option(call->ev, options, "d_model"), f = ck_torch_option(call->ev, options, "dim_feedforward");
  ck_torch_add_child(call, self, "self_attn", attention(call, options));
  ck_torch_add_child(call, self, "linear1", linear(call, d, f, CK_BOOL(true)));
  ck_torch_add_child(call, self, "dropout", dropout(call, options));
  ck_torch_add_child(call, self, "linear2", linear(call, f, d, CK_BOOL(true)));
  ck_torch_add_child(call, self, "norm1", layer_norm(call, d));
  ck_torch_add_child(call, self, "norm2", layer_norm(call, d));
  ck_torch_add_child(call, self, "dropout1", dropout(call, options));
  ck_torch_add_child(call, self, "dropout2", dropout(call, options));
}

void ck_torch_build_decoder_layer(ck_call *call, const ck_torch_module *module, ck_cell *self, ck_cell *options) {
  (void)module;
  ck_value d = ck_torch_option(call->ev, options, "d_model"), f = ck_torch_option(call->ev, options, "dim_feedforward");
  ck_torch_add_child(call, self, "self_attn", attention(call, options));
  ck_torch_add_child(call, self, "multihead_attn", attention(call, options));
  ck_torch_add_child(call, self, "linear1", linear(call, d, f, CK_BOOL(true)));
  ck_torch_add_child(call, self, "dropout", dropout(call, options));
  ck_torch_add_child(call, self, "linear2", linear(call, f, d, CK_BOOL(true)));
  ck_torch_add_child(call, self, "norm1", layer_norm(call, d));
  ck_torch_add_child(call, self, "norm2", layer_norm(call, d));
  ck_torch_add_child(call, self, "norm3", layer_norm(call, d));
  ck_torch_add_child(call, self, "dropout1", dropout(call, options));
  ck_torch_add_child(call, self, "dropout2", dropout(call, options));
  ck_torch_add_child(call, self, "dropout3", dropout(call, options));
}

enum { MAX_CODER_LAYERS = 10000 };

/* TransformerEncoder, TransformerDecoder: n clones of the layer, then the norm if there is one. */
void ck_torch_build_coder(ck_call *call, const ck_torch_module *module, ck_cell *self, ck_cell *options) {
  ck_ev *ev = call->ev;
  bool encoder = strcmp(module->name, "TransformerEncoder") == 0;
  ck_cell *layer = ck_torch_module_cell(ev, ck_torch_option(ev, options, encoder ? "encoder_layer" : "decoder_layer"));
  ck_cell *layers = ck_torch_list_new(call, "ModuleListImpl");
  ck_torch_add_child(call, self, "layers", layers);
  int64_t n;
  if (layer == NULL || !int_option(call, options, "num_layers", &n) || n > MAX_CODER_LAYERS) {
    ck_value why =
        ck_ev_unknown(ev, call->node->loc, layer ? "the number of layers of `%s`" : "the layer of `%s`", module->name);
    ck_ev_register(ev, ck_torch_object(ev, layers), CK_REG_OPEN, CK_VOID, why, call->node->loc);
  } else {
    for (int64_t i = 0; i < n; i++)
      ck_torch_list_push(call, layers, CK_VOID, ck_ev_pointer(CK_PTR_SHARED, ck_torch_clone(call, layer)));
  }
  ck_value norm = ck_ev_decide(ev, ck_torch_option(ev, options, "norm"));
  if (norm.kind == CK_V_PTR) {
    ck_cell *cell = ck_torch_module_cell(ev, norm);
    if (cell) ck_torch_add_child(call, self, "norm", cell);
  } else if (norm.kind == CK_V_UNKNOWN) {
    ck_ev_register(ev, ck_torch_object(ev, self), CK_REG_OPEN, CK_VOID, norm, call->node->loc);
  }
}

static ck_cell *coder(ck_call *call, ck_cell *options, bool encoder) {
  ck_ev *ev = call->ev;
  ck_loc loc = call->node->loc;
  ck_value d = ck_torch_option(ev, options, "d_model");
  ck_cell *layer =
      ck_torch_options_new(ev, encoder ? "TransformerEncoderLayerOptions" : "TransformerDecoderLayerOptions",
                           (ck_value[]){d, ck_torch_option(ev, options, "nhead")}, 2, false, loc);
  ck_torch_option_set(ev, layer, "dim_feedforward", ck_torch_option(ev, options, "dim_feedforward"), loc);
  ck_torch_option_set(ev, layer, "dropout", ck_torch_option(ev, options, "dropout"), loc);
  ck_value n = ck_torch_option(ev, options, encoder ? "num_encoder_layers" : "num_decoder_layers");
  ck_cell *own = ck_torch_options_new(ev, encoder ? "TransformerEncoderOptions" : "TransformerDecoderOptions",
                                      (ck_value[]){ck_ev_load(ev, layer), n}, 2, false, loc);
  ck_torch_option_set(ev, own, "norm", ck_ev_pointer(CK_PTR_ANY, layer_norm(call, d)), loc);
  ck_value v = ck_ev_load(ev, own);
  return ck_torch_module_new(call, encoder ? "TransformerEncoder" : "TransformerDecoder", &v, 1);
}

void ck_torch_build_transformer(ck_call *call, const ck_torch_module *module, ck_cell *self, ck_cell *options) {
  (void)module;
  ck_ev *ev = call->ev;
  static const struct {
    const char *name, *custom;
  } sides[] = {{"encoder", "custom_encoder"}, {"decoder", "custom_decoder"}};
  for (int i = 0; i < 2; i++) {
    ck_value custom = ck_ev_decide(ev, ck_torch_option(ev, options, sides[i].custom));
    ck_cell *cell = custom.kind == CK_V_PTR ? ck_torch_module_cell(ev, custom) : NULL;
    if (custom.kind == CK_V_UNKNOWN)
      ck_ev_register(ev, ck_torch_object(ev, self), CK_REG_OPEN, CK_VOID, custom, call->node->loc);
    else ck_torch_add_child(call, self, sides[i].name, cell ? cell : coder(call, options, i == 0));
  }
}

/* --- AdaptiveLogSoftmaxWithLoss ------------------------------------------------------------------------------- */

static void cutoffs_unknown(ck_call *call, ck_cell *self) {
  ck_value why = ck_ev_unknown(call->ev, call->node->loc, "the cutoffs of `AdaptiveLogSoftmaxWithLoss`");
  ck_ev_register(call->ev, ck_torch_object(call->ev, self), CK_REG_OPEN, CK_VOID, why, call->node->loc);
}

void ck_torch_build_adaptive(ck_call *call, const ck_torch_module *module, ck_cell *self, ck_cell *options) {
  (void)module;
  ck_ev *ev = call->ev;
  enum { MAX_CUTOFFS = 64 };
  int64_t cut[MAX_CUTOFFS + 1], in, classes;
  double div;
  ck_value list = ck_ev_decide(ev, ck_torch_option(ev, options, "cutoffs"));
  size_t n = list.kind == CK_V_LIST ? list.list->n : 0;
  bool known = list.kind == CK_V_LIST && n <= MAX_CUTOFFS && int_option(call, options, "in_features", &in) &&
               int_option(call, options, "n_classes", &classes) &&
               ck_ev_as_float(ev, ck_torch_option(ev, options, "div_value"), &div);
  for (size_t i = 0; known && i < n; i++) known = ck_ev_as_int(ev, ck_ev_load(ev, list.list->at[i]), &cut[i]);
  if (!known) {
    cutoffs_unknown(call, self);
    return;
  }
  for (size_t i = 0; i < n; i++) {
    if (cut[i] <= 0 || cut[i] > classes - 1 || (i > 0 && cut[i] <= cut[i - 1])) {
      ck_ev_throw(ev, call->node->loc, "cutoffs should be a sequence of unique, positive integers");
      return;
    }
  }
  if (n == 0) {
    ck_ev_throw(ev, call->node->loc, "cutoffs should be a sequence of unique, positive integers");
    return;
  }
  cut[n] = classes;
  ck_torch_add_child(call, self, "head",
                     linear(call, CK_INT(in), CK_INT(cut[0] + (int64_t)n), ck_torch_option(ev, options, "head_bias")));
  ck_cell *tail = ck_torch_list_new(call, "ModuleListImpl");
  ck_torch_add_child(call, self, "tail", tail);
  for (size_t i = 0; i < n; i++) {
    int64_t hsz = (int64_t)((double)in / pow(div, (double)(i + 1))), osz = cut[i + 1] - cut[i];
    ck_cell *projection = ck_torch_list_new(call, "SequentialImpl");
    ck_cell *first = linear(call, CK_INT(in), CK_INT(hsz), CK_BOOL(false));
    ck_cell *second = linear(call, CK_INT(hsz), CK_INT(osz), CK_BOOL(false));
    ck_torch_list_push(call, projection, CK_VOID, ck_ev_pointer(CK_PTR_SHARED, first));
    ck_torch_list_push(call, projection, CK_VOID, ck_ev_pointer(CK_PTR_SHARED, second));
    ck_torch_list_push(call, tail, CK_VOID, ck_ev_pointer(CK_PTR_SHARED, projection));
  }
}
