/* types.c - canonical types: one object per distinct type of a unit.
 *
 * Identity is structural: a type's key is made of its fields and of the identities (addresses) of its parts, which are
 * canonical already. The spelling takes part, since clang tells `long` and `long long` apart by it alone. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ir/ir_int.h"

static const struct {
  const char *name;
  unsigned fields;
} kinds[CK_IR_T_COUNT] = {
#define X(kind, text) [CK_IR_T_##kind].name = (text),
    CK_IR_TYPES(X)
#undef X
        [CK_IR_T_INT]
            .fields = CK_IR_HAS_BITS | CK_IR_HAS_SIGN | CK_IR_HAS_CHAR,
    [CK_IR_T_FLOAT].fields = CK_IR_HAS_BITS,
    [CK_IR_T_ENUM].fields = CK_IR_HAS_NAME | CK_IR_HAS_BITS | CK_IR_HAS_SIGN | CK_IR_HAS_SCOPED,
    [CK_IR_T_RECORD].fields = CK_IR_HAS_NAME | CK_IR_HAS_ARGS,
    [CK_IR_T_POINTER].fields = CK_IR_HAS_ELEM,
    [CK_IR_T_LREF].fields = CK_IR_HAS_ELEM,
    [CK_IR_T_RREF].fields = CK_IR_HAS_ELEM,
    [CK_IR_T_ARRAY].fields = CK_IR_HAS_ELEM | CK_IR_HAS_COUNT,
    [CK_IR_T_FUNCTION].fields = CK_IR_HAS_ELEM | CK_IR_HAS_ARGS,
    [CK_IR_T_VALUE].fields = CK_IR_HAS_COUNT,
    [CK_IR_T_ARGS].fields = CK_IR_HAS_ARGS,
};

unsigned ck_ir_type_fields(ck_ir_type_kind kind) { return kinds[kind].fields; }

const char *ck_ir_type_kind_name(ck_ir_type_kind kind) {
  return (unsigned)kind < CK_IR_T_COUNT ? kinds[kind].name : NULL;
}

int ck_ir_type_kind_from_name(const char *name) {
  for (int i = 0; i < CK_IR_T_COUNT; i++)
    if (strcmp(kinds[i].name, name) == 0) return i;
  return -1;
}

/* clang-format off */
/* Sizes are those of the LP64 targets that libtorch is built for. Of rows with equal parts the first whose spelling
 * fits names the type; the last three are other names of earlier rows, for reading. */
static const ck_ir_word_type words[] = {
    {"?",       CK_IR_T_UNKNOWN, 0,   false, false, "?"},
    {"void",    CK_IR_T_VOID,    0,   false, false, "void"},
    {"bool",    CK_IR_T_BOOL,    0,   false, false, "bool"},
    {"nullptr", CK_IR_T_NULLPTR, 0,   false, false, "std::nullptr_t"},
    {"char",    CK_IR_T_INT,     8,   true,  true,  "char"},
    {"int8",    CK_IR_T_INT,     8,   true,  true,  "signed char"},
    {"uint8",   CK_IR_T_INT,     8,   false, true,  "unsigned char"},
    {"char8",   CK_IR_T_INT,     8,   false, true,  "char8_t"},
    {"char16",  CK_IR_T_INT,     16,  false, true,  "char16_t"},
    {"char32",  CK_IR_T_INT,     32,  false, true,  "char32_t"},
    {"wchar",   CK_IR_T_INT,     32,  true,  true,  "wchar_t"},
    {"int16",   CK_IR_T_INT,     16,  true,  false, "short"},
    {"uint16",  CK_IR_T_INT,     16,  false, false, "unsigned short"},
    {"int32",   CK_IR_T_INT,     32,  true,  false, "int"},
    {"uint32",  CK_IR_T_INT,     32,  false, false, "unsigned int"},
    {"int64",   CK_IR_T_INT,     64,  true,  false, "long"},
    {"uint64",  CK_IR_T_INT,     64,  false, false, "unsigned long"},
    {"llong",   CK_IR_T_INT,     64,  true,  false, "long long"},
    {"ullong",  CK_IR_T_INT,     64,  false, false, "unsigned long long"},
    {"int128",  CK_IR_T_INT,     128, true,  false, "__int128"},
    {"uint128", CK_IR_T_INT,     128, false, false, "unsigned __int128"},
    {"half",    CK_IR_T_FLOAT,   16,  false, false, "_Float16"},
    {"float",   CK_IR_T_FLOAT,   32,  false, false, "float"},
    {"double",  CK_IR_T_FLOAT,   64,  false, false, "double"},
    {"ldouble", CK_IR_T_FLOAT,   128, false, false, "long double"},
    {"int",     CK_IR_T_INT,     32,  true,  false, "int"},
    {"long",    CK_IR_T_INT,     64,  true,  false, "long"},
    {"size_t",  CK_IR_T_INT,     64,  false, false, "unsigned long"},
};
/* clang-format on */
enum { WORD_COUNT = sizeof words / sizeof *words };

