/* std_misc.c - the end of the program, the environment, file names, and what does nothing to a model: time, random
 * numbers, threads' locks. */
#include "eval/std_int.h"

#include <stdlib.h>

/* exit, abort, terminate, quick_exit: the path ends here. */
ck_value ck_std_exit(ck_call *call) {
  ck_ev_exit(call->ev);
  return CK_VOID;
}

/* __builtin_expect(value, likely): the value. TORCH_CHECK and [[likely]] macros test through it. */
ck_value ck_std_expect(ck_call *call) { return ck_std_arg(call, 0); }

/* getenv("X"): a text that the program does not know, the same each time. */
ck_value ck_std_getenv(ck_call *call) {
  const char *name;
  if (!ck_std_text_arg(call, 0, &name)) return ck_call_unknown(call, "an environment variable");
  const char *what = ck_arena_printf(ck_ev_arena(call->ev), "getenv(\"%s\")", name);
  return ck_ev_symbol(call->ev, CK_SYM_STRING, what, what, call->node != NULL ? call->node->loc : (ck_loc){0});
}

/* --- filesystem::path: a STRING ------------------------------------------------------------------------------- */
static ck_value joined(ck_call *call, ck_value a, ck_value b) {
  const char *left, *right;
  if (!ck_std_is_string(a) || !ck_std_is_string(b))
    return ck_std_because(call, ck_std_is_string(a) ? b : a, "a path that is not known");
  bool left_known = ck_std_text(call, a, &left), right_known = ck_std_text(call, b, &right);
  if (right_known && right[0] == '/') return b; /* an absolute path replaces */
  if (left_known && (left[0] == 0 || left[strlen(left) - 1] == '/')) return ck_std_concat(call, a, b);
  return ck_std_concat(call, ck_std_concat(call, a, ck_ev_string(call->ev, "/")), b);
}

ck_value ck_std_path_join(ck_call *call) {
  ck_value a = ck_std_value(call, ck_std_operand(call, 0)), b = ck_std_value(call, ck_std_operand(call, 1));
  return joined(call, a, b);
}

ck_value ck_std_path_append(ck_call *call) {
  ck_ev_store(call->ev, call->self, joined(call, ck_std_self(call), ck_std_arg(call, 0)));
  return ck_std_ref_self(call);
}

static size_t filename_at(const char *s) {
  const char *slash = strrchr(s, '/');
  return slash != NULL ? (size_t)(slash + 1 - s) : 0;
}

/* Where the extension of a file name starts; its length if it has none ([fs.path.decompose]). */
static size_t extension_at(const char *name) {
  const char *dot = strrchr(name, '.');
  if (dot == NULL || dot == name || strcmp(name, "..") == 0) return strlen(name);
  return (size_t)(dot - name);
}

/* A path whose last name is known: what stands before the constant text at its end ("" where all is known), and that
 * text. */
static bool split(ck_call *call, ck_value path, ck_value *head, const char **tail) {
  *head = ck_ev_string(call->ev, "");
  if (ck_std_text(call, path, tail)) return true;
  if (path.kind != CK_V_SYM) return false;
  const ck_sym *s = path.sym;
  for (*tail = "";
       s->kind == CK_SYM_OP && s->op == CK_IR_OP_ADD && s->b->kind == CK_SYM_CONST && s->b->type == CK_SYM_STRING;
       s = s->a)
    *tail = ck_arena_printf(ck_ev_arena(call->ev), "%s%s", s->b->s, *tail);
  *head = (ck_value){.kind = CK_V_SYM, .sym = s};
  return strchr(*tail, '/') != NULL;
}

