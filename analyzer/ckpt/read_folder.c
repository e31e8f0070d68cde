/* read_folder.c - a folder of KEY.tensor files, each an archive whose root holds tensor "0" (FORMATS.md A.8). */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "ckpt/ckpt_int.h"

static const char suffix[] = ".tensor";

typedef CK_VEC(char *) name_list;

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static ck_status list_names(ck_ckpt_job *job, const char *path, name_list *names) {
  DIR *dir = opendir(path);
  if (dir == NULL) return ck_fail(job->err, CK_IO, "cannot open the folder %s: %s", path, strerror(errno));
  ck_status status = CK_OK;
  for (struct dirent *e; status == CK_OK && (e = readdir(dir)) != NULL;) {
    if (!ck_ends_with(e->d_name, suffix) || strlen(e->d_name) == sizeof suffix - 1) continue;
    if (names->n >= job->limits->max_shards)
      status = ck_fail(job->err, CK_LIMIT, "the folder holds more than %u %s files (limit max_shards)",
                       job->limits->max_shards, suffix);
    else ck_vec_push(names, ck_strdup(e->d_name));
  }
  closedir(dir);
  if (names->n) qsort(names->at, names->n, sizeof *names->at, by_name); /* the folder's own order is no order */
  return status;
}

/* The tensor of one file: "0" of an archive. A file of another kind still tells the shape, but does not load. */
static ck_status add_file(ck_ckpt_job *job, const char *folder, const char *name) {
  ck_err why = {0};
  ck_ckpt *c = NULL;
  char *path = ck_path_join(folder, name), *key = ck_strdup(name);
  const char *file = ck_ckpt_copy(job, name, strlen(name));
  key[strlen(key) - (sizeof suffix - 1)] = 0;
  ck_status status = ck_ckpt_open_shard(path, job->limits, &c, &why);
  const ck_ckpt_entry *found = status == CK_OK ? ck_ckpt_find(c, "0") : NULL;
  ck_ckpt_entry entry = {.key = key, .is_persistent = true};
  if (found) entry = *found;
  entry.kind = CK_CKPT_KIND_UNKNOWN;
  entry.is_plain_attribute = false;
  if (status != CK_OK)
    ck_ckpt_add_problem(job, CK_CKPT_MISSING_SHARD, CK_NO_OFFSET, key, "%.200s cannot be read: %.250s", name, why.text);
  else if (found == NULL || !ck_ckpt_has(c, CK_CKPT_ARCHIVE))
    ck_ckpt_add_problem(job, CK_CKPT_BAD_ARCHIVE, CK_NO_OFFSET, key,
                        "%.200s is %s; torch::load of a tensor reads only archives that hold tensor \"0\"", name,
                        ck_ckpt_format_what(c->format));
  if (status == CK_OK) ck_ckpt_add_shard_notes(job, c, file);
  status = ck_ckpt_add_copy(job, &entry, key, file);
  ck_ckpt_free(c);
  free(path);
  free(key);
  return status;
}

/* A folder of another kind, by the one file that its writer always puts there. */
static ck_ckpt_format_id format_of(const char *path) {
  static const struct {
    const char *name;
    ck_ckpt_format_id format;
  } marks[] = {{".metadata", CK_CKPT_FORMAT_DISTRIBUTED}, {"saved_model.pb", CK_CKPT_FORMAT_TENSORFLOW}};
  for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
    char *file = ck_path_join(path, marks[i].name);
    bool is_there = ck_file_exists(file);
    free(file);
    if (is_there) return marks[i].format;
  }
  return CK_CKPT_FORMAT_DIRECTORY;
}

ck_status ck_ckpt_read_folder(ck_ckpt_job *job, const char *path) {
  name_list names = {0};
  ck_status status = list_names(job, path, &names);
  job->ckpt->format = names.n ? CK_CKPT_FORMAT_TENSOR_DIRECTORY : format_of(path);
  for (size_t i = 0; i < names.n; i++) {
    if (status == CK_OK) status = add_file(job, path, names.at[i]);
    free(names.at[i]);
  }
  if (status == CK_OK && names.n) ck_ckpt_add_root_part(job, CK_CKPT_ROOT_DICT);
  free(names.at);
  return status;
}
