/* files.c - what the analysis sees of a checkpoint that code takes apart by hand (torch/torch.h, ck_torch_files).
 *
 * The path is resolved, and the format judged, exactly as for the site itself; what the loader refuses has no content
 * here, and the site's own comparison says why. */
#include <stdlib.h>
#include <string.h>

#include "match/match_int.h"

struct ck_match_files {
  ck_torch_files table; /* first: it is handed out */
  ck_matcher m;
  ck_map contents; /* loader and path -> ck_torch_file */
};

static void copy_tensor(ck_arena *arena, const ck_ckpt_entry *e, ck_torch_file_tensor *out) {
  int64_t *shape = CK_NEW_N(arena, int64_t, e->rank + 1);
  for (uint32_t i = 0; i < e->rank; i++) shape[i] = e->shape[i];
  *out = (ck_torch_file_tensor){.key = ck_arena_strdup(arena, e->key),
                                .rank = e->shape_known ? (int32_t)e->rank : -1,
                                .shape = shape,
                                .dtype = e->dtype,
                                .kind = e->is_plain_attribute          ? CK_KIND_UNKNOWN
                                        : e->kind == CK_CKPT_PARAMETER ? CK_KIND_PARAMETER
                                        : e->kind == CK_CKPT_BUFFER    ? CK_KIND_BUFFER
                                                                       : CK_KIND_UNKNOWN};
}

static const ck_torch_file_dict *copy_dict(ck_arena *arena, const ck_ckpt *ckpt, const ck_ckpt_dict *dict,
                                           const char *prefix) {
  size_t n;
  const ck_ckpt_entry *entries = ck_ckpt_entries(ckpt, &n);
  ck_torch_file_item *items = CK_NEW_N(arena, ck_torch_file_item, dict->count + 1);
  for (size_t i = 0; i < dict->count; i++) {
    const ck_ckpt_item *item = &dict->items[i];
    const char *path = ck_arena_printf(arena, "%s%s", prefix, item->key);
    items[i] =
        (ck_torch_file_item){.key = path + strlen(prefix), .path = path, .type = ck_arena_strdup(arena, item->type)};
    if (item->entry < n) {
      ck_torch_file_tensor *tensor = CK_NEW(arena, ck_torch_file_tensor);
      copy_tensor(arena, &entries[item->entry], tensor);
      items[i].tensor = tensor;
    } else if (item->dict != NULL) {
      items[i].dict = copy_dict(arena, ckpt, item->dict, ck_arena_printf(arena, "%s.", path));
    }
  }
  ck_torch_file_dict *copy = CK_NEW(arena, ck_torch_file_dict);
  *copy = (ck_torch_file_dict){items, dict->count};
  return copy;
}

static void fill_archive(ck_arena *arena, const ck_ckpt *ckpt, ck_torch_file *out) {
  size_t n;
  const ck_ckpt_entry *entries = ck_ckpt_entries(ckpt, &n);
  ck_torch_file_tensor *tensors = CK_NEW_N(arena, ck_torch_file_tensor, n + 1);
  for (size_t i = 0; i < n; i++) copy_tensor(arena, &entries[i], &tensors[i]);
  out->tensors = tensors;
  out->ntensors = n;
  const char *const *paths;
  if (!ck_ckpt_modules(ckpt, &paths, &n)) return;
  const char **modules = CK_NEW_N(arena, const char *, n + 1);
  for (size_t i = 0; i < n; i++) modules[i] = ck_arena_strdup(arena, paths[i]);
  out->modules = modules;
  out->nmodules = n;
}

/* Is the file read by the loader without a complaint? */
static bool is_read(ck_matcher *m, const ck_site *site, const ck_alternative *a, const ck_opened *file) {
  ck_raws raws = {0};
  ck_comparison c = {.m = m, .site = site, .alternative = a, .file = file, .raws = &raws};
  ck_fit fit = ck_match_fit(&c);
  free(raws.at);
  return fit == CK_FIT_OK && !c.partial;
}

static const ck_torch_file *open_file(void *data, ck_loc loc, ck_loader loader, const char *written) {
  ck_match_files *f = data;
  ck_arena *arena = f->m.arena;
  ck_site site = {.loc = loc, .loader = loader};
  ck_alternative a = {.path = written};
  const char *path = ck_match_path_of(&f->m, &site, &a);
  if (path == NULL) return NULL;
  const ck_opened *file = ck_match_open(&f->m, &site, path);
  if (file->ckpt == NULL) return NULL;
  bool is_new;
  ck_map_entry *slot = ck_map_put(&f->contents, ck_arena_printf(arena, "%d %s", loader, file->path), &is_new);
  if (!is_new) return slot->p;
  if (!is_read(&f->m, &site, &a, file)) return NULL;
  ck_torch_file *content = CK_NEW(arena, ck_torch_file);
  if (loader != CK_LOADER_PICKLE_LOAD) fill_archive(arena, file->ckpt, content);
  else if (ck_ckpt_root_dict(file->ckpt) == NULL) return NULL;
  else content->dict = copy_dict(arena, file->ckpt, ck_ckpt_root_dict(file->ckpt), "");
  slot->p = content;
  return content;
}

ck_match_files *ck_match_files_new(const ck_match_options *options, ck_arena *arena) {
  static const ck_match_options none;
  static const ck_analysis nothing;
  ck_match_files *f = CK_NEW(arena, ck_match_files);
  *f = (ck_match_files){.table = {f, open_file},
                        .m = {.arena = arena, .analysis = &nothing, .options = options != NULL ? options : &none}};
  ck_map_init(&f->m.opened);
  ck_map_init(&f->contents);
  return f;
}

const ck_torch_files *ck_match_files_table(const ck_match_files *files) { return &files->table; }

void ck_match_files_free(ck_match_files *files) {
  if (files == NULL) return;
  for (size_t i = 0; i < files->m.opened.count; i++) ck_ckpt_free(((ck_opened *)files->m.opened.entries[i].p)->ckpt);
  ck_map_release(&files->m.opened);
  ck_map_release(&files->contents);
}
