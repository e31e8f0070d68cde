/* config.c - .ckptlint, the configuration of a source tree:
 *
 *   severity: {unexpected-key: off, dtype-mismatch: warning}    # off | note | warning | error
 *   directories: [models, /srv/weights]                           # where checkpoints lie
 *   checkpoints: {Net: models/net.pt}                             # for models whose path is not in the code
 *
 * A key that is not known is an error with its line: a misspelt setting that is ignored would be a false all-clear. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/file.h"
#include "base/vec.h"
#include "report/report.h"

enum { MAX_CONFIG = 1024 * 1024 /* bytes; written by hand */ };

typedef struct {
  const char *path;
  yaml_document_t *document;
  ck_report_options *options;
  ck_config *config;
  ck_arena *arena;
  ck_err *err;
} reader;

static ck_status fail(reader *r, const yaml_node_t *node, const char *text, const char *name) {
  return ck_fail(r->err, CK_USAGE, "%s:%zu:%zu: %s%s%s%s", r->path, node->start_mark.line + 1,
                 node->start_mark.column + 1, text, name != NULL ? " \"" : "", name != NULL ? name : "",
                 name != NULL ? "\"" : "");
}

static const char *scalar(const yaml_node_t *node) {
  return node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : NULL;
}

static const char *path_in(reader *r, const char *name) {
  char *folder = ck_path_dir(r->path), *joined = ck_path_join(folder, name);
  const char *path = ck_arena_strdup(r->arena, joined);
  free(folder);
  free(joined);
  return path;
}

typedef ck_status pair_fn(reader *r, const yaml_node_t *key, const yaml_node_t *value);

static ck_status each_pair(reader *r, const yaml_node_t *node, const char *what, pair_fn *fn) {
  if (node->type != YAML_MAPPING_NODE) return fail(r, node, what, NULL);
  for (const yaml_node_pair_t *p = node->data.mapping.pairs.start; p < node->data.mapping.pairs.top; p++) {
    const yaml_node_t *key = yaml_document_get_node(r->document, p->key);
    const yaml_node_t *value = yaml_document_get_node(r->document, p->value);
    if (scalar(key) == NULL) return fail(r, key, "a key must be a word", NULL);
    ck_status status = fn(r, key, value);
    if (status != CK_OK) return status;
  }
  return CK_OK;
}

static ck_status read_severity(reader *r, const yaml_node_t *key, const yaml_node_t *value) {
  static const struct {
    const char *name;
    ck_mode mode;
  } modes[] = {{"off", CK_MODE_OFF},         {"false", CK_MODE_OFF}, {"note", CK_MODE_NOTE}, {"error", CK_MODE_ERROR},
               {"warning", CK_MODE_WARNING}, {"on", CK_MODE_ON},     {"true", CK_MODE_ON}};
  int id = ck_diag_from_name(scalar(key));
  if (id < 0) return fail(r, key, "there is no diagnostic", scalar(key));
  const char *word = scalar(value);
  for (size_t i = 0; word != NULL && i < sizeof modes / sizeof *modes; i++)
    if (strcmp(modes[i].name, word) == 0) {
      r->options->mode[id] = modes[i].mode;
      return CK_OK;
    }
  return fail(r, value, "a severity is off, note, warning or error, not", word != NULL ? word : "a list");
}

static ck_status read_checkpoint(reader *r, const yaml_node_t *key, const yaml_node_t *value) {
  if (scalar(value) == NULL) return fail(r, value, "a checkpoint is a path", NULL);
  ck_config *c = r->config;
  c->class_names[c->nclasses] = ck_arena_strdup(r->arena, scalar(key));
  c->class_paths[c->nclasses++] = path_in(r, scalar(value));
  return CK_OK;
}

