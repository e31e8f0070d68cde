/* show.c - `ckptlint show`: what checkpoint files hold; --snapshot: their headers as text that can stand for them. */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "cli/cli.h"

typedef CK_VEC(ck_ckpt *) checkpoint_list;

/* --- Opening ----------------------------------------------------------------------------------------------------- */

/* A pointer stands for its snapshot, wherever check would find it, too. */
static void follow_pointer(ck_ckpt **ckpt) {
  char here[PATH_MAX];
  ck_arena arena;
  ck_report_options ignored = {0};
  ck_config config = {0};
  ck_arena_init(&arena);
  if (getcwd(here, sizeof here) == NULL) here[0] = 0;
  char *beside = ck_path_dir(ck_ckpt_path(*ckpt)), *source = ck_path_join(here, "x");
  ck_config_find(source, &ignored, &config, &arena, NULL);
  const char **folders = CK_NEW_N(&arena, const char *, config.ndirectories + 2);
  folders[0] = beside;
  folders[1] = here;
  for (size_t i = 0; i < config.ndirectories; i++) folders[i + 2] = config.directories[i];
  ck_ckpt_follow_pointer(ckpt, folders, config.ndirectories + 2);
  free(beside);
  free(source);
  ck_arena_release(&arena);
}

static void say_absent(const char *path) {
  size_t distance = SIZE_MAX;
  char *folder = ck_path_dir(path), *name = ck_ckpt_nearest_name(folder, ck_path_base(path), &distance);
  char *near = name == NULL ? NULL : strcmp(folder, ".") == 0 ? ck_strdup(name) : ck_path_join(folder, name);
  if (near != NULL) cli_trouble("%s: no such file; did you mean \"%s\"?", path, near);
  else cli_trouble("%s: no such file", path);
  free(folder);
  free(name);
  free(near);
}

int cli_open_checkpoint(const char *path, ck_ckpt **out) {
  ck_err err = {0};
  ck_status opened = ck_ckpt_open(path, NULL, out, &err);
  if (opened == CK_OK) {
    if (ck_ckpt_format(*out) == CK_CKPT_FORMAT_LFS_POINTER) follow_pointer(out);
    return CK_EXIT_OK;
  }
  if (strcmp(path, "-") == 0) cli_trouble("-: a checkpoint is read by position: give a file, not standard input");
  else if (opened == CK_ABSENT) say_absent(path);
  else if (err.at != CK_NO_OFFSET && opened == CK_CORRUPT)
    cli_trouble("%s: %s (at byte %llu)", path, err.text, (unsigned long long)err.at);
  else cli_trouble("%s: %s", path, err.text);
  return opened == CK_CORRUPT ? CK_EXIT_FINDINGS : CK_EXIT_TROUBLE;
}

/* A script asks whether a file is good: what is listed may still be damaged. */
static bool is_damaged(const ck_ckpt *ckpt) {
  size_t n;
  const ck_ckpt_problem *problems = ck_ckpt_problems(ckpt, &n);
  for (size_t i = 0; i < n; i++)
    if (ck_ckpt_problem_is_damage(problems[i].kind)) return true;
  return false;
}

static int open_all(const cli_options *o, checkpoint_list *out) {
  int status = CK_EXIT_OK;
  for (size_t i = 0; i < o->files.n; i++) {
    ck_ckpt *ckpt;
    int one = cli_open_checkpoint(o->files.at[i], &ckpt);
    if (ckpt != NULL) ck_vec_push(out, ckpt);
    if (ckpt != NULL && is_damaged(ckpt)) one = CK_EXIT_FINDINGS;
    if (one > status) status = one;
  }
  return status;
}

/* --- Snapshots --------------------------------------------------------------------------------------------------- */

/* The SHA-256 that the snapshot is named by: of the original, also if a snapshot of it is written again. */
static int find_sha256(const ck_ckpt *ckpt, char hex[65], const char **sha256) {
  ck_err err = {0};
  *sha256 = ck_ckpt_meta(ckpt, "snapshot.sha256");
  if (ck_ckpt_is_snapshot(ckpt) || ck_is_directory(ck_ckpt_path(ckpt))) return CK_EXIT_OK;
  *sha256 = hex;
  if (ck_sha256_file(ck_ckpt_path(ckpt), hex, &err) == CK_OK) return CK_EXIT_OK;
  return cli_trouble("%s: %s", ck_ckpt_path(ckpt), err.text);
}

