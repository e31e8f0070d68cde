/* build.c - a checkpoint under construction: everything that a reader appends, under the job's limits. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ckpt/ckpt_int.h"

enum {
  MAX_PROBLEMS = 1000,  /* what follows says the same of further keys */
  MAX_METADATA = 2000,  /* pairs; safetensors and GGUF files have a few dozen */
  FREE_VISITS = 20000,  /* a small file may share much without harm */
  VISITS_PER_VALUE = 8, /* an ordinary file visits each value once, a shared one a few times */
  MAX_UNSAFE = 1000,    /* distinct names; a pickle that names more is hostile anyway */
};

static uint64_t taken(const ck_ckpt_job *job) {
  const ck_ckpt *c = job->ckpt;
  return c->arena.used + job->scratch.used + c->entries.room * sizeof *c->entries.at +
         c->others.room * sizeof *c->others.at + c->modules.room * sizeof *c->modules.at;
}

ck_status ck_ckpt_charge(ck_ckpt_job *job, uint64_t more) {
  uint64_t now = taken(job), limit = job->limits->max_memory;
  if (now <= limit && more <= limit - now) return CK_OK;
  return ck_fail(job->err, CK_LIMIT, "reading it takes more than %llu bytes of memory (limit max_memory)",
                 (unsigned long long)limit);
}

ck_status ck_ckpt_count(ck_ckpt_job *job) {
  if (++job->values <= job->limits->max_values) return ck_ckpt_charge(job, 0);
  return ck_fail(job->err, CK_LIMIT, "it holds more than %llu values (limit max_values)",
                 (unsigned long long)job->limits->max_values);
}

ck_status ck_ckpt_visit(ck_ckpt_job *job) {
  if (job->visits == 0) job->max_visits = FREE_VISITS + VISITS_PER_VALUE * job->values;
  if (++job->visits <= job->max_visits) return ck_ckpt_charge(job, 0);
  return ck_fail(job->err, CK_LIMIT, "its %llu values contain each other so often that they cannot be listed",
                 (unsigned long long)job->values);
}

const char *ck_ckpt_copy(ck_ckpt_job *job, const char *s, size_t n) {
  return ck_arena_strndup(&job->ckpt->arena, s, n);
}

const char *ck_ckpt_copy_key(ck_ckpt_job *job, const char *s, size_t n) {
  size_t nuls = 0;
  for (size_t i = 0; i < n; i++) nuls += s[i] == 0;
  if (nuls == 0) return ck_ckpt_copy(job, s, n);
  char *copy = ck_arena_alloc(&job->ckpt->arena, n + nuls + 1), *p = copy;
  for (size_t i = 0; i < n; i++) {
    if (s[i] == 0) *p++ = '\\';
    *p++ = s[i] == 0 ? '0' : s[i];
  }
  return copy;
}

ck_status ck_ckpt_add_entry(ck_ckpt_job *job, const ck_ckpt_entry *entry) {
  ck_ckpt *c = job->ckpt;
  if (c->entries.n >= job->limits->max_entries)
    return ck_fail(job->err, CK_LIMIT, "it holds more than %llu keys (limit max_entries)",
                   (unsigned long long)job->limits->max_entries);
  ck_vec_push(&c->entries, *entry);
  return ck_ckpt_charge(job, 0);
}

void ck_ckpt_add_module(ck_ckpt_job *job, const char *path) {
  if (path[0] == 0) return;
  ck_vec_push(&job->ckpt->modules, path);
}

void ck_ckpt_add_meta(ck_ckpt_job *job, const char *name, const char *value) {
  if (job->ckpt->metadata.n >= MAX_METADATA || ck_ckpt_meta(job->ckpt, name)) return;
  ck_ckpt_pair pair = {ck_ckpt_copy_key(job, name, strlen(name)), ck_ckpt_copy_key(job, value, strlen(value))};
  ck_vec_push(&job->ckpt->metadata, pair);
}

