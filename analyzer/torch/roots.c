/* roots.c - which functions to run: the call graph over what is written, and what leads to a load or a construction.
 *
 * An edge is drawn wherever a function may be entered: calls, overriders of a virtual method that is called, functions
 * whose address is taken, constructors of every class that is constructed, named as a template argument
 * (make_shared<Net>), or held by a holder that is. Too many edges only mean that something is run from further up. */
#include <stdlib.h>

#include "torch/run_int.h"

typedef struct {
  ck_torch_run *run;
  ck_torch_functions functions;
  size_t room;
  ck_map by_usr;     /* USR of a function: index plus 1 */
  ck_map ctors;      /* USR of a class: index plus 1 into `lists` */
  ck_map overriders; /* USR of a method: the same */
  ck_map twins;      /* USR of a function with several definitions (`main`): the same, for all but the first */
  CK_VEC(struct { CK_VEC(size_t) at; }) lists;
  size_t current; /* function being walked */
  const ck_ir *record;
} graph;

bool ck_torch_wanted_file(const ck_torch_run *run, const char *file) {
  if (file == NULL) return false;
  const ck_torch_request *request = run->request;
  for (size_t i = 0; i < request->nfiles; i++)
    if (strcmp(request->files[i], file) == 0) return true;
  for (size_t i = 0; request->nfiles == 0 && i < ck_ir_program_unit_count(run->program); i++)
    if (strcmp(ck_ir_program_unit(run->program, i)->main_file, file) == 0) return true;
  return false;
}

bool ck_torch_is_module_type(ck_torch_run *run, const ck_ir_type *type) {
  type = ck_ir_strip_ref(type);
  for (int depth = 0; type != NULL && depth < 4; depth++) {
    if (type->kind == CK_IR_T_POINTER) {
      type = type->elem;
      continue;
    }
    if (type->kind != CK_IR_T_RECORD) return false;
    if (strcmp(type->name, "std::shared_ptr") == 0 || strcmp(type->name, "std::unique_ptr") == 0) {
      type = type->nargs ? type->args[0] : NULL;
      continue;
    }
    return ck_torch_is_stock_holder(type->name) || ck_torch_holder_impl(run->program, type) != NULL ||
           ck_ev_type_is_a(run->ev, type, "torch::nn::Module");
  }
  return false;
}

/* --- collecting ----------------------------------------------------------------------------------------------- */

static void list_add(graph *g, ck_map *map, const char *usr, size_t value);

/* A method that is defined outside of its class belongs to the class all the same. */
static void adopt(graph *g, const ck_ir *declaration, const ck_ir *record) {
  ck_map_entry *entry = *declaration->usr ? ck_map_find(&g->by_usr, declaration->usr) : NULL;
  if (entry == NULL || g->functions.at[entry->n - 1].record != NULL) return;
  g->functions.at[entry->n - 1].record = record;
  if (g->functions.at[entry->n - 1].node->flags & CK_IR_F_CTOR) list_add(g, &g->ctors, record->usr, entry->n - 1);
}

/* An instance of a constructor template stands outside of its class: the class is the one whose USR its own begins
 * with.
 */
static void adopt_instance(graph *g, const ck_ir *ctor) {
  for (const char *at = strstr(ctor->usr, "@F@"); at != NULL; at = strstr(at + 1, "@F@")) {
    const char *owner = ck_arena_strndup(ck_ev_arena(g->run->ev), ctor->usr, (size_t)(at - ctor->usr));
    const ck_ir *record = ck_ir_find_record(g->run->program, owner, NULL, NULL);
    if (record == NULL) continue;
    adopt(g, ctor, record);
    return;
  }
}

static void list_add(graph *g, ck_map *map, const char *usr, size_t value) {
  if (*usr == '\0') return;
  bool is_new;
  ck_map_entry *entry = ck_map_put(map, usr, &is_new);
  if (is_new) {
    ck_vec_reserve(&g->lists);
    memset(&g->lists.at[g->lists.n++], 0, sizeof *g->lists.at);
    entry->n = g->lists.n;
  }
  ck_vec_push(&g->lists.at[entry->n - 1].at, value);
}

