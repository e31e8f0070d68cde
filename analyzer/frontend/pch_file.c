/* pch_file.c - one precompiled header on disk: its key, what lies beside it, who makes it, when it goes.
 *
 * It is keyed by what makes it: the include lines, the flags that reach them, libclang's version. Beside it lies a list
 * of the files that it was made from; a stat of each tells whether it still holds. A seal (seal.c) tells whether the
 * PCH itself and what lies beside it are whole; it is written last. One process builds, others wait for its lock; the
 * finished file is renamed into place. Whatever fails: there is no PCH.
 *
 * One may stand on another one. Its list and its seal include those below, so one look tells of all. It names these by
 * their paths: where a cache was moved to, all are made again. */
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
#include "frontend/pch_int.h"

#define PCH_FORMAT   "8"            /* raise it when the way PCHs are made changes */
#define MAX_KEPT     32             /* PCHs kept, of 40 MB each; every other set of includes needs one of its own */
#define BAD_SECONDS  (24 * 60 * 60) /* how long a failure is remembered */
#define LEFT_SECONDS (60 * 60)      /* age of a temporary file whose writer is surely gone */
#define USED_SECONDS 60             /* how exactly the time of the last use is kept */

static char *named(const char *dir, const char *key, const char *suffix) {
  char name[64];
  snprintf(name, sizeof name, "%s%s", key, suffix);
  return ck_path_join(dir, name);
}

void ck_fe_release_pch_file(ck_fe_pch_file *p) {
  free(p->header);
  free(p->pch);
  free(p->list);
  free(p->seal);
  free(p->bad);
  free(p->words);
  free(p->lock);
}

