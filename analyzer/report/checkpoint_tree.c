/* checkpoint_tree.c - `show --tree`: the modules of a checkpoint, indented, each with the tensors it holds.
 *
 * The tree is that of the file where it has one (libtorch and TorchScript archives, the _metadata of a state dict),
 * with key-less modules; else the dots of the keys make it. Siblings that are numbered one after the other and hold the
 * same are one line, "0-11", so that a model of many layers fits a screen. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/vec.h"
#include "report/report_int.h"

enum { MAX_DEPTH = 64 /* deeper steps stay together as one name, so that a hostile key does not make a deep tree */ };

typedef struct node node;
struct node {
  const char *name;
  CK_VEC(node *) children;
  CK_VEC(const ck_ckpt_entry *) entries;
  ck_map by_name;
  bool is_module; /* the file lists it; else it is only a step of a key */
};

typedef struct {
  ck_arena arena;
  CK_VEC(node *) all; /* for releasing */
  bool all_keys;
} tree;

static node *new_node(tree *t, const char *name) {
  node *n = CK_NEW(&t->arena, node);
  n->name = name;
  ck_map_init(&n->by_name);
  ck_vec_push(&t->all, n);
  return n;
}

static node *child_of(tree *t, node *parent, const char *name, size_t length) {
  const char *copy = ck_arena_strndup(&t->arena, name, length);
  ck_map_entry *e = ck_map_put(&parent->by_name, copy, NULL);
  if (e->p == NULL) {
    e->p = new_node(t, copy);
    ck_vec_push(&parent->children, (node *)e->p);
  }
  return e->p;
}

/* The node of all steps of `path` but what follows the last dot, which is left in *rest; with `whole` of all steps. */
static node *node_at(tree *t, node *root, const char *path, bool whole, const char **rest) {
  node *n = root;
  const char *p = path;
  for (int depth = 0; depth < MAX_DEPTH; depth++) {
    const char *dot = strchr(p, '.');
    if (dot == NULL) break;
    n = child_of(t, n, p, (size_t)(dot - p));
    p = dot + 1;
  }
  if (whole) return child_of(t, n, p, strlen(p));
  *rest = p;
  return n;
}

static node *build(tree *t, const ck_ckpt *ckpt) {
  node *root = new_node(t, "");
  size_t n;
  const char *const *modules, *rest;
  ck_ckpt_modules(ckpt, &modules, &n);
  for (size_t i = 0; i < n; i++) node_at(t, root, modules[i], true, &rest)->is_module = true;
  const ck_ckpt_entry *e = ck_ckpt_entries(ckpt, &n);
  for (size_t i = 0; i < n; i++) {
    node *holder = node_at(t, root, e[i].key, false, &rest);
    ck_vec_push(&holder->entries, &e[i]);
  }
  return root;
}

/* --- Printing ------------------------------------------------------------------------------------------------- */

static void put_node(tree *t, const node *n, int depth, ck_strbuf *out);

static bool is_number(const char *s) {
  size_t n = strlen(s);
  return n > 0 && n < 9 && strspn(s, "0123456789") == n;
}

/* What `n` holds, as text without its own name: equal text means that they are alike. */
static char *body_of(tree *t, const node *n, int depth) {
  ck_strbuf b;
  ck_strbuf_init(&b);
  put_node(t, n, depth, &b);
  char *text = ck_strbuf_detach(&b);
  ck_strbuf_release(&b);
  return text;
}

static void put_child(tree *t, const node *first, const node *last, size_t alike, const char *body, int depth,
                      ck_strbuf *out) {
  (void)t;
  size_t start = out->n;
  ck_strbuf_printf(out, "%*s%s", 2 * depth, "", first->name);
  if (alike > 1) ck_strbuf_printf(out, "-%s  (%zu alike)", last->name, alike);
  ck_strbuf_tame(out, start, false);
  if (body[0] == '\0') ck_strbuf_puts(out, "  (no keys)");
  ck_strbuf_printf(out, "\n%s", body);
}

static void put_children(tree *t, const node *n, int depth, ck_strbuf *out) {
  char *body = NULL, *next = NULL;
  for (size_t i = 0, end; i < n->children.n; i = end) {
    body = next != NULL ? next : body_of(t, n->children.at[i], depth + 1);
    next = NULL;
    for (end = i + 1; end < n->children.n && !t->all_keys; end++) {
      const char *name = n->children.at[end]->name, *before = n->children.at[end - 1]->name;
      if (!is_number(name) || !is_number(before) || strtol(name, NULL, 10) != strtol(before, NULL, 10) + 1) break;
      next = body_of(t, n->children.at[end], depth + 1);
      if (strcmp(next, body) != 0) break;
      free(next);
      next = NULL;
    }
    put_child(t, n->children.at[i], n->children.at[end - 1], end - i, body, depth, out);
    free(body);
  }
}

static void put_node(tree *t, const node *n, int depth, ck_strbuf *out) {
  int width = 0;
  for (size_t i = 0; i < n->entries.n; i++) {
    const char *dot = strrchr(n->entries.at[i]->key, '.'), *name = dot ? dot + 1 : n->entries.at[i]->key;
    if ((int)strlen(name) > width && strlen(name) < 40) width = (int)strlen(name);
  }
  for (size_t i = 0; i < n->entries.n; i++) {
    const char *dot = strrchr(n->entries.at[i]->key, '.'), *name = dot ? dot + 1 : n->entries.at[i]->key;
    size_t start = out->n;
    ck_strbuf_printf(out, "%*s%-*s  ", 2 * depth, "", width, name[0] != '\0' ? name : "(root)");
    ck_put_tensor(out, n->entries.at[i], &t->arena);
    ck_strbuf_tame(out, start, false);
    ck_strbuf_putc(out, '\n');
  }
  put_children(t, n, depth, out);
}

static void release(tree *t) {
  for (size_t i = 0; i < t->all.n; i++) {
    free(t->all.at[i]->children.at);
    free(t->all.at[i]->entries.at);
    ck_map_release(&t->all.at[i]->by_name);
  }
  free(t->all.at);
  ck_arena_release(&t->arena);
}

void ck_checkpoints_tree(ck_ckpt *const *checkpoints, size_t n, bool all_keys, ck_strbuf *out) {
  size_t start = out->n;
  for (size_t i = 0; i < n; i++) {
    tree t = {.all_keys = all_keys};
    ck_arena_init(&t.arena);
    if (i > 0) ck_strbuf_putc(out, '\n');
    ck_checkpoint_head(out, checkpoints[i]);
    put_node(&t, build(&t, checkpoints[i]), 1, out);
    ck_checkpoint_foot(out, checkpoints[i]);
    release(&t);
  }
  ck_strbuf_tame(out, start, true);
}
