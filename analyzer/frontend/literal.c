/* literal.c - literals and constants, with the value that clang computes: suffixes, escapes, raw and concatenated
 * strings are its business. */
#include <string.h>

#include "frontend/frontend_int.h"

static ck_ir *from_result(ck_fe *fe, CXCursor cursor, CXEvalResult result) {
  const ck_ir_type *type = ck_fe_type_of(fe, cursor);
  const ck_ir_type *bare = ck_ir_strip_ref(type);
  ck_ir *node = NULL;
  switch (clang_EvalResult_getKind(result)) {
  case CXEval_Int: {
    ck_ir_kind kind = CK_IR_INT;
    if (bare && bare->kind == CK_IR_T_BOOL) kind = CK_IR_BOOL;
    else if (bare && bare->kind != CK_IR_T_INT && bare->kind != CK_IR_T_ENUM) break;
    node = ck_fe_node(fe, kind, cursor);
    node->value.i = clang_EvalResult_isUnsignedInt(result) ? (int64_t)clang_EvalResult_getAsUnsigned(result)
                                                           : (int64_t)clang_EvalResult_getAsLongLong(result);
    break;
  }
  case CXEval_Float:
    if (bare && bare->kind != CK_IR_T_FLOAT) break;
    node = ck_fe_node(fe, CK_IR_FLOAT, cursor);
    node->value.f = clang_EvalResult_getAsDouble(result);
    break;
  default: break;
  }
  return node;
}

ck_ir *ck_fe_constant(ck_fe *fe, CXCursor cursor) {
  if (fe->in_pattern || ck_fe_is_dependent(clang_getCursorType(cursor))) return NULL;
  CXEvalResult result = clang_Cursor_Evaluate(cursor);
  if (!result) return NULL;
  ck_ir *node = from_result(fe, cursor, result);
  clang_EvalResult_dispose(result);
  return node;
}

/* Undoes the escapes with which clang prints a string's bytes: \n and the like, three octal digits. */
static bool unescape(const char *s, const char *end, ck_strbuf *out) {
  static const char letters[] = "abefnrtv\\\"'?", bytes[] = "\a\b\033\f\n\r\t\v\\\"'?";
  while (s < end) {
    if (*s != '\\') {
      ck_strbuf_putc(out, *s++);
      continue;
    }
    if (++s == end) return false;
    const char *letter = strchr(letters, *s);
    if (*s >= '0' && *s <= '7') {
      int value = 0;
      for (int i = 0; i < 3 && s < end && *s >= '0' && *s <= '7'; i++) value = value * 8 + (*s++ - '0');
      ck_strbuf_putc(out, (char)value);
    } else if (letter) {
      ck_strbuf_putc(out, bytes[letter - letters]);
      s++;
    } else {
      return false;
    }
  }
  return true;
}

/* The spelling of the cursor is the whole literal, adjacent parts joined: prefix, quote, escaped bytes, quote. */
static ck_ir *lower_string(ck_fe *fe, CXCursor cursor) {
  CXType type = clang_getCanonicalType(clang_getCursorType(cursor));
  if (clang_Type_getSizeOf(clang_getArrayElementType(type)) != 1)
    return ck_fe_unknown(fe, cursor, "a string of wide characters");
  CXString spelling = clang_getCursorSpelling(cursor);
  const char *text = clang_getCString(spelling);
  const char *open = text ? strchr(text, '"') : NULL, *close = text ? strrchr(text, '"') : NULL;
  ck_strbuf bytes;
  ck_strbuf_init(&bytes);
  ck_ir *node = NULL;
  if (open && close > open && unescape(open + 1, close, &bytes)) {
    if (memchr(bytes.s, 0, bytes.n)) {
      node = ck_fe_unknown(fe, cursor, "a string with a NUL inside");
    } else if ((long long)bytes.n < clang_getArraySize(type)) {
      node = ck_fe_node(fe, CK_IR_STRING, cursor);
      node->name = ck_ir_intern_n(fe->unit, bytes.s, bytes.n);
    }
  }
  ck_strbuf_release(&bytes);
  clang_disposeString(spelling);
  return node ? node : ck_fe_unknown(fe, cursor, "a string whose value is not known");
}

ck_ir *ck_fe_literal(ck_fe *fe, CXCursor cursor) {
  enum CXCursorKind kind = clang_getCursorKind(cursor);
  if (kind == CXCursor_StringLiteral) return lower_string(fe, cursor);
  bool saved = fe->in_pattern;
  fe->in_pattern = false; /* a literal never depends on anything */
  ck_ir *node = ck_fe_constant(fe, cursor);
  fe->in_pattern = saved;
  if (!node) return ck_fe_unknown(fe, cursor, "a literal whose value is not known");
  if (kind == CXCursor_CharacterLiteral) node->kind = CK_IR_CHAR;
  return node;
}

ck_ir *ck_fe_zero(ck_fe *fe, CXCursor cursor) {
  const ck_ir_type *type = ck_fe_type_of(fe, cursor);
  if (!type) return NULL;
  switch (type->kind) {
  case CK_IR_T_BOOL: return ck_fe_node(fe, CK_IR_BOOL, cursor);
  case CK_IR_T_INT:
  case CK_IR_T_ENUM: return ck_fe_node(fe, CK_IR_INT, cursor);
  case CK_IR_T_FLOAT: return ck_fe_node(fe, CK_IR_FLOAT, cursor); /* value.f is +0.0: all bits are zero */
  case CK_IR_T_POINTER:
  case CK_IR_T_NULLPTR: return ck_fe_node(fe, CK_IR_NULLPTR, cursor);
  default: return NULL;
  }
}
