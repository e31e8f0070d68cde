/* writes.c - which variables does the program write to?
 *
 * Asked before the first value of a variable is believed, where something else may have run before. Each node of the
 * program is asked for the lvalues that it may change by itself: what it assigns to, steps, calls a method of, or hands
 * on so that it may be written; the variable that such an lvalue is a part of is written. What names a part of a
 * variable for a while (a reference, an iterator, the parameter of a function that is in sight) is another name of it:
 * the variable is written if that name is. */
#include <stdlib.h>

#include "eval/eval_int.h"

typedef struct {
  const char *name, *variable; /* USRs: what is written to, or through, `name`, is written to `variable` */
  bool is_iterator;            /* only what is written through it */
} alias;

typedef struct {
  ck_ev *ev;
  const ck_ir_unit *unit; /* that is walked */
  ck_map through;         /* USRs of what is written through: *it = x, it->second = x */
  ck_map taken;           /* types that constructors of the program take by a reference that is not const */
  CK_VEC(alias) aliases;
} writes;

bool ck_ev_hands_on(const ck_ir_type *type) {
  return type != NULL && type->kind == CK_IR_T_LREF && !type->elem->is_const;
}

static bool is_one_of(const char *name, const char *const *names) {
  for (; *names != NULL; names++)
    if (strcmp(name, *names) == 0) return true;
  return false;
}

bool ck_ev_is_const_method(const ck_ir *call) {
  const char *hash = strrchr(call->usr, '~');
  size_t n = hash != NULL && strlen(hash) == 17 ? (size_t)(hash - call->usr) : strlen(call->usr);
  return n > 2 && strncmp(call->usr + n - 2, "#1", 2) == 0;
}

/* Methods that give access to elements, whether or not the object is const: what is written then shows at the use. */
static bool gives_part(const ck_ir *call) {
  static const char *const names[] = {"operator[]", "at",         "front", "back", "value",
                                      "operator*",  "operator->", "get",   NULL};
  return is_one_of(ck_ev_plain_name(call->name), names);
}

static bool gives_iterator(const ck_ir *call) {
  static const char *const names[] = {"begin", "end",         "rbegin",      "rend", "data",
                                      "find",  "lower_bound", "upper_bound", NULL};
  return (call->kind == CK_IR_MCALL || call->kind == CK_IR_CALL) && is_one_of(ck_ev_plain_name(call->name), names);
}

/* The variable that the lvalue is, or is a part of; NULL if there is none. */
static const ck_ir *base_of(const ck_ir *lvalue, bool *through) {
  *through = false;
  while (lvalue != NULL && lvalue->kind != CK_IR_REF) {
    bool is_call = lvalue->kind == CK_IR_OPCALL || lvalue->kind == CK_IR_MCALL;
    bool is_part = lvalue->kind == CK_IR_MEMBER || lvalue->kind == CK_IR_SUBSCRIPT || lvalue->kind == CK_IR_CAST ||
                   (lvalue->kind == CK_IR_UNARY && lvalue->op == CK_IR_OP_DEREF) ||
                   (is_call && (gives_part(lvalue) || gives_iterator(lvalue)));
    if (!is_part) return NULL;
    if (lvalue->kind != CK_IR_CAST && (lvalue->kind != CK_IR_MEMBER || (lvalue->flags & CK_IR_F_ARROW)))
      *through = true;
    lvalue = ck_ir_kid(lvalue, 0);
  }
  return lvalue != NULL && lvalue->usr[0] != '\0' && !(lvalue->flags & (CK_IR_F_FUNCTION | CK_IR_F_ENUMERATOR)) ? lvalue
                                                                                                                : NULL;
}

static void hit(writes *w, const ck_ir *lvalue) {
  bool through;
  const ck_ir *base = base_of(lvalue, &through);
  if (base == NULL) return;
  ck_map_put(&w->ev->written, base->usr, NULL);
  if (through) ck_map_put(&w->through, base->usr, NULL);
}

/* `name` is another name of the lvalue, or an iterator into it. */
static void name_again(writes *w, const ck_ir *name, const ck_ir *lvalue, bool is_iterator) {
  bool through;
  const ck_ir *base = base_of(lvalue, &through);
  if (base != NULL && name != NULL) ck_vec_push(&w->aliases, (alias){name->usr, base->usr, is_iterator});
}

static bool is_array(const ck_ir *node) {
  const ck_ir_type *type = node ? ck_ir_strip_ref(node->type) : NULL;
  return type != NULL && type->kind == CK_IR_T_ARRAY;
}

static bool writes_through(const ck_ir_type *type) {
  return type != NULL && (ck_ev_hands_on(type) || (type->kind == CK_IR_T_POINTER && !type->elem->is_const));
}

/* An iterator that is a part of the node: its object, or NULL. */
static const ck_ir *iterated(const ck_ir *node) {
  if (node == NULL || !gives_iterator(node)) return NULL;
  return ck_ir_kid(node, node->kind == CK_IR_MCALL ? 0 : 1);
}

