/* tables.c - looking up what the libraries say. Exact names go through a hash map, in the order of the libraries; then
 * the longest prefix. */
#include <string.h>

#include "eval/eval_int.h"

typedef struct rows rows;
struct rows {
  const ck_builtin *row;
  rows *next;
};

/* `X::operator*` names an operator; `X::operator *` stands for all conversion operators. */
static bool is_prefix(const char *name) { return ck_ends_with(name, "*") && !ck_ends_with(name, "operator*"); }

static void add_builtin(ck_ev *ev, const ck_builtin *row) {
  if (is_prefix(row->name)) {
    ck_vec_push(&ev->builtin_prefixes, row);
    return;
  }
  ck_map_entry *entry = ck_map_put(&ev->builtins, row->name, NULL);
  rows *new = CK_NEW(&ev->arena, rows), **last = (rows **)&entry->p;
  new->row = row;
  while (*last) last = &(*last)->next;
  *last = new;
}

void ck_ev_load_tables(ck_ev *ev) {
  for (size_t i = 0; i < ev->nlibraries; i++) {
    const ck_library *lib = ev->libraries[i];
    for (size_t k = 0; k < lib->nbuiltins; k++) add_builtin(ev, &lib->builtins[k]);
    for (size_t k = 0; k < lib->nclasses; k++) {
      const ck_library_class *row = &lib->classes[k];
      if (is_prefix(row->name)) ck_vec_push(&ev->class_prefixes, row);
      else if (ck_map_get(&ev->library_classes, row->name) == NULL)
        ck_map_put(&ev->library_classes, row->name, NULL)->p = (void *)(uintptr_t)row;
    }
  }
}

static bool takes(const ck_builtin *row, size_t nargs) {
  return nargs >= (size_t)(row->min < 0 ? 0 : row->min) && (row->max < 0 || nargs <= (size_t)row->max);
}

const ck_builtin *ck_ev_find_builtin(ck_ev *ev, const char *name, size_t nargs) {
  for (const rows *r = ck_map_get(&ev->builtins, name); r; r = r->next)
    if (takes(r->row, nargs)) return r->row;
  const ck_builtin *best = NULL;
  size_t length = 0;
  for (size_t i = 0; i < ev->builtin_prefixes.n; i++) {
    const ck_builtin *row = ev->builtin_prefixes.at[i];
    size_t n = strlen(row->name) - 1;
    if ((best && n <= length) || strncmp(name, row->name, n) != 0 || !takes(row, nargs)) continue;
    best = row, length = n;
  }
  return best;
}

const ck_library_class *ck_ev_library_class(ck_ev *ev, const char *name) {
  const ck_library_class *best = ck_map_get(&ev->library_classes, name);
  if (best) return best;
  size_t length = 0;
  for (size_t i = 0; i < ev->class_prefixes.n; i++) {
    const ck_library_class *row = ev->class_prefixes.at[i];
    size_t n = strlen(row->name) - 1;
    if ((best && n <= length) || strncmp(name, row->name, n) != 0) continue;
    best = row, length = n;
  }
  return best;
}
