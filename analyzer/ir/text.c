/* text.c - writes the text form of units: S-expressions, for people and for tests. text_read.c reads them back.
 *
 *   file    = header* declaration*           the unit's node itself, (unit ...), may stand in place of declarations
 *   header  = (main-file "P") | (directory "P") | (output "P") | (frontend "S") | (has-errors)
 *           | (note LOC? "text") | (dependency "path" SIZE MTIME-NS "hash")
 *   node    = _ | (KIND attribute* node*)    _ is an absent kid; KIND as in nodes.def
 *   attribute, in any order, but before the kids:
 *     OP          operator of unary, binary, assign, cast: first, before all others; may be left out of assign (=)
 *                 and of cast (c)
 *     FLAG        a word of CK_IR_FLAGS
 *     "NAME"      the name; the bytes of a string literal
 *     VALUE       a number: 3, -1, 0xff, 0.5, inf, nan, nan=0x7ff8000000000001; true and false
 *     usr=USR     USR is a string or a bare word
 *     :TYPE       the type; :_ is none
 *     aux=TYPE
 *     @LOC        LINE:COL or "FILE":LINE:COL or _:LINE:COL, then perhaps [BEGIN,END], the extent in bytes; @_ is no
 *                 place. The file is the parent's if left out; a node without @ stands where its parent does, a
 *                 declaration at the top at 1:1 of the main file.
 *   type    = WORD                           of types.c: bool int32 int64 uint8 double void ? ...
 *           | "NAME"                         short for (record "NAME")
 *           | (WORD part*) | (const TYPE)
 *           | (record "NAME" part* TYPE*) | (enum "NAME" part*)
 *           | (ptr part* TYPE) | (lref part* TYPE) | (rref part* TYPE) | (array N part* TYPE)     N is _ if unknown
 *           | (fn part* RESULT PARAMETER*) | (value N) | (args TYPE*)
 *           | (int part*) | (float part*)    a width that has no word
 *   part    = const | bits=N | unsigned | char | scoped | usr=USR | as="SPELLING"
 *   comment = ; to the end of the line
 *
 * What is left out of hand-written text: types of int (int32), float (double), bool, char and nullptr literals; the
 * type of a record node (the record of its name) and its usr (its type's); the usr of a record or enum type (its name
 * and arguments); the spelling of a type (made from its parts); bits of an enum (32).
 * Strings are quoted with the escapes of C; \xHH takes exactly two digits. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ir/ir_int.h"

enum { MAX_INDENT = 60 }; /* columns: deep trees stay readable, and their size linear */

static const char *safe(const char *s) { return s ? s : ""; }

static void write_string(const char *s, ck_strbuf *out) {
  static const char letters[] = "nrt\"\\", bytes[] = "\n\r\t\"\\";
  ck_strbuf_putc(out, '"');
  for (const unsigned char *p = (const unsigned char *)s; *p; p++) {
    const char *escape = strchr(bytes, *p);
    if (escape) ck_strbuf_printf(out, "\\%c", letters[escape - bytes]);
    else if (*p < 0x20 || *p == 0x7f) ck_strbuf_printf(out, "\\x%02x", *p);
    else ck_strbuf_putc(out, (char)*p);
  }
  ck_strbuf_putc(out, '"');
}

static void write_usr(const char *usr, ck_strbuf *out) {
  ck_strbuf_puts(out, " usr=");
  write_string(usr, out);
}

/* Types --------------------------------------------------------------------------------------------------- */

/* Does `make` of the type give just `want`? */
static bool is_default(const ck_ir_type *type, void (*make)(const ck_ir_type *, ck_strbuf *), const char *want) {
  ck_strbuf b;
  ck_strbuf_init(&b);
  make(type, &b);
  bool same = strcmp(b.s, want) == 0;
  ck_strbuf_release(&b);
  return same;
}

/* A type that is but a word: not const, and spelled as the word's row says. */
static const ck_ir_word_type *plain_word(const ck_ir_type *type) {
  return type->is_const ? NULL : ck_ir_word_type_of(type, type->spelling);
}

static void write_type(const ck_ir_type *type, ck_strbuf *out);

static void write_const_word(const ck_ir_word_type *word, ck_strbuf *out) {
  ck_strbuf_printf(out, "(const %s)", word->word);
}

