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

static ck_ir *lower_string(ck_fe *fe, CXCursor cursor) {
  CXType type = clang_getCanonicalType(clang_getCursorType(cursor));
  CXType element = clang_getCanonicalType(clang_getArrayElementType(type));
  if (clang_Type_getSizeOf(element) != 1) return ck_fe_unknown(fe, cursor, "a string of wide characters");
  CXEvalResult result = clang_Cursor_Evaluate(cursor);
  if (!result) return ck_fe_unknown(fe, cursor, "a string whose value is not known");
  ck_ir *node;
  const char *bytes = clang_EvalResult_getKind(result) == CXEval_StrLiteral ? clang_EvalResult_getAsStr(result) : NULL;
  if (!bytes) {
    node = ck_fe_unknown(fe, cursor, "a string whose value is not known");
  } else if ((long long)strlen(bytes) + 1 < clang_getArraySize(type)) {
    node = ck_fe_unknown(fe, cursor, "a string with a NUL inside");
  } else {
    node = ck_fe_node(fe, CK_IR_STRING, cursor);
    node->name = ck_ir_intern(fe->unit, bytes);
  }
  clang_EvalResult_dispose(result);
  return node;
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
