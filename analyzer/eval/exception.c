/* exception.c - what is thrown, and which handler takes it.
 *
 * An exception of the library is a LIST, named after its class, of what it says. One that a library's function throws
 * says something that is not known; libtorch's own checks throw c10::Error. A handler takes its own class and what
 * derives from it ([except.handle]); of an exception whose class is not known, every handler may be the one, so the
 * first is taken only if it is `catch (...)` or a root of all. */
#include <string.h>

#include "eval/eval_int.h"

/* Class and base, [std.exceptions] and c10/util/Exception.h. */
static const struct {
  const char *name, *base;
} classes[] = {
    {"std::exception", NULL},
    {"std::logic_error", "std::exception"},
    {"std::invalid_argument", "std::logic_error"},
    {"std::domain_error", "std::logic_error"},
    {"std::length_error", "std::logic_error"},
    {"std::out_of_range", "std::logic_error"},
    {"std::runtime_error", "std::exception"},
    {"std::range_error", "std::runtime_error"},
    {"std::overflow_error", "std::runtime_error"},
    {"std::underflow_error", "std::runtime_error"},
    {"std::system_error", "std::runtime_error"},
    {"std::filesystem::filesystem_error", "std::system_error"},
    {"std::regex_error", "std::runtime_error"},
    {"nlohmann::detail::exception", "std::exception"},
    {"nlohmann::detail::parse_error", "nlohmann::detail::exception"},
    {"nlohmann::detail::type_error", "nlohmann::detail::exception"},
    {"nlohmann::detail::out_of_range", "nlohmann::detail::exception"},
    {"std::bad_alloc", "std::exception"},
    {"std::bad_cast", "std::exception"},
    {"std::bad_any_cast", "std::bad_cast"},
    {"std::bad_function_call", "std::exception"},
    {"std::bad_optional_access", "std::exception"},
    {"std::bad_variant_access", "std::exception"},
    {"c10::Error", "std::exception"},
    {"c10::IndexError", "c10::Error"},
    {"c10::ValueError", "c10::Error"},
    {"c10::TypeError", "c10::Error"},
    {"c10::NotImplementedError", "c10::Error"},
};

static const char *base_of(const char *name, bool *known) {
  for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
    if (strcmp(classes[i].name, name) == 0) return *known = true, classes[i].base;
  return *known = false, NULL;
}

static bool library_derives(const char *name, const char *base) {
  bool known;
  for (; name != NULL; name = base_of(name, &known))
    if (strcmp(name, base) == 0) return true;
  return false;
}

static bool class_derives(const ck_class *cls, const char *base) {
  for (size_t i = 0; i < cls->nbases; i++) {
    const ck_base *b = &cls->bases[i];
    if (b->project ? class_derives(b->project, base) : b->library && library_derives(b->library->name, base))
      return true;
  }
  return false;
}

static bool takes_object(ck_ev *ev, const ck_ir_type *type, const ck_object *thrown) {
  const ck_class *cls = ck_ev_class_of_type(ev, type), *mine = ck_ev_class_of_record(ev, thrown->record);
  return cls ? ck_ev_derives(mine, cls->record) : class_derives(mine, type->name);
}

bool ck_ev_catches(ck_ev *ev, const ck_ir *handler, ck_value thrown) {
  const ck_ir *var = ck_ir_kid(handler, 0);
  const ck_ir_type *type = var ? ck_ir_strip_ref(var->type) : NULL;
  if (var == NULL) return true;
  if (type == NULL || type->kind != CK_IR_T_RECORD) {
    if (type == NULL || thrown.kind == CK_V_UNKNOWN) return false;
    bool text = thrown.kind == CK_V_STRING, number = thrown.kind == CK_V_INT || thrown.kind == CK_V_FLOAT;
    if (type->kind == CK_IR_T_POINTER) return text || thrown.kind == CK_V_PTR;
    return number;
  }
  if (thrown.kind == CK_V_OBJECT && thrown.object->record) return takes_object(ev, type, thrown.object);
  bool known = false;
  if (thrown.kind == CK_V_LIST) base_of(thrown.list->cls, &known);
  /* of what libtorch throws, only that it is some c10::Error is known */
  if (known && library_derives(type->name, thrown.list->cls) && ck_starts_with(type->name, "c10::")) return true;
  if (known) return library_derives(thrown.list->cls, type->name);
  if (ck_ev_class_of_type(ev, type)) return false;
  if (ck_ev_is_string_type(type)) return thrown.kind == CK_V_STRING;
  return thrown.kind == CK_V_UNKNOWN;
}

ck_takes ck_ev_may_take(ck_ev *ev, const ck_ir *handler, const char *base) {
  const ck_ir *var = ck_ir_kid(handler, 0);
  const ck_ir_type *type = var ? ck_ir_strip_ref(var->type) : NULL;
  if (type == NULL) return var ? CK_TAKES_PERHAPS : CK_TAKES;
  const bool is_record = type->kind == CK_IR_T_RECORD;
  if (is_record && strcmp(type->name, "std::exception") == 0) return CK_TAKES; /* few throw anything else */
  if (base == NULL) return CK_TAKES_PERHAPS;
  if (!is_record) return CK_TAKES_NOT;
  if (library_derives(base, type->name)) return CK_TAKES;
  const ck_class *cls = ck_ev_class_of_type(ev, type);
  if (cls) return class_derives(cls, base) ? CK_TAKES_PERHAPS : CK_TAKES_NOT;
  return library_derives(type->name, base) ? CK_TAKES_PERHAPS : CK_TAKES_NOT;
}

void ck_ev_throw(ck_ev *ev, ck_loc loc, const char *what) {
  if (!ck_ev_on(ev)) return;
  bool known;
  base_of(what, &known);
  ck_value says = ck_ev_unknown(ev, loc, "exception: %s", what);
  ev->flow = CK_FLOW_THROW;
  ev->thrown = ck_ev_list(ev, known ? ck_ev_intern(ev, what) : "c10::Error", &says, 1);
}
