/* message.c - the sentences of a finding.
 *
 * The first line alone must make sense: it names the checkpoint, the class and the first keys, in PyTorch's phrases,
 * which people search for. Notes stand at the registrations, one per statement, cut after CK_MAX_LINES. What the loader
 * will do is a row per id and loader (FORMATS.md B.1, B.2). */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/vec.h"
#include "report/report_int.h"

static const char *keep(ck_arena *arena, ck_strbuf *b) {
  const char *text = ck_arena_strdup(arena, b->s);
  ck_strbuf_release(b);
  return text;
}

/* --- First lines ---------------------------------------------------------------------------------------------- */

/* The class as users write it: "Net" of the holder's "NetImpl". */
static void put_class(ck_strbuf *b, const char *cls) {
  size_t n = strlen(cls);
  ck_strbuf_add(b, cls, n > 4 && ck_ends_with(cls, "Impl") ? n - 4 : n);
}

static void put_names(ck_strbuf *b, const ck_finding *f) {
  size_t shown = f->ndifferences <= CK_MAX_NAMES + 1 ? f->ndifferences : CK_MAX_NAMES;
  for (size_t i = 0; i < shown; i++) ck_strbuf_printf(b, "%s\"%s\"", i > 0 ? ", " : "", f->differences[i].key);
  if (shown < f->ndifferences) ck_strbuf_printf(b, " and %zu more", f->ndifferences - shown);
}

static void put_more(ck_strbuf *b, const ck_finding *f) {
  if (f->ndifferences > 1) ck_strbuf_printf(b, " (and %zu more)", f->ndifferences - 1);
}

static void put_contradiction(ck_strbuf *b, const ck_finding *f) {
  const ck_difference *d = f->differences;
  ck_strbuf_printf(b, "size mismatch: no value of the unknowns fits both ");
  for (size_t i = 0; i < 2; i++)
    ck_strbuf_printf(b, "%s%s (%s in the model, %s in the checkpoint%s%s)", i > 0 ? " and " : "", d[i].key,
                     d[i].model_text, d[i].checkpoint_text, d[i].note != NULL ? ", " : "",
                     d[i].note != NULL ? d[i].note : "");
}

static void put_difference(ck_strbuf *b, const ck_finding *f) {
  const ck_difference *d = f->differences;
  switch (f->id) {
  case CK_DIAG_MISSING_KEY:
    ck_strbuf_puts(b, "Missing key(s) in state_dict: ");
    put_names(b, f);
    return;
  case CK_DIAG_MISSING_MODULE:
    ck_strbuf_puts(b, "Missing submodule(s) in archive: ");
    put_names(b, f);
    return;
  case CK_DIAG_UNEXPECTED_KEY:
    ck_strbuf_puts(b, "Unexpected key(s) in state_dict: ");
    put_names(b, f);
    return;
  case CK_DIAG_NOT_LOADED:
    ck_strbuf_puts(b, "the loop never loads ");
    put_names(b, f);
    return;
  case CK_DIAG_POSITIONAL:
    ck_strbuf_printf(b, "loaded by position: %s %s", d->key, d->note != NULL ? d->note : "");
    put_more(b, f);
    return;
  case CK_DIAG_SHAPE_MISMATCH:
    if (f->is_contradiction && f->ndifferences == 2) {
      put_contradiction(b, f);
      return;
    }
    ck_strbuf_printf(b,
                     "size mismatch for %s: copying a param with shape %s from checkpoint, the shape in current model "
                     "is %s",
                     d->key, d->checkpoint_text, d->model_text);
    put_more(b, f);
    return;
  case CK_DIAG_DTYPE_MISMATCH:
    ck_strbuf_printf(b, "dtype mismatch for %s: %s in checkpoint, %s in current model", d->key, d->checkpoint_text,
                     d->model_text);
    put_more(b, f);
    return;
  default:
    ck_strbuf_printf(b, "%s is a %s in checkpoint, a %s in current model", d->key, d->checkpoint_text, d->model_text);
    put_more(b, f);
  }
}