void ck_ckpt_add_meta_int(ck_ckpt_job *job, const char *name, int64_t value) {
  char text[32];
  snprintf(text, sizeof text, "%lld", (long long)value);
  ck_ckpt_add_meta(job, name, text);
}

void ck_ckpt_add_unsafe(ck_ckpt_job *job, const char *name, const char *where, uint64_t at) {
  ck_ckpt *c = job->ckpt;
  if (c->unsafe.n >= MAX_UNSAFE) return;
  bool is_new;
  ck_map_put(&job->unsafe_names, name, &is_new);
  if (!is_new) return;
  ck_ckpt_global global = {ck_ckpt_copy(job, name, strlen(name)), ck_ckpt_copy(job, where, strlen(where)), at};
  ck_vec_push(&c->unsafe, global);
}

void ck_ckpt_add_problem(ck_ckpt_job *job, ck_ckpt_problem_kind kind, uint64_t at, const char *key, const char *format,
                         ...) {
  ck_ckpt *c = job->ckpt;
  if (c->problems.n >= MAX_PROBLEMS) return;
  char text[512];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  ck_ckpt_problem problem = {kind, at, key ? ck_ckpt_copy(job, key, strlen(key)) : NULL,
                             ck_ckpt_copy(job, text, strlen(text))};
  ck_vec_push(&c->problems, problem);
}

void ck_ckpt_add_root_part(ck_ckpt_job *job, ck_ckpt_root_kind kind) {
  ck_ckpt *c = job->ckpt;
  c->root = kind;
  if (kind == CK_CKPT_ROOT_NONE || kind == CK_CKPT_ROOT_TREE) return;
  /* entries, others and modules may still move: ck_ckpt_finish points the root part at them */
  ck_ckpt_part part = {.path_text = "", .kind = kind};
  ck_vec_push(&c->parts, part);
}

bool ck_ckpt_elements(const int64_t *shape, size_t rank, uint64_t *elements) {
  *elements = 1;
  for (size_t i = 0; i < rank; i++)
    if (shape[i] < 0) return false;
  for (size_t i = 0; i < rank; i++)
    if (shape[i] == 0) return *elements = 0, true;
  for (size_t i = 0; i < rank; i++)
    if (__builtin_mul_overflow(*elements, (uint64_t)shape[i], elements) || *elements > INT64_MAX) return false;
  return true;
}

/* --- From one checkpoint to another ------------------------------------------------------------------------------ */

static const char *copy_text(ck_ckpt_job *job, const char *s) { return s ? ck_ckpt_copy(job, s, strlen(s)) : NULL; }

static const int64_t *copy_numbers(ck_ckpt_job *job, const int64_t *v, size_t n) {
  if (v == NULL || n == 0) return NULL;
  return memcpy(CK_NEW_N(&job->ckpt->arena, int64_t, n), v, n * sizeof *v);
}

ck_status ck_ckpt_add_copy(ck_ckpt_job *job, const ck_ckpt_entry *entry, const char *key, const char *file) {
  ck_ckpt_entry copy = *entry;
  copy.key = copy_text(job, key);
  copy.shape = copy_numbers(job, entry->shape, entry->rank);
  copy.stride = copy_numbers(job, entry->stride, entry->rank);
  copy.dtype_text = copy_text(job, entry->dtype_text);
  copy.storage = copy_text(job, entry->storage);
  copy.location = copy_text(job, entry->location);
  copy.file = file;
  return ck_ckpt_add_entry(job, &copy);
}

void ck_ckpt_add_shard_notes(ck_ckpt_job *job, const ck_ckpt *shard, const char *file) {
  for (size_t i = 0; i < shard->problems.n; i++) {
    const ck_ckpt_problem *p = &shard->problems.at[i];
    ck_ckpt_add_problem(job, p->kind, p->at, p->key, "%.100s: %s", file, p->text);
  }
  for (size_t i = 0; i < shard->unsafe.n; i++) {
    const ck_ckpt_global *g = &shard->unsafe.at[i];
    ck_ckpt_add_unsafe(job, g->name, ck_arena_printf(&job->scratch, "%s: %s", file, g->where), g->at);
  }
}
