/* culprit.c - which include line of a header to be precompiled does not compile.
 *
 * <torch/extension.h> asks for Python.h, which is not there where the analyzer runs without the build's flags. One such
 * line must not cost a unit the precompiled header of all the others. */
#include <string.h>

#include "frontend/frontend_int.h"

typedef struct {
  CXFile file;   /* where the error is */
  unsigned line; /* of the outermost include line that leads there; 0: none does */
} search;

static void look(CXFile file, CXSourceLocation *stack, unsigned depth, CXClientData data) {
  search *s = data;
  if (s->line == 0 && depth > 0 && clang_File_isEqual(file, s->file))
    clang_getFileLocation(stack[depth - 1], NULL, &s->line, NULL, NULL);
}

/* The operand of the include line number `line` of `text`. */
static char *operand_of(const char *text, unsigned line) {
  for (; line > 1 && text != NULL; line--) {
    text = strchr(text, '\n');
    text += text != NULL;
  }
  const char *start = "#include ";
  if (text == NULL || !ck_starts_with(text, start)) return NULL;
  text += strlen(start);
  char *operand = ck_strdup(text);
  operand[strcspn(operand, "\n")] = '\0';
  return operand;
}

char *ck_fe_culprit(CXTranslationUnit tu, const char *header, const char *text, char **error) {
  char *operand = NULL;
  *error = NULL;
  for (unsigned i = 0, n = clang_getNumDiagnostics(tu); i < n && *error == NULL; i++) {
    CXDiagnostic diagnostic = clang_getDiagnostic(tu, i);
    if (clang_getDiagnosticSeverity(diagnostic) >= CXDiagnostic_Error) {
      CXString message = clang_formatDiagnostic(diagnostic, clang_defaultDiagnosticDisplayOptions());
      *error = ck_strdup(clang_getCString(message));
      clang_disposeString(message);
      search s = {0};
      unsigned line;
      clang_getFileLocation(clang_getDiagnosticLocation(diagnostic), &s.file, &line, NULL, NULL);
      if (s.file && clang_File_isEqual(s.file, clang_getFile(tu, header))) s.line = line;
      else if (s.file) clang_getInclusions(tu, look, &s);
      if (s.line > 0) operand = operand_of(text, s.line);
    }
    clang_disposeDiagnostic(diagnostic);
  }
  return operand;
}
