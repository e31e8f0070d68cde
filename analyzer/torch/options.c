/* options.c - torch::nn::*Options: plain records whose fields are pairs of methods (TORCH_ARG).
 *
 * An options object is an OBJECT with one field per option. options.def lists the classes; a class of torch::nn that
 * is not in it, but is named ...Options, gets its fields as they are set: nothing in it decides a key. */
#include <stdio.h>
#include <stdlib.h>

#include "torch/torch_int.h"

typedef struct {
  const char *name, *fields;
} options_row;

static const options_row rows[] = {
#define CK_OPTIONS(name, fields) {#name, fields},
#include "torch/options.def"
#undef CK_OPTIONS
};

/* One field of a row, and where the next begins. */
typedef struct {
  char name[40];
  char type;
  const char *def; /* text of the default up to a space, or NULL */
  bool positional;
} field;

static const char *next_field(const char *at, bool *positional, field *out) {
  while (*at == ' ' || *at == '|') {
    if (*at == '|') *positional = false;
    at++;
  }
  if (*at == '\0') return NULL;
  size_t n = strcspn(at, ":");
  snprintf(out->name, sizeof out->name, "%.*s", (int)n, at);
  at += n + 1;
  out->type = *at++;
  out->def = *at == '=' ? at + 1 : NULL;
  out->positional = *positional;
  return at + strcspn(at, " ");
}

/* "torch::nn::ConvOptions<2>" -> row of ConvOptions; *dimensions = 2 (0 if none is given). */
static const options_row *row_of(const char *cls, int64_t *dimensions) {
  const char *plain = ck_torch_method(cls);
  size_t n = strcspn(plain, "<");
  *dimensions = plain[n] == '<' ? strtol(plain + n + 1, NULL, 10) : 0;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (strlen(rows[i].name) == n && memcmp(rows[i].name, plain, n) == 0) return &rows[i];
  return NULL;
}

static bool find_field(const options_row *row, const char *name, field *out) {
  bool positional = true;
  for (const char *at = row->fields; (at = next_field(at, &positional, out)) != NULL;)
    if (strcmp(out->name, name) == 0) return true;
  return false;
}

bool ck_torch_is_options(const char *cls) {
  size_t n = strcspn(ck_torch_method(cls), "<");
  const char *plain = ck_torch_method(cls);
  char name[80];
  snprintf(name, sizeof name, "%.*s", (int)n, plain);
  return ck_ends_with(name, "Options") || ck_ends_with(name, "OptionsBase");
}

/* ExpandingArray<D>: a number stands for D of them. */
static ck_value expand(ck_ev *ev, ck_value v, int64_t dimensions) {
  v = ck_ev_decide(ev, v);
  if (v.kind == CK_V_LIST || dimensions <= 0 || dimensions > 8 || v.kind == CK_V_UNKNOWN) return v;
  ck_value each[8];
  for (int64_t i = 0; i < dimensions; i++) each[i] = v;
  return ck_ev_list(ev, "torch::ExpandingArray", each, (size_t)dimensions);
}

static ck_value convert(ck_ev *ev, ck_value v, char type, int64_t dimensions, ck_loc loc) {
  if (v.kind == CK_V_VOID) return v;
  switch (type) {
  case 'i': return ck_ev_convert(ev, v, &ck_torch_int64, loc);
  case 'b': return ck_ev_convert(ev, v, &ck_torch_bool, loc);
  case 'f': return ck_ev_convert(ev, v, &ck_torch_double, loc);
  case 'e': return expand(ev, v, dimensions);
  default: return v;
  }
}

/* A default that is a name is the value of that option, set before. */
static ck_value default_of(ck_ev *ev, ck_cell *options, const field *f, int64_t dimensions, ck_loc loc) {
  if (f->type == 't') return ck_torch_undefined_tensor(ev);
  if (f->type == 'm') return CK_NULL;
  if (f->def == NULL) return CK_VOID;
  if ((*f->def >= 'a' && *f->def <= 'z') || *f->def == '_') {
    char name[40];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(f->def, " "), f->def);
    return ck_torch_option(ev, options, name);
  }
  ck_value v = f->type == 'f' ? CK_FLOAT(strtod(f->def, NULL)) : CK_INT(strtoll(f->def, NULL, 10));
  return convert(ev, v, f->type, dimensions, loc);
}

static int64_t dimensions_of(ck_ev *ev, ck_cell *options) {
  ck_object *object = ck_torch_object(ev, options);
  ck_cell *cell = object ? ck_ev_find_field(object, "#D") : NULL;
  return cell ? ck_ev_load(ev, cell).i : 0;
}