static ck_status read_checkpoints(reader *r, const yaml_node_t *node) {
  size_t room =
      node->type != YAML_MAPPING_NODE ? 0 : (size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start);
  r->config->class_names = CK_NEW_N(r->arena, const char *, room + 1);
  r->config->class_paths = CK_NEW_N(r->arena, const char *, room + 1);
  return each_pair(r, node, "checkpoints are written as CLASS: PATH", read_checkpoint);
}

static ck_status read_directories(reader *r, const yaml_node_t *node) {
  if (node->type != YAML_SEQUENCE_NODE) return fail(r, node, "directories are a list", NULL);
  const yaml_node_item_t *start = node->data.sequence.items.start, *top = node->data.sequence.items.top;
  r->config->directories = CK_NEW_N(r->arena, const char *, (size_t)(top - start) + 1);
  for (const yaml_node_item_t *i = start; i < top; i++) {
    const yaml_node_t *item = yaml_document_get_node(r->document, *i);
    if (scalar(item) == NULL) return fail(r, item, "a directory is a path", NULL);
    r->config->directories[r->config->ndirectories++] = path_in(r, scalar(item));
  }
  return CK_OK;
}

static ck_status read_setting(reader *r, const yaml_node_t *key, const yaml_node_t *value) {
  const char *name = scalar(key);
  if (strcmp(name, "severity") == 0) return each_pair(r, value, "severity is written as ID: SEVERITY", read_severity);
  if (strcmp(name, "directories") == 0) return read_directories(r, value);
  if (strcmp(name, "checkpoints") == 0) return read_checkpoints(r, value);
  static const char *const known[] = {"severity", "directories", "checkpoints"};
  for (size_t i = 0; i < 3; i++)
    if (ck_edit_distance(name, known[i], 3) <= 3)
      return fail(r, key, ck_arena_printf(r->arena, "unknown setting \"%s\"; did you mean", name), known[i]);
  return fail(r, key, "the settings are severity, directories and checkpoints, not", name);
}

ck_status ck_config_read(const char *path, const char *text, size_t size, ck_report_options *options, ck_config *config,
                         ck_arena *arena, ck_err *err) {
  yaml_parser_t parser;
  yaml_document_t document;
  if (!yaml_parser_initialize(&parser)) ck_out_of_memory(sizeof parser);
  yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
  ck_status status = CK_OK;
  if (!yaml_parser_load(&parser, &document)) {
    status = ck_fail(err, CK_USAGE, "%s:%zu:%zu: %s", path, parser.problem_mark.line + 1,
                     parser.problem_mark.column + 1, parser.problem != NULL ? parser.problem : "is not YAML");
  } else {
    reader r = {path, &document, options, config, arena, err};
    const yaml_node_t *root = yaml_document_get_root_node(&document);
    if (root != NULL) status = each_pair(&r, root, "the file is written as SETTING: VALUE", read_setting);
    yaml_document_delete(&document);
  }
  yaml_parser_delete(&parser);
  config->path = path;
  return status;
}

ck_status ck_config_load(const char *path, ck_report_options *options, ck_config *config, ck_arena *arena,
                         ck_err *err) {
  char *text;
  size_t size;
  ck_status status = ck_read_file(path, MAX_CONFIG, &text, &size, err);
  if (status != CK_OK) return status;
  status = ck_config_read(path, text, size, options, config, arena, err);
  free(text);
  return status;
}

ck_status ck_config_find(const char *source, ck_report_options *options, ck_config *config, ck_arena *arena,
                         ck_err *err) {
  char *folder = ck_path_dir(source);
  for (;;) {
    char *path = ck_path_join(folder, ".ckptlint");
    bool found = ck_file_exists(path) && !ck_is_directory(path);
    const char *kept = found ? ck_arena_strdup(arena, path) : NULL;
    free(path);
    if (found) {
      free(folder);
      return ck_config_load(kept, options, config, arena, err);
    }
    char *slash = strrchr(folder, '/');
    if (slash == NULL || slash[1] == '\0') break;
    slash[slash == folder ? 1 : 0] = '\0';
  }
  free(folder);
  return CK_OK;
}
