/* written.c - what the program does to files before it loads one.
 *
 * The checkpoint of build time says nothing about a load of a file that the program itself has written by then
 * (torch::save, then torch::load), nor about a relative path after a change of the working directory. So each such
 * effect is noted where it happens, in a registry: it joins at branches and loops as registrations do, with its
 * condition. A load asks it: a file that is certainly written is not compared; whether it is, is a condition like any
 * other where the run decides it. */
#include <stdlib.h>

#include "base/file.h"
#include "torch/run_int.h"

/* `value` of a note (a registration whose name is the path): INT, what happened; or the BOOL symbol "it happened", for
 * a command that may write anything. */

typedef struct {
  const char *text; /* of the file that is loaded, normalised */
  ck_value path;
} wanted;

/* "./a//b/../c" -> "a/c", as far as no link is followed. */
static char *normalised(const char *path) {
  char *out = ck_strdup(path), *end = out + (path[0] == '/');
  const char *const root = end;
  for (const char *s = path; *s != '\0';) {
    size_t n = strcspn(s, "/");
    bool is_up = n == 2 && s[0] == '.' && s[1] == '.';
    char *last = end;
    while (last > root && last[-1] != '/') last--;
    if (is_up && end > root && !(end - last == 2 && last[0] == '.' && last[1] == '.'))
      end = last > root ? last - 1 : last;
    else if (n > 0 && !(n == 1 && s[0] == '.')) {
      if (end > root) *end++ = '/';
      memmove(end, s, n);
      end += n;
    }
    s += n + (s[n] == '/');
  }
  *end = '\0';
  return out;
}

ck_value ck_torch_path_from_here(ck_ev *ev, ck_value path) {
  if (path.kind != CK_V_SYM) return path;
  const ck_sym *s = path.sym;
  const char *rest = "";
  for (; s->kind == CK_SYM_OP && s->op == CK_IR_OP_ADD; s = s->a) {
    if (s->b->kind != CK_SYM_CONST || s->b->type != CK_SYM_STRING) return path;
    rest = ck_arena_printf(ck_ev_arena(ev), "%s%s", s->b->s, rest);
  }
  if (s->kind != CK_SYM_NAME || !ck_starts_with(s->s, CK_WORKING_DIRECTORY) || rest[0] != '/') return path;
  return ck_ev_string(ev, rest + strspn(rest, "/"));
}

typedef enum { APART, MAYBE, SAME } match;

/* The path that is written, or a folder above the one that is loaded. */
static match compare_text(const char *written, const char *loaded) {
  size_t n = strlen(written);
  if (strncmp(written, loaded, n) == 0 && (loaded[n] == '\0' || loaded[n] == '/')) return SAME;
  if ((written[0] == '/') == (loaded[0] == '/')) return APART;
  return strcmp(ck_path_base(written), ck_path_base(loaded)) == 0 ? MAYBE : APART;
}

/* Constant text at the start (or end) of a concatenation. */
static const char *edge(const ck_sym *sym, bool at_end) {
  while (sym->kind == CK_SYM_OP && sym->op == CK_IR_OP_ADD) sym = at_end ? sym->b : sym->a;
  return sym->kind == CK_SYM_CONST && sym->type == CK_SYM_STRING ? sym->s : "";
}

static match compare_pattern(const ck_sym *written, const char *loaded) {
  char *tail = normalised(edge(written, true));
  size_t n = strlen(tail), m = strlen(loaded);
  bool ends = (m >= n && strcmp(loaded + m - n, tail) == 0) || (tail[0] == '/' && strcmp(loaded, tail + 1) == 0);
  free(tail);
  const char *head = edge(written, false);
  size_t slashes = 0;
  if (head[0] != '/' && loaded[0] != '/') {
    while (head[0] == '.' && head[1] == '/') head += 2;
    slashes = strcspn(head, "/") < strlen(head) ? strcspn(head, "/") + 1 : 0; /* the first folder decides */
  }
  return ends && strncmp(head, loaded, slashes) == 0 ? MAYBE : APART;
}

static match compare(const ck_registration *note, const wanted *w) {
  if (note->value.kind != CK_V_INT) return MAYBE;
  if (note->value.i == CK_FILE_CWD) return w->text[0] == '/' ? APART : SAME;
  if (note->name.kind == CK_V_SYM) return compare_pattern(note->name.sym, w->text);
  if (note->name.kind != CK_V_STRING) return MAYBE;
  char *written = normalised(note->name.str);
  match m = compare_text(written, w->text);
  free(written);
  return m;
}

static bool is_noted(const ck_registry *notes, ck_value path, int64_t effect) {
  for (size_t i = notes->n; i-- > 0;) {
    const ck_registration *r = &notes->at[i];
    if (r->when.n > 0 || r->value.kind != CK_V_INT || r->value.i != effect || r->name.kind != path.kind) continue;
    if (path.kind == CK_V_STRING ? strcmp(r->name.str, path.str) == 0
                                 : path.kind == CK_V_SYM && r->name.sym == path.sym)
      return true;
  }
  return false;
}