ck_value ck_torch_option(ck_ev *ev, ck_cell *options, const char *name) {
  ck_object *object = ck_torch_object(ev, options);
  ck_cell *cell = object ? ck_ev_find_field(object, name) : NULL;
  return cell ? ck_ev_load(ev, cell) : CK_VOID;
}

void ck_torch_option_set(ck_ev *ev, ck_cell *options, const char *name, ck_value v, ck_loc loc) {
  ck_object *object = ck_torch_object(ev, options);
  if (object == NULL) return;
  int64_t dimensions;
  const options_row *row = row_of(object->cls, &dimensions);
  field f;
  if (row != NULL && find_field(row, name, &f)) v = convert(ev, v, f.type, dimensions_of(ev, options), loc);
  ck_ev_store(ev, ck_ev_field(ev, object, ck_ev_intern(ev, name)), ck_ev_copy(ev, v));
}

/* TransformerEncoderOptions(TransformerEncoderLayerOptions, n): a layer is made of the options. */
static ck_value layer_of(ck_ev *ev, const char *cls, ck_value v) {
  ck_object *object = v.kind == CK_V_OBJECT ? v.object : NULL;
  if (object == NULL || !ck_torch_is_options(object->cls)) return v;
  ck_call call = {.ev = ev, .node = &(ck_ir){.loc = object->loc, .name = "", .usr = ""}, .name = cls};
  return ck_ev_pointer(
      CK_PTR_HOLDER, ck_torch_module_new(
                         &call, strstr(cls, "Encoder") ? "TransformerEncoderLayer" : "TransformerDecoderLayer", &v, 1));
}

static bool same_class(const char *a, const char *b) {
  a = ck_torch_method(a), b = ck_torch_method(b);
  size_t n = strcspn(a, "<"), m = strcspn(b, "<");
  return n == m && memcmp(a, b, n) == 0;
}

/* How many arguments the row's constructor takes at least. */
static size_t required(const options_row *row) {
  size_t n = 0;
  const char *bar = strchr(row->fields, '|');
  for (const char *at = row->fields; (at = strchr(at, ':')) != NULL && (bar == NULL || at < bar); at++)
    n += at[2] != '=';
  return n;
}

static void fill(ck_ev *ev, ck_cell *cell, const options_row *row, int64_t dimensions, const ck_value *args, size_t n,
                 ck_loc loc) {
  ck_object *object = ck_torch_object(ev, cell);
  if (dimensions > 0) ck_ev_store(ev, ck_ev_field(ev, object, ck_ev_intern(ev, "#D")), CK_INT(dimensions));
  if (n < required(row)) n = 0; /* a constructor of another release: its arguments stand for something else */
  bool positional = true;
  field f;
  size_t i = 0;
  for (const char *at = row->fields; (at = next_field(at, &positional, &f)) != NULL; i++) {
    ck_value v = f.positional && i < n ? args[i] : default_of(ev, cell, &f, dimensions, loc);
    if (f.type == 'm' && i < n && f.positional) v = layer_of(ev, row->name, ck_ev_decide(ev, v));
    v = convert(ev, v, f.type, dimensions, loc);
    ck_ev_store(ev, ck_ev_field(ev, object, ck_ev_intern(ev, f.name)), ck_ev_copy(ev, v));
  }
}

static bool row_takes_one(const options_row *row) {
  const char *bar = strchr(row->fields, '|');
  const char *second = strchr(row->fields, ' ');
  return second == NULL || (bar != NULL && second == bar - 1);
}

/* Options that come from code which is not in sight: no option has its default for certain. */
static void fill_unknown(ck_ev *ev, ck_cell *cell, const options_row *row, int64_t dimensions, ck_value unknown) {
  ck_object *object = ck_torch_object(ev, cell);
  if (dimensions > 0) ck_ev_store(ev, ck_ev_field(ev, object, ck_ev_intern(ev, "#D")), CK_INT(dimensions));
  bool positional = true;
  field f;
  for (const char *at = row->fields; (at = next_field(at, &positional, &f)) != NULL;)
    ck_ev_store(ev, ck_ev_field(ev, object, ck_ev_intern(ev, f.name)), unknown);
}

bool ck_torch_takes_options(const ck_call *call) {
  const ck_ir_type *type = call->nargs == 1 ? ck_ir_strip_ref(call->args[0]->type) : NULL;
  return type != NULL && type->kind == CK_IR_T_RECORD && ck_torch_is_options(type->name);
}

