/* pch.c - the precompiled header of a unit's external headers, shared by all units that include the same ones.
 *
 * <torch/torch.h> takes libclang seconds; precompiled without function bodies, a unit that uses it parses in a tenth of
 * one. A PCH is keyed by what makes it: the include lines, the flags that reach them, libclang's version. Beside it
 * lies a list of the files that it was made from; a stat of each tells whether it still holds. A seal (seal.c) tells
 * whether the PCH itself and what lies beside it are whole; it is written last. One process builds, others wait for its
 * lock; the finished file is renamed into place. Whatever fails: there is no PCH, the unit is parsed as it is.
 *
 * libtorch's is made in two steps, ATen and then the rest on top of it, for the sake of memory: libclang holds the
 * whole tree while it writes it (420 MB in one step, 260 MB in two). The list and the seal of the second include the
 * first, so one look tells of both. It names the first by its path: where a cache was moved to, both are made again. */
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

#define PCH_FORMAT     "8"            /* raise it when the way PCHs are made changes */
#define MAX_KEPT       32             /* PCHs kept, of 40 MB each; every other set of includes needs one of its own */
#define BAD_SECONDS    (24 * 60 * 60) /* how long a failure is remembered */
#define LEFT_SECONDS   (60 * 60)      /* age of a temporary file whose writer is surely gone */
#define USED_SECONDS   60             /* how exactly the time of the last use is kept */
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

/* Each of these brings in nearly all of libtorch, and ATen first. */
static const char *const torch_headers[] = {"<torch/torch.h>", "<torch/script.h>", "<torch/extension.h>"};
enum { TORCH_HEADERS = sizeof torch_headers / sizeof *torch_headers };
static const char aten_header[] = "#include <ATen/ATen.h>\n";