static int write_snapshot(const cli_options *o) {
  char hex[65];
  const char *sha256;
  ck_ckpt *ckpt;
  if (o->files.n != 1) return cli_trouble("show: --snapshot takes one checkpoint");
  int status = cli_open_checkpoint(o->files.at[0], &ckpt);
  if (ckpt == NULL) return status;
  ck_ckpt_format_id format = ck_ckpt_format(ckpt);
  if (!(ck_ckpt_format_props(format) & (CK_CKPT_HAS_KEYS | CK_CKPT_ARCHIVE)))
    status =
        cli_trouble("%s is %s: there is nothing to write a snapshot of", o->files.at[0], ck_ckpt_format_what(format));
  if (status == CK_EXIT_OK) status = find_sha256(ckpt, hex, &sha256);
  if (status == CK_EXIT_OK) {
    ck_strbuf out;
    ck_strbuf_init(&out);
    ck_ckpt_write_snapshot(ckpt, sha256, &out);
    fwrite(out.s, 1, out.n, stdout);
    ck_strbuf_release(&out);
    if (is_damaged(ckpt)) status = CK_EXIT_FINDINGS;
  }
  ck_ckpt_free(ckpt);
  return status;
}

/* --- The command ------------------------------------------------------------------------------------------------- */

enum { MAX_NAMES = 1000 }; /* files of a folder that are opened to see what they are */

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* What a folder that is no checkpoint itself has in it, a line each. */
static void put_contents(const char *folder, ck_strbuf *out) {
  DIR *dir = opendir(folder);
  CK_VEC(char *) names = {0};
  const struct dirent *entry;
  size_t found = 0;
  while (dir != NULL && names.n < MAX_NAMES && (entry = readdir(dir)) != NULL)
    if (entry->d_name[0] != '.') ck_vec_push(&names, ck_path_join(folder, entry->d_name));
  if (dir != NULL) closedir(dir);
  if (names.n > 0) qsort(names.at, names.n, sizeof *names.at, by_name);
  for (size_t i = 0; i < names.n; i++) {
    ck_ckpt *ckpt = NULL;
    if (!ck_is_directory(names.at[i])) ck_ckpt_open(names.at[i], NULL, &ckpt, NULL);
    if (ckpt != NULL && ck_ckpt_has(ckpt, CK_CKPT_HAS_KEYS)) {
      size_t n;
      ck_ckpt_entries(ckpt, &n);
      ck_strbuf_printf(out, "  %s: %s, %zu key%s\n", ck_path_base(names.at[i]),
                       ck_ckpt_format_what(ck_ckpt_format(ckpt)), n, n == 1 ? "" : "s");
      found++;
    }
    ck_ckpt_free(ckpt);
    free(names.at[i]);
  }
  if (found == 0) ck_strbuf_puts(out, "  no file in it is a checkpoint\n");
  free(names.at);
}

static void put_text(const cli_options *o, ck_ckpt *const *checkpoints, size_t n, ck_strbuf *out) {
  for (size_t i = 0; i < n; i++) {
    if (i > 0) ck_strbuf_putc(out, '\n');
    if (o->show_tree) ck_checkpoints_tree(&checkpoints[i], 1, o->show_all_keys, out);
    else ck_checkpoints_text(&checkpoints[i], 1, o->show_all_keys, out);
    if (ck_ckpt_format(checkpoints[i]) == CK_CKPT_FORMAT_DIRECTORY) put_contents(ck_ckpt_path(checkpoints[i]), out);
  }
}

static int show(const cli_options *o) {
  checkpoint_list checkpoints = {0};
  int status = open_all(o, &checkpoints);
  ck_strbuf out;
  ck_strbuf_init(&out);
  if (o->format == CLI_JSON) ck_checkpoints_json(checkpoints.at, checkpoints.n, &out);
  else put_text(o, checkpoints.at, checkpoints.n, &out);
  fwrite(out.s, 1, out.n, stdout);
  ck_strbuf_release(&out);
  for (size_t i = 0; i < checkpoints.n; i++) ck_ckpt_free(checkpoints.at[i]);
  free(checkpoints.at);
  return status;
}

int cmd_show(int argc, char **argv) {
  cli_options o;
  int status = cli_read_options("show", argc, argv, &o);
  if (status < 0 && o.format != CLI_TEXT && o.format != CLI_JSON)
    status = cli_trouble("show: the formats are text and json");
  for (size_t i = 0; i < o.flags.n; i++) ck_vec_push(&o.files, o.flags.at[i]); /* show -- -odd-name.pt */
  if (status < 0 && o.files.n == 0) status = cli_trouble("show: no checkpoint is given");
  if (status < 0) status = o.show_snapshot ? write_snapshot(&o) : show(&o);
  if (status < CK_EXIT_TROUBLE && fflush(stdout) != 0) status = cli_trouble("cannot write to standard output");
  cli_release_options(&o);
  return status;
}
