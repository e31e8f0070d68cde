/* includes.c - which external headers a unit includes, found by scanning text: the input of the shared PCH.
 *
 * The main file and the project headers that it includes are read for their #include lines, in the order of the
 * preprocessor. A header goes into the PCH only if parsing it ahead of everything else cannot change its meaning: so
 * not
 * - what stands under a condition (include guards and what the platform decides aside: condition.c),
 * - what comes after a macro definition or #undef of the project and mentions that macro (words.c), or after `#pragma
 * pack`,
 * - what cannot be found, or is the project's own.
 * An #undef that comes before all external headers but the C++ library's (`#undef slots`, as Qt's users write) changes
 * nothing: it undefines what nobody defined.
 * The unit's own #include lines stay where they are; guards make them empty. So leaving a header out only costs time.
 *
 * Libraries that are kept inside the project (vendored.c) are told apart: they come after all other headers. One goes
 * into the PCH if it is large, guarded, not included within braces, and includes no header of the project but of its
 * own kind, whatever the condition.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "frontend/frontend_int.h"

#define MAX_HEADERS       2000               /* project headers read per unit */
#define MAX_HEADER_BYTES  ((size_t)32 << 20) /* of one header */
#define MAX_INCLUDE_DEPTH 64
#define MAX_CONDITIONS    64 /* nested in each other */

/* What a vendored header and all that it includes must have to be worth a PCH: a tenth of a second for each unit. */
#define MIN_VENDORED_BYTES ((size_t)64 << 10)

/* Headers of the C++ library: found wherever the compiler keeps them. */
static const char *const standard_headers[] = {"algorithm",
                                               "any",
                                               "array",
                                               "atomic",
                                               "barrier",
                                               "bit",
                                               "bitset",
                                               "cassert",
                                               "cctype",
                                               "cerrno",
                                               "cfenv",
                                               "cfloat",
                                               "charconv",
                                               "chrono",
                                               "cinttypes",
                                               "climits",
                                               "clocale",
                                               "cmath",
                                               "codecvt",
                                               "compare",
                                               "complex",
                                               "concepts",
                                               "condition_variable",
                                               "coroutine",
                                               "csetjmp",
                                               "csignal",
                                               "cstdarg",
                                               "cstddef",
                                               "cstdint",
                                               "cstdio",
                                               "cstdlib",
                                               "cstring",
                                               "ctime",
                                               "cuchar",
                                               "cwchar",
                                               "cwctype",
                                               "deque",
                                               "exception",
                                               "execution",
                                               "expected",
                                               "filesystem",
                                               "format",
                                               "forward_list",
                                               "fstream",
                                               "functional",
                                               "future",
                                               "initializer_list",
                                               "iomanip",
                                               "ios",
                                               "iosfwd",
                                               "iostream",
                                               "istream",
                                               "iterator",
                                               "latch",
                                               "limits",
                                               "list",
                                               "locale",
                                               "map",
                                               "memory",
                                               "memory_resource",
                                               "mutex",
                                               "new",
                                               "numbers",
                                               "numeric",
                                               "optional",
                                               "ostream",
                                               "queue",
                                               "random",
                                               "ranges",
                                               "ratio",
                                               "regex",
                                               "scoped_allocator",
                                               "semaphore",
                                               "set",
                                               "shared_mutex",
                                               "source_location",
                                               "span",
                                               "sstream",
                                               "stack",
                                               "stdexcept",
                                               "stop_token",
                                               "streambuf",
                                               "string",
                                               "string_view",
                                               "syncstream",
                                               "system_error",
                                               "thread",
                                               "tuple",
                                               "type_traits",
                                               "typeindex",
                                               "typeinfo",
                                               "unordered_map",
                                               "unordered_set",
                                               "utility",
                                               "valarray",
                                               "variant",
                                               "vector",
                                               "version"};