/* A variable and what it is initialised by. */
static void initialised_by(writes *w, const ck_ir *var, const ck_ir *init) {
  if (ck_ev_hands_on(var->type) || (is_array(init) && writes_through(var->type))) name_again(w, var, init, false);
  if (iterated(init)) name_again(w, var, iterated(init), true);
}

/* The parts of `for (auto &[a, b] : v)`, `auto &[a, b] = v`. */
static void bound_to(writes *w, const ck_ir *var, const ck_ir *from) {
  if (var->kind != CK_IR_BINDING) {
    if (ck_ev_hands_on(var->type)) name_again(w, var, from, false);
    return;
  }
  for (uint32_t i = 1; ck_ev_hands_on(var->type) && i < var->nkids; i++) name_again(w, var->kids[i], from, false);
}

/* Does the parameter list in the USR have a reference, or a pointer, to what is not const? `&&` takes what is moved, or
 * hands on what it is given. */
static bool usr_hands_on(const char *usr, const char *sigil) {
  for (const char *p = strstr(usr, sigil); p != NULL; p = strstr(p, sigil)) {
    const char *next = p + strlen(sigil);
    if (*next != '1' && *next != '&') return true;
    p = *next == '&' ? next + 1 : next;
  }
  return false;
}

static const char *type_key(const ck_ir_type *type) {
  type = ck_ir_strip_ref(type);
  return type == NULL ? "" : type->kind == CK_IR_T_RECORD ? type->usr : type->spelling;
}

static void add_taken(const ck_ir *node, void *data) {
  writes *w = data;
  if (node->kind != CK_IR_FUNCTION || !(node->flags & CK_IR_F_CTOR)) return;
  for (size_t i = 0; i < ck_ir_param_count(node); i++)
    if (ck_ev_hands_on(ck_ir_param(node, i)->type)) ck_map_put(&w->taken, type_key(ck_ir_param(node, i)->type), NULL);
}

/* Functions of the library that only read what their iterators name. */
static bool only_iterates(const ck_ir *call) {
  static const char *const names[] = {"find",           "find_if",     "find_if_not",
                                      "count",          "count_if",    "all_of",
                                      "any_of",         "none_of",     "accumulate",
                                      "reduce",         "max_element", "min_element",
                                      "minmax_element", "equal",       "distance",
                                      "lower_bound",    "upper_bound", "binary_search",
                                      "advance",        "next",        "prev",
                                      "adjacent_find",  "is_sorted",   "inner_product",
                                      "search",         "mismatch",    "lexicographical_compare",
                                      "equal_range",    NULL};
  return strncmp(call->name, "std::", 5) == 0 && is_one_of(ck_ev_plain_name(call->name), names);
}

/* Functions of the library that copy what they are given. */
static bool only_copies(const ck_ir *call) {
  static const char *const names[] = {"make_pair", "make_tuple", "make_optional", "to_string",
                                      "min",       "max",        "size",          NULL};
  return (strncmp(call->name, "std::", 5) == 0 || strncmp(call->name, "c10::", 5) == 0) &&
         is_one_of(ck_ev_plain_name(call->name), names);
}

static bool is_library_class(const ck_ir_type *type) {
  static const char *const prefixes[] = {"std::", "torch::", "at::", "c10::"};
  for (size_t i = 0; type != NULL && i < sizeof prefixes / sizeof *prefixes; i++)
    if (strncmp(type->name, prefixes[i], strlen(prefixes[i])) == 0) return true;
  return false;
}

/* Does it hand its arguments on to a constructor, by what libtorch and the library call perfect forwarding? */
static bool only_constructs(const ck_ir *call) {
  static const char *const names[] = {"make_shared",  "make_unique", "emplace",       "emplace_back",
                                      "emplace_hint", "try_emplace", "emplace_front", NULL};
  return call->kind == CK_IR_CONSTRUCT ||
         (strncmp(call->name, "std::", 5) == 0 && is_one_of(ck_ev_plain_name(call->name), names));
}

/* What becomes of an argument: the parameter of a function in sight is another name of it. */
static void argument(writes *w, const ck_ir *call, const ck_ir *function, size_t i, const ck_ir *arg) {
  const ck_ir *container = iterated(arg);
  bool of_library = call->kind == CK_IR_CONSTRUCT && is_library_class(call->type);
  if (container != NULL && !only_iterates(call) && !of_library && call->kind != CK_IR_OPCALL) hit(w, container);
  if (function != NULL && i < ck_ir_param_count(function)) {
    const ck_ir *param = ck_ir_param(function, i);
    if (ck_ev_hands_on(param->type) || (is_array(arg) && writes_through(param->type))) name_again(w, param, arg, false);
    return;
  }
  if (only_copies(call) || only_iterates(call) || (call->usr[0] == '\0' && of_library)) return;
  bool forwards = strstr(call->usr, "&&") != NULL;
  if (forwards && only_constructs(call)) forwards = ck_map_find(&w->taken, type_key(arg->type)) != NULL;
  if (forwards || call->usr[0] == '\0' || usr_hands_on(call->usr, "&") ||
      (is_array(arg) && usr_hands_on(call->usr, "*")))
    hit(w, arg);
}