/* filename, stem, extension, parent_path, replace_extension, has_..., is_absolute: told apart by the name. */
ck_value ck_std_path_part(ck_call *call) {
  const char *how = strrchr(call->name, ':') + 1, *s;
  ck_value self = ck_std_self(call), head;
  if (!split(call, self, &head, &s) || (head.kind == CK_V_SYM && (how[0] == 'h' || how[0] == 'i'))) {
    if (self.kind != CK_V_SYM) return ck_std_because(call, self, "a path that is not known");
    bool is_test = ck_starts_with(how, "has_") || ck_starts_with(how, "is_");
    return ck_ev_sym_call(call->ev, is_test ? CK_SYM_BOOL : CK_SYM_STRING, ck_ev_intern(call->ev, how), self, CK_VOID);
  }
  const char *name = s + filename_at(s);
  size_t dot = extension_at(name), parent = filename_at(s);
  while (parent > (head.kind == CK_V_STRING) && s[parent - 1] == '/') parent--;
  if (strcmp(how, "filename") == 0) return ck_ev_string(call->ev, name);
  if (strcmp(how, "stem") == 0) return ck_ev_string_n(call->ev, name, dot);
  if (strcmp(how, "extension") == 0) return ck_ev_string(call->ev, name + dot);
  if (strcmp(how, "parent_path") == 0) return ck_std_concat(call, head, ck_ev_string_n(call->ev, s, parent));
  if (strcmp(how, "has_extension") == 0) return CK_BOOL(name[dot] != 0);
  if (strcmp(how, "has_filename") == 0) return CK_BOOL(name[0] != 0);
  if (strcmp(how, "has_parent_path") == 0) return CK_BOOL(parent > 0);
  if (strcmp(how, "is_absolute") == 0) return CK_BOOL(s[0] == '/');
  if (strcmp(how, "is_relative") == 0) return CK_BOOL(s[0] != '/');
  return ck_call_unknown(call, "`%s`", call->name);
}

ck_value ck_std_path_replace_extension(ck_call *call) {
  const char *s, *extension = "";
  ck_value self = ck_std_self(call), head;
  if (!split(call, self, &head, &s) || (call->nargs > 0 && !ck_std_text_arg(call, 0, &extension))) {
    ck_ev_store(call->ev, call->self, ck_std_because(call, self, "a path that is not known"));
    return ck_std_ref_self(call);
  }
  const char *name = s + filename_at(s);
  ck_value stem = ck_std_concat(call, head, ck_ev_string_n(call->ev, s, (size_t)(name - s) + extension_at(name)));
  if (extension[0] != 0 && extension[0] != '.') stem = ck_std_concat(call, stem, ck_ev_string(call->ev, "."));
  ck_ev_store(call->ev, call->self, ck_std_concat(call, stem, ck_ev_string(call->ev, extension)));
  return ck_std_ref_self(call);
}

ck_value ck_std_path_replace_filename(ck_call *call) {
  const char *s;
  ck_value self = ck_std_self(call), head;
  if (!split(call, self, &head, &s))
    ck_ev_store(call->ev, call->self, ck_std_because(call, self, "a path that is not known"));
  else
    ck_ev_store(call->ev, call->self,
                ck_std_concat(call, ck_std_concat(call, head, ck_ev_string_n(call->ev, s, filename_at(s))),
                              ck_std_arg(call, 0)));
  return ck_std_ref_self(call);
}

/* exists(p), is_directory(p): a condition on the path, the same for the same path. */
ck_value ck_std_path_test(ck_call *call) {
  ck_value path = ck_std_arg(call, 0);
  const char *how = strrchr(call->name, ':') + 1;
  if (!ck_std_is_string(path)) return ck_call_unknown(call, "`%s` of a path that is not known", call->name);
  const char *text;
  if (ck_std_text(call, path, &text)) {
    const char *what = ck_arena_printf(ck_ev_arena(call->ev), "%s(\"%s\")", how, text);
    return ck_ev_symbol(call->ev, CK_SYM_BOOL, what, what, call->node != NULL ? call->node->loc : (ck_loc){0});
  }
  return ck_ev_sym_call(call->ev, CK_SYM_BOOL, ck_ev_intern(call->ev, how), path, CK_VOID);
}

/* --- values that nothing depends on --------------------------------------------------------------------------- */
/* An object of a class that is not modelled and holds nothing of the program: a clock, a generator, a lock. */
ck_value ck_std_inert_construct(ck_call *call) {
  return ck_call_unknown(call, "the value of a `%s`", call->type != NULL ? call->type->name : call->name);
}

/* A class that keeps what it is given, and whose work is not modelled: thread, any, future. */
ck_value ck_std_opening_construct(ck_call *call) {
  if (call->nargs == 0) return ck_call_unknown(call, "the value of a `%s`", call->name);
  return ck_std_refuse(call, "a `%s`, which is not modelled", call->type != NULL ? call->type->name : call->name);
}

ck_value ck_std_opening(ck_call *call) { return ck_std_refuse(call, "`%s`, which is not modelled", call->name); }

/* An exception object is a LIST, named after its class, of what it says (exception.c): the text that it is made of
 * ([std.exceptions]), else not known. */
