/* match_build.h - models written in one line, for tests of the matcher:
 *
 *   "fc1.weight 8,4; bn.steps :b :int64 -; layers.*.weight 8,8; a.weight 4,4 ?c; x h,4*h; relu/ ; Net!open"
 *
 * Separated by `;`: a key with its shape (`-` is a scalar, `?` an unknown rank, letters are symbols, `4*h` and `h/2`
 * expressions), :b a buffer (else a parameter), :DTYPE, ?c or ?!c a condition; `path/` a submodule, with conditions;
 * `path@` an open module, `path@load` one with a load of its own. Submodules of keys need not be written. */
#ifndef CK_TESTS_MATCH_BUILD_H
#define CK_TESTS_MATCH_BUILD_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "match/match_int.h"

/* Symbols a..z, ints `n` and conditions `c`, one object each, as the evaluator hash-conses them. */
typedef struct {
  ck_arena *arena;
  ck_sym names[26], conditions[26];
  struct {
    char text[32];
    ck_sym *sym;
  } made[64];
  size_t nmade;
} build;

static inline build *build_new(ck_arena *arena) {
  build *b = CK_NEW(arena, build);
  b->arena = arena;
  for (int i = 0; i < 26; i++) {
    const char *name = ck_arena_printf(arena, "%c", 'a' + i);
    b->names[i] = (ck_sym){.kind = CK_SYM_NAME, .type = CK_SYM_INT, .s = name, .origin = "argv[1]", .id = (uint32_t)i};
    b->conditions[i] = (ck_sym){
        .kind = CK_SYM_NAME, .type = CK_SYM_BOOL, .s = name, .id = (uint32_t)(i + 26), .loc = {"main.cpp", 9, 7, 0, 0}};
  }
  return b;
}

/* Operators of one character: "<" and ">" shift, "aHb" is max(a, b), "aLb" is min(a, b). */
static inline const ck_sym *build_expression(build *b, const char *text) {
  for (size_t i = 0; i < b->nmade; i++)
    if (strcmp(b->made[i].text, text) == 0) return b->made[i].sym;
  ck_sym *s = CK_NEW(b->arena, ck_sym);
  size_t n = strlen(text), op = 0;
  s->type = CK_SYM_INT;
  for (size_t i = 1; i + 1 < n && op == 0; i++)
    if (strchr("*/+-%&|^<>HL", text[i]) != NULL) op = i;
  if (op > 0) {
    static const struct {
      char c;
      ck_ir_op op;
    } ops[] = {{'*', CK_IR_OP_MUL}, {'/', CK_IR_OP_DIV}, {'+', CK_IR_OP_ADD}, {'-', CK_IR_OP_SUB}, {'%', CK_IR_OP_REM},
               {'<', CK_IR_OP_SHL}, {'>', CK_IR_OP_SHR}, {'&', CK_IR_OP_AND}, {'|', CK_IR_OP_OR},  {'^', CK_IR_OP_XOR}};
    s->kind = CK_SYM_OP;
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
      if (ops[i].c == text[op]) s->op = ops[i].op;
    if (strchr("HL", text[op]) != NULL) s->kind = CK_SYM_CALL, s->s = text[op] == 'H' ? "max" : "min";
    s->a = build_expression(b, ck_arena_strndup(b->arena, text, op));
    s->b = build_expression(b, text + op + 1);
  } else if (text[0] >= 'a' && text[0] <= 'z') {
    s = &b->names[text[0] - 'a'];
  } else {
    s->kind = CK_SYM_CONST;
    s->i = atoll(text);
  }
  snprintf(b->made[b->nmade].text, sizeof b->made[0].text, "%s", text);
  b->made[b->nmade++].sym = s;
  return s;
}

static inline ck_condition build_condition(build *b, const char *text) { /* "?c", "?!c", "?h==8", "" */
  if (text == NULL || text[0] == '\0') return (ck_condition){NULL, 0};
  ck_literal *l = CK_NEW(b->arena, ck_literal);
  bool holds = text[1] != '!';
  const ck_sym *sym = &b->conditions[text[holds ? 1 : 2] - 'a'];
  const char *equals = strstr(text, "==");
  if (equals != NULL) {
    ck_sym *comparison = CK_NEW(b->arena, ck_sym);
    *comparison = (ck_sym){.kind = CK_SYM_OP,
                           .type = CK_SYM_BOOL,
                           .op = CK_IR_OP_EQ,
                           .a = build_expression(b, ck_arena_strndup(b->arena, text + 1, (size_t)(equals - text - 1))),
                           .b = build_expression(b, equals + 2)};
    sym = comparison;
  }
  *l = (ck_literal){sym, holds};
  return (ck_condition){l, 1};
}

