/* pch.c - the precompiled header of a unit's external headers, shared by all units that include the same ones.
 *
 * <torch/torch.h> takes libclang seconds; precompiled without function bodies, a unit that uses it parses in a tenth of
 * one. A PCH is keyed by what makes it: the include lines, the flags that reach them, libclang's version. Beside it
 * lies a list of the files that it was made from; a stat of each tells whether it still holds. A seal (seal.c) tells
 * whether the PCH itself and what lies beside it are whole; it is written last. One process builds, others wait for its
 * lock; the finished file is renamed into place. Whatever fails: there is no PCH, the unit is parsed as it is. */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "frontend/frontend_int.h"

#define PCH_FORMAT     "4"            /* raise it when the way PCHs are made changes */
#define MAX_KEPT       6              /* PCHs kept; each takes some 70 MB */
#define BAD_SECONDS    (24 * 60 * 60) /* how long a failure is remembered */
#define LEFT_SECONDS   (60 * 60)      /* age of a temporary file whose writer is surely gone */
#define MAX_LIST_BYTES ((size_t)64 << 20)

/* Headers of the C++ library do not tell PCHs apart, or each unit would need its own: all of them hold these. Units
 * that use libtorch get most of them anyway. */
static const char standard_bundle[] =
    "#include <algorithm>\n#include <array>\n#include <chrono>\n#include <cmath>\n"
    "#include <cstdint>\n#include <cstdio>\n#include <cstdlib>\n#include <cstring>\n"
    "#include <deque>\n#include <fstream>\n#include <functional>\n#include <iomanip>\n"
    "#include <iostream>\n#include <limits>\n#include <list>\n#include <map>\n"
    "#include <memory>\n#include <numeric>\n#include <random>\n#include <set>\n"
    "#include <sstream>\n#include <stdexcept>\n#include <string>\n#include <thread>\n"
    "#include <tuple>\n#include <unordered_map>\n#include <utility>\n#include <vector>\n"
    "#if __cplusplus >= 201703L\n#include <filesystem>\n#include <optional>\n"
    "#include <variant>\n#endif\n";

typedef struct {
  char *header, *pch, *list, *words, *seal, *bad, *lock;
} paths;

static char *named(const char *dir, const char *key, const char *suffix) {
  char name[64];
  snprintf(name, sizeof name, "%s%s", key, suffix);
  return ck_path_join(dir, name);
}

static void release_paths(paths *p) {
  free(p->header);
  free(p->pch);
  free(p->list);
  free(p->seal);
  free(p->bad);
  free(p->words);
  free(p->lock);
}

/* The flags that matter to external headers: not the project's own include directories, so that units share. */
static void relevant_flags(const ck_fe_flags *flags, const char *directory, ck_arena *arena, ck_fe_flags *out) {
  static const char *const dirs[] = {"-I", "-iquote"};
  for (size_t i = 0; i < flags->at.n; i++) {
    const char *flag = flags->at.at[i];
    assert(flag != NULL);
    if (!strcmp(flag, "-include") || !strcmp(flag, "-imacros")) {
      i++;
      continue;
    }
    const char *dir = NULL;
    bool two = false;
    for (size_t d = 0; d < 2 && !dir; d++) {
      size_t n = strlen(dirs[d]);
      if (strncmp(flag, dirs[d], n) != 0) continue;
      two = !flag[n];
      dir = two ? (i + 1 < flags->at.n ? flags->at.at[i + 1] : "") : flag + n;
    }
    if (!dir) {
      ck_vec_push(&out->at, flag);
      continue;
    }
    char *path = ck_path_join(directory, dir);
    if (ck_fe_is_library_dir(path)) {
      ck_vec_push(&out->at, "-I");
      ck_vec_push(&out->at, ck_arena_strdup(arena, path));
    }
    free(path);
    i += two;
  }
}

static void make_key(const ck_fe_options *options, const ck_fe_flags *flags, const char *header, char key[33]) {
  ck_strbuf text;
  ck_strbuf_init(&text);
  CXString version = clang_getClangVersion();
  ck_strbuf_printf(&text, "%s\n%s\n", PCH_FORMAT, clang_getCString(version));
  clang_disposeString(version);
  bool relative = false;
  for (size_t i = 0; i < flags->at.n; i++) {
    ck_strbuf_printf(&text, "%s\n", flags->at.at[i]);
    relative |= flags->at.at[i][0] != '-' && flags->at.at[i][0] != '/';
  }
  if (relative) ck_strbuf_puts(&text, options->directory);
  ck_strbuf_puts(&text, header);
  ck_hash128_hex(text.s, text.n, key);
  ck_strbuf_release(&text);
}

