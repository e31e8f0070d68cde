/* cache.c - units by what they are made of, so that an unchanged one costs some calls of stat and no process.
 *
 * An entry's name is a hash of all that decides what the unit is besides the content of files: the command, the front
 * end and its libclang, the environment that compilers read, the format's version. The unit lists what it was made
 * from; the entry is good while all of that holds:
 * - a file that was read has the size and time that it had, or else the same content. The time is that of the last
 *   change of any kind (ctime), which nothing can set back. One so young that the file may change again without a new
 *   one is not kept: such a file is compared by content until it has aged.
 * - a file that would have been read instead, had it been there, is still not there: a header of the same name earlier
 *   in the search path, one that was not found at all. These are dependencies with ABSENT for a size.
 * Nothing depends on clocks that agree. Damage, a full disk: there is no entry, no more. An entry says what a unit is,
 * so a folder that another user can write to is not used: who put a unit there could hide what it loads. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "cli/cli.h"

enum {
  MAX_UNIT = 512 * 1024 * 1024,       /* bytes of an entry */
  MAX_CACHE_MIB = 1024,               /* a folder's entries; beyond, the oldest go until three quarters are left */
  MAX_DEPENDENCY = 256 * 1024 * 1024, /* bytes of a source file */
  PRUNE_SECONDS = 10 * 60,            /* how often the size is looked at */
  LEFT_OVER_SECONDS = 60 * 60,        /* age of a temporary file whose writer is surely gone */
  USE_SECONDS = 60 * 60,              /* how exactly the time of the last use is kept */
  MAX_ABSENT = 4000,                  /* files per unit that must not appear */
  ABSENT = -1,                        /* a dependency's size: the file must not be there */
};
#define YOUNG_NS ((int64_t)2000000000) /* file systems count in steps of up to two seconds */

/* --- Places ------------------------------------------------------------------------------------------------------- */

/* The front end's folder of PCHs is the same one (ckptlint-frontend --cache-dir). */
const char *cache_root(const cli_options *o, ck_arena *arena) {
  if (o->no_cache) return NULL;
  if (o->cache_dir != NULL) return o->cache_dir;
  const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
  if (xdg != NULL && xdg[0] == '/') return ck_path_joined(arena, xdg, "ckptlint");
  return home != NULL && home[0] == '/' ? ck_path_joined(arena, home, ".cache/ckptlint") : NULL;
}

const char *cache_folder(const cli_options *o, const char *name, ck_arena *arena) {
  const char *root = cache_root(o, arena);
  if (root == NULL) return NULL;
  const char *folder = ck_path_joined(arena, root, name);
  return ck_make_directories(folder, NULL) == CK_OK && ck_is_private_folder(folder) ? folder : NULL;
}

static void put_stamp(ck_strbuf *b, const char *path) {
  struct stat s = {0};
  if (path[0] != '\0' && stat(path, &s) != 0) s = (struct stat){0};
  ck_strbuf_printf(b, "%s%c%lld%c%lld.%ld%c", path, 0, (long long)s.st_size, 0, (long long)s.st_mtim.tv_sec,
                   s.st_mtim.tv_nsec, 0);
}

const char *cache_entry(const cli_options *o, const cli_command *c, const char *frontend, ck_arena *arena) {
  /* folders that compilers search besides those of the command */
  static const char *const environment[] = {"CPATH", "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH", "SDKROOT"};
  const char *folder = c->content == NULL ? cache_folder(o, "units", arena) : NULL;
  if (folder == NULL) return NULL;
  ck_strbuf b;
  ck_strbuf_init(&b);
  ck_strbuf_printf(&b, "%s%c%u%c", CKPTLINT_VERSION, 0, CK_IR_VERSION, 0);
  put_stamp(&b, frontend);
  put_stamp(&b, CKPTLINT_LIBCLANG);
  for (size_t i = 0; i < sizeof environment / sizeof *environment; i++) {
    const char *value = getenv(environment[i]);
    ck_strbuf_printf(&b, "%s%c", value != NULL ? value : "", 0);
  }
  ck_strbuf_printf(&b, "%s%c%s%c%s%c%s%c", c->file, 0, c->directory, 0, c->object, 0,
                   o->expression != NULL ? o->expression : "", 0);
  for (size_t i = 0; i < c->nflags; i++) {
    ck_strbuf_puts(&b, c->flags[i]);
    ck_strbuf_putc(&b, '\0');
  }
  char hex[33];
  ck_hash128_hex(b.s, b.n, hex);
  ck_strbuf_release(&b);
  return ck_path_joined(arena, folder, ck_arena_printf(arena, "%s.unit", hex));
}

