/* The tables of stock modules and options agree with each other and with libtorch's list of modules. */
#include "rows.h"
#include "torch/torch_int.h"

static const struct row {
  const char *name, *options;
  ck_torch_tensor_row tensors[6];
} rows[] = {
#define NONE              {0}
#define FIRST(a, ...)     a
#define SECOND(a, b, ...) b
#define TENSOR(name, ...) {name, CK_KIND_PARAMETER, FIRST(__VA_ARGS__, NULL), SECOND(__VA_ARGS__, NULL, NULL), 0}
#define PARAM             TENSOR
#define BUFFER            TENSOR
#define INT64             TENSOR
#define CK_MODULE(name, options, build, ...) {#name, options, {__VA_ARGS__}},
#include "torch/modules.def"
#undef CK_MODULE
};

static const struct {
  const char *name, *fields;
} options[] = {
#define CK_OPTIONS(name, fields) {#name, fields},
#include "torch/options.def"
#undef CK_OPTIONS
};

/* "ConvOptions<2>" -> the fields of ConvOptions; NULL if there is no such class. */
static const char *fields_of(const char *cls) {
  size_t n = strcspn(cls, "<");
  for (size_t i = 0; i < sizeof options / sizeof *options; i++)
    if (strlen(options[i].name) == n && memcmp(options[i].name, cls, n) == 0) return options[i].fields;
  return NULL;
}

/* Is `name` (n bytes) a field of one of these types? */
static bool has_field(const char *fields, const char *name, size_t n, const char *types) {
  for (const char *at = fields; at != NULL; at = strchr(at, ' ')) {
    at += strspn(at, " |");
    if (strlen(at) > n + 1 && memcmp(at, name, n) == 0 && at[n] == ':') return strchr(types, at[n + 1]) != NULL;
  }
  return false;
}

/* Every name in a shape is an option of the right type, every `when` a bool option, no tensor is there twice. */
static void module_names_its_options(void **state) {
  const struct row *row = *state;
  const char *fields = row->options ? fields_of(row->options) : "";
  assert_non_null(fields);
  for (const ck_torch_tensor_row *t = row->tensors; t->name != NULL; t++) {
    for (const ck_torch_tensor_row *other = row->tensors; other != t; other++)
      assert_string_not_equal(t->name, other->name);
    if (t->when != NULL) assert_true(has_field(fields, t->when, strlen(t->when), "b"));
    if (t->shape[0] == '@') {
      assert_true(has_field(fields, t->shape + 1, strlen(t->shape + 1), "t"));
      continue;
    }
    for (const char *at = t->shape; *at != '\0';) {
      size_t n = strcspn(at, "*/ ");
      bool list = n > 3 && memcmp(at + n - 3, "...", 3) == 0;
      if (*at < '0' || *at > '9') assert_true(has_field(fields, at, list ? n - 3 : n, list ? "ev" : "i"));
      at += n;
      at += *at != '\0';
    }
  }
}

/* 129 holders in torch/nn/modules of libtorch 1.13, six of them containers with rows of their own in library.c; three
 * more by 2.14. */
static void every_holder_has_a_row(void **state) {
  (void)state;
  assert_int_equal(sizeof rows / sizeof *rows, 129 - 6 + 3);
  assert_non_null(ck_torch_module_row("torch::nn::LinearImpl"));
  assert_non_null(ck_torch_module_row("torch::nn::Linear"));
  assert_null(ck_torch_module_row("Linear2"));
  assert_null(ck_torch_module_row("mine::Linear"));
}

int main(void) {
  const struct CMUnitTest counts[] = {cmocka_unit_test(every_holder_has_a_row)};
  int failed = RUN_ROWS("options of stock modules", rows, module_names_its_options);
  return cmocka_run_group_tests_name("stock modules", counts, NULL, NULL) + failed;
}