/* Is the PCH whole, and does each file of the list ("SIZE MTIME PATH" per line) still look as it did? */
static bool still_holds(const paths *p) {
  char *text;
  size_t size;
  const char *sealed[] = {p->pch, p->words, p->list};
  if (!ck_fe_seal_holds(p->seal, sealed, 3) || ck_read_file(p->list, MAX_LIST_BYTES, &text, &size, NULL) != CK_OK)
    return false;
  bool ok = size > 0;
  char *save = NULL;
  for (char *line = strtok_r(text, "\n", &save); line && ok; line = strtok_r(NULL, "\n", &save)) {
    long long bytes, seconds, nanoseconds;
    int at = 0;
    struct stat st;
    /* NOLINTNEXTLINE(bugprone-unchecked-string-to-number-conversion): a number too large matches no file */
    ok = sscanf(line, "%lld %lld.%lld %n", &bytes, &seconds, &nanoseconds, &at) == 3 && at > 0 &&
         stat(line + at, &st) == 0 && st.st_size == bytes && st.st_mtim.tv_sec == seconds &&
         st.st_mtim.tv_nsec == nanoseconds;
  }
  free(text);
  return ok;
}

static bool failed_lately(const paths *p) {
  struct stat st;
  time_t now = time(NULL);
  return stat(p->bad, &st) == 0 && st.st_mtime <= now && st.st_mtime + BAD_SECONDS > now;
}

typedef struct {
  ck_strbuf list;
  ck_fe_strings files;
} inclusions;

static void list_file(CXFile file, CXSourceLocation *stack, unsigned depth, CXClientData data) {
  (void)stack, (void)depth;
  inclusions *found = data;
  CXString real = clang_File_tryGetRealPathName(file);
  const char *path = clang_getCString(real);
  struct stat st;
  if (path && *path && stat(path, &st) == 0) {
    ck_strbuf_printf(&found->list, "%lld %lld.%lld %s\n", (long long)st.st_size, (long long)st.st_mtim.tv_sec,
                     (long long)st.st_mtim.tv_nsec, path);
    ck_vec_push(&found->files, ck_strdup(path));
  }
  clang_disposeString(real);
}

/* The first error's text, to be freed; NULL if there is none. */
static char *first_error(CXTranslationUnit tu) {
  char *found = NULL;
  unsigned n = clang_getNumDiagnostics(tu);
  for (unsigned i = 0; i < n && !found; i++) {
    CXDiagnostic diagnostic = clang_getDiagnostic(tu, i);
    if (clang_getDiagnosticSeverity(diagnostic) >= CXDiagnostic_Error) {
      CXString text = clang_formatDiagnostic(diagnostic, clang_defaultDiagnosticDisplayOptions());
      found = ck_strdup(clang_getCString(text));
      clang_disposeString(text);
    }
    clang_disposeDiagnostic(diagnostic);
  }
  return found;
}

