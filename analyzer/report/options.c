/* options.c - the -W flags, spelt as a compiler's. */
#include <string.h>

#include "report/report.h"

bool ck_report_take_flag(ck_report_options *options, const char *flag, ck_err *err) {
  static const struct {
    const char *prefix;
    ck_mode mode;
  } rows[] = {
      {"-Wno-error=ckpt-", CK_MODE_WARNING},
      {"-Werror=ckpt-", CK_MODE_ERROR},
      {"-Wno-ckpt-", CK_MODE_OFF},
      {"-Wckpt-", CK_MODE_ON},
  };
  if (strcmp(flag, "-Werror") == 0) return options->werror = true;
  if (strcmp(flag, "-Wno-error") == 0) return options->werror = false, true;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    if (!ck_starts_with(flag, rows[i].prefix)) continue;
    const char *name = flag + strlen(rows[i].prefix);
    int id = ck_diag_from_name(name);
    if (id >= 0) options->mode[id] = rows[i].mode;
    else ck_fail(err, CK_USAGE, "there is no diagnostic \"%s\" (%s); `ckptlint explain` lists them", name, flag);
    return true;
  }
  return false;
}
