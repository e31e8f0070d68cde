/* lower_type.c - clang's types as the IR's canonical types. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frontend/frontend_int.h"

/* Built-in types. Widths come from clang, so that they are the target's. */
static const struct row {
  enum CXTypeKind clang;
  ck_ir_type_kind kind;
  bool is_signed, is_char;
} builtins[] = {
    {CXType_Void, CK_IR_T_VOID, false, false},       {CXType_Bool, CK_IR_T_BOOL, false, false},
    {CXType_Char_U, CK_IR_T_INT, false, true},       {CXType_UChar, CK_IR_T_INT, false, true},
    {CXType_Char16, CK_IR_T_INT, false, true},       {CXType_Char32, CK_IR_T_INT, false, true},
    {CXType_UShort, CK_IR_T_INT, false, false},      {CXType_UInt, CK_IR_T_INT, false, false},
    {CXType_ULong, CK_IR_T_INT, false, false},       {CXType_ULongLong, CK_IR_T_INT, false, false},
    {CXType_UInt128, CK_IR_T_UNKNOWN, false, false}, {CXType_Char_S, CK_IR_T_INT, true, true},
    {CXType_SChar, CK_IR_T_INT, true, true},         {CXType_WChar, CK_IR_T_INT, true, true},
    {CXType_Short, CK_IR_T_INT, true, false},        {CXType_Int, CK_IR_T_INT, true, false},
    {CXType_Long, CK_IR_T_INT, true, false},         {CXType_LongLong, CK_IR_T_INT, true, false},
    {CXType_Int128, CK_IR_T_UNKNOWN, false, false},  {CXType_Float, CK_IR_T_FLOAT, true, false},
    {CXType_Double, CK_IR_T_FLOAT, true, false},     {CXType_LongDouble, CK_IR_T_FLOAT, true, false},
    {CXType_Half, CK_IR_T_FLOAT, true, false},       {CXType_Float16, CK_IR_T_FLOAT, true, false},
    {CXType_Float128, CK_IR_T_FLOAT, true, false},   {CXType_NullPtr, CK_IR_T_NULLPTR, false, false},
};

static const struct row *builtin_of(enum CXTypeKind kind) {
  for (size_t i = 0; i < sizeof builtins / sizeof *builtins; i++)
    if (builtins[i].clang == kind) return &builtins[i];
  return NULL;
}

typedef CK_VEC(const ck_ir_type *) type_list;

static void set_arguments(ck_fe *fe, ck_ir_type *type, const type_list *list) {
  const ck_ir_type **copy = CK_NEW_N(&fe->unit->arena, const ck_ir_type *, list->n ? list->n : 1);
  for (size_t i = 0; i < list->n; i++) copy[i] = list->at[i];
  type->args = copy;
  type->nargs = (uint32_t)list->n;
}

static const ck_ir_type *value_type(ck_fe *fe, int64_t value) {
  char text[32];
  snprintf(text, sizeof text, "%lld", (long long)value);
  ck_ir_type type = {.kind = CK_IR_T_VALUE, .count = value, .spelling = ck_ir_intern(fe->unit, text)};
  return ck_ir_type_intern(fe->unit, &type);
}

static const ck_ir_type *unknown_type(ck_fe *fe, const char *spelling, size_t n) {
  ck_ir_type type = {.kind = CK_IR_T_UNKNOWN, .spelling = ck_ir_intern_n(fe->unit, spelling, n)};
  return ck_ir_type_intern(fe->unit, &type);
}

/* The i-th template argument out of "ns::Net<16, true, 'c', (Mode)2>", for those that are no types. */
static const ck_ir_type *argument_from_spelling(ck_fe *fe, const char *spelling, int index) {
  const char *s = strchr(spelling, '<');
  if (!s) return unknown_type(fe, "?", 1);
  s++;
  int depth = 0;
  for (const char *start = s;; s++) {
    if (*s && strchr("<([{", *s)) depth++;
    bool ends = *s == 0 || (depth == 0 && (*s == ',' || *s == '>'));
    if (*s && strchr(">)]}", *s) && !ends) depth--;
    if (!ends) continue;
    while (start < s && *start == ' ') start++;
    if (index-- == 0) {
      size_t n = (size_t)(s - start);
      if (n == 4 && !strncmp(start, "true", 4)) return value_type(fe, 1);
      if (n == 5 && !strncmp(start, "false", 5)) return value_type(fe, 0);
      if (n == 3 && start[0] == '\'') return value_type(fe, start[1]);
      const char *digits = start;
      if (*digits == '(') { /* a cast: the enumeration type, then the value */
        const char *close = memchr(digits, ')', n);
        if (close) digits = close + 1;
      }
      char *end;
      long long value = *digits == '-' ? strtoll(digits, &end, 10) : (long long)strtoull(digits, &end, 10);
      bool number = end > digits;
      while (number && end < s && strchr("uUlL", *end)) end++;
      return number && end == s ? value_type(fe, value) : unknown_type(fe, start, n);
    }
    if (*s != ',') return unknown_type(fe, "?", 1);
    start = s + 1;
  }
}