/* One definition, seen from two units that include its header? */
static bool same_place(const ck_ir *a, const ck_ir *b) {
  return a->loc.file != NULL && b->loc.file != NULL && strcmp(a->loc.file, b->loc.file) == 0 &&
         a->loc.line == b->loc.line && a->loc.column == b->loc.column;
}

/* Does the function stand in the graph? Units of several executables each define `main`, and perhaps more of one name:
 * each is a function of its own. */
static bool is_known(const graph *g, const ck_ir *node, bool *is_twin) {
  const ck_map_entry *entry = *node->usr ? ck_map_find(&g->by_usr, node->usr) : NULL;
  *is_twin = entry != NULL;
  if (entry == NULL) return false;
  if (!ck_ir_body(node) || same_place(g->functions.at[entry->n - 1].node, node)) return true;
  entry = ck_map_find(&g->twins, node->usr);
  for (size_t i = 0; entry != NULL && i < g->lists.at[entry->n - 1].at.n; i++)
    if (same_place(g->functions.at[g->lists.at[entry->n - 1].at.at[i]].node, node)) return true;
  return false;
}

static void add_function(graph *g, const ck_ir *node, const ck_ir *record) {
  bool is_twin;
  if (is_known(g, node, &is_twin)) return;
  if (g->functions.n == g->room) {
    g->room = g->room ? g->room * 2 : 64;
    g->functions.at = ck_realloc(g->functions.at, g->room * sizeof *g->functions.at);
  }
  size_t i = g->functions.n++;
  g->functions.at[i] = (ck_torch_function){.node = node, .record = record};
  if (is_twin) list_add(g, &g->twins, node->usr, i);
  else if (*node->usr) ck_map_put(&g->by_usr, node->usr, NULL)->n = i + 1;
  if (record != NULL && (node->flags & CK_IR_F_CTOR)) list_add(g, &g->ctors, record->usr, i);
  for (size_t k = 0; k < node->nkids; k++)
    if (node->kids[k] && node->kids[k]->kind == CK_IR_OVERRIDES) list_add(g, &g->overriders, node->kids[k]->usr, i);
}

static void collect_unit(graph *g, const ck_ir_unit *unit, bool bodies) {
  for (size_t i = 0; i < unit->root->nkids; i++) {
    const ck_ir *node = unit->root->kids[i];
    if (node == NULL) continue;
    if (bodies && node->kind == CK_IR_FUNCTION && ck_ir_body(node)) add_function(g, node, NULL);
    if (!bodies && node->kind == CK_IR_FUNCTION && (node->flags & CK_IR_F_CTOR)) adopt_instance(g, node);
    for (size_t k = 0; node->kind == CK_IR_RECORD && k < node->nkids; k++) {
      const ck_ir *kid = node->kids[k];
      if (kid == NULL || kid->kind != CK_IR_FUNCTION) continue;
      if (bodies && ck_ir_body(kid)) add_function(g, kid, node);
      if (bodies) continue;
      adopt(g, kid, node);
      if (kid->flags & CK_IR_F_CTOR) add_function(g, kid, node); /* unless its definition is known */
    }
  }
}

/* --- edges ---------------------------------------------------------------------------------------------------- */

static void edge(graph *g, size_t to, bool is_call) {
  ck_torch_function *from = &g->functions.at[g->current];
  if (to == g->current) return;
  g->functions.at[to].is_called |= is_call;
  for (size_t i = 0; i < from->callees.n; i++)
    if (from->callees.at[i] == to) return;
  ck_vec_push(&from->callees, to);
  g->functions.at[to].has_caller = true;
}

static void edges_of_list(graph *g, const ck_map *map, const char *usr) {
  ck_map_entry *entry = *usr ? ck_map_find(map, usr) : NULL;
  for (size_t i = 0; entry != NULL && i < g->lists.at[entry->n - 1].at.n; i++)
    edge(g, g->lists.at[entry->n - 1].at.at[i], true);
}