const ck_ir_word_type *ck_ir_word_type_named(const char *word) {
  for (size_t i = 0; i < WORD_COUNT; i++)
    if (strcmp(words[i].word, word) == 0) return &words[i];
  return NULL;
}

const ck_ir_word_type *ck_ir_word_type_of(const ck_ir_type *type, const char *spelling) {
  for (size_t i = 0; i < WORD_COUNT; i++) {
    const ck_ir_word_type *w = &words[i];
    if (w->kind == type->kind && w->bits == type->bits && w->is_signed == type->is_signed &&
        w->is_char == type->is_char && (spelling == NULL || strcmp(w->spelling, spelling) == 0))
      return w;
  }
  return NULL;
}

/* "a, b" */
static void add_list(const ck_ir_type *type, ck_strbuf *out) {
  for (uint32_t i = 0; i < type->nargs; i++) {
    if (i) ck_strbuf_puts(out, ", ");
    ck_strbuf_puts(out, type->args[i]->spelling);
  }
}

void ck_ir_type_default_usr(const ck_ir_type *type, ck_strbuf *out) {
  ck_strbuf_puts(out, type->name);
  if (type->nargs == 0) return;
  ck_strbuf_putc(out, '<');
  add_list(type, out);
  ck_strbuf_putc(out, '>');
}

/* "int *", and "int **" for a pointer to that. */
static void add_pointer(const ck_ir_type *elem, const char *mark, ck_strbuf *out) {
  ck_strbuf_puts(out, elem->spelling);
  if (!ck_ends_with(elem->spelling, "*") && !ck_ends_with(elem->spelling, "&")) ck_strbuf_putc(out, ' ');
  ck_strbuf_puts(out, mark);
}

void ck_ir_type_default_spelling(const ck_ir_type *type, ck_strbuf *out) {
  if (type->is_const && type->kind != CK_IR_T_POINTER) ck_strbuf_puts(out, "const ");
  switch (type->kind) {
  case CK_IR_T_INT:
  case CK_IR_T_FLOAT: {
    const ck_ir_word_type *word = ck_ir_word_type_of(type, NULL);
    if (word) ck_strbuf_puts(out, word->spelling);
    else ck_strbuf_printf(out, "%s%s%u", type->is_signed ? "" : "u", kinds[type->kind].name, type->bits);
    break;
  }
  case CK_IR_T_ENUM:
  case CK_IR_T_RECORD: ck_ir_type_default_usr(type, out); break;
  case CK_IR_T_POINTER: add_pointer(type->elem, type->is_const ? "*const" : "*", out); break;
  case CK_IR_T_LREF: add_pointer(type->elem, "&", out); break;
  case CK_IR_T_RREF: add_pointer(type->elem, "&&", out); break;
  case CK_IR_T_ARRAY:
    ck_strbuf_puts(out, type->elem->spelling);
    if (type->count < 0) ck_strbuf_puts(out, "[]");
    else ck_strbuf_printf(out, "[%" PRId64 "]", type->count);
    break;
  case CK_IR_T_FUNCTION:
    ck_strbuf_printf(out, "%s (", type->elem->spelling);
    add_list(type, out);
    ck_strbuf_putc(out, ')');
    break;
  case CK_IR_T_VALUE: ck_strbuf_printf(out, "%" PRId64, type->count); break;
  case CK_IR_T_ARGS:
    ck_strbuf_putc(out, '<');
    add_list(type, out);
    ck_strbuf_putc(out, '>');
    break;
  case CK_IR_T_NULLPTR: ck_strbuf_puts(out, "std::nullptr_t"); break;
  default: ck_strbuf_puts(out, kinds[type->kind].name); break;
  }
}

static const char *interned_default_spelling(ck_ir_unit *unit, const ck_ir_type *type) {
  ck_strbuf b;
  ck_strbuf_init(&b);
  ck_ir_type_default_spelling(type, &b);
  const char *spelling = ck_ir_intern_n(unit, b.s, b.n);
  ck_strbuf_release(&b);
  return spelling;
}

static const ck_ir_type *unknown_type(ck_ir_unit *unit) {
  return ck_ir_type_intern(unit, &(ck_ir_type){.kind = CK_IR_T_UNKNOWN});
}