static const char *first_line(const ck_finding *f, ck_arena *arena) {
  ck_strbuf b;
  ck_strbuf_init(&b);
  if (f->ndifferences == 0) {
    ck_strbuf_puts(&b, f->detail != NULL ? f->detail : ck_diag_row_of(f->id)->text);
    bool fatal = f->id == CK_DIAG_FORMAT || f->id == CK_DIAG_CORRUPT;
    if (fatal && f->model != NULL) {
      ck_strbuf_puts(&b, " (loading ");
      put_class(&b, f->model);
      ck_strbuf_putc(&b, ')');
    }
  } else {
    bool fits = f->id == CK_DIAG_UNEXPECTED_KEY || f->id == CK_DIAG_KIND_MISMATCH || f->id == CK_DIAG_NOT_LOADED ||
                f->id == CK_DIAG_POSITIONAL;
    ck_strbuf_printf(&b, "\"%s\" %s ", f->name != NULL ? f->name : "the checkpoint", fits ? "and" : "does not fit");
    if (f->model != NULL) put_class(&b, f->model);
    else ck_strbuf_puts(&b, "the model");
    ck_strbuf_puts(&b, fits ? " differ: " : ": ");
    put_difference(&b, f);
  }
  if (f->when.n > 0) ck_strbuf_printf(&b, ", %s", ck_condition_text(arena, f->when));
  else if (f->sometimes) ck_strbuf_puts(&b, ", on some paths to this load");
  return keep(arena, &b);
}

/* --- What happens at run time --------------------------------------------------------------------------------- */

static const char *effect_of(const ck_finding *f, ck_arena *arena) {
  const char *loader = ck_loader_name(f->loader);
  if (f->thrown != NULL) return ck_arena_printf(arena, "%s throws c10::Error: %s", loader, f->thrown);
  if (f->ndifferences == 0) return NULL;
  bool measured = f->loader == CK_LOADER_TORCH_LOAD;
  switch (f->id) {
  case CK_DIAG_UNEXPECTED_KEY:
    return measured ? ck_arena_printf(arena, "%s ignores them, without a message", loader) : NULL;
  case CK_DIAG_SHAPE_MISMATCH:
    return measured ? ck_arena_printf(arena,
                                      "%s does not compare shapes: the tensor silently takes the checkpoint's, and "
                                      "the model fails or computes something else in forward()",
                                      loader)
                    : NULL; /* of a hand-written loop each difference tells its own */
  case CK_DIAG_DTYPE_MISMATCH:
    return measured ? ck_arena_printf(arena,
                                      "%s keeps the model's dtype and reinterprets the bytes of the file: the values "
                                      "become garbage, without a message",
                                      loader)
                    : NULL;
  case CK_DIAG_KIND_MISMATCH:
    return measured ? ck_arena_printf(arena, "%s ignores the kind, the model's stays", loader) : NULL;
  default: return NULL;
  }
}

/* --- Notes ---------------------------------------------------------------------------------------------------- */

typedef CK_VEC(ck_note) notes;

static bool same_subtree(const char *a, const char *b) {
  const char *x = strrchr(a, '.'), *y = strrchr(b, '.');
  if (x == NULL || y == NULL) return x == y;
  return x - a == y - b && strncmp(a, b, (size_t)(x - a)) == 0;
}

static void put_one(ck_strbuf *b, ck_diag_id id, const ck_difference *d) {
  ck_strbuf_printf(b, "\"%s\"", d->key);
  if (id == CK_DIAG_MISSING_MODULE) {
    if (d->module != NULL && d->module->cls != NULL) ck_strbuf_printf(b, " (%s)", d->module->cls);
  } else if (d->model_text != NULL && d->checkpoint_text != NULL) {
    ck_strbuf_printf(b, " is %s here, %s in the checkpoint", d->model_text, d->checkpoint_text);
  } else if (d->model_text != NULL || d->checkpoint_text != NULL) {
    ck_strbuf_printf(b, " %s", d->model_text != NULL ? d->model_text : d->checkpoint_text);
  }
  if (d->note != NULL) ck_strbuf_printf(b, " (%s)", d->note);
}

