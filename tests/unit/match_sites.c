/* One load site against checkpoints that libtorch and PyTorch wrote (fixtures/loads/ckpt): each rule of SOUNDNESS.md
 * where it fires, and its silent twin. What the files hold: net = fc1 (4 -> 8), bn (8), fc2 (8 -> 2); net_wide has 16
 * for 8; net_without_bias lacks fc2.bias, net_without_bn the whole of bn; list4 = layers.0 to 3 (8 -> 8). */
#include "rows.h"

#include "match_build.h"

#define FC1 "fc1.weight 8,4; fc1.bias 8; "
#define FC2 "fc2.weight 2,8; fc2.bias 2; "
#define BN  "bn.weight 8; bn.bias 8; bn.running_mean 8 :b; bn.running_var 8 :b; bn.num_batches_tracked - :b :int64; "
#define NET FC1 BN FC2
#define WIDE                                                                                                           \
  "fc1.weight 16,4; fc1.bias 16; bn.weight 16; bn.bias 16; bn.running_mean 16 :b; bn.running_var 16 :b; "              \
  "bn.num_batches_tracked - :b :int64; fc2.weight 2,16; fc2.bias 2; "

enum {
  LOAD = CK_LOADER_TORCH_LOAD,
  JIT = CK_LOADER_JIT_LOAD,
  TENSOR = CK_LOADER_TORCH_TENSOR,
  VECTOR = CK_LOADER_TORCH_VECTOR
};