static bool is_standard(const char *name, size_t n) {
  for (size_t i = 0; i < sizeof standard_headers / sizeof *standard_headers; i++)
    if (!strncmp(name, standard_headers[i], n) && !standard_headers[i][n]) return true;
  return false;
}

bool ck_fe_is_standard_header(const char *operand) { return is_standard(operand + 1, strlen(operand) - 2); }

/* What <torch/torch.h> and its like have included already, in every version that is in use: no news after them. */
static bool is_in_torch(const char *operand) {
  static const char *const names[] = {
      "algorithm",     "array",         "atomic",  "chrono",    "cmath",      "cstddef",     "cstdint",   "cstdio",
      "cstdlib",       "cstring",       "deque",   "exception", "functional", "iomanip",     "iostream",  "iterator",
      "limits",        "list",          "map",     "memory",    "mutex",      "numeric",     "ostream",   "set",
      "sstream",       "stdexcept",     "string",  "thread",    "tuple",      "type_traits", "typeindex", "typeinfo",
      "unordered_map", "unordered_set", "utility", "vector"};
  size_t n = strlen(operand) - 2;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strlen(names[i]) == n && !strncmp(operand + 1, names[i], n)) return true;
  return false;
}

typedef enum { QUOTE, ANGLE, SYSTEM } dir_kind;

typedef struct {
  CK_VEC(char *) dirs;
  CK_VEC(dir_kind) kinds;
  const char *main_file;
  ck_map seen; /* project headers, by path */
  ck_map taken;
  ck_fe_includes *out;
  bool others; /* headers that are not the C++ library's were taken */
  bool torch;  /* all of libtorch was */
  bool stop;   /* after #pragma pack and the like: no more headers */
  bool inside; /* a vendored header that was taken */
  int braces;  /* open ones around the line in its file */
  const ck_fe_flags *flags;
} scan;

static void add_dir(scan *s, const char *directory, const char *dir, dir_kind kind) {
  char *path = ck_path_join(directory, dir);
  ck_vec_push(&s->dirs, path);
  ck_vec_push(&s->kinds, kind);
}

static void read_dirs(scan *s, const char *directory, const ck_fe_flags *flags) {
  static const struct {
    const char *flag;
    dir_kind kind;
  } rows[] = {{"-isystem", SYSTEM}, {"-iquote", QUOTE}, {"-idirafter", SYSTEM}, {"-I", ANGLE}};
  for (size_t i = 0; i < flags->at.n; i++) {
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
      const char *flag = flags->at.at[i];
      size_t n = strlen(rows[r].flag);
      if (strncmp(flag, rows[r].flag, n) != 0) continue;
      if (flag[n]) add_dir(s, directory, flag + n, rows[r].kind);
      else if (i + 1 < flags->at.n) add_dir(s, directory, flags->at.at[++i], rows[r].kind);
      break;
    }
  }
}

typedef enum { NOWHERE, PROJECT, EXTERNAL } where;

/* Where `#include` finds the header; *path is the project header's, to be freed, *folder the number of the folder that
 * it is found in, if it does not lie beside the includer. */
static where find_header(const scan *s, const char *includer, const char *name, bool quoted, char **path,
                         size_t *folder) {
  *path = NULL;
  *folder = SIZE_MAX;
  if (quoted || name[0] == '/') {
    char *dir = ck_path_dir(includer), *candidate = ck_path_join(dir, name);
    free(dir);
    if (ck_file_exists(candidate)) {
      *path = candidate;
      return ck_fe_is_library_path(candidate) ? EXTERNAL : PROJECT;
    }
    free(candidate);
  }
  for (int pass = 0; pass < 2; pass++) { /* -isystem comes after -I */
    for (size_t i = 0; i < s->dirs.n; i++) {
      if ((s->kinds.at[i] == SYSTEM) != (pass == 1) || (s->kinds.at[i] == QUOTE && !quoted)) continue;
      char *candidate = ck_path_join(s->dirs.at[i], name);
      if (!ck_file_exists(candidate)) {
        free(candidate);
        continue;
      }
      *path = candidate;
      *folder = i;
      bool external =
          s->kinds.at[i] == SYSTEM || ck_fe_is_library_dir(s->dirs.at[i]) || ck_fe_is_library_path(candidate);
      return external ? EXTERNAL : PROJECT;
    }
  }
  if (is_standard(name, strlen(name))) return EXTERNAL;
  char system[1024];
  return snprintf(system, sizeof system, "/usr/include/%s", name) < (int)sizeof system && ck_file_exists(system)
             ? EXTERNAL
             : NOWHERE;
}

