/* Every loader on every checkpoint of fixtures/checkpoints: our verdict against what libtorch really did with the pair.
 *
 * loaders.jsonl is what make.cpp --loaders printed: a line per pair, "ok" or what was thrown. Each row here is a file,
 * with all six loaders:
 *   it throws or crashes: an error is raised, or the site does not count as checked (no false all-clear);
 *   it loads: no error is raised, unless it is in `loads_badly`, where the text says what libtorch does not notice;
 *   what a finding says is thrown is what was thrown. */
#include <jansson.h>

#include "base/file.h"
#include "match_build.h"
#include "rows.h"

#define FOLDER CKPTLINT_SOURCE_DIR "/fixtures/checkpoints/"

static const struct {
  const char *name;
  ck_loader loader;
} loaders[] = {{"torch::load", CK_LOADER_TORCH_LOAD},           {"torch::load(Tensor)", CK_LOADER_TORCH_TENSOR},
               {"torch::load(vector)", CK_LOADER_TORCH_VECTOR}, {"torch::load(optimizer)", CK_LOADER_TORCH_OPTIMIZER},
               {"torch::jit::load", CK_LOADER_JIT_LOAD},        {"torch::pickle_load", CK_LOADER_PICKLE_LOAD}};
enum { LOADERS = sizeof loaders / sizeof *loaders };

/* Files that libtorch loads, though what it gets is not what was saved, or not the same for every reader. */
static const struct {
  const char *file, *why;
} loads_badly[] = {
    {"zip-two-pickles.pt", "the first of two members counts here, the last elsewhere"},
    {"reaches-beyond.pt", "its tensors reach beyond their storage, which is not looked at"},
    {"pickle-no-value.pt", "a dict with a key and no value"},
};

typedef struct {
  const char *name; /* first: the row's */
  const char *outcomes[LOADERS];
} row;

static const ck_finding *worst_of(const ck_match_result *r) {
  const ck_finding *worst = NULL;
  for (size_t i = 0; i < r->nfindings; i++) {
    const ck_finding *f = &r->findings[i];
    if (f->id == CK_DIAG_UNSAFE_PICKLE || f->id == CK_DIAG_UNDETERMINED) continue;
    if (worst == NULL || f->severity > worst->severity) worst = f;
  }
  return worst;
}

/* What is measured as thrown, up to its first variable part. */
static bool begins_as(const char *outcome, const char *thrown) {
  const char *end = strpbrk(thrown, "<"), *enforced = "[enforce fail at inline_container.cc:";
  if (ck_starts_with(outcome, enforced) && strstr(outcome, "] . ") != NULL) outcome = strstr(outcome, "] . ") + 4;
  const char *dots = strstr(thrown, " ..."), *number = strstr(thrown, "found protocol = "); /* a byte, we print it */
  size_t n = strlen(thrown);
  if (end != NULL) n = (size_t)(end - thrown);
  if (dots != NULL && (size_t)(dots - thrown) < n) n = (size_t)(dots - thrown);
  if (number != NULL) n = (size_t)(strchr(number, '=') - thrown);
  return strncmp(outcome, thrown, n) == 0;
}

static bool is_excused(const char *file) {
  for (size_t i = 0; i < sizeof loads_badly / sizeof *loads_badly; i++)
    if (strcmp(loads_badly[i].file, file) == 0) return true;
  return false;
}

static bool agrees(const row *r, size_t l) {
  ck_arena arena;
  ck_arena_init(&arena);
  build *b = build_new(&arena);
  ck_alternative a = {.path = ck_arena_printf(&arena, "%s%s", FOLDER, r->name)};
  if (loaders[l].loader == CK_LOADER_TORCH_LOAD) a.model = build_model(b, "NetImpl", "");
  ck_site site = {.loc = {"main.cpp", 1, 1, 0, 0}, .loader = loaders[l].loader, .alternatives = &a, .nalternatives = 1};
  ck_analysis analysis = {.sites = &site, .nsites = 1};
  ck_match_options options = {0};
  const ck_match_result *result = ck_match(&analysis, &options, &arena);
  const ck_finding *f = worst_of(result);
  const char *outcome = r->outcomes[l];
  bool is_error = f != NULL && f->severity == CK_SEVERITY_ERROR, loads = strcmp(outcome, "ok") == 0;
  bool is_empty = strcmp(outcome, "the vector is empty") == 0;
  const char *wrong = NULL;
  if (loads && is_error && !is_excused(r->name)) wrong = "a false alarm";
  if (!loads && f == NULL && result->sites[0].status == CK_SITE_CHECKED) wrong = "a false all-clear";
  if (!loads && !is_empty && !is_error && result->sites[0].status == CK_SITE_CHECKED) wrong = "not an error";
  if (!loads && is_error && f->thrown != NULL && !begins_as(outcome, f->thrown)) wrong = "it throws something else";
  if (wrong != NULL)
    print_error("%s, %s: %s: libtorch: %s; ckptlint: %s%s%s\n", r->name, loaders[l].name, wrong, outcome,
                build_result(&arena, result), f && f->thrown ? ": " : "", f && f->thrown ? f->thrown : "");
  ck_arena_release(&arena);
  return wrong == NULL;
}

static void match(void **state) {
  const row *r = *state;
  bool all = true;
  for (size_t l = 0; l < LOADERS; l++) {
    if (r->outcomes[l] == NULL) fail_msg("%s is not measured with %s (make.cpp --loaders)", r->name, loaders[l].name);
    all &= agrees(r, l);
  }
  assert_true(all);
}

static json_t *parse(const char *name, bool by_line) {
  char *text;
  size_t n;
  char *path = ck_path_join(FOLDER, name);
  if (ck_read_file(path, 10 << 20, &text, &n, NULL) != CK_OK) return NULL;
  json_t *list = by_line ? json_array() : json_loads(text, 0, NULL);
  for (char *line = text, *end; by_line && (end = strchr(line, '\n')) != NULL; line = end + 1) {
    *end = 0;
    json_array_append_new(list, json_loads(line, 0, NULL));
  }
  free(text);
  free(path);
  return list;
}

int main(void) {
  static row rows[1000];
  size_t n = 0, i;
  const json_t *v;
  ck_map by_file;
  ck_map_init(&by_file);
  json_t *listing = parse("listing.json", false);
  json_t *lines = parse("loaders.jsonl", true);
  json_array_foreach(listing, i, v) {
    bool is_new;
    const char *file = json_string_value(json_object_get(v, "file"));
    ck_map_entry *entry = ck_map_put(&by_file, file, &is_new);
    if (!is_new || n >= sizeof rows / sizeof *rows) continue;
    rows[n].name = file;
    entry->n = n++;
  }
  json_array_foreach(lines, i, v) {
    const ck_map_entry *entry = ck_map_find(&by_file, json_string_value(json_object_get(v, "file")));
    const char *loader = json_string_value(json_object_get(v, "loader"));
    for (size_t l = 0; entry != NULL && loader != NULL && l < LOADERS; l++)
      if (strcmp(loaders[l].name, loader) == 0)
        rows[entry->n].outcomes[l] = json_string_value(json_object_get(v, "outcome"));
  }
  int failed = ck_run_rows("loaders", rows, sizeof *rows, n, match);
  ck_map_release(&by_file);
  json_decref(listing);
  json_decref(lines);
  return failed || n < 100;
}
