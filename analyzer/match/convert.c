/* convert.c - the way out for a file of Python's: the lines of Python that make of it what the loader reads.
 *
 * Two parts: an expression for the state dict that the file holds, by its format, and what is done with it, by the
 * loader. torch::load and torch::jit::load read TorchScript (FORMATS.md, fact 8), pickle_load a plain dict of plain
 * tensors (A.5). tests/oracle/conversions.py has the lines as they come out for the fixtures; they are run there, and
 * libtorch loads the result. */
#include <string.h>

#include "match/match_int.h"

/* What torch.load is given beside the file. A pickle that names callables is not run by a line that was copied from
 * here: weights_only refuses it. Classes of a whole module are such names too, and without them there is no way. */
static const char *loading(const ck_comparison *c) {
  size_t n;
  ck_ckpt_unsafe(c->file->ckpt, &n);
  return n > 0 && ck_ckpt_root(c->file->ckpt) != CK_CKPT_ROOT_MODULE ? "map_location=\"cpu\", weights_only=True"
                                                                     : "map_location=\"cpu\"";
}

/* The name of the model's class, as Python would call it; "Net" if it is not known. */
static const char *class_name(ck_comparison *c) {
  const char *cls = c->model != NULL && c->model->cls != NULL ? c->model->cls : "Net", *colon = strrchr(cls, ':');
  if (colon != NULL) cls = colon + 1;
  size_t n = strlen(cls);
  return ck_arena_strndup(c->m->arena, cls, ck_ends_with(cls, "Impl") && n > 4 ? n - 4 : n);
}

/* Python's expression for the dict of tensors in the file; NULL: there is no such way. */
static const char *state_dict_of(ck_comparison *c, ck_ckpt_format_id format) {
  ck_arena *arena = c->m->arena;
  size_t nparts;
  const ck_ckpt_part *parts = ck_ckpt_parts(c->file->ckpt, &nparts);
  const char *inner = nparts > 0 && parts[0].path_count > 0 ? parts[0].path_text : "";
  switch (format) {
  case CK_CKPT_FORMAT_TORCH_ZIP:
  case CK_CKPT_FORMAT_TORCH_LEGACY:
  case CK_CKPT_FORMAT_TORCH_TAR:
  case CK_CKPT_FORMAT_PICKLE_SAVE:
    if (ck_ckpt_root(c->file->ckpt) == CK_CKPT_ROOT_MODULE) inner = ".state_dict()";
    return ck_arena_printf(arena, "torch.load(\"%s\", %s)%s", c->name, loading(c), ck_arena_strdup(arena, inner));
  case CK_CKPT_FORMAT_SAFETENSORS: return ck_arena_printf(arena, "safetensors.torch.load_file(\"%s\")", c->name);
  case CK_CKPT_FORMAT_SAFETENSORS_INDEX:
  case CK_CKPT_FORMAT_TORCH_INDEX:
    return ck_arena_printf(
        arena, "{k: v for f in set(json.load(open(\"%s\"))[\"weight_map\"].values()) for k, v in %s.items()}", c->name,
        format == CK_CKPT_FORMAT_TORCH_INDEX ? ck_arena_printf(arena, "torch.load(f, %s)", loading(c))
                                             : "safetensors.torch.load_file(f)");
  case CK_CKPT_FORMAT_NPZ:
    return ck_arena_printf(arena, "{k: torch.from_numpy(v) for k, v in numpy.load(\"%s\").items()}", c->name);
  default: return NULL;
  }
}

/* For pickle_load: parameters become tensors, the OrderedDict a dict. */
static void help_dict(ck_comparison *c, ck_raw *raw, const char *state_dict) {
  ck_match_help(raw, ck_arena_printf(c->m->arena,
                                     "in Python: torch.save({k: v.detach() for k, v in %s.items()}, \"converted.pt\")",
                                     state_dict));
  ck_match_help(raw, "torch::pickle_load reads torch.save of a plain dict with at least two tensors, "
                     "not of an OrderedDict as state_dict() returns it");
}

static void help_script(ck_comparison *c, ck_raw *raw, const char *state_dict) {
  if (ck_ckpt_root(c->file->ckpt) == CK_CKPT_ROOT_MODULE)
    ck_match_help(raw, ck_arena_printf(c->m->arena,
                                       "in Python: model = torch.load(\"%s\", %s); "
                                       "torch.jit.script(model.eval()).save(\"converted.pt\")",
                                       c->name, loading(c)));
  else
    ck_match_help(raw, ck_arena_printf(c->m->arena,
                                       "in Python: model = %s(...); model.load_state_dict(%s); "
                                       "torch.jit.script(model.eval()).save(\"converted.pt\")",
                                       class_name(c), state_dict));
  ck_match_help(raw,
                "if the model cannot be scripted: torch.jit.trace(model.eval(), example_input).save(\"converted.pt\")");
  if (c->site->loader == CK_LOADER_TORCH_LOAD)
    ck_match_help(raw, "the modules of the Python model must have the names and the nesting of the C++ one, those "
                       "without parameters too (ReLU, Dropout)");
}

void ck_match_help_convert(ck_comparison *c, ck_raw *raw, ck_ckpt_format_id format) {
  const char *state_dict = state_dict_of(c, format);
  if (state_dict == NULL) return;
  switch (c->site->loader) {
  case CK_LOADER_TORCH_LOAD:
  case CK_LOADER_JIT_LOAD:
  case CK_LOADER_ARCHIVE: help_script(c, raw, state_dict); return;
  case CK_LOADER_PICKLE_LOAD: help_dict(c, raw, state_dict); return;
  default: return;
  }
}