/* Closure types have no name that the IR could use: their USR is that of the lambda's class. */
static const ck_ir_type *record_type(ck_fe *fe, CXType canonical, ck_ir_type *type) {
  CXCursor declaration = clang_getTypeDeclaration(canonical);
  if (clang_isInvalid(clang_getCursorKind(declaration)))
    return unknown_type(fe, type->spelling, strlen(type->spelling));
  type->name = ck_fe_qualified_name(fe, declaration);
  type->usr = ck_fe_usr(fe, declaration);
  type_list args = {0};
  int n = clang_Type_getNumTemplateArguments(canonical);
  for (int i = 0; i < n; i++) {
    CXType argument = clang_Type_getTemplateArgumentAsType(canonical, (unsigned)i);
    ck_vec_push(&args, argument.kind != CXType_Invalid ? ck_fe_type(fe, argument)
                                                       : argument_from_spelling(fe, type->spelling, i));
  }
  set_arguments(fe, type, &args);
  free(args.at);
  const ck_ir_type *made = ck_ir_type_intern(fe->unit, type);
  ck_fe_need_record(fe, canonical);
  return made;
}

static const ck_ir_type *make_type(ck_fe *fe, CXType canonical) {
  ck_ir_type type = {.kind = CK_IR_T_UNKNOWN, .is_const = clang_isConstQualifiedType(canonical) != 0, .count = 0};
  type.spelling = ck_fe_intern(fe, clang_getTypeSpelling(canonical));
  const struct row *row = builtin_of(canonical.kind);
  if (row) {
    type.kind = row->kind;
    type.is_signed = row->is_signed;
    type.is_char = row->is_char;
    long long size = clang_Type_getSizeOf(canonical);
    if (row->kind == CK_IR_T_INT || row->kind == CK_IR_T_FLOAT || row->kind == CK_IR_T_BOOL)
      type.bits = (uint8_t)(size > 0 && size <= 16 ? size * 8 : 0);
    return ck_ir_type_intern(fe->unit, &type);
  }
  switch (canonical.kind) {
  case CXType_Record: type.kind = CK_IR_T_RECORD; return record_type(fe, canonical, &type);
  case CXType_Enum: {
    CXCursor declaration = clang_getTypeDeclaration(canonical);
    CXType underlying = clang_getCanonicalType(clang_getEnumDeclIntegerType(declaration));
    const struct row *of = builtin_of(underlying.kind);
    long long size = clang_Type_getSizeOf(canonical);
    type.kind = CK_IR_T_ENUM;
    type.name = ck_fe_qualified_name(fe, declaration);
    type.usr = ck_fe_usr(fe, declaration);
    type.bits = (uint8_t)(size > 0 ? size * 8 : 0);
    type.is_signed = of && of->is_signed;
    type.is_scoped = clang_EnumDecl_isScoped(declaration) != 0;
    break;
  }
  case CXType_Pointer:
    type.kind = CK_IR_T_POINTER;
    type.elem = ck_fe_type(fe, clang_getPointeeType(canonical));
    break;
  case CXType_LValueReference:
    type.kind = CK_IR_T_LREF;
    type.elem = ck_fe_type(fe, clang_getPointeeType(canonical));
    break;
  case CXType_RValueReference:
    type.kind = CK_IR_T_RREF;
    type.elem = ck_fe_type(fe, clang_getPointeeType(canonical));
    break;
  case CXType_ConstantArray:
  case CXType_IncompleteArray:
  case CXType_VariableArray:
    type.kind = CK_IR_T_ARRAY;
    type.elem = ck_fe_type(fe, clang_getArrayElementType(canonical));
    type.count = canonical.kind == CXType_ConstantArray ? clang_getArraySize(canonical) : -1;
    break;
  case CXType_FunctionProto: {
    type.kind = CK_IR_T_FUNCTION;
    type.elem = ck_fe_type(fe, clang_getResultType(canonical));
    type_list args = {0};
    int n = clang_getNumArgTypes(canonical);
    for (int i = 0; i < n; i++) ck_vec_push(&args, ck_fe_type(fe, clang_getArgType(canonical, (unsigned)i)));
    set_arguments(fe, &type, &args);
    free(args.at);
    break;
  }
  default: break; /* dependent, vector, member pointer, ...: the spelling has to do */
  }
  return ck_ir_type_intern(fe->unit, &type);
}