static void make_key(const ck_fe_options *options, const ck_fe_flags *flags, const char *header,
                     const ck_fe_pch_file *base, char key[33]) {
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

ck_fe_pch_file ck_fe_pch_file_of(const ck_fe_pch_maker *maker, const ck_fe_flags *flags, const char *text,
                                 const ck_fe_pch_file *base) {
  const char *dir = maker->dir;
  char key[33];
  make_key(maker->options, flags, text, base, key);
  return (ck_fe_pch_file){.header = named(dir, key, ".hpp"),
                          .pch = named(dir, key, ".pch"),
                          .list = named(dir, key, ".list"),
                          .words = named(dir, key, ".words"),
                          .seal = named(dir, key, ".seal"),
                          .bad = named(dir, key, ".bad"),
                          .lock = named(dir, key, ".lock"),
                          .text = text,
                          .flags = flags,
                          .base = base};
}

/* What is under one seal: the PCH with what lies beside it, and those that it stands on. */
enum { MAX_SEALED = 8 };

static size_t sealed_files(const ck_fe_pch_file *p, const char *files[MAX_SEALED]) {
  size_t n = 0;
  files[n++] = p->pch, files[n++] = p->words, files[n++] = p->list;
  for (const ck_fe_pch_file *base = p->base; base && n < MAX_SEALED; base = base->base) files[n++] = base->pch;
  return n;
}

/* Is the PCH whole, and does each file of the list ("SIZE MTIME PATH" per line) still look as it did? */
static bool still_holds(const ck_fe_pch_file *p) {
  char *text;
  size_t size;
  const char *sealed[MAX_SEALED];
  size_t n = sealed_files(p, sealed);
  if (!ck_fe_seal_holds(p->seal, sealed, n) || ck_read_file(p->list, CK_FE_MAX_LIST_BYTES, &text, &size, NULL) != CK_OK)
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

static bool failed_lately(const ck_fe_pch_file *p) {
  struct stat st;
  time_t now = time(NULL);
  return stat(p->bad, &st) == 0 && st.st_mtime <= now && st.st_mtime + BAD_SECONDS > now;
}

/* The file that remembers a failure: the operand of the include line to blame, or nothing, and the error. */
static void note_failure(const ck_fe_pch_file *p, const char *culprit, const char *error) {
  ck_strbuf text;
  ck_strbuf_init(&text);
  ck_strbuf_printf(&text, "%s\n%s\n", culprit ? culprit : "", error);
  ck_write_file(p->bad, text.s, text.n, NULL);
  ck_strbuf_release(&text);
}

/* The operand that note_failure() wrote. */
char *ck_fe_blamed(const ck_fe_pch_file *p) {
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
  unsigned bundle_end;
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

/* What the base was made from, as its list has it, and the base itself. */
static bool list_base(const ck_fe_pch_file *base, const struct stat *st, inclusions *found) {
  char *text;
  size_t size;
  if (ck_read_file(base->list, CK_FE_MAX_LIST_BYTES, &text, &size, NULL) != CK_OK) return false;
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

static CXTranslationUnit parse_header(const ck_fe_pch_maker *maker, const ck_fe_pch_file *p) {
  CK_VEC(const char *) args = {0};
  static const char *const always[] = {"-xc++-header", "-w", "-ferror-limit=0", "-fno-spell-checking"};
  for (size_t i = 0; i < sizeof always / sizeof *always; i++) ck_vec_push(&args, always[i]);
  if (p->base) {
    const char *const based[] = {"-include-pch", p->base->pch, "-Xclang", "-fno-validate-pch"};
    for (size_t i = 0; i < sizeof based / sizeof *based; i++) ck_vec_push(&args, based[i]);
  }
  for (size_t i = 0; i < p->flags->at.n; i++) ck_vec_push(&args, p->flags->at.at[i]);
  ck_vec_push(&args, "-working-directory");
  ck_vec_push(&args, maker->options->directory);
  unsigned how =
      CXTranslationUnit_ForSerialization | CXTranslationUnit_SkipFunctionBodies | CXTranslationUnit_Incomplete;
  CXTranslationUnit tu = NULL;
  bool ok =
      clang_parseTranslationUnit2(maker->index, p->header, args.at, (int)args.n, NULL, 0, how, &tu) == CXError_Success;
  free(args.at);
  return ok ? tu : NULL;
}

/* Writes the PCH itself; what it was made from goes to *found. The tree is gone before anything else is done: this is
 * the step that takes memory. */
static bool write_pch(const ck_fe_pch_maker *maker, const ck_fe_pch_file *p, const char *temporary, inclusions *found) {
  CXTranslationUnit tu = parse_header(maker, p);
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

static bool build(const ck_fe_pch_maker *maker, const ck_fe_pch_file *p) {
  inclusions found = {.bundle_end = p->bundle_end};
  ck_strbuf_init(&found.list);
  struct stat base = {0}, base_now = {0};
  bool ok = ck_write_file(p->header, p->text, strlen(p->text), NULL) == CK_OK &&
            (!p->base || (stat(p->base->pch, &base) == 0 && list_base(p->base, &base, &found)));
  size_t below = p->apart ? found.files.n : 0;
  ck_strbuf temporary;
  ck_strbuf_init(&temporary);
  ck_strbuf_printf(&temporary, "%s.tmp.%ld", p->pch, (long)getpid());
  const char *sealed[MAX_SEALED];
  size_t n = sealed_files(p, sealed);
  ok = ok && write_pch(maker, p, temporary.s, &found);
  ck_fe_strings worded = {.at = found.files.at + below, .n = found.files.n - below};
  ok = ok && ck_fe_write_words(p->words, &worded, &found.standard) &&
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

/* The list's time is that of the last use, to the hour. */
static void note_use(const ck_fe_pch_file *p) {
  struct stat st;
  if (stat(p->list, &st) == 0 && st.st_mtime + USED_SECONDS < time(NULL)) utimensat(AT_FDCWD, p->list, NULL, 0);
  if (p->base) note_use(p->base);
}

static bool ensure(const ck_fe_pch_maker *maker, const ck_fe_pch_file *p) {
  if (still_holds(p)) {
    note_use(p);
    return true;
  }
  if (failed_lately(p)) return false;
  int lock = open(p->lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return false;
  bool ok = flock(lock, LOCK_EX) == 0 &&
            (still_holds(p) || (!failed_lately(p) && (!p->base || ensure(maker, p->base)) && build(maker, p)));
  close(lock);
  return ok;
}

bool ck_fe_provide_pch(const ck_fe_pch_maker *maker, const ck_fe_pch_file *p) {
  bool was_there = ck_file_exists(p->seal), ok = ensure(maker, p);
  if (!was_there) {
    sweep(maker->dir);
    prune(maker->dir, ck_path_base(p->seal));
  }
  return ok;
}