static void write_parts(const ck_ir_type *type, ck_strbuf *out) {
  unsigned has = ck_ir_type_fields(type->kind);
  if (type->is_const) ck_strbuf_puts(out, " const");
  if ((has & CK_IR_HAS_BITS) && !(type->kind == CK_IR_T_ENUM && type->bits == 32))
    ck_strbuf_printf(out, " bits=%u", type->bits);
  if ((has & CK_IR_HAS_SIGN) && !type->is_signed) ck_strbuf_puts(out, " unsigned");
  if (type->is_char) ck_strbuf_puts(out, " char");
  if (type->is_scoped) ck_strbuf_puts(out, " scoped");
  if ((has & CK_IR_HAS_NAME) && !is_default(type, ck_ir_type_default_usr, type->usr)) write_usr(type->usr, out);
  if (!is_default(type, ck_ir_type_default_spelling, type->spelling)) {
    ck_strbuf_puts(out, " as=");
    write_string(type->spelling, out);
  }
}

static void write_list_type(const ck_ir_type *type, ck_strbuf *out) {
  unsigned has = ck_ir_type_fields(type->kind);
  ck_strbuf_printf(out, "(%s", ck_ir_type_kind_name(type->kind));
  if (has & CK_IR_HAS_NAME) {
    ck_strbuf_putc(out, ' ');
    write_string(type->name, out);
  }
  if (has & CK_IR_HAS_COUNT) {
    if (type->kind == CK_IR_T_ARRAY && type->count == -1) ck_strbuf_puts(out, " _");
    else ck_strbuf_printf(out, " %" PRId64, type->count);
  }
  write_parts(type, out);
  if (has & CK_IR_HAS_ELEM) {
    ck_strbuf_putc(out, ' ');
    write_type(type->elem, out);
  }
  for (uint32_t i = 0; i < type->nargs; i++) {
    ck_strbuf_putc(out, ' ');
    write_type(type->args[i], out);
  }
  ck_strbuf_putc(out, ')');
}

static void write_type(const ck_ir_type *type, ck_strbuf *out) {
  if (type == NULL) {
    ck_strbuf_putc(out, '_');
    return;
  }
  const ck_ir_word_type *word = plain_word(type);
  if (word) {
    ck_strbuf_puts(out, word->word);
    return;
  }
  if (type->is_const && ck_starts_with(type->spelling, "const ")) {
    word = ck_ir_word_type_of(type, type->spelling + strlen("const "));
    if (word) {
      write_const_word(word, out);
      return;
    }
  }
  write_list_type(type, out);
}

/* Nodes --------------------------------------------------------------------------------------------------- */

static bool same_file(const char *a, const char *b) { return a == b || (a && b && strcmp(a, b) == 0); }

static bool same_loc(const ck_loc *a, const ck_loc *b) {
  return same_file(a->file, b->file) && a->line == b->line && a->column == b->column && a->begin == b->begin &&
         a->end == b->end;
}

/* " @..." unless the place is that of `parent`. */
static void write_loc(const ck_loc *loc, const ck_loc *parent, ck_strbuf *out) {
  if (same_loc(loc, parent)) return;
  ck_strbuf_puts(out, " @");
  if (same_loc(loc, &(ck_loc){0})) {
    ck_strbuf_putc(out, '_');
    return;
  }
  if (!same_file(loc->file, parent->file)) {
    if (loc->file) write_string(loc->file, out);
    else ck_strbuf_putc(out, '_');
    ck_strbuf_putc(out, ':');
  }
  ck_strbuf_printf(out, "%u:%u", loc->line, loc->column);
  if (loc->begin || loc->end) ck_strbuf_printf(out, "[%u,%u]", loc->begin, loc->end);
}

/* The shortest of 15 to 17 digits that reads back the same. */
static void write_double(const ck_ir *node, ck_strbuf *out) {
  double f = node->value.f;
  if (isnan(f)) {
    ck_strbuf_printf(out, " nan=0x%" PRIx64, (uint64_t)node->value.i);
    return;
  }
  char digits[40];
  for (int precision = 15; precision <= 17; precision++) {
    snprintf(digits, sizeof digits, "%.*g", precision, f);
    if (strtod(digits, NULL) == f) break;
  }
  ck_strbuf_printf(out, " %s", digits);
}