/* --- Dependencies --------------------------------------------------------------------------------------------- */

typedef enum { FRESH, TOUCHED, STALE } freshness;

static int64_t nanoseconds(struct timespec t) { return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec; }

/* The time to remember of a file: 0, which no file has, if it may change again within its clock's step. */
static int64_t settled_time(int64_t changed) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return changed > nanoseconds(now) - YOUNG_NS ? 0 : changed;
}

static bool has_hash(const ck_ir_dependency *d) { return d->hash != NULL && d->hash[0] != '\0'; }

static bool same_content(const char *path, const ck_ir_dependency *d) {
  char *bytes, hex[33];
  size_t n;
  if (ck_read_file(path, MAX_DEPENDENCY, &bytes, &n, NULL) != CK_OK) return false;
  ck_hash128_hex(bytes, n, hex);
  free(bytes);
  return strcmp(hex, d->hash) == 0;
}

static freshness check_dependency(ck_ir_dependency *d, const char *directory, ck_arena *arena) {
  const char *path = d->path[0] == '/' ? d->path : ck_path_joined(arena, directory, d->path);
  struct stat s;
  if (stat(path, &s) != 0) return d->size == ABSENT ? FRESH : STALE;
  if (d->size == ABSENT || s.st_size != d->size) return STALE;
  if (!has_hash(d)) return nanoseconds(s.st_mtim) == d->mtime_ns ? FRESH : STALE; /* a library's */
  int64_t changed = nanoseconds(s.st_ctim);
  if (changed == d->mtime_ns) return FRESH;
  if (!same_content(path, d)) return STALE;
  changed = settled_time(changed);
  if (changed == d->mtime_ns) return FRESH;
  d->mtime_ns = changed;
  return TOUCHED;
}

/* --- What must not appear ------------------------------------------------------------------------------------- */

typedef struct {
  ck_ir_unit *unit;
  CK_VEC(const char *) folders; /* of -I and its kin, in the order of the command */
  CK_VEC(ck_ir_dependency) all;
  size_t absent;
} shadows;

static void add_absent(shadows *s, const char *folder, const char *name) {
  char *path = ck_path_join(folder, name);
  if (s->absent < MAX_ABSENT && access(path, F_OK) != 0) {
    ck_vec_push(&s->all, (ck_ir_dependency){ck_ir_intern(s->unit, path), ABSENT, 0, ""});
    s->absent++;
  }
  free(path);
}

static void find_folders(shadows *s, const cli_command *c, ck_arena *arena) {
  static const char *const options[] = {"-I", "-iquote", "-isystem", "-idirafter"};
  for (size_t i = 0; i < c->nflags; i++)
    for (size_t k = 0; k < sizeof options / sizeof *options; k++) {
      size_t n = strlen(options[k]);
      if (strncmp(c->flags[i], options[k], n) != 0) continue;
      const char *folder = c->flags[i][n] != '\0' ? c->flags[i] + n : i + 1 < c->nflags ? c->flags[++i] : NULL;
      if (folder != NULL)
        ck_vec_push(&s->folders, database_normal_path(arena, ck_path_joined(arena, c->directory, folder)));
      break;
    }
}