/* One note per registration statement and subtree: its keys share the place. */
static void make_notes(const ck_finding *f, bool all_keys, ck_diagnostic *out, ck_arena *arena) {
  notes list = {0};
  for (size_t i = 0, end; i < f->ndifferences; i = end) {
    const ck_difference *first = &f->differences[i];
    if (!all_keys && list.n == CK_MAX_LINES) {
      ck_vec_push(&list,
                  (ck_note){{0}, ck_arena_printf(arena, "and %zu more (--all-keys prints all)", f->ndifferences - i)});
      break;
    }
    ck_strbuf b;
    ck_strbuf_init(&b);
    for (end = i; end < f->ndifferences; end++) {
      const ck_difference *d = &f->differences[end];
      bool together = first->loc.file != NULL ? ck_same_place(first->loc, d->loc) : d->loc.file == NULL;
      if (end > i && (!together || !same_subtree(first->key, d->key))) break;
      if (end > i) ck_strbuf_puts(&b, ", ");
      put_one(&b, f->id, d);
    }
    bool compared = first->model_text != NULL && first->checkpoint_text != NULL;
    bool is_asked = first->model == NULL && (f->id == CK_DIAG_MISSING_KEY || f->id == CK_DIAG_UNEXPECTED_KEY);
    if (first->loc.file == NULL) ck_strbuf_puts(&b, f->id == CK_DIAG_MISSING_KEY ? "" : ": only in the checkpoint");
    else if (!compared) ck_strbuf_puts(&b, is_asked ? " is asked for here" : " registered here");
    ck_vec_push(&list, (ck_note){first->loc, keep(arena, &b)});
  }
  out->notes = CK_NEW_N(arena, ck_note, list.n + 1);
  if (list.n > 0) memcpy(out->notes, list.at, list.n * sizeof *list.at);
  out->nnotes = list.n;
  free(list.at);
}

static void add_exchanges(const ck_finding *f, ck_diagnostic *out, ck_arena *arena) {
  if (f->nexchanges == 0) return;
  ck_note *all = CK_NEW_N(arena, ck_note, out->nnotes + f->nexchanges);
  if (out->nnotes > 0) memcpy(all, out->notes, out->nnotes * sizeof *all);
  out->notes = all;
  bool plain = true; /* what stands there is the number itself, no macro */
  for (size_t i = 0; i < f->nexchanges; i++) {
    const ck_exchange *e = &f->exchanges[i];
    bool last = i + 1 == f->nexchanges;
    const char *before = i == 0 ? "" : f->exchanges_together ? "and " : "or: ";
    const char *text = ck_arena_printf(arena, "%swith %s here instead of %s%s", before, e->text, e->old,
                                       last || !f->exchanges_together ? ", all of the checkpoint fits" : "");
    all[out->nnotes++] = (ck_note){e->loc, text};
    plain &= e->loc.end - e->loc.begin == strlen(e->old);
  }
  if (plain && (f->nexchanges == 1 || f->exchanges_together)) out->fixits = f->exchanges, out->nfixits = f->nexchanges;
}

ck_diagnostic ck_message_of(const ck_finding *f, bool all_keys, ck_arena *arena) {
  ck_diagnostic d = {.id = f->id,
                     .severity = f->severity,
                     .loc = f->loc,
                     .message = first_line(f, arena),
                     .model = f->model,
                     .checkpoint = f->checkpoint,
                     .at_run_time = effect_of(f, arena),
                     .helps = f->helps,
                     .nhelps = f->nhelps};
  d.keys = CK_NEW_N(arena, const char *, f->ndifferences + 1);
  for (size_t i = 0; i < f->ndifferences; i++) d.keys[d.nkeys++] = f->differences[i].key;
  make_notes(f, all_keys, &d, arena);
  add_exchanges(f, &d, arena);
  return d;
}