static void take(scan *s, const char *name, bool quoted) {
  char operand[1024];
  if (snprintf(operand, sizeof operand, quoted ? "\"%s\"" : "<%s>", name) >= (int)sizeof operand) return;
  if (s->torch && is_in_torch(operand)) return;
  bool is_new;
  ck_map_put(&s->taken, operand, &is_new);
  if (!is_new) return;
  s->torch |= !strcmp(operand, "<torch/torch.h>") || !strcmp(operand, "<torch/script.h>");
  ck_vec_push(&s->out->operands, ck_strdup(operand));
  ck_vec_push(&s->out->preceding, s->out->macros.n);
  s->others |= !ck_fe_is_standard_header(operand);
}

/* The name in the operand of an #include; false if that is a macro. */
static bool header_name(const char *operand, char name[512], bool *quoted) {
  size_t n = strlen(operand);
  *quoted = operand[0] == '"';
  bool ok = n >= 3 && (*quoted || operand[0] == '<') && operand[n - 1] == (*quoted ? '"' : '>');
  if (ok) snprintf(name, 512, "%.*s", (int)(n - 2), operand + 1);
  return ok;
}

static bool read_header(const char *path, ck_fe_file *text) {
  char *bytes;
  if (ck_read_file(path, MAX_HEADER_BYTES, &bytes, &text->size, NULL) != CK_OK) return false;
  text->text = bytes;
  return true;
}

/* A vendored header and what it includes. */
typedef struct {
  ck_map files; /* by real path */
  CK_VEC(size_t) folders;
  size_t bytes;
} closure;

static bool is_closed(const scan *s, const char *path, closure *c, int depth);

static bool line_is_closed(const scan *s, const char *path, const char *operand, closure *c, int depth) {
  char name[512], *found;
  bool quoted;
  size_t folder;
  if (!header_name(operand, name, &quoted)) return false;
  bool ok = find_header(s, path, name, quoted, &found, &folder) != PROJECT || is_closed(s, found, c, depth + 1);
  if (folder != SIZE_MAX) ck_vec_push(&c->folders, folder);
  free(found);
  return ok;
}

/* Is all of the project that the header may include, and itself, vendored? */
static bool is_closed(const scan *s, const char *path, closure *c, int depth) {
  char *real = realpath(path, NULL);
  bool is_new = false, ok = real && strcmp(real, s->main_file) != 0;
  if (ok) ck_map_put(&c->files, real, &is_new);
  free(real);
  if (!ok || !is_new) return ok;
  ck_fe_file text = {0};
  ok = depth < MAX_INCLUDE_DEPTH && c->files.count < MAX_HEADERS && read_header(path, &text) &&
       ck_fe_is_vendored(path, text.text, text.size);
  c->bytes += text.size;
  for (ck_fe_directive d = {0}; ok && ck_fe_next_directive(&text, &d, NULL);) {
    if (!strcmp(d.name, "include_next") || !strcmp(d.name, "import")) ok = false;
    if (!strcmp(d.name, "include")) ok = line_is_closed(s, path, d.operand, c, depth);
  }
  free((char *)text.text);
  return ok;
}