static void edge_usr(graph *g, const char *usr, bool is_call) {
  ck_map_entry *entry = *usr ? ck_map_find(&g->by_usr, usr) : NULL;
  if (entry == NULL) return;
  edge(g, entry->n - 1, is_call);
  edges_of_list(g, &g->twins, usr);
}

/* Everything that making a value of this type may run. */
static void edges_of_type(graph *g, const ck_ir_type *type, int depth) {
  type = ck_ir_strip_ref(type);
  if (type == NULL || depth > 4) return;
  if (type->kind == CK_IR_T_ARGS || type->kind == CK_IR_T_RECORD) {
    for (uint32_t i = 0; i < type->nargs; i++) edges_of_type(g, type->args[i], depth + 1);
  } else if (type->kind == CK_IR_T_ARRAY) {
    edges_of_type(g, type->elem, depth + 1);
  }
  if (type->kind != CK_IR_T_RECORD) return;
  edges_of_list(g, &g->ctors, type->usr);
  const ck_ir_type *impl = ck_torch_holder_impl(g->run->program, type);
  if (impl != NULL && impl != type) edges_of_list(g, &g->ctors, impl->usr);
}

static bool is_archive(const ck_ir *node) {
  const ck_ir_type *type = node ? ck_ir_strip_ref(node->type) : NULL;
  return type != NULL && strcmp(type->name, "torch::serialize::InputArchive") == 0;
}

static bool is_load(const ck_ir *node) {
  switch (node->kind) {
  case CK_IR_CALL:
  case CK_IR_MCALL: return ck_torch_is_loader(node->name);
  case CK_IR_OPCALL: return strcmp(ck_torch_method(node->name), "operator>>") == 0 && is_archive(ck_ir_kid(node, 0));
  default: return false;
  }
}

/* A site only if tensors are read from the archive by name (analyse.c drops the others). */
static bool opens_archive(const ck_ir *node) {
  return node->kind == CK_IR_MCALL && strcmp(node->name, "torch::serialize::InputArchive::load_from") == 0;
}

bool ck_torch_is_load(const ck_ir *node) { return is_load(node) || opens_archive(node); }

static ck_loader loader_of(const ck_ir *node) {
  if (opens_archive(node)) return CK_LOADER_ARCHIVE;
  if (strcmp(node->name, "torch::jit::load") == 0) return CK_LOADER_JIT_LOAD;
  if (strstr(node->name, "pickle_load") != NULL) return CK_LOADER_PICKLE_LOAD;
  const ck_ir *what = strcmp(node->name, "torch::load") == 0 ? ck_ir_kid(node, 1) : NULL;
  const ck_ir_type *type = what ? ck_ir_strip_ref(what->type) : NULL;
  if (type == NULL) return CK_LOADER_TORCH_LOAD;
  if (strcmp(type->name, "at::Tensor") == 0) return CK_LOADER_TORCH_TENSOR;
  if (strcmp(type->name, "std::vector") == 0) return CK_LOADER_TORCH_VECTOR;
  return ck_starts_with(type->name, "torch::optim::") ? CK_LOADER_TORCH_OPTIMIZER : CK_LOADER_TORCH_LOAD;
}

/* Loads in code that could not be read are never run: the reason that stands above them is theirs. */
typedef struct {
  ck_torch_run *run;
  const char *reason;
} unread;
static void visit_unread(const ck_ir *node, void *data) {
  const unread *u = data;
  if (!is_load(node)) return;
  ck_site *site = &ck_torch_site_at(u->run, node->loc, loader_of(node))->site;
  if (site->reason != NULL) return;
  site->reason = u->reason;
  site->reason_loc = node->loc;
}

