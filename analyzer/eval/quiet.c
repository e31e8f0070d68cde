/* quiet.c - is a piece of code one that no module notices?
 *
 * Most of a program that trains or plays moves numbers and tensors about, in loops that nobody can follow to their end.
 * What can be said of such a loop without running it is what it does not do: it makes no module, changes none, loads
 * nothing. Then all it may leave behind is what it names, and what that leads to, is not known any more, but modules
 * are what they were (open.c).
 *
 * The question is put to each node of the region, and of every function that it may call: those in sight by their USR;
 * where that depends on an object's class or on a callback, all functions of that name. The layer above says of a
 * single node whether it is loud, as it alone knows what the library's functions do. */
#include <stdlib.h>

#include "eval/eval_int.h"

typedef struct {
  const char *name; /* plain */
  CK_VEC(const ck_ir *) functions;
} named;

struct ck_quiet_index {
  ck_map by_name; /* plain name: index plus 1 into `lists` */
  ck_map lambdas; /* USR of a lambda's call operator: index plus 1 into `callables` */
  CK_VEC(named) lists;
  CK_VEC(const ck_ir *) callables; /* call operators of lambdas, functions that something else than a call names */
  CK_VEC(const ck_ir *) callbacks; /* overriders of the library's virtual methods */
  ck_ptrmap regions;               /* the first part of a region: what was found */
};

/* What a piece of code does, and what it calls. */
typedef struct {
  bool is_quiet, writes_files, opens_globals, has_statics, throws, may_throw;
  CK_VEC(const ck_ir *) globals; /* REFs to variables of namespaces and classes */
} region;

typedef struct {
  ck_ev *ev;
  region *region;
  ck_ptrmap seen;             /* functions that were visited */
  ck_ptrmap seen_types[2];    /* made, gone */
  CK_VEC(const ck_ir *) todo; /* functions */
  uint32_t nodes;
  bool all_callables;
} search;

/* --- the index ------------------------------------------------------------------------------------------------- */

static void index_function(struct ck_quiet_index *index, const ck_ir *function) {
  bool is_new;
  ck_map_entry *entry = ck_map_put(&index->by_name, ck_ev_plain_name(function->name), &is_new);
  if (is_new) {
    ck_vec_push(&index->lists, (named){.name = entry->key});
    entry->n = index->lists.n;
  }
  ck_vec_push(&index->lists.at[entry->n - 1].functions, function);
}

typedef struct {
  ck_ev *ev;
  struct ck_quiet_index *index;
} indexing;

/* A method of a library's class that library code may call at any time: a data set's get(). Not those of modules, which
 * are called by their name. */
static bool is_of_library(ck_ev *ev, const char *usr) {
  return *usr != '\0' && ck_ev_method(ev, usr) == NULL && ev->observer.calls_back != NULL &&
         ev->observer.calls_back(usr);
}

static void visit_for_index(const ck_ir *node, void *data) {
  indexing *in = data;
  if (node->kind == CK_IR_FUNCTION && ck_ir_body(node)) {
    index_function(in->index, node);
    for (uint32_t i = 0; i < node->nkids; i++)
      if (node->kids[i] && node->kids[i]->kind == CK_IR_OVERRIDES && is_of_library(in->ev, node->kids[i]->usr))
        ck_vec_push(&in->index->callbacks, node);
  }
  if (node->kind == CK_IR_LAMBDA)
    for (uint32_t i = 0; i < node->nkids; i++)
      if (node->kids[i] && node->kids[i]->kind == CK_IR_FUNCTION) {
        ck_vec_push(&in->index->callables, node->kids[i]);
        if (*node->kids[i]->usr) ck_map_put(&in->index->lambdas, node->kids[i]->usr, NULL)->n = in->index->callables.n;
      }
  if (node->kind == CK_IR_REF && (node->flags & CK_IR_F_FUNCTION)) {
    const ck_ir *function = ck_ir_find_function(in->ev->program, node->usr, NULL, NULL);
    if (function != NULL) ck_vec_push(&in->index->callables, function);
  }
}