/* LLVM ends the process when it cannot write (a full disk): so a child writes. */
static bool save(CXTranslationUnit tu, const char *path) {
  pid_t child = fork();
  if (child == 0) {
    setrlimit(RLIMIT_CORE, &(struct rlimit){0});
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere >= 0) dup2(nowhere, STDERR_FILENO);
    _exit(clang_saveTranslationUnit(tu, path, clang_defaultSaveOptions(tu)) == CXSaveError_None ? 0 : 1);
  }
  int status = 1;
  while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  return child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool build(CXIndex index, const ck_fe_options *options, const ck_fe_flags *flags, const paths *p,
                  const char *header) {
  if (ck_write_file(p->header, header, strlen(header), NULL) != CK_OK) return false;
  CK_VEC(const char *) args = {0};
  static const char *const always[] = {"-xc++-header", "-w", "-ferror-limit=0", "-fno-spell-checking"};
  for (size_t i = 0; i < sizeof always / sizeof *always; i++) ck_vec_push(&args, always[i]);
  for (size_t i = 0; i < flags->at.n; i++) ck_vec_push(&args, flags->at.at[i]);
  ck_vec_push(&args, "-working-directory");
  ck_vec_push(&args, options->directory);
  unsigned how =
      CXTranslationUnit_ForSerialization | CXTranslationUnit_SkipFunctionBodies | CXTranslationUnit_Incomplete;
  CXTranslationUnit tu = NULL;
  bool ok = clang_parseTranslationUnit2(index, p->header, args.at, (int)args.n, NULL, 0, how, &tu) == CXError_Success;
  free(args.at);
  if (!ok) return false;
  char *error = first_error(tu);
  if (error) {
    ck_write_file(p->bad, error, strlen(error), NULL);
    free(error);
    clang_disposeTranslationUnit(tu);
    return false;
  }
  inclusions found = {0};
  ck_strbuf_init(&found.list);
  clang_getInclusions(tu, list_file, &found);
  char temporary[64];
  snprintf(temporary, sizeof temporary, ".tmp.%ld", (long)getpid());
  ck_strbuf name;
  ck_strbuf_init(&name);
  ck_strbuf_printf(&name, "%s%s", p->pch, temporary);
  ok = save(tu, name.s) && rename(name.s, p->pch) == 0 && ck_fe_write_words(p->words, &found.files) &&
       ck_write_file(p->list, found.list.s, found.list.n, NULL) == CK_OK &&
       ck_fe_seal(p->seal, (const char *const[]){p->pch, p->words, p->list}, 3);
  if (!ok) {
    unlink(name.s);
    unlink(p->pch); /* 70 MB that nothing would use: the disk is full, most likely */
  }
  ck_strbuf_release(&name);
  ck_strbuf_release(&found.list);
  for (size_t i = 0; i < found.files.n; i++) free(found.files.at[i]);
  free(found.files.at);
  clang_disposeTranslationUnit(tu);
  return ok;
}

/* Removes what processes left that were killed while they wrote: a PCH takes 70 MB. */
static void sweep(const char *dir) {
  DIR *entries = opendir(dir);
  if (!entries) return;
  for (struct dirent *entry; (entry = readdir(entries));) {
    if (!strstr(entry->d_name, ".tmp.")) continue;
    char *path = ck_path_join(dir, entry->d_name);
    struct stat st;
    if (stat(path, &st) == 0 && st.st_mtime + LEFT_SECONDS < time(NULL)) unlink(path);
    free(path);
  }
  closedir(entries);
}

/* Removes the PCHs that were not used for longest. The list file's time is that of the last use. */
static void prune(const char *dir, const char *keep) {
  for (;;) {
    DIR *entries = opendir(dir);
    if (!entries) return;
    char oldest[64] = "";
    time_t oldest_time = 0;
    int count = 0;
    for (struct dirent *entry; (entry = readdir(entries));) {
      if (!ck_ends_with(entry->d_name, ".list") || strlen(entry->d_name) != 32 + 5) continue;
      char *path = ck_path_join(dir, entry->d_name);
      struct stat st;
      if (stat(path, &st) == 0) {
        count++;
        if (strncmp(entry->d_name, keep, 32) != 0 && (!oldest[0] || st.st_mtime < oldest_time)) {
          oldest_time = st.st_mtime;
          snprintf(oldest, sizeof oldest, "%.32s", entry->d_name);
        }
      }
      free(path);
    }
    closedir(entries);
    if (count <= MAX_KEPT || !oldest[0]) return;
    static const char *const suffixes[] = {".list", ".pch", ".hpp", ".words", ".seal", ".lock", ".bad"};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
      char *path = named(dir, oldest, suffixes[i]);
      unlink(path);
      free(path);
    }
  }
}

static bool includes_header(const ck_fe_strings *includes, const char *operand) {
  for (size_t i = 0; i < includes->n; i++)
    if (!strcmp(includes->at[i], operand)) return true;
  return false;
}

/* The include lines, brought to one form so that units share: <torch/torch.h> brings in nearly all of torch/, ATen/ and
 * c10/, and what is small (headers of C) is cheap to leave to the unit. */
static void add_headers(ck_strbuf *out, const ck_fe_strings *includes) {
  static const char *const first[] = {"<torch/torch.h>", "<torch/script.h>", "<torch/extension.h>"};
  static const char *const covered[] = {"torch/", "ATen/", "c10/"};
  for (size_t i = 0; i < sizeof first / sizeof *first; i++)
    if (includes_header(includes, first[i])) ck_strbuf_printf(out, "#include %s\n", first[i]);
  bool torch = includes_header(includes, first[0]);
  for (size_t i = 0; i < includes->n; i++) {
    const char *operand = includes->at[i];
    bool skip = ck_fe_is_standard_header(operand) || !strchr(operand, '/');
    for (size_t k = 0; k < sizeof first / sizeof *first; k++) skip |= !strcmp(operand, first[k]);
    for (size_t k = 0; k < sizeof covered / sizeof *covered && torch; k++)
      skip |= ck_starts_with(operand + 1, covered[k]);
    if (!skip) ck_strbuf_printf(out, "#include %s\n", operand);
  }
}