static void visit(const ck_ir *node, graph *g) {
  ck_torch_run *run = g->run;
  ck_torch_function *from = &g->functions.at[g->current];
  if (is_load(node) || opens_archive(node)) {
    from->loads = true;
    ck_torch_site_at(run, node->loc, loader_of(node));
  }
  switch (node->kind) {
  case CK_IR_CALL:
  case CK_IR_MCALL:
  case CK_IR_OPCALL:
    edge_usr(g, node->usr, true);
    edges_of_list(g, &g->overriders, node->usr);
    edges_of_type(g, node->aux, 0);
    edges_of_type(g, node->type, 0);
    break;
  case CK_IR_REF:
    if (node->flags & CK_IR_F_FUNCTION) edge_usr(g, node->usr, false);
    break;
  case CK_IR_LAMBDA: edges_of_list(g, &g->overriders, node->usr); break; /* instances, if it is generic */
  case CK_IR_UNKNOWN: ck_ir_walk(node, visit_unread, &(unread){run, node->name}); break;
  case CK_IR_CONSTRUCT:
  case CK_IR_NEW:
    edge_usr(g, node->usr, true);
    edges_of_type(g, node->type, 0);
    if (ck_torch_is_module_type(run, node->type) && ck_torch_wanted_file(run, node->loc.file)) from->constructs = true;
    break;
  case CK_IR_FIELD:
  case CK_IR_VAR:
    edges_of_type(g, node->type, 0);
    if (ck_torch_is_module_type(run, node->type) && ck_torch_wanted_file(run, node->loc.file)) from->constructs = true;
    break;
  default: break;
  }
}

/* Of a generic lambda whose instances are in sight, the pattern says nothing more. */
static bool is_instantiated(const graph *g, const ck_ir *node, const ck_ir *kid) {
  return node->kind == CK_IR_LAMBDA && kid->kind == CK_IR_FUNCTION && kid->usr[0] == '\0' &&
         ck_map_find(&g->overriders, node->usr) != NULL;
}

static void walk(graph *g, const ck_ir *node) {
  visit(node, g);
  for (uint32_t i = 0; i < node->nkids; i++)
    if (node->kids[i] && !is_instantiated(g, node, node->kids[i])) walk(g, node->kids[i]);
}

static void spread(ck_torch_functions *functions) {
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = 0; i < functions->n; i++) {
      ck_torch_function *f = &functions->at[i];
      for (size_t k = 0; k < f->callees.n; k++) {
        const ck_torch_function *callee = &functions->at[f->callees.at[k]];
        if ((callee->loads && !f->loads) || (callee->constructs && !f->constructs)) changed = true;
        f->loads |= callee->loads;
        f->constructs |= callee->constructs;
      }
    }
  }
}

/* A constructor also runs the initialisers of the members, and the constructors of members and bases. */
static void visit_members(graph *g, const ck_ir *record) {
  for (size_t i = 0; i < record->nkids; i++) {
    const ck_ir *kid = record->kids[i];
    if (kid != NULL && kid->kind == CK_IR_FIELD) walk(g, kid);
    if (kid != NULL && kid->kind == CK_IR_BASE) edges_of_list(g, &g->ctors, kid->type->usr);
  }
}

ck_torch_functions ck_torch_find_functions(ck_torch_run *run) {
  graph g = {.run = run};
  ck_map_init(&g.by_usr);
  ck_map_init(&g.ctors);
  ck_map_init(&g.overriders);
  ck_map_init(&g.twins);
  for (int bodies = 1; bodies >= 0; bodies--)
    for (size_t i = 0; i < ck_ir_program_unit_count(run->program); i++)
      collect_unit(&g, ck_ir_program_unit(run->program, i), bodies);
  for (g.current = 0; g.current < g.functions.n; g.current++) {
    const ck_torch_function *f = &g.functions.at[g.current];
    const ck_ir *record = f->record;
    bool ctor = (f->node->flags & CK_IR_F_CTOR) != 0;
    walk(&g, f->node);
    if (ctor && record) visit_members(&g, record);
  }
  spread(&g.functions);
  for (size_t i = 0; i < g.lists.n; i++) free(g.lists.at[i].at.at);
  free(g.lists.at);
  ck_map_release(&g.by_usr);
  ck_map_release(&g.ctors);
  ck_map_release(&g.overriders);
  ck_map_release(&g.twins);
  return g.functions;
}

void ck_torch_functions_free(ck_torch_functions functions) {
  for (size_t i = 0; i < functions.n; i++) free(functions.at[i].callees.at);
  free(functions.at);
}