ck_value ck_std_exception_construct(ck_call *call) {
  const char *cls = ck_ev_intern(call->ev, call->type != NULL ? call->type->name : call->name);
  ck_value what = ck_std_arg(call, 0);
  if (ck_std_list_of(what, cls) != NULL) return ck_ev_copy(call->ev, what);
  bool says = strcmp(cls, "std::system_error") != 0 && call->nargs == 1 && ck_std_is_string(what);
  if (!says) what = ck_call_unknown(call, "what an exception says");
  ck_object *derived = call->self != NULL && call->self->v.kind == CK_V_OBJECT ? call->self->v.object : NULL;
  if (derived != NULL) ck_ev_store(call->ev, ck_ev_field(call->ev, derived, ck_ev_intern(call->ev, "what()")), what);
  return ck_ev_list(call->ev, cls, &what, 1);
}

ck_value ck_std_exception_what(ck_call *call) {
  ck_value self = ck_std_self(call); /* the program's class: what its base was made of */
  ck_cell *said = self.kind == CK_V_OBJECT ? ck_ev_find_field(self.object, "what()") : NULL;
  if (said != NULL) return ck_ev_load(call->ev, said);
  const ck_list *list = ck_std_list(call, call->self);
  if (list == NULL || list->n != 1) return ck_std_because(call, ck_std_self(call), "what an exception says");
  return ck_ev_load(call->ev, list->at[0]);
}

/* atomic<T>: the value itself. */
ck_value ck_std_atomic_construct(ck_call *call) {
  const ck_ir_type *type = ck_std_targ(call->type, 0);
  return call->nargs == 0 ? (type != NULL ? ck_ev_default(call->ev, type, call->node) : CK_VOID)
                          : ck_std_init(call, type, call->args[0]);
}

ck_value ck_std_atomic_load(ck_call *call) { return ck_ev_load(call->ev, call->self); }

ck_value ck_std_atomic_store(ck_call *call) {
  ck_value v = ck_std_init(call, ck_std_targ(ck_std_self_type(call), 0), call->args[0]);
  ck_ev_store(call->ev, call->self, v);
  return strstr(call->name, "operator=") != NULL ? v : CK_VOID;
}

/* fetch_add, fetch_sub return the old value; ++, --, +=, -= the new one (but x++ the old). */
ck_value ck_std_atomic_change(ck_call *call) {
  const char *how = strrchr(call->name, ':') + 1;
  ck_value old = ck_ev_load(call->ev, call->self), by = CK_INT(1);
  bool step = strcmp(how, "operator++") == 0 || strcmp(how, "operator--") == 0;
  if (!step) by = ck_std_arg(call, 0);
  bool down = strstr(how, "sub") != NULL || strchr(how, '-') != NULL;
  ck_value now = ck_ev_binary(call->ev, down ? CK_IR_OP_SUB : CK_IR_OP_ADD, old, by, call->type,
                              call->node != NULL ? call->node->loc : (ck_loc){0});
  ck_ev_store(call->ev, call->self, now);
  return strncmp(how, "fetch", 5) == 0 || (step && ck_std_is_postfix(call)) ? old : now;
}

/* memset(p, 0, n), memcpy: what is written is unknown, except zeros over a whole array. */
ck_value ck_std_memset(ck_call *call) {
  ck_cell *holder;
  size_t index;
  int64_t byte, size;
  ck_value p = ck_std_arg(call, 0);
  const ck_ir_type *type = ck_std_arg_type(call, 0);
  const ck_list *list = ck_std_list(call, call->args[0]);
  if (list == NULL && ck_std_as_iterator(p, &holder, &index) && index == 0) {
    list = ck_std_list(call, holder);
    type = ck_ir_strip_ref(holder->type);
  }
  bool whole = list != NULL && type != NULL && type->kind == CK_IR_T_ARRAY && type->count == (int64_t)list->n &&
               (type->elem->kind == CK_IR_T_INT || type->elem->kind == CK_IR_T_FLOAT) &&
               ck_std_int_arg(call, 1, &byte) && byte == 0 && ck_std_int_arg(call, 2, &size) &&
               size == type->count * (type->elem->bits / 8);
  if (!whole) return ck_std_refuse(call, "memory written by `%s`", call->name);
  for (size_t i = 0; i < list->n; i++)
    ck_ev_store(call->ev, list->at[i], type->elem->kind == CK_IR_T_FLOAT ? CK_FLOAT(0) : CK_INT(0));
  return p;
}

/* integral_constant and relatives are folded by the front end; their objects have no state. */
ck_value ck_std_stateless_construct(ck_call *call) {
  return ck_ev_list(call->ev, call->type != NULL ? call->type->name : call->name, NULL, 0);
}