static const struct row {
  const char *name;
  int loader;
  const char *model;      /* of the alternative; "null": an empty holder; NULL: not known */
  const char *file;       /* in fixtures/loads/ckpt; NULL: not known */
  const char *when;       /* condition of the first alternative; "try": in a try block; "entry": another entry point */
  const char *other;      /* model of a second alternative under the opposite condition, or NULL */
  const char *other_file; /* its file */
  const char *want;
} rows[] = {
    {"fits", LOAD, NET, "net.pt", .want = "checked"},
    {"a key is missing", LOAD, NET, "net_without_bias.pt", .want = "error missing-key fc2.bias; checked"},
    {"a module with keys is missing: its keys are", LOAD, NET, "net_without_bn.pt",
     .want = "error missing-key bn.weight bn.bias bn.running_mean bn.running_var bn.num_batches_tracked; checked"},
    {"a module without keys is missing", LOAD, NET "relu/", "net.pt", .want = "error missing-module relu; checked"},
    {"... and is there", LOAD, NET "relu/", "net_relu.pt", .want = "checked"},
    {"entries that nothing registers", LOAD, FC1 FC2, "net.pt",
     .want = "warning unexpected-key bn.weight bn.bias bn.running_mean bn.running_var bn.num_batches_tracked; checked"},
    {"... are no finding in an open model", LOAD, FC1 FC2 "@", "net.pt", .want = "partial"},
    {"... nor below an open module", LOAD, FC1 FC2 "bn@", "net.pt", .want = "partial"},
    {"... but beside one they are", LOAD, FC1 FC2 "head@", "net.pt",
     .want = "warning unexpected-key bn.weight bn.bias bn.running_mean bn.running_var bn.num_batches_tracked; partial"},
    {"... that the other alternative registers", LOAD, FC1 FC2, "net.pt", "?c", NET, "net.pt", "checked"},
    {"... that it may register, being open", LOAD, FC1 FC2, "net.pt", "?c", FC1 FC2 "@", "net.pt", "partial"},
    {"... while it reads another file", LOAD, FC1 FC2, "net.pt", "?c", FC1 FC2, "net_without_bn.pt",
     "warning unexpected-key bn.weight bn.bias bn.running_mean bn.running_var bn.num_batches_tracked ?c; checked"},
    {"a missing key in an open model", LOAD, NET "@", "net_without_bias.pt",
     .want = "error missing-key fc2.bias; partial"},
    {"... below a load of its own", LOAD, NET "fc2@load", "net_without_bias.pt", .want = "partial"},
    {"a missing module below a load of its own", LOAD, NET "fc2.act/; fc2@load", "net.pt", .want = "partial"},
    {"shapes differ", LOAD, NET, "net_out.pt", .want = "error shape-mismatch fc2.weight fc2.bias; checked"},
    {"an unknown rank is not compared", LOAD, FC1 BN "fc2.weight ?; fc2.bias ?", "net_out.pt", .want = "partial"},
    {"dtypes differ", LOAD, FC1 BN "fc2.weight 2,8; fc2.bias 2 :float64", "net.pt",
     .want = "error dtype-mismatch fc2.bias; checked"},
    {"kinds differ", LOAD, "scale 3", "scale_buffer.pt", .want = "note kind-mismatch scale; checked"},
    {"a failure that is caught", LOAD, NET, "net_without_bias.pt", "try",
     .want = "warning missing-key fc2.bias; checked"},
    {"an unknown width that fits", LOAD,
     "fc1.weight h,4; fc1.bias h; bn.weight h; bn.bias h; bn.running_mean h :b; bn.running_var h :b; "
     "bn.num_batches_tracked - :b :int64; fc2.weight 2,h; fc2.bias 2",
     "net.pt", .want = "partial"},
    {"an unknown width that cannot", LOAD, "fc1.weight h,4; fc1.bias h; fc2.weight h,h; fc2.bias h",
     "net_without_bn.pt", .want = "error shape-mismatch fc1.weight fc2.weight; checked"},
    {"a product that does not divide", LOAD, FC1 BN "fc2.weight 2,3*h; fc2.bias 2", "net.pt",
     .want = "error shape-mismatch fc2.weight; checked"},
    {"a conditional key that is there", LOAD,
     FC1 FC2 "bn.weight 8 ?c; bn.bias 8 ?c; bn.running_mean 8 :b ?c; bn.running_var 8 :b ?c; bn.num_batches_tracked - "
             ":b :int64 ?c",
     "net.pt", .want = "partial"},
    {"... and is not", LOAD, FC1 FC2 "bn.weight 8 ?c", "net_without_bn.pt", .want = "partial"},
    {"a condition that its keys contradict", LOAD, FC1 BN "fc2.weight 2,8 ?c; fc2.bias 2 ?c", "net_without_bias.pt",
     .want = "warning missing-key fc2.bias ?c; partial"},
    {"missing whatever the condition is", LOAD, NET "a.weight 4 ?c; e.weight 4 ?!c", "net.pt",
     .want = "error missing-key e.weight; checked"},
    {"one of two is there", LOAD, FC1 BN "fc2.weight 2,8; fc2.bias 2 ?c; out 2 ?!c", "net.pt", .want = "partial"},
    {"pattern keys", LOAD, "layers.*.weight 8,8; layers.*.bias 8", "list4.pt", .want = "partial"},
    {"pattern keys of another shape", LOAD, "layers.*.weight 8,9; layers.*.bias 8", "list4.pt",
     .want = "warning shape-mismatch layers.*.weight; partial"},
    {"a pattern that one of its entries fits", LOAD,
     "*.weight 8,4; *.bias ?; *.running_mean 8 :b; *.running_var 8 :b; *.num_batches_tracked - :b :int64", "net.pt",
     .want = "partial"},
    {"a pattern at the top", LOAD, "s* 3 :b", "scale_buffer.pt", .want = "partial"},
    {"a condition that the widths exclude", LOAD, "fc1.weight h,4; fc1.bias h; fc2.weight 2,h; fc2.bias 2; e 4 ?h==16",
     "net_without_bn.pt", .want = "partial"},
    {"a condition that the widths fulfil", LOAD, "fc1.weight h,4; fc1.bias h; fc2.weight 2,h; fc2.bias 2; e 4 ?h==8",
     "net_without_bn.pt", .want = "error missing-key e; partial"},
    {"two that exclude each other are both there", LOAD, FC1 "fc2.weight 2,8 ?c; fc2.bias 2 ?!c", "net_without_bn.pt",
     .want = "warning unexpected-key fc2.bias ?c; partial"},
    {"... and one of them is what another alternative reads", LOAD, FC1 "fc2.weight 2,8 ?c; fc2.bias 2 ?!c",
     "net_without_bn.pt", "?d", FC1 FC2, "net_without_bn.pt", "partial"},
    {"... beside a pattern that may have it", LOAD, FC1 "fc2.weight 2,8 ?c; fc2.bias 2 ?!c; fc2.* ?",
     "net_without_bn.pt", .want = "partial"},
    {"in one alternative only", LOAD, NET, "net_without_bias.pt", "?c", NET, "net.pt",
     "warning missing-key fc2.bias ?c; checked"},
    {"in both alternatives", LOAD, NET, "net_without_bias.pt", "?c", NET, "net_without_bias.pt",
     "error missing-key fc2.bias; checked"},
    {"in both, each its own way", LOAD, NET, "net_wide.pt", "?c", WIDE, "net.pt",
     "error shape-mismatch fc1.weight fc1.bias bn.weight bn.bias bn.running_mean bn.running_var fc2.weight; checked"},
    {"two ids, a path each", LOAD, NET, "net_out.pt", "?c", NET, "net_without_bias.pt",
     "warning missing-key fc2.bias ?!c; warning shape-mismatch fc2.weight fc2.bias ?c; checked"},
    {"the path decides a conditional key", LOAD, FC1 FC2 "bn.weight 8 ?c", "net_without_bn.pt", "?c", FC1 FC2,
     "net_without_bn.pt", "warning missing-key bn.weight ?c; checked"},
    {"... the other way", LOAD, FC1 FC2 "bn.weight 8 ?!c", "net_without_bn.pt", "?c", FC1 FC2, "net_without_bn.pt",
     "checked"},
    {"an unknown path on one side", LOAD, NET, "net_without_bias.pt", "?c", NET, NULL,
     "warning missing-key fc2.bias ?c; partial"},
    {"two in one run, one of them bad", LOAD, NET, "net_without_bias.pt", NULL, NET, "net.pt",
     "error missing-key fc2.bias; checked"},
    {"... by two entry points", LOAD, NET, "net_without_bias.pt", "entry", NET, "net.pt",
     "warning missing-key fc2.bias; checked"},
    {"nothing is known", LOAD, NULL, NULL, .want = "undetermined"},
    {"the model is not known", LOAD, NULL, "net.pt", .want = "undetermined"},
    {"the model is not known, the file is bad", LOAD, NULL, "python_state_dict.pt", .want = "error format; checked"},
    {"no such file", LOAD, NET, "no_such_file.pt", .want = "note file-not-found; undetermined"},
    {"an empty holder", LOAD, "null", "net.pt", .want = "error null-module; checked"},
    {"Python's torch.save", LOAD, NET, "python_state_dict.pt", .want = "error format; checked"},
    {"Python's torch.save, old", LOAD, NET, "python_legacy.pt", .want = "error format; checked"},
    {"pickle_save", LOAD, NET, "pickle.pt", .want = "error format; checked"},
    {"safetensors", LOAD, NET, "net.safetensors", .want = "error format; checked"},
    {"an HTML page", LOAD, NET, "page.pt", .want = "error corrupt; checked"},
    {"a Git LFS pointer", LOAD, NET, "lfs.pt", .want = "error corrupt; checked"},
    {"an empty file", LOAD, NET, "empty.pt", .want = "error corrupt; checked"},
    {"half a file", LOAD, NET, "truncated.pt", .want = "error corrupt; checked"},
    {"an optimizer", LOAD, "weight 8,4; bias 8", "optimizer.pt", .want = "error missing-key weight bias; checked"},
    {"TorchScript of Python", LOAD, NET, "script.pt", .want = "checked"},
    {"jit::load of an archive", JIT, NULL, "net.pt", .want = "checked"},
    {"jit::load of TorchScript", JIT, NULL, "script.pt", .want = "checked"},
    {"jit::load of Python's torch.save", JIT, NULL, "python_state_dict.pt", .want = "error format; checked"},
    {"a tensor", TENSOR, NULL, "tensor.pt", .want = "checked"},
    {"a tensor from a module's archive", TENSOR, NULL, "linear.pt", .want = "error missing-key 0; checked"},
    {"a vector", VECTOR, NULL, "vector.pt", .want = "checked"},
    {"a vector from a module's archive stays empty", VECTOR, NULL, "linear.pt",
     .want = "warning missing-key 0; checked"},
};

