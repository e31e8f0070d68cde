/* show.c - `ckptlint show`: what checkpoint files hold; --snapshot: their headers as text that can stand for them. */
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

int cli_open_checkpoint(const char *path, ck_ckpt **out) {
  ck_err err = {0};
  ck_status opened = ck_ckpt_open(path, NULL, out, &err);
  if (opened == CK_OK) {
    if (ck_ckpt_format(*out) == CK_CKPT_FORMAT_LFS_POINTER) follow_pointer(out);
    return CK_EXIT_OK;
  }
  if (err.at != CK_NO_OFFSET && opened == CK_CORRUPT)
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

static int show(const cli_options *o) {
  checkpoint_list checkpoints = {0};
  int status = open_all(o, &checkpoints);
  ck_strbuf out;
  ck_strbuf_init(&out);
  if (o->format == CLI_JSON) ck_checkpoints_json(checkpoints.at, checkpoints.n, &out);
  else if (o->show_tree) ck_checkpoints_tree(checkpoints.at, checkpoints.n, o->show_all_keys, &out);
  else ck_checkpoints_text(checkpoints.at, checkpoints.n, o->show_all_keys, &out);
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