static void write_value(const ck_ir *node, ck_strbuf *out) {
  switch (node->kind) {
  case CK_IR_FLOAT: write_double(node, out); break;
  case CK_IR_BOOL:
    if (node->value.i == 0 || node->value.i == 1) {
      ck_strbuf_puts(out, node->value.i ? " true" : " false");
      break;
    } /* fall through */
  case CK_IR_INT:
  case CK_IR_CHAR:
  case CK_IR_ENUMERATOR: ck_strbuf_printf(out, " %" PRId64, node->value.i); break;
  default:
    if (node->value.i) ck_strbuf_printf(out, " %" PRId64, node->value.i);
  }
}

static void write_op(const ck_ir *node, ck_strbuf *out) {
  const char *name = NULL;
  switch (ck_ir_op_class_of(node->kind)) {
  case CK_IR_NO_OP: return;
  case CK_IR_CAST_OP: name = ck_ir_cast_name(node->op); break;
  default: name = ck_ir_op_name(node->op); break;
  }
  ck_strbuf_printf(out, " %s", name ? name : "none");
}

static bool has_default_type(ck_ir_kind kind) {
  return kind == CK_IR_INT || kind == CK_IR_FLOAT || kind == CK_IR_BOOL || kind == CK_IR_CHAR ||
         kind == CK_IR_NULLPTR || kind == CK_IR_RECORD || kind == CK_IR_ENUM;
}

static void write_node(const ck_ir *node, const ck_loc *parent, int indent, ck_strbuf *out) {
  if (node == NULL) {
    ck_strbuf_putc(out, '_');
    return;
  }
  ck_strbuf_printf(out, "(%s", ck_ir_kind_name(node->kind));
  write_op(node, out);
  for (uint32_t bit = 1; bit; bit <<= 1)
    if (node->flags & bit & CK_IR_ALL_FLAGS) ck_strbuf_printf(out, " %s", ck_ir_flag_name(bit));
  if (safe(node->name)[0]) {
    ck_strbuf_putc(out, ' ');
    write_string(node->name, out);
  }
  write_value(node, out);
  bool inherits = (node->kind == CK_IR_RECORD || node->kind == CK_IR_ENUM) && node->type;
  if (strcmp(safe(node->usr), inherits ? node->type->usr : "") != 0) write_usr(safe(node->usr), out);
  if (node->type || has_default_type(node->kind)) {
    ck_strbuf_puts(out, " :");
    write_type(node->type, out);
  }
  if (node->aux) {
    ck_strbuf_puts(out, " aux=");
    write_type(node->aux, out);
  }
  write_loc(&node->loc, parent, out);
  if (indent < MAX_INDENT) indent += 2;
  for (uint32_t i = 0; i < node->nkids; i++) {
    ck_strbuf_printf(out, "\n%*s", indent, "");
    write_node(node->kids[i], &node->loc, indent, out);
  }
  ck_strbuf_putc(out, ')');
}

/* Units --------------------------------------------------------------------------------------------------- */

static void write_header(const char *head, const char *value, ck_strbuf *out) {
  if (safe(value)[0] == '\0') return;
  ck_strbuf_printf(out, "(%s ", head);
  write_string(value, out);
  ck_strbuf_puts(out, ")\n");
}

void ck_ir_write_text(const ck_ir_unit *unit, ck_strbuf *out) {
  write_header("main-file", unit->main_file, out);
  write_header("directory", unit->directory, out);
  write_header("output", unit->output, out);
  write_header("frontend", unit->frontend, out);
  if (unit->has_errors) ck_strbuf_puts(out, "(has-errors)\n");
  for (size_t i = 0; i < unit->note_count; i++) {
    ck_strbuf_puts(out, "(note ");
    write_string(unit->notes[i].text, out);
    write_loc(&unit->notes[i].loc, &(ck_loc){0}, out);
    ck_strbuf_puts(out, ")\n");
  }
  for (size_t i = 0; i < unit->dependency_count; i++) {
    const ck_ir_dependency *d = &unit->dependencies[i];
    ck_strbuf_puts(out, "(dependency ");
    write_string(d->path, out);
    ck_strbuf_printf(out, " %" PRId64 " %" PRId64 " ", d->size, d->mtime_ns);
    write_string(d->hash, out);
    ck_strbuf_puts(out, ")\n");
  }
  const ck_loc top = {0};
  if (unit->root) write_node(unit->root, &top, 0, out);
  ck_strbuf_putc(out, '\n');
}
