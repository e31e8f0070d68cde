/* std_files.c - library calls that change files or the working directory: what a path means after them is not what it
 * meant when the program started. Their results are not modelled. */
#include <stdlib.h>

#include "base/file.h"
#include "eval/std_int.h"

static ck_value changes(ck_call *call, ck_file_effect effect, size_t i) {
  ck_ev_file_changes(call->ev, effect, ck_std_arg(call, i), call->node != NULL ? call->node->loc : (ck_loc){0});
  return ck_std_inert(call);
}

ck_value ck_std_file_first(ck_call *call) { return changes(call, CK_FILE_WRITTEN, 0); }
ck_value ck_std_file_second(ck_call *call) { return changes(call, CK_FILE_WRITTEN, 1); }

/* current_path(path[, error]) sets it; current_path([error]) gives a text that is not known, and may be another at the
 * next place that asks. */
ck_value ck_std_working_directory(ck_call *call) {
  const ck_ir_type *type = call->nargs > 0 ? ck_ir_strip_ref(ck_std_arg_type(call, 0)) : NULL;
  bool asks =
      call->nargs == 0 || (type != NULL && type->kind == CK_IR_T_RECORD && strcmp(type->name, "std::error_code") == 0);
  if (!asks) return changes(call, CK_FILE_CWD, 0);
  ck_loc loc = call->node != NULL ? call->node->loc : (ck_loc){0};
  const char *name = ck_arena_printf(ck_ev_arena(call->ev), CK_WORKING_DIRECTORY " of %s:%u",
                                     loc.file != NULL ? ck_path_base(loc.file) : "?", loc.line);
  return ck_ev_symbol(call->ev, CK_SYM_STRING, name, "the working directory", loc);
}

/* rename(from, to): both. */
ck_value ck_std_file_moved(ck_call *call) {
  changes(call, CK_FILE_WRITTEN, 0);
  return changes(call, CK_FILE_WRITTEN, 1);
}

/* fopen(path, mode): "r" and "rb" leave the file as it is. */
ck_value ck_std_fopen(ck_call *call) {
  const char *mode;
  if (ck_std_text_arg(call, 1, &mode) && strpbrk(mode, "wa+") == NULL) return ck_std_inert(call);
  return changes(call, CK_FILE_OPENED, 0);
}

/* system(command), popen(command, mode): may write anything, but for commands known by their first word. */
ck_value ck_std_command(ck_call *call) {
  static const char *const harmless[] = {"mkdir", "clear", "cls", "ls", "dir", "echo", "pause", "nvidia-smi", "date"};
  const char *text;
  if (ck_std_text_arg(call, 0, &text)) {
    text += strspn(text, " ");
    size_t n = strcspn(text, " ");
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless && strpbrk(text, ">;&|`$") == NULL; i++)
      if (strlen(harmless[i]) == n && strncmp(text, harmless[i], n) == 0) return ck_std_inert(call);
  }
  return changes(call, CK_FILE_ANY, 0);
}