/* Takes the project's header if it is a library's. */
static bool take_vendored(scan *s, const char *path, const ck_fe_file *text) {
  if (strpbrk(path, "\"\\\n") || !ck_fe_is_vendored(path, text->text, text->size) || !ck_fe_is_guarded(text))
    return false;
  closure c = {0};
  ck_map_init(&c.files);
  bool ok = is_closed(s, path, &c, 0) && c.bytes >= MIN_VENDORED_BYTES;
  if (ok) {
    ck_strbuf operand;
    ck_strbuf_init(&operand);
    ck_strbuf_printf(&operand, "\"%s\"", path);
    ck_vec_push(&s->out->vendored, (ck_fe_vendored){ck_strdup(operand.s), s->out->macros.n, s->out->macros.n});
    ck_strbuf_release(&operand);
    for (size_t i = 0; i < c.folders.n; i++) ck_vec_push(&s->out->folders, ck_strdup(s->dirs.at[c.folders.at[i]]));
  }
  for (size_t i = 0; i < c.files.count && ok; i++)
    ck_vec_push(&s->out->vendored_files, ck_strdup(c.files.entries[i].key));
  ck_map_release(&c.files);
  free(c.folders.at);
  return ok;
}

static void scan_file(scan *s, const char *path, const ck_fe_file *text, bool conditional, int depth);

/* `real`: the path without links and "..", so that all units name a vendored header in the same way; may be NULL. */
static void scan_header(scan *s, const char *path, const char *real, bool conditional, int depth) {
  ck_fe_file text = {0};
  if (!read_header(path, &text)) return;
  bool inside = s->inside;
  int braces = s->braces;
  bool taken = real && !conditional && !s->stop && !inside && braces == 0 && take_vendored(s, real, &text);
  size_t number = s->out->vendored.n - 1;
  s->inside |= taken;
  scan_file(s, path, &text, conditional, depth + 1);
  if (taken) s->out->vendored.at[number].following = s->out->macros.n;
  s->inside = inside;
  s->braces = braces;
  free((char *)text.text);
}

static void include_line(scan *s, const char *path, const char *operand, bool conditional, int depth) {
  char name[512], *found;
  bool quoted;
  size_t folder;
  if (!header_name(operand, name, &quoted)) { /* #include MACRO */
    s->stop = true;
    return;
  }
  where place = find_header(s, path, name, quoted, &found, &folder);
  if (place == EXTERNAL && !conditional && !s->stop) take(s, name, quoted);
  if (place == PROJECT && depth < MAX_INCLUDE_DEPTH && s->seen.count < MAX_HEADERS) {
    bool is_new;
    char *real = realpath(found, NULL); /* of however many names */
    ck_map_put(&s->seen, real ? real : found, &is_new);
    if (is_new) scan_header(s, found, real, conditional, depth);
    free(real);
  }
  free(found);
}

static void note_macro(scan *s, const char *operand) {
  size_t n = strcspn(operand, "( \t\\");
  char *name = ck_strdup(operand);
  name[n] = 0;
  ck_vec_push(&s->out->macros, name);
  ck_vec_push(&s->out->lines, NULL);
}

/* A definition that stands before all headers, of nothing or of a number (`#define _USE_MATH_DEFINES`), can stand
 * before them in the PCH as well. `end` is the end of its line. */
static void note_definition(scan *s, const ck_fe_file *text, const char *operand, size_t end, bool conditional) {
  note_macro(s, operand);
  size_t start = end;
  while (start > 0 && text->text[start - 1] != '\n') start--;
  const char *line = text->text + start, *name = s->out->macros.at[s->out->macros.n - 1];
  size_t size = end - start, n = strlen(name);
  const char *at = n > 0 ? memmem(line, size, name, n) : NULL;
  if (conditional || s->out->operands.n > 0 || s->out->vendored.n > 0 || !at) return;
  const char *value = at + n, *stop = line + size;
  while (stop > value && isspace((unsigned char)stop[-1])) stop--;
  while (value < stop && (*value == ' ' || *value == '\t')) value++;
  if (value < stop && (value == at + n || !isdigit((unsigned char)*value))) return;
  for (const char *c = value; c < stop; c++)
    if (!isalnum((unsigned char)*c) && *c != '.') return;
  ck_strbuf copy;
  ck_strbuf_init(&copy);
  ck_strbuf_printf(&copy, "%s %.*s", name, (int)(stop - value), value);
  s->out->lines.at[s->out->lines.n - 1] = ck_strdup(copy.s);
  ck_strbuf_release(&copy);
}