void ck_torch_file_changes(ck_ev *ev, void *data, ck_file_effect effect, ck_value path, ck_loc loc) {
  ck_torch_run *run = data;
  if (run == NULL || run->file_notes.registry == NULL) return;
  path = ck_torch_path_from_here(ev, ck_ev_decide(ev, path));
  if (effect == CK_FILE_OPENED) { /* a log, a table: only what has a name that fits counts */
    if (path.kind == CK_V_UNKNOWN || (path.kind == CK_V_SYM && *edge(path.sym, true) == '\0')) return;
    effect = CK_FILE_WRITTEN;
  }
  if (is_noted(ck_ev_registry(ev, &run->file_notes), path, effect)) return;
  ck_value what = CK_INT(effect);
  if (effect == CK_FILE_ANY || (effect == CK_FILE_WRITTEN && path.kind == CK_V_UNKNOWN)) {
    const char *name = ck_arena_printf(ck_ev_arena(ev), "the program writes the file at %s:%u",
                                       loc.file != NULL ? ck_path_base(loc.file) : "?", loc.line);
    what = ck_ev_symbol(ev, CK_SYM_BOOL, name, "what the program writes", loc);
  }
  ck_registration note = {.kind = CK_REG_BUFFER, .name = path, .value = what, .loc = loc};
  if (ck_ev_in_unknown_round(ev)) ck_vec_push(&run->written_in_rounds, note);
  ck_ev_register(ev, &run->file_notes, CK_REG_BUFFER, path, what, loc);
}

static const char *reason_of(ck_torch_run *run, const ck_registration *note, const wanted *w) {
  const char *place =
      ck_arena_printf(&run->arena, "%s:%u", note->loc.file ? ck_path_base(note->loc.file) : "?", note->loc.line);
  if (note->value.kind == CK_V_INT && note->value.i == CK_FILE_CWD)
    return ck_arena_printf(&run->arena, "the program changes its working directory first (%s)", place);
  return ck_arena_printf(&run->arena, "the program itself %s \"%s\" first (%s)",
                         note->value.kind == CK_V_INT ? "writes" : "may write", w->path.str, place);
}

/* Is the note's condition true here? Splits the world where the run does not know, but for what loops do in rounds of
 * an unknown number, as training that saves the best model so far: that counts as done. */
static bool happened(ck_ev *ev, const ck_registration *note) {
  for (size_t i = 0; i < note->when.n; i++) {
    if (ck_ev_is_of_rounds(ev, note->when.at[i].sym)) continue;
    ck_value literal = {.kind = CK_V_SYM, .sym = note->when.at[i].sym};
    if (ck_ev_decide_bool(ev, literal, note->loc) != note->when.at[i].holds) return false;
  }
  return true;
}

static bool is_this_file(ck_ev *ev, const ck_registration *note, const wanted *w, match m) {
  if (m != MAYBE) return m == SAME;
  if (note->value.kind == CK_V_SYM) return ck_ev_decide_bool(ev, note->value, note->loc);
  ck_value same =
      note->name.kind == CK_V_SYM
          ? ck_ev_binary(ev, CK_IR_OP_EQ, note->name, w->path, &ck_torch_bool, note->loc)
          : ck_ev_symbol(ev, CK_SYM_BOOL,
                         ck_arena_printf(ck_ev_arena(ev), "\"%s\" is \"%s\"",
                                         note->name.kind == CK_V_STRING ? note->name.str : "?", w->path.str),
                         "whether two paths are one file", note->loc);
  return ck_ev_decide_bool(ev, same, note->loc);
}

const char *ck_torch_file_is_changed(ck_ev *ev, ck_value path, ck_loc *loc) {
  ck_torch_run *run = ck_torch_run_of(ev);
  if (run == NULL || run->file_notes.registry == NULL || path.kind != CK_V_STRING) return NULL;
  const ck_registry *notes = ck_ev_registry(ev, &run->file_notes);
  char *text = normalised(path.str);
  wanted w = {.text = ck_arena_strdup(&run->arena, text), .path = path};
  free(text);
  bool in_round = ck_ev_in_unknown_round(ev);
  for (size_t i = notes->n; i-- > 0;) {
    const ck_registration *note = &notes->at[i];
    *loc = note->loc;
    if (note->kind == CK_REG_OPEN) return "whether the program has written the file by then is not known";
    match m = compare(note, &w);
    if (m == APART) continue;
    if (in_round || (happened(ev, note) && is_this_file(ev, note, &w, m))) return reason_of(run, note, &w);
  }
  for (size_t i = 0; in_round && i < run->written_in_rounds.n; i++) {
    const ck_registration *note = &run->written_in_rounds.at[i];
    *loc = note->loc;
    if (compare(note, &w) != APART) return reason_of(run, note, &w);
  }
  return NULL;
}