static inline void build_shape(build *b, const char *text, ck_key *key) {
  ck_dim *dims = CK_NEW_N(b->arena, ck_dim, 8);
  key->dims = dims;
  if (strcmp(text, "?") == 0) {
    key->rank = -1;
    key->unknown = "computed by unknown code";
    return;
  }
  if (strcmp(text, "-") == 0) return;
  char *copy = ck_arena_strdup(b->arena, text), *save;
  for (char *word = strtok_r(copy, ",", &save); word != NULL; word = strtok_r(NULL, ",", &save)) {
    bool number = word[0] >= '0' && word[0] <= '9' && strpbrk(word, "*/+-%") == NULL;
    dims[key->rank++] = number ? (ck_dim){.kind = CK_DIM_INT, .n = atoll(word)}
                               : (ck_dim){.kind = CK_DIM_SYM, .sym = build_expression(b, word)};
  }
}

static inline void build_modules_of(ck_model *m, ck_arena *arena, const char *key, ck_condition when) {
  for (const char *dot = strchr(key, '.'); dot != NULL; dot = strchr(dot + 1, '.')) {
    char *path = ck_arena_strndup(arena, key, (size_t)(dot - key));
    bool known = false;
    for (size_t i = 0; i < m->nmodules; i++) known |= strcmp(m->modules[i].path, path) == 0;
    if (!known)
      m->modules[m->nmodules++] = (ck_submodule){.path = path,
                                                 .is_pattern = strchr(path, '*') != NULL,
                                                 .is_serializable = true,
                                                 .when = when,
                                                 .loc = {"net.cpp", 5, 5, 0, 0}};
  }
}

static inline ck_model *build_model(build *b, const char *cls, const char *text) {
  ck_model *m = CK_NEW(b->arena, ck_model);
  *m = (ck_model){.cls = cls,
                  .complete = true,
                  .keys = CK_NEW_N(b->arena, ck_key, 64),
                  .modules = CK_NEW_N(b->arena, ck_submodule, 64),
                  .opens = CK_NEW_N(b->arena, ck_open, 8)};
  char *copy = ck_arena_strdup(b->arena, text), *save;
  for (char *item = strtok_r(copy, ";", &save); item != NULL; item = strtok_r(NULL, ";", &save)) {
    char *inner, *name = strtok_r(item, " ", &inner), *word;
    if (name == NULL) continue;
    ck_key key = {.key = name,
                  .is_pattern = strchr(name, '*') != NULL,
                  .kind = CK_KIND_PARAMETER,
                  .dtype = CK_DTYPE_FLOAT32,
                  .loc = {"net.cpp", 4, 5, 0, 0}};
    while ((word = strtok_r(NULL, " ", &inner)) != NULL) {
      if (strcmp(word, ":b") == 0) key.kind = CK_KIND_BUFFER;
      else if (word[0] == ':') key.dtype = ck_dtype_from_name(word + 1);
      else if (word[0] == '?' && word[1] != '\0') key.when = build_condition(b, word);
      else build_shape(b, word, &key);
    }
    char *mark = name + strcspn(name, "/@");
    if (*mark == '/') {
      *mark = '\0';
      m->modules[m->nmodules++] =
          (ck_submodule){.path = name, .is_serializable = true, .cls = "torch::nn::ReLUImpl", .when = key.when};
    } else if (*mark == '@') {
      *mark = '\0';
      m->opens[m->nopens++] =
          (ck_open){name, "an unknown call", {"net.cpp", 8, 3, 0, 0}, strcmp(mark + 1, "load") == 0};
      m->complete = false;
    } else {
      m->keys[m->nkeys++] = key;
      build_modules_of(m, b->arena, name, key.when);
    }
  }
  return m;
}

/* What a run of the matcher says, one line per finding: "error missing-key fc2.bias when c"; then the site's status. */
static inline const char *build_result(ck_arena *arena, const ck_match_result *r) {
  ck_strbuf out;
  ck_strbuf_init(&out);
  for (size_t i = 0; i < r->nfindings; i++) {
    const ck_finding *f = &r->findings[i];
    if (f->id == CK_DIAG_UNDETERMINED) continue;
    ck_strbuf_printf(&out, "%s %s", ck_severity_name(f->severity), ck_diag_row_of(f->id)->id);
    for (size_t k = 0; k < f->ndifferences; k++) ck_strbuf_printf(&out, " %s", f->differences[k].key);
    for (size_t k = 0; k < f->when.n; k++)
      ck_strbuf_printf(&out, " %s%s", f->when.at[k].holds ? "?" : "?!", f->when.at[k].sym->s);
    ck_strbuf_puts(&out, "; ");
  }
  ck_strbuf_puts(&out, r->nsites > 0 ? ck_site_status_name(r->sites[0].status) : "no site");
  const char *text = ck_arena_strdup(arena, out.s);
  ck_strbuf_release(&out);
  return text;
}
#endif
