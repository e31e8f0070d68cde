/* Ways out: each is offered where it is right, and nothing is where there is none. Files: tests/unit/match_sites.c. */
#include "rows.h"

#include "match_build.h"

static const struct row {
  const char *name, *model, *file;
  const char *help; /* part of one of the help lines; NULL: there is none at all */
} rows[] = {
    {"a prefix in the checkpoint", "fc1.weight 8,4; fc1.bias 8; fc2.weight 2,8; fc2.bias 2", "net_wrapped.pt",
     "under \"module.\""},
    {"... and how to load that part", "fc1.weight 8,4; fc1.bias 8; fc2.weight 2,8; fc2.bias 2", "net_wrapped.pt",
     "archive.read(\"module\", part)"},
    {"a nested model", "fc1.weight 8,4; fc1.bias 8; fc2.weight 2,8; fc2.bias 2", "nested.pt", "under \"model.\""},
    {"a prefix in the model", "net.fc1.weight 8,4; net.fc1.bias 8; net.fc2.weight 2,8; net.fc2.bias 2", "net.pt",
     "without \"net.\": load into that submodule"},
    {"a renamed module", "fc1.weight 8,4; fc1.bias 8; bn.weight 8; bn.bias 8; head.weight 2,8; head.bias 2",
     "net_without_bn.pt", "\"head\" of the model may be \"fc2\""},
    {"not one of another shape", "fc1.weight 8,4; fc1.bias 8; head.weight 2,9; head.bias 2", "net_without_bn.pt", NULL},
    {"shifted indices", "1.weight 8,4; 1.bias 8; 3.weight 2,8; 3.bias 2", "sequential.pt", "shifted by -1"},
    {"shifted layers",
     "layers.1.weight 8,8; layers.1.bias 8; layers.2.weight 8,8; layers.2.bias 8; layers.3.weight 8,8; layers.3.bias "
     "8; layers.4.weight 8,8; layers.4.bias 8",
     "list4.pt", "\"layers.4\" of the model may be \"layers.0\""},
    {"a dtype", "scale 3", "scale_long.pt", NULL},
    {"a floating dtype", "weight 8,4 :float64; bias 8 :float64", "linear.pt",
     "must be float32 at the load, then model->to(torch::kFloat64)"},
    {"swapped arguments", "weight 4,8; bias 8", "linear.pt", "transposed"},
    {"nothing to say", "fc1.weight 8,4; fc1.bias 8; fc2.weight 2,8; fc2.bias 2; x 77", "net_without_bn.pt", NULL},
    {"Python's torch.save", "fc1.weight 8,4", "python_state_dict.pt", "torch.jit.script(model.eval()).save"},
    {"Python's torch.save, nested", "fc1.weight 8,4", "python_nested.pt", "[\"state_dict\"]"},
    {"a Git LFS pointer", "fc1.weight 8,4", "lfs.pt", "git lfs pull -I \""},
    {"a misspelt name", "fc1.weight 8,4", "nett.pt", "did you mean \"net.pt\"?"},
};

static void suggest(void **state) {
  const struct row *row = *state;
  ck_arena arena;
  ck_arena_init(&arena);
  build *b = build_new(&arena);
  ck_alternative alternative = {.path = row->file, .model = build_model(b, "NetImpl", row->model)};
  ck_site site = {.loc = {"main.cpp", 12, 3, 0, 0},
                  .loader = CK_LOADER_TORCH_LOAD,
                  .alternatives = &alternative,
                  .nalternatives = 1};
  ck_analysis analysis = {.sites = &site, .nsites = 1};
  const char *folder = CKPTLINT_SOURCE_DIR "/fixtures/loads/ckpt";
  ck_match_options options = {.directories = &folder, .ndirectories = 1};
  const ck_match_result *r = ck_match(&analysis, &options, &arena);
  ck_strbuf all;
  ck_strbuf_init(&all);
  for (size_t i = 0; i < r->nfindings; i++)
    for (size_t k = 0; k < r->findings[i].nhelps; k++) ck_strbuf_printf(&all, "%s\n", r->findings[i].helps[k]);
  if (row->help == NULL) assert_string_equal(all.s, "");
  else if (strstr(all.s, row->help) == NULL) fail_msg("\"%s\" is not in:\n%s", row->help, all.s);
  ck_strbuf_release(&all);
  ck_arena_release(&arena);
}

int main(void) { return RUN_ROWS("suggestions", rows, suggest); }