/* Counts a part into a type that it belongs to. */
static void add_part(ck_ir_type *type, const ck_ir_type *part) {
  if (part->depth >= type->depth) type->depth = part->depth + 1;
  type->parts += part->parts;
  if (type->parts > CK_IR_MAX_TYPE_PARTS) type->parts = CK_IR_MAX_TYPE_PARTS + 1; /* too many stays too many */
}

/* `type` reduced to the fields that its kind has, holes filled, parts counted; strings are interned. The arguments are
 * the caller's to free(). */
static ck_ir_type normal_form(ck_ir_unit *unit, const ck_ir_type *type) {
  unsigned has = kinds[type->kind].fields;
  ck_ir_type t = {.kind = type->kind, .is_const = type->is_const, .depth = 1, .parts = 1};
  if (has & CK_IR_HAS_BITS) t.bits = type->bits;
  if (has & CK_IR_HAS_SIGN) t.is_signed = type->is_signed;
  if (has & CK_IR_HAS_CHAR) t.is_char = type->is_char;
  if (has & CK_IR_HAS_SCOPED) t.is_scoped = type->is_scoped;
  if (has & CK_IR_HAS_COUNT) t.count = type->count;
  t.name = ck_ir_intern(unit, (has & CK_IR_HAS_NAME) && type->name ? type->name : "");
  t.usr = ck_ir_intern(unit, (has & CK_IR_HAS_NAME) && type->usr ? type->usr : "");
  if (has & CK_IR_HAS_ELEM) {
    t.elem = type->elem ? type->elem : unknown_type(unit);
    add_part(&t, t.elem);
  }
  if ((has & CK_IR_HAS_ARGS) && type->nargs > 0) {
    const ck_ir_type **args = ck_calloc(type->nargs, sizeof *args);
    for (uint32_t i = 0; i < type->nargs; i++) {
      args[i] = type->args[i] ? type->args[i] : unknown_type(unit);
      add_part(&t, args[i]);
    }
    t.args = args;
    t.nargs = type->nargs;
  }
  return t;
}

/* What stands for a type that is too large. */
static const ck_ir_type *too_large(ck_ir_unit *unit, const ck_ir_type *type) {
  return ck_ir_type_intern(
      unit, &(ck_ir_type){.kind = CK_IR_T_UNKNOWN, .is_const = type->is_const, .spelling = type->spelling});
}

/* The parts are canonical, so their addresses stand for them. */
static void add_key(const ck_ir_type *t, ck_strbuf *key) {
  ck_strbuf_printf(key, "%d %u %d%d%d%d %p %p %p %p %" PRId64, (int)t->kind, t->bits, t->is_signed, t->is_char,
                   t->is_const, t->is_scoped, (const void *)t->name, (const void *)t->usr, (const void *)t->spelling,
                   (const void *)t->elem, t->count);
  for (uint32_t i = 0; i < t->nargs; i++) ck_strbuf_printf(key, " %p", (const void *)t->args[i]);
}

/* The canonical object of a type in normal form. */
static const ck_ir_type *canonical(ck_ir_unit *unit, const ck_ir_type *t) {
  ck_strbuf key;
  ck_strbuf_init(&key);
  add_key(t, &key);
  ck_map_entry *entry = ck_map_put(&unit->types, key.s, NULL);
  ck_strbuf_release(&key);
  if (entry->p != NULL) return entry->p;
  ck_ir_type *own = CK_NEW(&unit->arena, ck_ir_type);
  *own = *t;
  if (t->nargs > 0) {
    const ck_ir_type **args = CK_NEW_N(&unit->arena, const ck_ir_type *, t->nargs);
    memcpy(args, t->args, t->nargs * sizeof *args);
    own->args = args;
  }
  return entry->p = own;
}

const ck_ir_type *ck_ir_type_intern(ck_ir_unit *unit, const ck_ir_type *type) {
  const ck_ir_type *own;
  ck_ir_type t = normal_form(unit, type);
  if (t.depth > CK_IR_MAX_TYPE_DEPTH || t.parts > CK_IR_MAX_TYPE_PARTS) own = too_large(unit, type);
  else {
    bool spelled = type->spelling && type->spelling[0];
    t.spelling = spelled ? ck_ir_intern(unit, type->spelling) : interned_default_spelling(unit, &t);
    own = canonical(unit, &t);
  }
  free((void *)t.args);
  return own;
}

const ck_ir_type *ck_ir_strip_ref(const ck_ir_type *type) {
  while (type && (type->kind == CK_IR_T_LREF || type->kind == CK_IR_T_RREF)) type = type->elem;
  return type;
}