/* Do the flags or the project define the macro, or undefine it? */
static bool is_touched(const void *context, const char *name) {
  const scan *s = context;
  size_t n = strlen(name);
  for (size_t i = 0; i < s->flags->at.n; i++) {
    const char *flag = s->flags->at.at[i];
    if (ck_starts_with(flag, "--target") || ck_starts_with(flag, "-target")) return true; /* another platform */
    if (strncmp(flag, "-D", 2) != 0 && strncmp(flag, "-U", 2) != 0) continue;
    const char *defined = flag[2] ? flag + 2 : (i + 1 < s->flags->at.n ? s->flags->at.at[i + 1] : "");
    if (!strncmp(defined, name, n) && (!defined[n] || defined[n] == '=' || defined[n] == '(')) return true;
  }
  for (size_t i = 0; i < s->out->macros.n; i++)
    if (!strcmp(s->out->macros.at[i], name)) return true;
  return false;
}

/* May the macro be defined before any header is read: by the compiler, the command line, the project? */
static bool may_be_defined(const scan *s, const char *name) {
  return name[0] == '_' || !strcmp(name, "linux") || !strcmp(name, "unix") || !strcmp(name, "i386") ||
         is_touched(s, name);
}

static void note_undef(scan *s, const char *name) {
  if (s->others || may_be_defined(s, name)) note_macro(s, name);
}

/* The conditions around a line: of each, is what stands there now read, and was a branch before it? */
typedef struct {
  ck_fe_truth now[MAX_CONDITIONS], before[MAX_CONDITIONS];
  int level; /* may be beyond the limit: then nothing is certain */
} conditions;

static ck_fe_truth is_read(const conditions *c) {
  ck_fe_truth all = c->level > MAX_CONDITIONS ? CK_FE_MAYBE : CK_FE_YES;
  for (int i = 0; i < c->level && i < MAX_CONDITIONS; i++)
    if (c->now[i] < all) all = c->now[i];
  return all;
}

static void set_branch(conditions *c, ck_fe_truth before, ck_fe_truth value) {
  if (c->level > MAX_CONDITIONS) return;
  ck_fe_truth open = (ck_fe_truth)(CK_FE_YES - before);
  c->before[c->level - 1] = before > value ? before : value;
  c->now[c->level - 1] = value < open ? value : open;
}

/* Takes #if, #ifdef, #ifndef, #elif, #else, #endif; false for all other directives. `text` follows the name. */
static bool note_condition(const scan *s, conditions *c, const char *name, const char *text, size_t n) {
  if (!strcmp(name, "if") || !strcmp(name, "ifdef") || !strcmp(name, "ifndef")) {
    c->level++;
    set_branch(c, CK_FE_NO, ck_fe_condition(name, text, n, is_touched, s));
  } else if (!strcmp(name, "endif")) {
    c->level -= c->level > 0;
  } else if (!strcmp(name, "else") || ck_starts_with(name, "elif")) {
    ck_fe_truth before = c->level > 0 && c->level <= MAX_CONDITIONS ? c->before[c->level - 1] : CK_FE_MAYBE;
    bool last = !strcmp(name, "else"), plain = !strcmp(name, "elif");
    ck_fe_truth value = last ? CK_FE_YES : plain ? ck_fe_condition(name, text, n, is_touched, s) : CK_FE_MAYBE;
    if (c->level > 0) set_branch(c, before, value);
  } else {
    return false;
  }
  return true;
}

