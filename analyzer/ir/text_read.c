/* text_read.c - reads the text form of units; the grammar stands at the top of text.c.
 *
 * Recursive descent straight over the characters. The first error ends the reading: it is in the reader's err, `fail`
 * moves the cursor to the end, and every function returns as soon as it sees that. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "ir/ir_int.h"

typedef struct {
  const char *start, *p, *end;
  ck_ir_unit *unit;
  CK_VEC(ck_ir *) kids;            /* of all open nodes, innermost last */
  CK_VEC(const ck_ir_type *) args; /* of all open types */
  ck_strbuf token;
  int depth, type_depth;
  bool failed;
  ck_err *err;
} reader;

enum { MAX_WORD = 64 }; /* bytes of a bare word other than a USR: longer than any that means something */

__attribute__((format(printf, 3, 4))) static void fail(reader *r, const char *at, const char *format, ...) {
  if (r->failed) return;
  char text[400];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  unsigned line = 1;
  for (const char *p = r->start; p < at; p++) line += *p == '\n';
  ck_fail_at(r->err, CK_CORRUPT, (uint64_t)(at - r->start), "line %u: %s", line, text);
  r->failed = true;
  r->p = r->end;
}

/* Tokens -------------------------------------------------------------------------------------------------- */

static void skip_space(reader *r) {
  while (r->p < r->end) {
    if (*r->p == ';') {
      while (r->p < r->end && *r->p != '\n') r->p++;
    } else if (isspace((unsigned char)*r->p)) r->p++;
    else return;
  }
}

/* The next character that is not space, '\0' at the end. */
static char peek(reader *r) {
  skip_space(r);
  return r->p < r->end ? *r->p : '\0';
}

static bool take(reader *r, char c) {
  if (peek(r) != c) return false;
  r->p++;
  return true;
}

/* Takes `prefix` if it stands here, without skipping space. */
static bool take_prefix(reader *r, const char *prefix) {
  size_t n = strlen(prefix);
  if ((size_t)(r->end - r->p) < n || memcmp(r->p, prefix, n) != 0) return false;
  r->p += n;
  return true;
}

static bool ends_word(char c) { return isspace((unsigned char)c) || c == '(' || c == ')' || c == '"' || c == ';'; }