/* A file that was found below a folder of the search path is hidden by one of the same name below an earlier folder, or
 * beside the source. Which #include found it is not known; a file that appears in vain costs one run too many. */
static void add_shadows_of(shadows *s, const char *path, const char *beside) {
  for (size_t i = 0; i < s->folders.n; i++) {
    size_t n = strlen(s->folders.at[i]);
    if (strncmp(path, s->folders.at[i], n) != 0 || path[n] != '/') continue;
    add_absent(s, beside, path + n + 1);
    for (size_t k = 0; k < i; k++) add_absent(s, s->folders.at[k], path + n + 1);
  }
}

/* "'net.h' file not found": wherever it may appear. */
static void add_missing(shadows *s, const char *note, const char *beside) {
  const char *end = strstr(note, "' file not found"), *begin = end;
  while (begin != NULL && begin > note && begin[-1] != '\'') begin--;
  if (begin == NULL || begin == note) return;
  char *name = strndup(begin, (size_t)(end - begin));
  add_absent(s, beside, name);
  for (size_t i = 0; i < s->folders.n; i++) add_absent(s, s->folders.at[i], name);
  free(name);
}

/* Brings the dependencies of a new unit into the form that the head of this file describes. */
static void settle_dependencies(ck_ir_unit *unit, const cli_command *c, ck_arena *arena) {
  shadows s = {.unit = unit};
  char *beside = ck_path_dir(c->file);
  find_folders(&s, c, arena);
  for (size_t i = 0; i < unit->dependency_count; i++) {
    ck_ir_dependency d = unit->dependencies[i];
    struct stat st;
    if (has_hash(&d)) d.mtime_ns = stat(d.path, &st) == 0 ? settled_time(nanoseconds(st.st_ctim)) : 0;
    ck_vec_push(&s.all, d);
    add_shadows_of(&s, d.path, beside);
  }
  for (size_t i = 0; i < unit->note_count; i++) add_missing(&s, unit->notes[i].text, beside);
  unit->dependencies = CK_NEW_N(&unit->arena, ck_ir_dependency, s.all.n + 1);
  for (size_t i = 0; i < s.all.n; i++) unit->dependencies[i] = s.all.at[i];
  unit->dependency_count = s.all.n;
  free(beside);
  free(s.all.at);
  free(s.folders.at);
}

/* --- Entries -------------------------------------------------------------------------------------------------- */

static void write_unit(const char *path, const ck_ir_unit *unit) {
  ck_strbuf bytes;
  ck_strbuf_init(&bytes);
  ck_ir_write_binary(unit, &bytes);
  ck_write_file(path, bytes.s, bytes.n, NULL);
  ck_strbuf_release(&bytes);
}

static ck_ir_unit *load_unit(const char *path) {
  ck_mapping map;
  if (ck_map_file(path, &map, NULL) != CK_OK) return NULL;
  ck_ir_unit *unit = NULL;
  ck_status status = map.size <= MAX_UNIT ? ck_ir_read_binary(map.bytes, map.size, &unit, NULL) : CK_LIMIT;
  ck_unmap_file(&map);
  return status == CK_OK ? unit : NULL;
}

/* The time of an entry is that of its last use, roughly: what is pruned first is what nobody asks for. */
static void note_use(const char *path) {
  struct stat s;
  if (stat(path, &s) != 0) return;
  time_t age = time(NULL) - s.st_mtime;
  if (age > USE_SECONDS || age < 0) utimensat(AT_FDCWD, path, NULL, 0);
}

ck_ir_unit *cache_read(const char *path, ck_arena *arena) {
  ck_ir_unit *unit = load_unit(path);
  if (unit == NULL) return NULL;
  freshness all = unit->dependency_count == 0 ? STALE : FRESH;
  for (size_t i = 0; i < unit->dependency_count && all != STALE; i++) {
    freshness one = check_dependency(&unit->dependencies[i], unit->directory, arena);
    if (one > all) all = one;
  }
  if (all == STALE) {
    ck_ir_unit_free(unit);
    return NULL;
  }
  if (all == TOUCHED) write_unit(path, unit); /* newer times: the next run need not read the files */
  else note_use(path);
  return unit;
}