static void scan_file(scan *s, const char *path, const ck_fe_file *text, bool conditional, int depth) {
  ck_fe_directive d = {0};
  char guard[sizeof d.operand] = "";
  conditions around = {0};
  size_t guard_end = 0;
  for (size_t count = 0; ck_fe_next_directive(text, &d, &s->braces); count++) {
    if (guard_end > 0 && around.level == 0) { /* what looked like an include guard does not reach to the file's end */
      note_definition(s, text, guard, guard_end, conditional || may_be_defined(s, guard));
      guard_end = 0;
    }
    if (count == 0 && !strcmp(d.name, "ifndef")) snprintf(guard, sizeof guard, "%s", d.operand);
    if (note_condition(s, &around, d.name, d.rest, (size_t)(text->text + d.end - d.rest))) continue;
    ck_fe_truth read = is_read(&around);
    bool maybe = conditional || read == CK_FE_MAYBE;
    if (!strcmp(d.name, "define") && count == 1 && around.level == 1 && !strcmp(d.operand, guard)) {
      around.now[0] = around.before[0] = CK_FE_YES;
      guard_end = d.end;
    } else if (read == CK_FE_NO) {
      continue;
    } else if (!strcmp(d.name, "define")) {
      note_definition(s, text, d.operand, d.end, maybe);
    } else if (!strcmp(d.name, "undef")) {
      note_undef(s, d.operand);
    } else if (!strcmp(d.name, "pragma") && ck_starts_with(d.operand, "pack")) {
      s->stop = true;
    } else if (!strcmp(d.name, "include")) {
      include_line(s, path, d.operand, maybe, depth);
    }
  }
}

void ck_fe_external_includes(const char *path, const char *content, const char *directory, const ck_fe_flags *flags,
                             ck_fe_includes *out) {
  char *real = realpath(path, NULL);
  scan s = {.out = out, .flags = flags, .main_file = real ? real : path};
  ck_map_init(&s.seen);
  ck_map_init(&s.taken);
  read_dirs(&s, directory, flags);
  for (size_t i = 0; i + 1 < flags->at.n; i++) { /* -include comes first */
    if (strcmp(flags->at.at[i], "-include") != 0 && strcmp(flags->at.at[i], "-imacros") != 0) continue;
    char operand[512];
    snprintf(operand, sizeof operand, "\"%s\"", flags->at.at[i + 1]);
    char *in_directory = ck_path_join(directory, "x");
    include_line(&s, in_directory, operand, false, 0);
    free(in_directory);
  }
  ck_fe_file text = {.text = content, .size = strlen(content)};
  scan_file(&s, path, &text, false, 0);
  out->before_operands = out->operands.n > 0 ? out->preceding.at[out->operands.n - 1] : 0;
  size_t matter = out->vendored.n > 0 ? out->vendored.at[out->vendored.n - 1].preceding : 0;
  if (matter < out->before_operands) matter = out->before_operands;
  while (out->macros.n > matter) { /* no header comes after these */
    free(out->macros.at[--out->macros.n]);
    free(out->lines.at[--out->lines.n]);
  }
  for (size_t i = 0; i < s.dirs.n; i++) free(s.dirs.at[i]);
  free(s.dirs.at);
  free(real);
  free(s.kinds.at);
  ck_map_release(&s.seen);
  ck_map_release(&s.taken);
}

static void release_strings(ck_fe_strings *strings) {
  for (size_t i = 0; i < strings->n; i++) free(strings->at[i]);
  free(strings->at);
}

void ck_fe_release_includes(ck_fe_includes *includes) {
  for (size_t i = 0; i < includes->vendored.n; i++) free(includes->vendored.at[i].operand);
  free(includes->vendored.at);
  free(includes->preceding.at);
  release_strings(&includes->operands);
  release_strings(&includes->macros);
  release_strings(&includes->lines);
  release_strings(&includes->vendored_files);
  release_strings(&includes->folders);
}