/* A bare word into `word`; "" if none stands here. */
static void read_word(reader *r, char word[MAX_WORD]) {
  size_t n = 0;
  skip_space(r);
  while (r->p < r->end && !ends_word(*r->p)) {
    if (n == MAX_WORD - 1) {
      fail(r, r->p, "a word of more than %d characters", MAX_WORD - 1);
      break;
    }
    word[n++] = *r->p++;
  }
  word[r->failed ? 0 : n] = '\0';
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = (char)(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte of an escape whose backslash has been taken, or -1. */
static int read_escape(reader *r) {
  static const char letters[] = "nrtabfv\"\\'?", bytes[] = "\n\r\t\a\b\f\v\"\\'?";
  if (r->p == r->end) return -1;
  char c = *r->p++;
  const char *letter = c ? strchr(letters, c) : NULL;
  if (letter) return bytes[letter - letters];
  if (c == 'x') {
    int high = r->end - r->p >= 2 ? hex_digit(r->p[0]) : -1, low = high >= 0 ? hex_digit(r->p[1]) : -1;
    r->p += low >= 0 ? 2 : 0;
    return low >= 0 ? high * 16 + low : -1;
  }
  int octal = -1;
  r->p--;
  for (int i = 0; i < 3 && r->p < r->end && *r->p >= '0' && *r->p <= '7'; i++)
    octal = (octal < 0 ? 0 : octal) * 8 + (*r->p++ - '0');
  return octal <= 255 ? octal : -1;
}

/* A quoted string, interned. "" on failure. */
static const char *read_string(reader *r) {
  const char *at = r->p;
  if (!take(r, '"')) {
    fail(r, r->p, "a string in quotes is missing");
    return "";
  }
  ck_strbuf_clear(&r->token);
  while (r->p < r->end && *r->p != '"') {
    const char *here = r->p;
    int c = (unsigned char)*r->p++;
    bool escaped = c == '\\';
    if (escaped) c = read_escape(r);
    if (c < 0) fail(r, here, "an escape that C does not have");
    else if (c == 0) fail(r, here, "a NUL byte in a string");
    else ck_strbuf_putc(&r->token, (char)c);
  }
  if (r->failed) return "";
  if (r->p == r->end) {
    fail(r, at, "a string without its closing quote");
    return "";
  }
  r->p++;
  return ck_ir_intern_n(r->unit, r->token.s, r->token.n);
}

/* What follows usr=: a string, or anything up to space or a parenthesis. */
static const char *read_usr(reader *r) {
  if (r->p < r->end && *r->p == '"') return read_string(r);
  const char *from = r->p;
  while (r->p < r->end && !ends_word(*r->p) && *r->p != '\0') r->p++;
  if (r->p == from) fail(r, from, "the USR is missing after \"usr=\"");
  return r->failed ? "" : ck_ir_intern_n(r->unit, from, (size_t)(r->p - from));
}

static bool is_number(const char *word) {
  word += *word == '-' || *word == '+';
  return isdigit((unsigned char)*word) || (*word == '.' && isdigit((unsigned char)word[1]));
}

/* A whole number from -2^63 to 2^64 - 1, as the 64 bits of it. */
static bool parse_int(const char *word, int64_t *out) {
  bool negative = *word == '-';
  const char *digits = word + (negative || *word == '+');
  if (!isdigit((unsigned char)*digits)) return false;
  bool hex = digits[0] == '0' && (digits[1] | 0x20) == 'x';
  char *rest;
  errno = 0;
  unsigned long long n = strtoull(digits, &rest, hex ? 16 : 10);
  if (errno || *rest || (negative && n > UINT64_C(1) << 63)) return false;
  *out = (int64_t)(negative ? 0 - n : n);
  return true;
}

static int64_t read_int(reader *r, const char *what) {
  char word[MAX_WORD];
  int64_t n = 0;
  skip_space(r);
  const char *at = r->p;
  read_word(r, word);
  if (!parse_int(word, &n)) fail(r, at, "%s is missing, or not a number", what);
  return n;
}

/* Decimal digits right here, as in a place. */
static uint32_t read_digits(reader *r) {
  const char *at = r->p;
  uint64_t n = 0;
  while (r->p < r->end && isdigit((unsigned char)*r->p) && n <= UINT32_MAX) n = n * 10 + (uint64_t)(*r->p++ - '0');
  if (r->p == at || n > UINT32_MAX) fail(r, at, "a place is @LINE:COLUMN, @\"FILE\":LINE:COLUMN or @_");
  return r->failed ? 0 : (uint32_t)n;
}

static void expect(reader *r, char c) {
  if (r->p < r->end && *r->p == c) r->p++;
  else fail(r, r->p, "\"%c\" is missing in a place", c);
}

/* A place whose @ has been taken; the file is `parent`'s unless given. */
static ck_loc read_loc(reader *r, const char *file) {
  ck_loc loc = {.file = file};
  bool named = r->p < r->end && (*r->p == '"' || *r->p == '_');
  if (named && *r->p == '_') {
    loc.file = NULL;
    r->p++;
    if (r->p == r->end || *r->p != ':') return loc;
  } else if (named) loc.file = read_string(r);
  if (named) expect(r, ':');
  loc.line = read_digits(r);
  expect(r, ':');
  loc.column = read_digits(r);
  if (take_prefix(r, "[")) {
    loc.begin = read_digits(r);
    expect(r, ',');
    loc.end = read_digits(r);
    expect(r, ']');
  }
  return loc;
}

/* Types --------------------------------------------------------------------------------------------------- */

static const ck_ir_type *read_type(reader *r);

static const ck_ir_type *record_named(reader *r, ck_ir_type_kind kind, const char *name, const char *usr) {
  ck_ir_type t = {.kind = kind, .name = name, .usr = usr ? usr : name};
  if (kind == CK_IR_T_ENUM) t.bits = 32, t.is_signed = true;
  return ck_ir_type_intern(r->unit, &t);
}

static ck_ir_type type_of_word(const ck_ir_word_type *w) {
  return (ck_ir_type){
      .kind = w->kind, .bits = w->bits, .is_signed = w->is_signed, .is_char = w->is_char, .spelling = w->spelling};
}

/* One `part`; false if what stands here is none. *spelled: the spelling has been given. */
static bool read_part(reader *r, ck_ir_type *t, bool *spelled) {
  skip_space(r);
  if (take_prefix(r, "usr=")) {
    t->usr = read_usr(r);
    return true;
  }
  if (take_prefix(r, "as=")) {
    t->spelling = read_string(r);
    *spelled = true;
    return true;
  }
  const char *at = r->p;
  if (take_prefix(r, "bits=")) {
    int64_t bits = read_int(r, "the number of bits");
    if (bits < (t->kind != CK_IR_T_ENUM) || bits > CK_IR_MAX_BITS) fail(r, at, "bits are from 1 to %d", CK_IR_MAX_BITS);
    t->bits = (uint8_t)bits;
    return true;
  }
  unsigned has = ck_ir_type_fields(t->kind);
  char word[MAX_WORD];
  read_word(r, word);
  if (strcmp(word, "const") == 0) t->is_const = true;
  else if ((has & CK_IR_HAS_SIGN) && strcmp(word, "unsigned") == 0) t->is_signed = false;
  else if ((has & CK_IR_HAS_CHAR) && strcmp(word, "char") == 0) t->is_char = true; /* in (ptr char) it is the element */
  else if ((has & CK_IR_HAS_SCOPED) && strcmp(word, "scoped") == 0) t->is_scoped = true;
  else {
    r->p = r->failed ? r->end : at;
    return false;
  }
  return true;
}

/* The spelling of a type made const: "int" -> "const int", "T *" -> "T *const". */
static const char *const_spelling(reader *r, const ck_ir_type *t) {
  if (t->spelling == NULL) return NULL;
  ck_strbuf_clear(&r->token);
  bool pointer = t->kind == CK_IR_T_POINTER;
  ck_strbuf_printf(&r->token, "%s%s%s", pointer ? "" : "const ", t->spelling, pointer ? "const" : "");
  return ck_ir_intern_n(r->unit, r->token.s, r->token.n);
}

/* The types up to the closing parenthesis: first the element if the kind has one, the rest are arguments. */
static void read_type_kids(reader *r, ck_ir_type *t, const char *head) {
  unsigned has = ck_ir_type_fields(t->kind);
  const char *at = r->p;
  size_t base = r->args.n;
  while (!r->failed && peek(r) != ')' && peek(r) != '\0') {
    at = r->p;
    const ck_ir_type *kid = read_type(r);
    if (r->failed) break;
    if ((has & CK_IR_HAS_ELEM) && t->elem == NULL) t->elem = kid;
    else if (has & CK_IR_HAS_ARGS) ck_vec_push(&r->args, kid);
    else fail(r, at, "one type too many in \"%s\"", head);
  }
  if (!take(r, ')')) fail(r, at, "the type \"%s\" has no closing parenthesis", head);
  if ((has & CK_IR_HAS_ELEM) && t->elem == NULL) fail(r, at, "the type \"%s\" lacks the type that it is made of", head);
  t->args = r->args.at ? r->args.at + base : NULL;
  t->nargs = (uint32_t)(r->args.n - base);
  r->args.n = base;
}

/* (const TYPE), of which "(const" has been taken. */
static const ck_ir_type *read_const_type(reader *r) {
  const ck_ir_type *type = read_type(r);
  if (!take(r, ')')) fail(r, r->p, "the type \"const\" has no closing parenthesis");
  if (r->failed || type == NULL || type->is_const) return type;
  ck_ir_type t = *type;
  t.is_const = true;
  t.spelling = const_spelling(r, type);
  return ck_ir_type_intern(r->unit, &t);
}

static void finish_usr(reader *r, ck_ir_type *t) {
  if (t->usr != NULL || !(ck_ir_type_fields(t->kind) & CK_IR_HAS_NAME)) return;
  ck_strbuf_clear(&r->token);
  ck_ir_type_default_usr(t, &r->token);
  t->usr = ck_ir_intern_n(r->unit, r->token.s, r->token.n);
}

static const ck_ir_type *read_list_type(reader *r) {
  char head[MAX_WORD];
  const char *at = r->p;
  read_word(r, head);
  if (strcmp(head, "const") == 0) return read_const_type(r);
  ck_ir_type t = {0};
  const ck_ir_word_type *word = ck_ir_word_type_named(head);
  int kind = ck_ir_type_kind_from_name(head);
  bool general = kind == CK_IR_T_INT || kind == CK_IR_T_FLOAT; /* (int bits=24) */
  if (word) t = type_of_word(word);
  else if (kind >= 0) t.kind = (ck_ir_type_kind)kind;
  else fail(r, at, "\"%s\" is no type", head);
  if (r->failed) return NULL;
  unsigned has = ck_ir_type_fields(t.kind);
  if (general) t.spelling = NULL;
  if (t.kind == CK_IR_T_ENUM) t.bits = 32;
  if (has & CK_IR_HAS_SIGN && !word) t.is_signed = true;
  if (has & CK_IR_HAS_NAME) t.name = read_string(r);
  if (has & CK_IR_HAS_COUNT) {
    if (t.kind == CK_IR_T_ARRAY && take(r, '_')) t.count = -1;
    else t.count = read_int(r, "the count");
    if (t.kind == CK_IR_T_ARRAY && t.count < -1) fail(r, at, "an array of negative length");
  }
  bool spelled = false;
  while (!r->failed && peek(r) != '(' && peek(r) != ')' && peek(r) != '"' && read_part(r, &t, &spelled)) {}
  read_type_kids(r, &t, head);
  if (r->failed) return NULL;
  if (!spelled && t.is_const) t.spelling = const_spelling(r, &t);
  finish_usr(r, &t);
  return ck_ir_type_intern(r->unit, &t);
}

/* NULL for `_`, and on failure. */
static const ck_ir_type *read_type(reader *r) {
  if (peek(r) == '"') return record_named(r, CK_IR_T_RECORD, read_string(r), NULL);
  const char *at = r->p;
  if (take(r, '(')) {
    const ck_ir_type *type = NULL;
    if (++r->type_depth > CK_IR_MAX_TYPE_DEPTH) fail(r, at, "types nested more than %d deep", CK_IR_MAX_TYPE_DEPTH);
    else type = read_list_type(r);
    r->type_depth--;
    return type;
  }
  char word[MAX_WORD];
  read_word(r, word);
  if (strcmp(word, "_") == 0) return NULL;
  const ck_ir_word_type *w = ck_ir_word_type_named(word);
  if (w == NULL) {
    fail(r, at, word[0] ? "\"%s\" is no type" : "a type is missing%s", word);
    return NULL;
  }
  ck_ir_type t = type_of_word(w);
  return ck_ir_type_intern(r->unit, &t);
}

/* Nodes --------------------------------------------------------------------------------------------------- */

/* What of a node has been written. */
typedef struct {
  bool type, usr;
} given;

/* The operator, if this kind has one: the first word. */
static void read_op(reader *r, ck_ir *node) {
  ck_ir_op_class class = ck_ir_op_class_of(node->kind);
  if (class == CK_IR_NO_OP) return;
  char word[MAX_WORD];
  skip_space(r);
  const char *at = r->p;
  read_word(r, word);
  int op = class == CK_IR_CAST_OP ? ck_ir_cast_from_name(word) : ck_ir_op_from_name(word);
  if (op < 0 && (class == CK_IR_CAST_OP || class == CK_IR_ASSIGN_OP)) {
    op = class == CK_IR_CAST_OP ? (int)CK_IR_CAST_C : (int)CK_IR_OP_ASSIGN;
    if (!r->failed) r->p = at;
  } else if (op < 0) fail(r, at, "the operator of \"%s\" is missing", ck_ir_kind_name(node->kind));
  node->op = (uint16_t)(op < 0 ? 0 : op);
}

static bool parse_double(const char *word, double *out) {
  static const char *const others[] = {"inf", "+inf", "-inf", "nan"};
  bool number = is_number(word);
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) number = number || strcmp(word, others[i]) == 0;
  char *rest;
  *out = number ? strtod(word, &rest) : 0;
  return number && *rest == '\0';
}

static bool parse_value(const char *word, ck_ir *node) {
  if (strcmp(word, "true") == 0 || strcmp(word, "false") == 0) {
    node->value.i = word[0] == 't';
    return true;
  }
  if (node->kind != CK_IR_FLOAT) return is_number(word) && parse_int(word, &node->value.i);
  if (strncmp(word, "nan=", 4) == 0) return parse_int(word + 4, &node->value.i);
  return parse_double(word, &node->value.f);
}

/* One attribute, of which at least one character stands here. */
static void read_attribute(reader *r, ck_ir *node, given *has) {
  const char *at = r->p;
  if (*at == '"') node->name = read_string(r);
  else if (take_prefix(r, ":")) node->type = read_type(r), has->type = true;
  else if (take_prefix(r, "@")) node->loc = read_loc(r, node->loc.file);
  else if (take_prefix(r, "usr=")) node->usr = read_usr(r), has->usr = true;
  else if (take_prefix(r, "aux=")) node->aux = read_type(r);
  else {
    char word[MAX_WORD];
    read_word(r, word);
    uint32_t flag = ck_ir_flag_from_name(word);
    node->flags |= flag;
    if (flag == 0 && !parse_value(word, node))
      fail(r, at, "\"%s\" is no attribute of \"%s\"", word, ck_ir_kind_name(node->kind));
  }
}

/* A record or enum without a type is the one of its name; without a USR it has that of its type. */
static void complete_tag(reader *r, ck_ir *node, const given *has) {
  if (!has->type && strchr(node->name, '<') == NULL)
    node->type = record_named(r, node->kind == CK_IR_RECORD ? CK_IR_T_RECORD : CK_IR_T_ENUM, node->name,
                              has->usr ? node->usr : NULL);
  if (!has->usr && node->type) node->usr = node->type->usr;
}

static void complete(reader *r, ck_ir *node, const given *has) {
  static const char *const words[CK_IR_KIND_COUNT] = {
      [CK_IR_INT] = "int32", [CK_IR_FLOAT] = "double",    [CK_IR_BOOL] = "bool",
      [CK_IR_CHAR] = "char", [CK_IR_NULLPTR] = "nullptr",
  };
  if (node->kind == CK_IR_RECORD || node->kind == CK_IR_ENUM) complete_tag(r, node, has);
  else if (words[node->kind] && !has->type) {
    ck_ir_type t = type_of_word(ck_ir_word_type_named(words[node->kind]));
    node->type = ck_ir_type_intern(r->unit, &t);
  }
}

static bool at_null(reader *r) { return peek(r) == '_' && (r->p + 1 == r->end || ends_word(r->p[1])); }

static ck_ir *read_node(reader *r, const ck_loc *parent);

static void read_kids(reader *r, ck_ir *node) {
  size_t base = r->kids.n;
  for (char c = peek(r); !r->failed && c != ')'; c = peek(r)) {
    ck_ir *kid = NULL;
    if (at_null(r)) r->p++;
    else if (c == '(') kid = read_node(r, &node->loc);
    else if (c == '\0') fail(r, r->p, "\"%s\" has no closing parenthesis", ck_ir_kind_name(node->kind));
    else fail(r, r->p, "attributes of \"%s\" stand before its kids", ck_ir_kind_name(node->kind));
    ck_vec_push(&r->kids, kid);
  }
  ck_ir_set_kids(r->unit, node, r->kids.at ? r->kids.at + base : NULL, r->failed ? 0 : r->kids.n - base);
  r->kids.n = base;
  r->p += !r->failed; /* the parenthesis */
}

/* What follows "(KIND" of a node. `at`: where the node begins, for messages. */
static ck_ir *read_node_rest(reader *r, ck_ir_kind kind, const ck_loc *parent, const char *at) {
  ck_ir *node = ck_ir_node_new(r->unit, kind, *parent);
  given has = {0};
  ck_err why;
  read_op(r, node);
  for (char c = peek(r); !r->failed && c && c != '(' && c != ')' && !at_null(r); c = peek(r))
    read_attribute(r, node, &has);
  if (r->failed) return node;
  complete(r, node, &has);
  read_kids(r, node);
  if (!r->failed && ck_ir_check_node(node, &why) != CK_OK) fail(r, at, "%s", why.text);
  return node;
}

/* A node at its parenthesis. Never NULL, but of no use once the reader has failed. */
static ck_ir *read_node(reader *r, const ck_loc *parent) {
  char head[MAX_WORD];
  const char *at = r->p++;
  read_word(r, head);
  int kind = ck_ir_kind_from_name(head);
  if (kind < 0) {
    fail(r, at, "\"%s\" is no kind of node", head);
    kind = CK_IR_UNKNOWN;
  }
  if (++r->depth > CK_IR_MAX_DEPTH) fail(r, at, "nodes nested more than %d deep", CK_IR_MAX_DEPTH);
  ck_ir *node = read_node_rest(r, (ck_ir_kind)kind, parent, at);
  r->depth--;
  return node;
}

/* Units --------------------------------------------------------------------------------------------------- */

static void read_note(reader *r) {
  ck_loc loc = {0};
  const char *text = "";
  for (char c = peek(r); c == '"' || c == '@'; c = peek(r)) {
    if (c == '"') text = read_string(r);
    else r->p++, loc = read_loc(r, NULL);
  }
  if (!r->failed) ck_ir_add_note(r->unit, loc, text);
}

static void read_dependency(reader *r) {
  ck_ir_dependency d = {.path = read_string(r)};
  d.size = read_int(r, "the size");
  d.mtime_ns = read_int(r, "the time of modification");
  d.hash = read_string(r);
  if (!r->failed) ck_ir_add_dependency(r->unit, d);
}

/* A header whose parenthesis and word have been taken; false if it is none. */
static bool read_header(reader *r, const char *head) {
  ck_ir_unit *unit = r->unit;
  if (strcmp(head, "main-file") == 0) unit->main_file = read_string(r);
  else if (strcmp(head, "directory") == 0) unit->directory = read_string(r);
  else if (strcmp(head, "output") == 0) unit->output = read_string(r);
  else if (strcmp(head, "frontend") == 0) unit->frontend = read_string(r);
  else if (strcmp(head, "has-errors") == 0) unit->has_errors = true;
  else if (strcmp(head, "note") == 0) read_note(r);
  else if (strcmp(head, "dependency") == 0) read_dependency(r);
  else return false;
  if (!take(r, ')')) fail(r, r->p, "\"%s\" has no closing parenthesis", head);
  return true;
}

static ck_loc top_of(const ck_ir_unit *unit) {
  return unit->main_file[0] ? (ck_loc){.file = unit->main_file, .line = 1, .column = 1} : (ck_loc){0};
}

static void read_file(reader *r) {
  bool has_unit = false;
  char head[MAX_WORD];
  while (!r->failed && peek(r) == '(') {
    const char *at = r->p++;
    read_word(r, head);
    if (r->failed || read_header(r, head)) continue;
    r->p = at;
    bool is_unit = strcmp(head, "unit") == 0;
    if (has_unit || (is_unit && r->kids.n > 0)) fail(r, at, "nothing stands beside \"unit\" but headers");
    if (r->failed) return;
    ck_loc top = is_unit ? (ck_loc){0} : top_of(r->unit);
    r->depth = !is_unit; /* below the unit's node */
    ck_ir *node = read_node(r, &top);
    if (is_unit) r->unit->root = node;
    else ck_vec_push(&r->kids, node);
    has_unit = is_unit;
  }
  if (r->p < r->end) fail(r, r->p, "a node or a header is missing");
  if (r->failed || has_unit) return;
  ck_err why;
  ck_ir_set_kids(r->unit, r->unit->root, r->kids.at, r->kids.n);
  if (ck_ir_check_node(r->unit->root, &why) != CK_OK) fail(r, r->end, "%s", why.text);
}

ck_status ck_ir_read_text(const char *text, size_t size, ck_ir_unit **out, ck_err *err) {
  ck_err unused;
  reader r = {.start = text, .p = text, .end = text + size, .unit = ck_ir_unit_new(), .err = err ? err : &unused};
  ck_strbuf_init(&r.token);
  read_file(&r);
  ck_strbuf_release(&r.token);
  free(r.kids.at);
  free(r.args.at);
  *out = r.failed ? NULL : r.unit;
  if (!r.failed) return CK_OK;
  ck_ir_unit_free(r.unit);
  return r.err->status;
}