static ck_alternative alternative(build *b, const char *model, const char *file) {
  ck_alternative a = {.path = file, .reason = file == NULL ? "the path is not known" : NULL};
  if (model != NULL && strcmp(model, "null") == 0) {
    ck_model *m = build_model(b, "NetImpl", "");
    m->is_null = true;
    a.model = m;
  } else if (model != NULL) {
    a.model = build_model(b, "NetImpl", model);
  }
  return a;
}

static void match(void **state) {
  const struct row *row = *state;
  ck_arena arena;
  ck_arena_init(&arena);
  build *b = build_new(&arena);
  ck_alternative alternatives[2] = {alternative(b, row->model, row->file)};
  size_t n = 1;
  if (row->when != NULL && strcmp(row->when, "try") == 0) alternatives[0].in_try = true;
  else if (row->when != NULL && strcmp(row->when, "entry") == 0) alternatives[0].entry = 1;
  else alternatives[0].when = build_condition(b, row->when);
  if (row->other != NULL) {
    alternatives[1] = alternative(b, row->other, row->other_file);
    if (row->when != NULL && row->when[0] == '?')
      alternatives[1].when = build_condition(b, row->when[1] == '!' ? "?c" : row->when[1] == 'd' ? "?!d" : "?!c");
    n = 2;
  }
  ck_site site = {.loc = {"main.cpp", 12, 3, 0, 0},
                  .loader = (ck_loader)row->loader,
                  .alternatives = alternatives,
                  .nalternatives = n};
  ck_analysis analysis = {.sites = &site, .nsites = 1};
  const char *folder = CKPTLINT_SOURCE_DIR "/fixtures/loads/ckpt";
  ck_match_options options = {.directories = &folder, .ndirectories = 1};
  const char *got = build_result(&arena, ck_match(&analysis, &options, &arena));
  assert_string_equal(got, row->want);
  ck_arena_release(&arena);
}

int main(void) { return RUN_ROWS("sites", rows, match); }
