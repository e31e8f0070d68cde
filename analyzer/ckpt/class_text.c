/* class_text.c - parameter or buffer? Only the class texts of an archive tell (FORMATS.md A.1).
 *
 *   class Net(Module):
 *     __parameters__ = ["weight", "bias", ]
 *     __buffers__ = ["running_mean", ]
 *     weight : Tensor
 *     def forward(self, ...
 *
 * libtorch writes these texts itself, one declaration per line, so lines are enough. Class __torch__.a.b.C is in
 * code/__torch__/a/b.py, class __torch__.C in code/__torch__.py. A file is read when the first of its classes is asked
 * for. */
#include <string.h>

#include "ckpt/torch_zip.h"

#define TRY(expression)                                                                                                \
  do {                                                                                                                 \
    ck_status status_ = (expression);                                                                                  \
    if (status_ != CK_OK) return status_;                                                                              \
  } while (0)

void ck_class_table_init(ck_class_table *table, ck_ckpt_job *job) {
  table->job = job;
  ck_map_init(&table->classes);
  ck_map_init(&table->files);
  ck_map_init(&table->kinds);
}

void ck_class_table_release(ck_class_table *table) {
  ck_map_release(&table->classes);
  ck_map_release(&table->files);
  ck_map_release(&table->kinds);
}

static const char *kind_key(const ck_class_table *table, const char *class, const char *attribute) {
  return ck_arena_printf(&table->job->scratch, "%s\t%s", class, attribute);
}

/* ["weight", "bias", ]: libtorch 1.13 prints a name as it is, so only the comma behind a quote ends it. */
static void add_names(ck_class_table *table, const char *class, ck_ckpt_kind kind, const char *p, const char *end) {
  while (p < end && *p == '"') {
    const char *close = memmem(p + 1, (size_t)(end - p - 1), "\", ", 3);
    if (close == NULL) return;
    const char *name = ck_ckpt_copy_key(table->job, p + 1, (size_t)(close - p - 1));
    ck_map_put(&table->kinds, kind_key(table, class, name), NULL)->n = kind;
    p = close + 3;
  }
}

/* p, if the line [p, end) starts with it, moved behind it; else NULL. */
static const char *after(const char *p, const char *end, const char *prefix) {
  size_t n = strlen(prefix);
  return (size_t)(end - p) >= n && memcmp(p, prefix, n) == 0 ? p + n : NULL;
}

static void read_line(ck_class_table *table, const char *module, const char **class, const char *p, const char *end) {
  const char *rest;
  if ((rest = after(p, end, "class "))) {
    size_t n = 0;
    while (rest + n < end && rest[n] != '(' && rest[n] != ':') n++;
    *class = ck_arena_printf(&table->job->scratch, "%s.%.*s", module, (int)(n < 1000 ? n : 1000), rest);
    ck_class *c = CK_NEW(&table->job->scratch, ck_class);
    c->is_module = after(rest + n, end, "(Module)") != NULL;
    ck_map_put(&table->classes, *class, NULL)->p = c;
  } else if (*class == NULL) {
    return;
  } else if ((rest = after(p, end, "  __parameters__ = ["))) {
    add_names(table, *class, CK_CKPT_PARAMETER, rest, end);
  } else if ((rest = after(p, end, "  __buffers__ = ["))) {
    add_names(table, *class, CK_CKPT_BUFFER, rest, end);
  } else if (after(p, end, "  def ")) {
    ((ck_class *)ck_map_get(&table->classes, *class))->has_methods = true;
  }
}

static ck_status read_file(ck_class_table *table, const char *module, const ck_zip_member *m) {
  unsigned char *bytes;
  const char *class = NULL;
  TRY(ck_zip_read(table->job, m, table->job->limits->max_text, &bytes));
  const char *p = (const char *)bytes, *end = p + m->size;
  while (p < end) {
    TRY(ck_ckpt_count(table->job));
    const char *newline = memchr(p, '\n', (size_t)(end - p)), *stop = newline ? newline : end;
    read_line(table, module, &class, p, stop);
    p = newline ? newline + 1 : end;
  }
  return ck_ckpt_charge(table->job, 0);
}

ck_status ck_class_find(ck_class_table *table, const char *name, const ck_class **out) {
  ck_ckpt_job *job = table->job;
  *out = ck_map_get(&table->classes, name);
  const char *dot = strrchr(name, '.');
  if (*out || dot == NULL) return CK_OK;
  const char *module = ck_arena_strndup(&job->scratch, name, (size_t)(dot - name));
  char *path = ck_arena_printf(&job->scratch, "code/%s.py", module);
  for (char *p = path; p < path + strlen(path) - 3; p++)
    if (*p == '.') *p = '/';
  bool is_new;
  ck_map_put(&table->files, path, &is_new);
  const ck_zip_member *m = ck_zip_find_in_top(job->zip, path);
  if (!is_new || m == NULL) return CK_OK;
  TRY(read_file(table, module, m));
  *out = ck_map_get(&table->classes, name);
  return CK_OK;
}

ck_ckpt_kind ck_class_kind(const ck_class_table *table, const char *name, const char *attribute) {
  ck_map_entry *e = ck_map_find(&table->kinds, kind_key(table, name, attribute));
  return e ? (ck_ckpt_kind)e->n : CK_CKPT_KIND_UNKNOWN;
}