static struct ck_quiet_index *index_of(ck_ev *ev) {
  if (ev->quiet != NULL) return ev->quiet;
  ev->quiet = ck_calloc(1, sizeof *ev->quiet);
  ck_map_init(&ev->quiet->by_name);
  ck_map_init(&ev->quiet->lambdas);
  indexing in = {ev, ev->quiet};
  for (size_t i = 0; i < ck_ir_program_unit_count(ev->program); i++)
    ck_ir_walk(ck_ir_program_unit(ev->program, i)->root, visit_for_index, &in);
  return ev->quiet;
}

void ck_ev_release_quiet(ck_ev *ev) {
  if (ev->quiet == NULL) return;
  for (size_t i = 0; i < ev->quiet->lists.n; i++) free(ev->quiet->lists.at[i].functions.at);
  free(ev->quiet->lists.at);
  for (size_t i = 0; i < ev->quiet->regions.size; i++) {
    region *r = ev->quiet->regions.slots[i].p;
    if (r != NULL) free(r->globals.at);
    free(r);
  }
  ck_ptrmap_release(&ev->quiet->regions);
  free(ev->quiet->callables.at);
  free(ev->quiet->callbacks.at);
  ck_map_release(&ev->quiet->by_name);
  ck_map_release(&ev->quiet->lambdas);
  free(ev->quiet);
}

/* --- what a node may call -------------------------------------------------------------------------------------- */

static bool is_seen(ck_ptrmap *set, const void *what) {
  void **slot = ck_ptrmap_slot(set, what);
  bool seen = *slot != NULL;
  *slot = set;
  return seen;
}

static void calls(search *s, const ck_ir *function) {
  if (function != NULL && !is_seen(&s->seen, function)) ck_vec_push(&s->todo, function);
}

static void calls_named(search *s, const char *plain) {
  struct ck_quiet_index *index = index_of(s->ev);
  ck_map_entry *entry = ck_map_find(&index->by_name, plain);
  for (size_t i = 0; entry != NULL && i < index->lists.at[entry->n - 1].functions.n; i++)
    calls(s, index->lists.at[entry->n - 1].functions.at[i]);
}

static void calls_any(search *s) {
  if (s->all_callables) return;
  s->all_callables = true;
  struct ck_quiet_index *index = index_of(s->ev);
  for (size_t i = 0; i < index->callables.n; i++) calls(s, index->callables.at[i]);
  calls_named(s, "operator()");
}

static void walk(search *s, const ck_ir *node);

typedef enum { MADE = CK_IR_F_CTOR, GONE = CK_IR_F_DTOR } life;

static bool is_smart_pointer(const ck_ir_type *type) {
  return strcmp(type->name, "std::shared_ptr") == 0 || strcmp(type->name, "std::unique_ptr") == 0 ||
         strcmp(type->name, "std::weak_ptr") == 0;
}

/* What a value of the type runs where it is made, or where it is gone: of its class, its members, its elements. */
static void lives(search *s, const ck_ir_type *type, life event) {
  if (type == NULL || is_seen(&s->seen_types[event == GONE], type)) return;
  if (type->kind == CK_IR_T_ARRAY) lives(s, type->elem, event);
  if (type->kind != CK_IR_T_RECORD || (event == MADE && is_smart_pointer(type))) return;
  for (uint32_t i = 0; i < type->nargs; i++) lives(s, type->args[i], event);
  const ck_ir *record = *type->usr ? ck_ir_find_record(s->ev->program, type->usr, NULL, NULL) : NULL;
  for (uint32_t i = 0; record != NULL && i < record->nkids; i++) {
    const ck_ir *kid = record->kids[i];
    if (kid == NULL) continue;
    if (kid->kind == CK_IR_FIELD && event == MADE) walk(s, ck_ir_kid(kid, 0));
    if (kid->kind == CK_IR_FIELD || kid->kind == CK_IR_BASE) lives(s, kid->type, event);
    if (kid->kind == CK_IR_FUNCTION && (kid->flags & event))
      calls(s, ck_ir_body(kid) ? kid : ck_ir_find_function(s->ev->program, kid->usr, NULL, NULL));
  }
}