static bool operator_writes(const ck_ir *node) {
  const char *op = ck_ev_plain_name(node->name) + strlen("operator");
  static const char *const reads[] = {"==", "!=", "<=", ">=", "[]", "*", "->", "+",  "-",  "/",   "%",
                                      "<",  ">",  "!",  "~",  "&",  "|", "^",  "&&", "||", "<=>", NULL};
  return strlen(ck_ev_plain_name(node->name)) < strlen("operator") ||
         !(ck_ev_is_const_method(node) || is_one_of(op, reads));
}

static void call(writes *w, const ck_ir *node) {
  bool is_method = node->kind == CK_IR_MCALL, has_object = is_method || node->kind == CK_IR_OPCALL;
  const ck_ir *function = NULL;
  if (node->usr[0] && !(node->flags & CK_IR_F_VIRTUAL) && node->kind != CK_IR_OPCALL)
    function = ck_ir_find_function(w->ev->program, node->usr, w->unit, NULL);
  if (function != NULL && ck_ir_body(function) == NULL) function = NULL;
  if (is_method && !ck_ev_is_const_method(node) && !gives_part(node) && !gives_iterator(node))
    hit(w, ck_ir_kid(node, 0));
  if (node->kind == CK_IR_OPCALL && operator_writes(node)) hit(w, ck_ir_kid(node, 0));
  uint32_t first = has_object || node->kind == CK_IR_CALL ? 1 : 0;
  for (uint32_t i = first; i < node->nkids; i++)
    if (node->kids[i]) argument(w, node, function, i - first, node->kids[i]);
}

static void add_returned(const ck_ir *node, void *data) {
  writes *w = data;
  if (node->kind != CK_IR_RETURN) return;
  hit(w, ck_ir_kid(node, 0));
}

static void add(const ck_ir *node, void *data) {
  writes *w = data;
  const ck_ir *first = ck_ir_kid(node, 0);
  switch (node->kind) {
  case CK_IR_FUNCTION: /* whoever calls it may write */
    if (ck_ev_hands_on(node->type)) ck_ir_walk(node, add_returned, w);
    break;
  case CK_IR_RANGE_FOR: bound_to(w, node->kids[0], node->kids[1]); break;
  case CK_IR_BINDING: bound_to(w, node, first); break;
  case CK_IR_VAR: initialised_by(w, node, first); break;
  case CK_IR_ASSIGN:
    hit(w, first);
    if (iterated(node->kids[1]) || (is_array(node->kids[1]) && writes_through(ck_ir_strip_ref(first->type))))
      hit(w, iterated(node->kids[1]) ? iterated(node->kids[1]) : node->kids[1]);
    break;
  case CK_IR_UNARY:
    if (node->op == CK_IR_OP_ADDR || (node->op >= CK_IR_OP_PRE_INC && node->op <= CK_IR_OP_POST_DEC)) hit(w, first);
    break;
  case CK_IR_CALL:
  case CK_IR_MCALL:
  case CK_IR_OPCALL:
  case CK_IR_NEW:
  case CK_IR_CONSTRUCT: call(w, node); break;
  case CK_IR_RETURN:
  case CK_IR_CAPTURE:
    if (iterated(first)) hit(w, iterated(first));
    break;
  case CK_IR_UNKNOWN:
    for (uint32_t i = 0; i < node->nkids; i++) hit(w, node->kids[i]);
    break;
  default: break;
  }
}

/* What another name of a variable is given is given to the variable. */
static void follow_names(writes *w) {
  for (bool more = true; more;) {
    more = false;
    for (size_t i = 0; i < w->aliases.n; i++) {
      const alias *a = &w->aliases.at[i];
      bool through = ck_map_find(&w->through, a->name) != NULL, is_new = false;
      if (!through && (a->is_iterator || ck_map_find(&w->ev->written, a->name) == NULL)) continue;
      ck_map_put(&w->ev->written, a->variable, &is_new);
      more |= is_new;
      if (!through) continue;
      ck_map_put(&w->through, a->variable, &is_new);
      more |= is_new;
    }
  }
}

void ck_ev_collect_writes(ck_ev *ev) {
  writes w = {.ev = ev};
  ck_map_init(&w.through);
  ck_map_init(&w.taken);
  size_t n = ck_ir_program_unit_count(ev->program);
  for (size_t i = 0; i < n; i++) ck_ir_walk(ck_ir_program_unit(ev->program, i)->root, add_taken, &w);
  for (size_t i = 0; i < n; i++) {
    w.unit = ck_ir_program_unit(ev->program, i);
    ck_ir_walk(w.unit->root, add, &w);
  }
  follow_names(&w);
  ck_map_release(&w.through);
  ck_map_release(&w.taken);
  free(w.aliases.at);
}