static bool ensure(CXIndex index, const ck_fe_options *options, const ck_fe_flags *flags, const paths *p,
                   const char *header) {
  if (still_holds(p)) {
    struct stat st;
    if (stat(p->list, &st) == 0 && st.st_mtime + 3600 < time(NULL)) utimensat(AT_FDCWD, p->list, NULL, 0);
    return true;
  }
  if (failed_lately(p)) return false;
  int lock = open(p->lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return false;
  bool ok =
      flock(lock, LOCK_EX) == 0 && (still_holds(p) || (!failed_lately(p) && build(index, options, flags, p, header)));
  close(lock);
  return ok;
}

/* The PCH of the first `n` include lines, with the standard headers that all share or just those among them. */
static char *pch_of(CXIndex index, const ck_fe_options *options, const ck_fe_flags *flags, const char *dir,
                    const ck_fe_strings *includes, bool bundle, const ck_fe_strings *macros) {
  char *result = NULL, key[33];
  ck_strbuf header;
  ck_strbuf_init(&header);
  if (bundle) {
    ck_strbuf_puts(&header, standard_bundle);
    add_headers(&header, includes);
  } else {
    for (size_t i = 0; i < includes->n; i++) ck_strbuf_printf(&header, "#include %s\n", includes->at[i]);
  }
  make_key(options, flags, header.s, key);
  paths p = {.header = named(dir, key, ".hpp"),
             .pch = named(dir, key, ".pch"),
             .list = named(dir, key, ".list"),
             .words = named(dir, key, ".words"),
             .seal = named(dir, key, ".seal"),
             .bad = named(dir, key, ".bad"),
             .lock = named(dir, key, ".lock")};
  bool was_there = ck_file_exists(p.seal);
  if (ensure(index, options, flags, &p, header.s) && !(macros && ck_fe_words_mention(p.words, macros)))
    result = ck_strdup(p.pch);
  if (!was_there) {
    sweep(dir);
    prune(dir, key);
  }
  release_paths(&p);
  ck_strbuf_release(&header);
  return result;
}

char *ck_fe_pch(CXIndex index, const ck_fe_options *options, const ck_fe_flags *flags, const ck_fe_includes *includes) {
  if (!options->use_pch || !options->cache_dir || !includes->operands.n) return NULL;
  char *result = NULL, *dir = ck_path_join(options->cache_dir, "pch");
  ck_arena arena;
  ck_arena_init(&arena);
  ck_fe_flags relevant = {0};
  if (ck_make_directories(dir, NULL) == CK_OK) {
    relevant_flags(flags, options->directory, &arena, &relevant);
    bool macros = includes->macros.n > 0;
    result = pch_of(index, options, &relevant, dir, &includes->operands, true, macros ? &includes->macros : NULL);
    ck_fe_strings first = {.at = includes->operands.at, .n = includes->unaffected};
    if (!result && macros && first.n) result = pch_of(index, options, &relevant, dir, &first, false, NULL);
  }
  free(relevant.at.at);
  ck_arena_release(&arena);
  free(dir);
  return result;
}

static bool is_root(const char *path, const ck_fe_strings *includes) {
  if (ck_ends_with(path, "/torch/version.h")) return true;
  size_t n = strlen(path);
  for (size_t i = 0; i < includes->n; i++) {
    size_t m = strlen(includes->at[i]) - 2; /* without < > */
    if (m < n && path[n - m - 1] == '/' && !strncmp(path + n - m, includes->at[i] + 1, m)) return true;
  }
  return false;
}

void ck_fe_pch_roots(const char *pch, const ck_fe_strings *includes, ck_fe_strings *out) {
  ck_strbuf list;
  ck_strbuf_init(&list);
  ck_strbuf_printf(&list, "%.*s.list", (int)(strlen(pch) - 4), pch);
  char *text, *save = NULL;
  size_t size;
  if (ck_read_file(list.s, MAX_LIST_BYTES, &text, &size, NULL) == CK_OK) {
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
      const char *path = strchr(line, '/');
      if (path && is_root(path, includes)) ck_vec_push(out, ck_strdup(path));
    }
    free(text);
  }
  ck_strbuf_release(&list);
}