/* The values that a call makes by itself: what it returns, what `make_shared` and `emplace` construct. */
static void makes(search *s, const ck_ir *node, const char *plain) {
  const ck_ir_type *type = node->type, *object = ck_ir_kid(node, 0) ? ck_ir_strip_ref(node->kids[0]->type) : NULL;
  lives(s, type, MADE);
  lives(s, type, GONE);
  if (type != NULL && type->kind == CK_IR_T_RECORD && is_smart_pointer(type) && ck_starts_with(plain, "make_") &&
      type->nargs > 0)
    lives(s, type->args[0], MADE);
  if (node->kind == CK_IR_MCALL && object != NULL &&
      (ck_starts_with(plain, "emplace") || ck_starts_with(plain, "push_") || strcmp(plain, "resize") == 0 ||
       strcmp(plain, "insert") == 0 || strcmp(plain, "assign") == 0))
    lives(s, object, MADE);
}

/* A function object, or a pointer to a function: who is given it may call it. */
static bool is_callable(const ck_ir_type *type) {
  type = ck_ir_strip_ref(type);
  if (type == NULL) return true;
  if (type->kind == CK_IR_T_POINTER) type = type->elem;
  if (type->kind == CK_IR_T_FUNCTION || type->kind == CK_IR_T_UNKNOWN) return true;
  return type->kind == CK_IR_T_RECORD &&
         (strcmp(type->name, "std::function") == 0 || strstr(type->name, "lambda") != NULL || type->name[0] == '\0');
}

static const ck_ir *called(search *s, const ck_ir *node) {
  if (*node->usr == '\0') return NULL;
  const ck_map_entry *lambda = ck_map_find(&s->ev->quiet->lambdas, node->usr);
  if (lambda != NULL) return s->ev->quiet->callables.at[lambda->n - 1];
  return ck_ir_find_function(s->ev->program, node->usr, NULL, NULL);
}

/* Returns whether the function that is called is in sight. */
static bool follow_call(search *s, const ck_ir *node) {
  const ck_ir *function = called(s, node);
  const char *plain = ck_ev_plain_name(node->name);
  if (function != NULL && ck_ir_body(function) == NULL) function = NULL;
  calls(s, function);
  makes(s, node, plain);
  if (node->kind == CK_IR_CONSTRUCT || node->kind == CK_IR_NEW) return function != NULL;
  bool is_indirect = node->kind == CK_IR_CALL ? ck_ir_kid(node, 0) != NULL && function == NULL
                                              : function == NULL && strcmp(plain, "operator()") == 0;
  if (is_indirect || (function == NULL && strcmp(plain, "apply") == 0)) {
    calls_any(s);
    calls_named(s, "forward"); /* a holder's, or of a class that is given as a template argument */
    calls_named(s, "backward");
  }
  if (function == NULL || (node->flags & CK_IR_F_VIRTUAL)) calls_named(s, plain);
  for (uint32_t i = 0; function == NULL && i < node->nkids; i++)
    if (node->kids[i] && node->kids[i]->kind != CK_IR_LAMBDA && is_callable(node->kids[i]->type)) calls_any(s);
  return function != NULL;
}

/* --- the walk -------------------------------------------------------------------------------------------------- */

static void judge(search *s, const ck_ir *node, bool in_sight) {
  ck_loudness loudness = s->ev->observer.loudness(s->ev, s->ev->observer.data, node, in_sight);
  if (loudness == CK_LOUD) s->region->is_quiet = false;
  if (loudness == CK_WRITES_FILES) s->region->writes_files = true;
  if (loudness == CK_OPENS_GLOBALS) s->region->opens_globals = true;
}