typedef struct paths {
  char *header, *pch, *list, *words, *seal, *bad, *lock;
  const char *text;         /* of the header: include lines */
  const struct paths *base; /* the PCH that this one stands on; NULL: on none */
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

static void make_key(const ck_fe_options *options, const ck_fe_flags *flags, const char *header, const paths *base,
                     char key[33]) {
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
  if (base) ck_strbuf_printf(&text, "%s\n", base->pch);
  ck_strbuf_puts(&text, header);
  ck_hash128_hex(text.s, text.n, key);
  ck_strbuf_release(&text);
}

static paths paths_of(const ck_fe_options *options, const ck_fe_flags *flags, const char *dir, const char *text,
                      const paths *base) {
  char key[33];
  make_key(options, flags, text, base, key);
  return (paths){.header = named(dir, key, ".hpp"),
                 .pch = named(dir, key, ".pch"),
                 .list = named(dir, key, ".list"),
                 .words = named(dir, key, ".words"),
                 .seal = named(dir, key, ".seal"),
                 .bad = named(dir, key, ".bad"),
                 .lock = named(dir, key, ".lock"),
                 .text = text,
                 .base = base};
}

static size_t sealed_files(const paths *p, const char *files[4]) {
  files[0] = p->pch, files[1] = p->words, files[2] = p->list;
  if (p->base) files[3] = p->base->pch;
  return p->base ? 4 : 3;
}

/* Is the PCH whole, and does each file of the list ("SIZE MTIME PATH" per line) still look as it did? */
static bool still_holds(const paths *p) {
  char *text;
  size_t size;
  const char *sealed[4];
  size_t n = sealed_files(p, sealed);
  if (!ck_fe_seal_holds(p->seal, sealed, n) || ck_read_file(p->list, MAX_LIST_BYTES, &text, &size, NULL) != CK_OK)
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

/* The file that remembers a failure: the operand of the include line to blame, or nothing, and the error. */
static void note_failure(const paths *p, const char *culprit, const char *error) {
  ck_strbuf text;
  ck_strbuf_init(&text);
  ck_strbuf_printf(&text, "%s\n%s\n", culprit ? culprit : "", error);
  ck_write_file(p->bad, text.s, text.n, NULL);
  ck_strbuf_release(&text);
}

/* The operand that note_failure() wrote, to be freed; NULL if there is none. */
static char *blamed(const paths *p) {
  char *text;
  size_t n;
  if (!failed_lately(p) || ck_read_file(p->bad, 1 << 20, &text, &n, NULL) != CK_OK) return NULL;
  text[strcspn(text, "\n")] = '\0';
  if (*text) return text;
  free(text);
  return NULL;
}

typedef struct {
  ck_strbuf list;
  ck_fe_strings files;
  ck_fe_strings standard; /* those of them that the bundle brings in; they belong to `files` */
  unsigned bundle_end;    /* its last line in the header; 0: it is not there */
} inclusions;

static void put_file(ck_strbuf *list, const char *path, const struct stat *st) {
  ck_strbuf_printf(list, "%lld %lld.%lld %s\n", (long long)st->st_size, (long long)st->st_mtim.tv_sec,
                   (long long)st->st_mtim.tv_nsec, path);
}

static void list_file(CXFile file, CXSourceLocation *stack, unsigned depth, CXClientData data) {
  inclusions *found = data;
  CXString real = clang_File_tryGetRealPathName(file);
  const char *path = clang_getCString(real);
  struct stat st;
  if (path && *path && stat(path, &st) == 0) {
    put_file(&found->list, path, &st);
    ck_vec_push(&found->files, ck_strdup(path));
    unsigned line = 0;
    if (depth > 0) clang_getFileLocation(stack[depth - 1], NULL, &line, NULL, NULL);
    if (line > 0 && line <= found->bundle_end) ck_vec_push(&found->standard, found->files.at[found->files.n - 1]);
  }
  clang_disposeString(real);
}

static unsigned count_lines(const char *text, const char *end) {
  unsigned n = 0;
  for (; text < end; text++) n += *text == '\n';
  return n;
}

/* What the base was made from, as its list has it, and the base itself. */
static bool list_base(const paths *base, const struct stat *st, inclusions *found) {
  char *text;
  size_t size;
  if (ck_read_file(base->list, MAX_LIST_BYTES, &text, &size, NULL) != CK_OK) return false;
  ck_strbuf_add(&found->list, text, size);
  put_file(&found->list, base->pch, st);
  char *save = NULL;
  for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
    const char *path = strchr(line, '/');
    if (path) ck_vec_push(&found->files, ck_strdup(path));
  }
  free(text);
  return true;
}

static bool same_file(const struct stat *a, const struct stat *b) {
  return a->st_ino == b->st_ino && a->st_size == b->st_size && a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
         a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
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

static CXTranslationUnit parse_header(CXIndex index, const ck_fe_options *options, const ck_fe_flags *flags,
                                      const paths *p) {
  CK_VEC(const char *) args = {0};
  static const char *const always[] = {"-xc++-header", "-w", "-ferror-limit=0", "-fno-spell-checking"};
  for (size_t i = 0; i < sizeof always / sizeof *always; i++) ck_vec_push(&args, always[i]);
  if (p->base) {
    const char *const based[] = {"-include-pch", p->base->pch, "-Xclang", "-fno-validate-pch"};
    for (size_t i = 0; i < sizeof based / sizeof *based; i++) ck_vec_push(&args, based[i]);
  }
  for (size_t i = 0; i < flags->at.n; i++) ck_vec_push(&args, flags->at.at[i]);
  ck_vec_push(&args, "-working-directory");
  ck_vec_push(&args, options->directory);
  unsigned how =
      CXTranslationUnit_ForSerialization | CXTranslationUnit_SkipFunctionBodies | CXTranslationUnit_Incomplete;
  CXTranslationUnit tu = NULL;
  bool ok = clang_parseTranslationUnit2(index, p->header, args.at, (int)args.n, NULL, 0, how, &tu) == CXError_Success;
  free(args.at);
  return ok ? tu : NULL;
}

/* Writes the PCH itself; what it was made from goes to *found. The tree is gone before anything else is done: this is
 * the step that takes memory. */
static bool write_pch(CXIndex index, const ck_fe_options *options, const ck_fe_flags *flags, const paths *p,
                      const char *temporary, inclusions *found) {
  CXTranslationUnit tu = parse_header(index, options, flags, p);
  if (!tu) return false;
  char *error, *culprit = ck_fe_culprit(tu, p->header, p->text, &error);
  if (error) note_failure(p, culprit, error);
  clang_getInclusions(tu, list_file, found);
  bool ok = !error && save(tu, temporary) && rename(temporary, p->pch) == 0;
  clang_disposeTranslationUnit(tu);
  free(error);
  free(culprit);
  return ok;
}

static bool build(CXIndex index, const ck_fe_options *options, const ck_fe_flags *flags, const paths *p) {
  inclusions found = {0};
  ck_strbuf_init(&found.list);
  const char *bundle = strstr(p->text, standard_bundle);
  if (bundle) found.bundle_end = count_lines(p->text, bundle + strlen(standard_bundle));
  struct stat base = {0}, base_now = {0};
  bool ok = ck_write_file(p->header, p->text, strlen(p->text), NULL) == CK_OK &&
            (!p->base || (stat(p->base->pch, &base) == 0 && list_base(p->base, &base, &found)));
  ck_strbuf temporary;
  ck_strbuf_init(&temporary);
  ck_strbuf_printf(&temporary, "%s.tmp.%ld", p->pch, (long)getpid());
  const char *sealed[4];
  size_t n = sealed_files(p, sealed);
  ok = ok && write_pch(index, options, flags, p, temporary.s, &found) &&
       ck_fe_write_words(p->words, &found.files, &found.standard) &&
       ck_write_file(p->list, found.list.s, found.list.n, NULL) == CK_OK && ck_fe_seal(p->seal, sealed, n) &&
       (!p->base || (stat(p->base->pch, &base_now) == 0 && same_file(&base, &base_now)));
  if (!ok) {
    unlink(temporary.s);
    unlink(p->pch); /* 70 MB that nothing would use: the disk is full, most likely */
  }
  ck_strbuf_release(&temporary);
  ck_strbuf_release(&found.list);
  for (size_t i = 0; i < found.files.n; i++) free(found.files.at[i]);
  free(found.files.at);
  free(found.standard.at);
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

static bool is_torch_header(const char *operand) {
  for (size_t i = 0; i < TORCH_HEADERS; i++)
    if (!strcmp(operand, torch_headers[i])) return true;
  return false;
}

static bool includes_header(const ck_fe_strings *includes, const char *operand) {
  for (size_t i = 0; i < includes->n; i++)
    if (!strcmp(includes->at[i], operand)) return true;
  return false;
}

/* The include lines, brought to one form so that units share: <torch/torch.h> brings in nearly all of torch/, ATen/ and
 * c10/, and what is small (headers of C) is cheap to leave to the unit. */
static void add_headers(ck_strbuf *out, const ck_fe_strings *includes) {
  static const char *const covered[] = {"torch/", "ATen/", "c10/"};
  for (size_t i = 0; i < TORCH_HEADERS; i++)
    if (includes_header(includes, torch_headers[i])) ck_strbuf_printf(out, "#include %s\n", torch_headers[i]);
  bool torch = includes_header(includes, torch_headers[0]);
  for (size_t i = 0; i < includes->n; i++) {
    const char *operand = includes->at[i];
    bool skip = ck_fe_is_standard_header(operand) || !strchr(operand, '/') || is_torch_header(operand);
    for (size_t k = 0; k < sizeof covered / sizeof *covered && torch; k++)
      skip |= ck_starts_with(operand + 1, covered[k]);
    if (!skip) ck_strbuf_printf(out, "#include %s\n", operand);
  }
}

/* The list's time is that of the last use, to the hour. */
static void note_use(const paths *p) {
  struct stat st;
  if (stat(p->list, &st) == 0 && st.st_mtime + USED_SECONDS < time(NULL)) utimensat(AT_FDCWD, p->list, NULL, 0);
  if (p->base) note_use(p->base);
}

static bool ensure(CXIndex index, const ck_fe_options *options, const ck_fe_flags *flags, const paths *p) {
  if (still_holds(p)) {
    note_use(p);
    return true;
  }
  if (failed_lately(p)) return false;
  int lock = open(p->lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return false;
  bool ok = flock(lock, LOCK_EX) == 0 &&
            (still_holds(p) || (!failed_lately(p) && (!p->base || ensure(index, options, flags, p->base)) &&
                                build(index, options, flags, p)));
  close(lock);
  return ok;
}

/* Makes the PCH, if need be. */
static bool provide(CXIndex index, const ck_fe_options *options, const ck_fe_flags *flags, const char *dir,
                    const paths *p) {
  bool was_there = ck_file_exists(p->seal), ok = ensure(index, options, flags, p);
  if (!was_there) {
    sweep(dir);
    prune(dir, ck_path_base(p->seal));
  }
  return ok;
}

static bool has_line(const ck_strbuf *lines, const char *line) {
  const char *found = lines->n > 0 ? strstr(lines->s, line) : NULL;
  return found && found[strlen(line)] == '\n' && found[-1] == ' '; /* after "#define" */
}

typedef enum { AS_IT_IS, WITH_LINES, NOT_AT_ALL } verdict;

/* How many of the macros stand before a header that is not the C++ library's. */
static size_t before_others(const ck_fe_includes *includes) {
  for (size_t i = includes->operands.n; i > 0; i--)
    if (!ck_fe_is_standard_header(includes->operands.at[i - 1])) return includes->preceding.at[i - 1];
  return 0;
}

/* Would the unit's macros change what the PCH holds? Those that would, and can stand at its start, are added to the
 * `lines` that stand there. Of one that cannot, its index goes to *fault. */
static verdict judge(const paths *p, const ck_fe_includes *includes, ck_strbuf *lines, size_t *fault) {
  verdict result = AS_IT_IS;
  size_t others = before_others(includes);
  for (size_t i = 0; i < includes->macros.n; i++) {
    const char *name = includes->macros.at[i], *line = includes->lines.at[i];
    bool standard = i >= others;
    if ((line && has_line(lines, line)) ||
        !ck_fe_words_mention(standard && p->base ? p->base->words : p->words, name, standard))
      continue;
    if (!line) {
      *fault = i;
      return NOT_AT_ALL;
    }
    ck_strbuf_printf(lines, "#define %s\n", line);
    result = WITH_LINES;
  }
  return result;
}

/* The PCH of all include lines, and with them the standard headers, so that many units share it. `lines` stand before
 * them; what the unit's macros ask for is added there. */
static verdict shared_pch(CXIndex index, const ck_fe_options *options, const ck_fe_flags *flags, const char *dir,
                          const ck_fe_includes *includes, ck_strbuf *lines, size_t *fault, char **out, char **culprit) {
  ck_strbuf standard, rest;
  ck_strbuf_init(&standard);
  ck_strbuf_init(&rest);
  bool two_steps = false;
  ck_strbuf_add(&standard, lines->s, lines->n);
  ck_strbuf_puts(&standard, standard_bundle);
  for (size_t i = 0; i < includes->operands.n; i++) two_steps |= is_torch_header(includes->operands.at[i]);
  if (two_steps) ck_strbuf_puts(&standard, aten_header);
  add_headers(two_steps ? &rest : &standard, &includes->operands);
  paths first = paths_of(options, flags, dir, standard.s, NULL), second = {0};
  if (two_steps) second = paths_of(options, flags, dir, rest.s, &first);
  const paths *last = two_steps ? &second : &first;
  bool ok = provide(index, options, flags, dir, last);
  verdict result = ok ? judge(last, includes, lines, fault) : NOT_AT_ALL;
  *out = result == AS_IT_IS ? ck_strdup(last->pch) : NULL;
  *culprit = ok ? NULL : blamed(last);
  release_paths(&first);
  release_paths(&second);
  ck_strbuf_release(&standard);
  ck_strbuf_release(&rest);
  return result;
}

/* The PCH of just those include lines that none of the unit's macros precedes. */
static char *own_pch(CXIndex index, const ck_fe_options *options, const ck_fe_flags *flags, const char *dir,
                     const ck_fe_includes *includes) {
  ck_strbuf text;
  ck_strbuf_init(&text);
  bool torch = false;
  for (size_t i = 0; i < includes->operands.n && !includes->preceding.at[i]; i++) {
    ck_strbuf_printf(&text, "#include %s\n", includes->operands.at[i]);
    torch |= is_torch_header(includes->operands.at[i]);
  }
  paths first = {0};
  if (torch) first = paths_of(options, flags, dir, aten_header, NULL);
  paths p = paths_of(options, flags, dir, text.s, torch ? &first : NULL);
  char *result = text.n > 0 && provide(index, options, flags, dir, &p) ? ck_strdup(p.pch) : NULL;
  release_paths(&first);
  release_paths(&p);
  ck_strbuf_release(&text);
  return result;
}

/* Takes the include line out that does not compile; what <torch/extension.h> holds beside Python's headers comes by
 * another name. false: it is none of them. */
static bool leave_out(ck_fe_includes *part, const char *culprit) {
  const char *torch = torch_headers[0];
  for (size_t i = 0; i < part->operands.n; i++) {
    if (strcmp(part->operands.at[i], culprit) != 0) continue;
    if (!strcmp(culprit, "<torch/extension.h>") && !includes_header(&part->operands, torch)) {
      part->operands.at[i] = (char *)torch; /* read only here */
      return true;
    }
    part->operands.n--;
    for (size_t k = i; k < part->operands.n; k++) {
      part->operands.at[k] = part->operands.at[k + 1];
      part->preceding.at[k] = part->preceding.at[k + 1];
    }
    return true;
  }
  return false;
}

/* The PCH of as many of the include lines, from the first on, as the unit's macros leave as they are: where one that
 * stands between two of them may change the second, the PCH ends before it. Lines that do not compile are left out.
 * NULL: of none. */
static char *longest_pch(CXIndex index, const ck_fe_options *options, const ck_fe_flags *flags, const char *dir,
                         const ck_fe_includes *includes) {
  ck_fe_includes part = *includes; /* some of the operands, and all macros: the standard headers stand before them */
  memset(&part.operands, 0, sizeof part.operands);
  memset(&part.preceding, 0, sizeof part.preceding);
  for (size_t i = 0; i < includes->operands.n; i++) {
    ck_vec_push(&part.operands, includes->operands.at[i]);
    ck_vec_push(&part.preceding, includes->preceding.at[i]);
  }
  char *result = NULL;
  ck_strbuf lines;
  ck_strbuf_init(&lines);
  while (part.operands.n > 0) {
    size_t fault = SIZE_MAX, n = part.operands.n;
    char *culprit;
    verdict found = shared_pch(index, options, flags, dir, &part, &lines, &fault, &result, &culprit);
    if (culprit != NULL) {
      bool again = leave_out(&part, culprit);
      free(culprit);
      if (again) continue;
      break;
    }
    if (found == WITH_LINES)
      found = shared_pch(index, options, flags, dir, &part, &lines, &fault, &result, &culprit), free(culprit);
    if (found != NOT_AT_ALL || fault == SIZE_MAX) break;
    while (part.operands.n > 0 && part.preceding.at[part.operands.n - 1] > fault) part.operands.n--;
    if (part.operands.n == n) break; /* it changes the standard headers */
  }
  ck_strbuf_release(&lines);
  free(part.operands.at);
  free(part.preceding.at);
  return result;
}

char *ck_fe_pch(CXIndex index, const ck_fe_options *options, const ck_fe_flags *flags, const ck_fe_includes *includes) {
  if (!options->use_pch || !options->cache_dir || !includes->operands.n) return NULL;
  char *result = NULL, *dir = ck_path_join(options->cache_dir, "pch");
  ck_arena arena;
  ck_arena_init(&arena);
  ck_fe_flags relevant = {0};
  if (ck_make_directories(dir, NULL) == CK_OK && ck_is_private_folder(dir)) { /* or a stranger could forge one */
    char *real = realpath(dir, NULL); /* a PCH that stands on another one names it */
    const char *folder = real ? real : dir;
    ck_fe_header_flags(&arena, flags, options->directory, &relevant);
    result = longest_pch(index, options, &relevant, folder, includes);
    if (!result && includes->macros.n) result = own_pch(index, options, &relevant, folder, includes);
    free(real);
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