const ck_ir_type *ck_fe_type(ck_fe *fe, CXType type) {
  if (type.kind == CXType_Invalid) return NULL;
  CXType canonical = clang_getCanonicalType(type);
  char key[64];
  snprintf(key, sizeof key, "%p", canonical.data[0]); /* a QualType: type and qualifiers */
  ck_map_entry *entry = ck_map_find(&fe->types, key);
  if (entry) return entry->p;
  if (fe->depth > CK_FE_MAX_DEPTH) return unknown_type(fe, "...", 3);
  fe->depth++;
  const ck_ir_type *made = make_type(fe, canonical);
  fe->depth--;
  ck_map_put(&fe->types, key, NULL)->p = (void *)made;
  return made;
}

const ck_ir_type *ck_fe_type_of(ck_fe *fe, CXCursor cursor) { return ck_fe_type(fe, clang_getCursorType(cursor)); }

const ck_ir_type *ck_fe_reference(ck_fe *fe, const ck_ir_type *to) {
  ck_ir_type type = {.kind = CK_IR_T_LREF, .elem = to};
  ck_strbuf spelling;
  ck_strbuf_init(&spelling);
  ck_strbuf_printf(&spelling, "%s &", to->spelling);
  type.spelling = ck_ir_intern_n(fe->unit, spelling.s, spelling.n);
  ck_strbuf_release(&spelling);
  return ck_ir_type_intern(fe->unit, &type);
}

const ck_ir_type *ck_fe_template_arguments(ck_fe *fe, CXCursor function) {
  int n = clang_Cursor_getNumTemplateArguments(function);
  if (n <= 0) return NULL;
  type_list args = {0};
  for (unsigned i = 0; i < (unsigned)n; i++) {
    switch (clang_Cursor_getTemplateArgumentKind(function, i)) {
    case CXTemplateArgumentKind_Type:
      ck_vec_push(&args, ck_fe_type(fe, clang_Cursor_getTemplateArgumentType(function, i)));
      break;
    case CXTemplateArgumentKind_Integral:
      ck_vec_push(&args, value_type(fe, clang_Cursor_getTemplateArgumentValue(function, i)));
      break;
    case CXTemplateArgumentKind_Pack: /* libclang does not list a pack's elements */
      ck_vec_push(&args, unknown_type(fe, "...", 3));
      break;
    default: ck_vec_push(&args, unknown_type(fe, "?", 1)); break;
    }
    if (!args.at[args.n - 1]) args.at[args.n - 1] = unknown_type(fe, "?", 1);
  }
  ck_ir_type type = {.kind = CK_IR_T_ARGS};
  ck_strbuf spelling;
  ck_strbuf_init(&spelling);
  ck_strbuf_putc(&spelling, '<');
  for (size_t i = 0; i < args.n; i++)
    ck_strbuf_printf(&spelling, "%s%s", i ? ", " : "", args.at[i]->spelling ? args.at[i]->spelling : "?");
  ck_strbuf_putc(&spelling, '>');
  type.spelling = ck_ir_intern_n(fe->unit, spelling.s, spelling.n);
  ck_strbuf_release(&spelling);
  set_arguments(fe, &type, &args);
  free(args.at);
  return ck_ir_type_intern(fe->unit, &type);
}

bool ck_fe_is_record(CXType type) { return clang_getCanonicalType(type).kind == CXType_Record; }

bool ck_fe_is_dependent(CXType type) {
  CXType canonical = clang_getCanonicalType(type);
  return canonical.kind == CXType_Dependent || canonical.kind == CXType_Unexposed || canonical.kind == CXType_Overload;
}

bool ck_fe_in_template(CXCursor declaration) {
  for (CXCursor at = declaration;;) {
    enum CXCursorKind kind = clang_getCursorKind(at);
    if (clang_isInvalid(kind) || kind == CXCursor_TranslationUnit || kind == CXCursor_Namespace) return false;
    if (kind == CXCursor_ClassTemplate || kind == CXCursor_ClassTemplatePartialSpecialization ||
        kind == CXCursor_FunctionTemplate)
      return true;
    at = clang_getCursorSemanticParent(at);
  }
}