static void walk(search *s, const ck_ir *node) {
  if (node == NULL || !s->region->is_quiet) return;
  if (++s->nodes > CK_LIMIT_QUIET_NODES) {
    s->region->is_quiet = false;
    return;
  }
  bool in_sight = false;
  switch (node->kind) {
  case CK_IR_CALL:
  case CK_IR_MCALL:
  case CK_IR_OPCALL:
  case CK_IR_CONSTRUCT:
  case CK_IR_NEW:
    in_sight = follow_call(s, node);
    s->region->may_throw |= !in_sight && ck_ev_call_may_throw(s->ev, node);
    break;
  case CK_IR_UNKNOWN: s->region->may_throw = true; break;
  case CK_IR_RANGE_FOR: { /* the calls that it does not write */
    static const char *const names[] = {"begin", "end", "operator++", "operator*", "operator!=", "next", NULL};
    for (const char *const *name = names; *name != NULL; name++) calls_named(s, *name);
    break;
  }
  case CK_IR_VAR:
    if (ck_ir_kid(node, 0) == NULL) lives(s, node->type, MADE);
    lives(s, node->type, GONE);
    if (node->flags & CK_IR_F_STATIC) s->region->has_statics = true;
    break;
  case CK_IR_REF:
    if ((node->flags & CK_IR_F_GLOBAL) && !(node->flags & (CK_IR_F_FUNCTION | CK_IR_F_ENUMERATOR)))
      ck_vec_push(&s->region->globals, node);
    break;
  case CK_IR_THROW: s->region->throws = true; break;
  default: break;
  }
  judge(s, node, in_sight);
  for (uint32_t i = 0; i < node->nkids; i++) walk(s, node->kids[i]);
}

static region *find(ck_ev *ev, const ck_ir *const *parts, size_t n) {
  struct ck_quiet_index *index = index_of(ev);
  void **known = ck_ptrmap_slot(&index->regions, parts[0]);
  if (*known != NULL) return *known;
  region *r = *known = ck_calloc(1, sizeof *r);
  r->is_quiet = ev->observer.loudness != NULL;
  search s = {.ev = ev, .region = r};
  for (size_t i = 0; i < index->callbacks.n; i++) calls(&s, index->callbacks.at[i]);
  for (size_t i = 0; i < n; i++) walk(&s, parts[i]);
  while (s.todo.n > 0 && r->is_quiet) {
    const ck_ir *function = s.todo.at[--s.todo.n];
    for (uint32_t i = 0; i < function->nkids; i++) walk(&s, function->kids[i]);
  }
  free(s.todo.at);
  ck_ptrmap_release(&s.seen);
  ck_ptrmap_release(&s.seen_types[0]);
  ck_ptrmap_release(&s.seen_types[1]);
  return r;
}

bool ck_ev_is_quiet(ck_ev *ev, const ck_ir *code) { return find(ev, &code, 1)->is_quiet; }

bool ck_ev_pass_over(ck_ev *ev, const ck_ir *const *parts, size_t n, ck_loc loc, const char *reason) {
  const region *r = find(ev, parts, n);
  if (!r->is_quiet || (r->throws && ev->try_depth > 0)) return false;
  ev->spares_modules++;
  for (size_t i = 0; i < n; i++) ck_ev_open_names(ev, parts[i], reason);
  for (size_t i = 0; i < r->globals.n && ck_ev_on(ev); i++) ck_ev_open_names(ev, r->globals.at[i], reason);
  if (r->has_statics) ck_ev_open_statics(ev, loc, reason);
  ev->spares_modules--;
  if (r->opens_globals) ck_ev_open_globals(ev, loc, reason);
  if (r->writes_files) ck_ev_file_changes(ev, CK_FILE_ANY, CK_VOID, loc);
  if (r->may_throw) ck_ev_may_throw(ev, parts[0], NULL);
  return true;
}