void cache_write(const char *path, ck_ir_unit *unit, const cli_command *c, ck_arena *arena) {
  settle_dependencies(unit, c, arena);
  write_unit(path, unit);
}

bool cli_cached_unit_reads(const cli_options *o, const cli_command *c, const char *file, ck_arena *arena) {
  const char *frontend = cli_frontend(arena), *path = frontend != NULL ? cache_entry(o, c, frontend, arena) : NULL;
  ck_ir_unit *unit = path != NULL ? load_unit(path) : NULL;
  bool reads = false;
  for (size_t i = 0; unit != NULL && i < unit->dependency_count && !reads; i++)
    reads = unit->dependencies[i].size != ABSENT && strcmp(unit->dependencies[i].path, file) == 0;
  ck_ir_unit_free(unit);
  return reads;
}

/* --- One maker per entry --------------------------------------------------------------------------------------------
 *
 * A byte of one lock file stands for each entry: nothing is left behind when a process dies. */

int cache_lock(const char *path) {
  ck_strbuf name;
  ck_strbuf_init(&name);
  char *folder = ck_path_dir(path);
  ck_strbuf_printf(&name, "%s/.lock", folder);
  int fd = open(name.s, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  struct flock lock = {
      .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = (off_t)(ck_hash64(path, strlen(path), 0) >> 2), .l_len = 1};
  while (fd >= 0 && fcntl(fd, F_OFD_SETLKW, &lock) != 0) {
    if (errno == EINTR) continue;
    close(fd);
    fd = -1;
  }
  free(folder);
  ck_strbuf_release(&name);
  return fd;
}

/* --- Size ----------------------------------------------------------------------------------------------------- */

typedef struct {
  char *path;
  int64_t mtime, size;
} cached;

static int oldest_first(const void *a, const void *b) {
  const cached *x = a, *y = b;
  return x->mtime < y->mtime ? -1 : x->mtime > y->mtime;
}

static int64_t limit_bytes(void) {
  const char *given = getenv("CKPTLINT_CACHE_MIB");
  long mib = given != NULL ? strtol(given, NULL, 10) : 0;
  return (int64_t)(mib > 0 && mib < 1024 * 1024 ? mib : MAX_CACHE_MIB) << 20;
}

/* What a process that was killed while it wrote has left. */
static bool is_left_over(const char *name, const struct stat *s) {
  return strstr(name, ".tmp.") != NULL && s->st_mtime + LEFT_OVER_SECONDS < time(NULL);
}

/* Files of one folder; *total is their size. The caller's to free. */
static cached *list_folder(const char *folder, bool sweep, size_t *n, int64_t *total) {
  DIR *dir = opendir(folder);
  CK_VEC(cached) all = {0};
  const struct dirent *entry;
  while (dir != NULL && (entry = readdir(dir)) != NULL) {
    struct stat s;
    char *path = ck_path_join(folder, entry->d_name);
    bool counts = entry->d_name[0] != '.' && lstat(path, &s) == 0 && S_ISREG(s.st_mode);
    if (counts && sweep && is_left_over(entry->d_name, &s)) counts = unlink(path) != 0;
    if (!counts) {
      free(path);
      continue;
    }
    ck_vec_push(&all, (cached){path, (int64_t)s.st_mtim.tv_sec, (int64_t)s.st_size});
    *total += s.st_size;
  }
  if (dir != NULL) closedir(dir);
  *n = all.n;
  return all.at;
}

static void prune_folder(const char *folder, int64_t bound) {
  size_t n = 0;
  int64_t total = 0;
  cached *all = list_folder(folder, true, &n, &total);
  if (total > bound) qsort(all, n, sizeof *all, oldest_first);
  int64_t goal = total > bound ? bound / 4 * 3 : bound;
  for (size_t i = 0; i < n; i++) {
    if (total > goal && unlink(all[i].path) == 0) total -= all[i].size;
    free(all[i].path);
  }
  free(all);
}

/* The folders that this program fills; that of PCHs is the front end's, which keeps the last few. */
static const struct {
  const char *name, *holds;
} folders[] = {{"units", "units"}, {"objects", "records of objects"}, {"steps", "records of build steps"}};

void cache_prune(const cli_options *o) {
  ck_arena arena;
  ck_arena_init(&arena);
  const char *root = cache_root(o, &arena), *stamp = root != NULL ? ck_path_joined(&arena, root, ".pruned") : NULL;
  struct stat s;
  time_t now = time(NULL);
  bool lately = stamp != NULL && stat(stamp, &s) == 0 && s.st_mtime <= now && s.st_mtime + PRUNE_SECONDS > now;
  if (stamp != NULL && (!lately || getenv("CKPTLINT_CACHE_MIB") != NULL)) {
    ck_write_file(stamp, "", 0, NULL);
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
      prune_folder(ck_path_joined(&arena, root, folders[i].name), limit_bytes() / (i == 0 ? 1 : 8));
  }
  ck_arena_release(&arena);
}

/* --- `ckptlint cache` ----------------------------------------------------------------------------------------- */

static void print_folder(const char *folder, const char *holds, int64_t bound) {
  size_t n = 0;
  int64_t total = 0;
  cached *all = list_folder(folder, false, &n, &total);
  for (size_t i = 0; i < n; i++) free(all[i].path);
  free(all);
  printf("  %-26s %8zu files %9.1f MiB", holds, n, (double)total / (1024 * 1024));
  if (bound > 0) printf(" of %lld", (long long)(bound >> 20));
  putchar('\n');
}

static size_t clear_folder(const char *folder) {
  size_t n = 0, removed = 0;
  int64_t total = 0;
  cached *all = list_folder(folder, false, &n, &total);
  for (size_t i = 0; i < n; i++) {
    removed += unlink(all[i].path) == 0;
    free(all[i].path);
  }
  free(all);
  return removed;
}

static int run_cache(const cli_options *o, const char *what, const char *root, ck_arena *arena) {
  if (strcmp(what, "path") == 0) {
    puts(root);
    return CK_EXIT_OK;
  }
  if (strcmp(what, "stats") == 0) {
    printf("%s%s\n", root, ck_is_directory(root) ? "" : " (not there yet)");
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
      print_folder(ck_path_joined(arena, root, folders[i].name), folders[i].holds, limit_bytes() / (i == 0 ? 1 : 8));
    print_folder(ck_path_joined(arena, root, "pch"), "precompiled headers", 0);
    return CK_EXIT_OK;
  }
  if (strcmp(what, "clear") == 0) {
    size_t removed = clear_folder(ck_path_joined(arena, root, "pch"));
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
      removed += clear_folder(ck_path_joined(arena, root, folders[i].name));
    printf("%zu file%s removed from %s\n", removed, removed == 1 ? "" : "s", root);
    return CK_EXIT_OK;
  }
  (void)o;
  return cli_trouble("cache: there is no \"%s\"; there are stats, clear and path", what);
}

int cmd_cache(int argc, char **argv) {
  cli_options o;
  int status = cli_read_options("cache", argc, argv, &o);
  ck_arena arena;
  ck_arena_init(&arena);
  const char *root = status < 0 ? cache_root(&o, &arena) : NULL;
  if (status < 0 && o.files.n != 1) status = cli_trouble("usage: ckptlint cache stats|clear|path [--cache-dir DIR]");
  if (status < 0 && root == NULL)
    status = cli_trouble("there is no cache: neither XDG_CACHE_HOME nor HOME is set; give --cache-dir DIR");
  if (status < 0) status = run_cache(&o, o.files.at[0], root, &arena);
  ck_arena_release(&arena);
  cli_release_options(&o);
  return status;
}
