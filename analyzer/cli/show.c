/* show.c - `ckptlint show`: what checkpoint files hold. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"

typedef CK_VEC(ck_ckpt *) checkpoint_list;

static int open_all(const cli_options *o, checkpoint_list *out) {
  int status = CK_EXIT_OK;
  for (size_t i = 0; i < o->files.n; i++) {
    ck_ckpt *ckpt;
    ck_err err = {0};
    ck_status opened = ck_ckpt_open(o->files.at[i], NULL, &ckpt, &err);
    if (opened == CK_OK) {
      ck_vec_push(out, ckpt);
      continue;
    }
    if (err.at != CK_NO_OFFSET && opened == CK_CORRUPT)
      cli_trouble("%s: %s (at byte %llu)", o->files.at[i], err.text, (unsigned long long)err.at);
    else cli_trouble("%s: %s", o->files.at[i], err.text);
    int one = opened == CK_CORRUPT ? CK_EXIT_FINDINGS : CK_EXIT_TROUBLE;
    if (one > status) status = one;
  }
  return status;
}

int cmd_show(int argc, char **argv) {
  cli_options o;
  int status = cli_read_options("show", argc, argv, &o);
  if (status < 0 && o.format != CLI_TEXT && o.format != CLI_JSON)
    status = cli_trouble("show: the formats are text and json");
  for (size_t i = 0; i < o.flags.n; i++) ck_vec_push(&o.files, o.flags.at[i]); /* show -- -odd-name.pt */
  if (status < 0 && o.files.n == 0) status = cli_trouble("show: no checkpoint is given");
  if (status < 0) {
    checkpoint_list checkpoints = {0};
    status = open_all(&o, &checkpoints);
    ck_strbuf out;
    ck_strbuf_init(&out);
    if (o.format == CLI_JSON) ck_checkpoints_json(checkpoints.at, checkpoints.n, &out);
    else ck_checkpoints_text(checkpoints.at, checkpoints.n, o.show_all_keys, &out);
    fwrite(out.s, 1, out.n, stdout);
    ck_strbuf_release(&out);
    for (size_t i = 0; i < checkpoints.n; i++) ck_ckpt_free(checkpoints.at[i]);
    free(checkpoints.at);
  }
  cli_release_options(&o);
  return status;
}