ck_cell *ck_torch_options_new(ck_ev *ev, const char *cls, const ck_value *args, size_t n, bool are_options,
                              ck_loc loc) {
  int64_t dimensions;
  const options_row *row = row_of(cls, &dimensions);
  ck_value unknown = CK_VOID;
  if (n == 1) {
    ck_value v = ck_ev_decide(ev, args[0]);
    /* one argument where two are needed is the options, whatever its type is */
    if (v.kind == CK_V_UNKNOWN && row != NULL && (are_options || required(row) > 1)) unknown = v;
    if (v.kind == CK_V_OBJECT && same_class(v.object->cls, cls)) return ck_ev_cell(ev, ck_ev_copy(ev, v));
    /* Conv1dOptions in place of ConvOptions<1> comes by its own name; anything else that is an options object too. */
    if (v.kind == CK_V_OBJECT && ck_torch_is_options(v.object->cls) &&
        (row == NULL || strstr(row->fields, ":m ") == NULL))
      return ck_ev_cell(ev, ck_ev_copy(ev, v));
  }
  char name[96];
  snprintf(name, sizeof name, "torch::nn::%.*s", (int)strcspn(ck_torch_method(cls), "<"), ck_torch_method(cls));
  ck_cell *cell = ck_ev_object(ev, ck_ev_intern(ev, name), loc);
  if (row == NULL) return cell;
  if (unknown.kind == CK_V_UNKNOWN) {
    fill_unknown(ev, cell, row, dimensions, unknown);
    return cell;
  }
  ck_value spread[8];
  size_t colon = strcspn(row->fields, ":");
  char first = row->fields[colon] ? row->fields[colon + 1] : 'o';
  if (first == 'v' && n > 0 && ck_ev_decide(ev, args[0]).kind != CK_V_LIST && row_takes_one(row)) {
    spread[0] = ck_ev_list(ev, "std::vector", args, n); /* LayerNormOptions{5, 7} */
    args = spread;
    n = 1;
  } else if (n == 1 && (first == 'i' || first == 'f' || first == 'b')) {
    /* {3, 4} for a class of several arguments, {64} for a class of one number. */
    ck_value v = ck_ev_decide(ev, args[0]);
    if (v.kind == CK_V_LIST && v.list->n <= 8) {
      n = v.list->n;
      for (size_t k = 0; k < n; k++) spread[k] = ck_ev_load(ev, v.list->at[k]);
      args = spread;
    }
  }
  fill(ev, cell, row, dimensions, args, n, loc);
  return cell;
}

ck_value ck_torch_options_construct(ck_call *call) {
  ck_value args[8];
  size_t n = call->nargs < 8 ? call->nargs : 8;
  for (size_t i = 0; i < n; i++) args[i] = ck_torch_arg(call, i);
  int64_t dimensions = 0;
  const ck_ir_type *type = ck_ir_strip_ref(call->type);
  if (type != NULL && type->nargs > 0 && type->args[0]->kind == CK_IR_T_VALUE) dimensions = type->args[0]->count;
  char cls[120];
  snprintf(cls, sizeof cls, dimensions > 0 ? "%s<%lld>" : "%s", call->name, (long long)dimensions);
  ck_cell *made = ck_torch_options_new(call->ev, cls, args, n, ck_torch_takes_options(call), call->node->loc);
  ck_value v = ck_ev_load(call->ev, made);
  if (call->self != NULL) ck_ev_store(call->ev, call->self, v);
  return v;
}

/* options.name() and options.name(value) */
ck_value ck_torch_options_call(ck_call *call) {
  ck_cell *self = ck_torch_self_cell(call);
  ck_object *object = ck_torch_object(call->ev, self);
  if (object == NULL) return ck_torch_harmless(call);
  const char *name = ck_torch_method(call->name);
  if (strcmp(name, "operator=") == 0) {
    ck_ev_store(call->ev, self, ck_ev_copy(call->ev, ck_torch_arg(call, 0)));
    return ck_torch_lvalue(self);
  }
  if (call->nargs == 0) {
    ck_cell *cell = ck_ev_find_field(object, name);
    if (cell == NULL) return ck_call_unknown(call, "the option `%s`", name);
    return ck_torch_lvalue(cell);
  }
  ck_torch_option_set(call->ev, self, name, ck_torch_arg(call, 0), call->node->loc);
  return ck_torch_lvalue(self);
}
