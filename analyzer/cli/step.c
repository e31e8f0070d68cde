/* step.c - one compile step of a build that has no link step of ours: a compiler plugin, CMake's clang-tidy slot.
 *
 * Such a step sees one unit, and a load often needs another one: the model is in net.cpp, the load in main.cpp. Where a
 * compile database is near (above the working directory), the step knows what else the program holds:
 * - A load of its own unit that the unit alone does not decide is checked in the program: other units come from the
 *   cache, or are made (their own steps then find them there).
 * - What stays undecided in a unit is recorded. A step whose unit has none of its own but belongs to the program of
 *   such a load (net.cpp was edited, main.cpp was not) checks that load again, with units from the cache only.
 * A load is told by one step per state of the program: the first to claim it. The claimant tells it again whenever it
 * runs, so a step that failed fails again; the others are silent. A state is all that the units were made from, and the
 * checkpoint. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "cli/cli.h"

enum { MAX_RECORD = 4 * 1024 * 1024 };

void step_site_name(ck_strbuf *b, ck_loc loc) {
  ck_strbuf_clear(b);
  ck_strbuf_printf(b, "%s:%u:%u", loc.file != NULL ? loc.file : "", loc.line, loc.column);
}

bool step_has_site(const cli_words *names, ck_loc loc) {
  ck_strbuf name;
  ck_strbuf_init(&name);
  step_site_name(&name, loc);
  bool found = false;
  for (size_t i = 0; i < names->n && !found; i++) found = strcmp(names->at[i], name.s) == 0;
  ck_strbuf_release(&name);
  return found;
}

/* --- Records -------------------------------------------------------------------------------------------------- */

/* A unit of a build folder: where it is compiled, and the file. */
static const char *record_name(const char *folder, const cli_command *c, ck_arena *arena) {
  ck_strbuf b;
  ck_strbuf_init(&b);
  ck_strbuf_printf(&b, "%s%c%s%c%s", c->directory, 0, c->file, 0, c->object);
  char hex[33];
  ck_hash128_hex(b.s, b.n, hex);
  ck_strbuf_release(&b);
  return ck_arena_printf(arena, "%s/%s.open", folder, hex);
}

static void write_names(const char *folder, const cli_command *c, const cli_words *names, ck_arena *arena) {
  ck_strbuf b;
  ck_strbuf_init(&b);
  for (size_t i = 0; i < names->n; i++) ck_strbuf_printf(&b, "%s\n", names->at[i]);
  ck_write_file(record_name(folder, c, arena), b.s, b.n, NULL);
  ck_strbuf_release(&b);
}

/* Appends the sites that the unit's own step left open; true if there are some. */
static bool read_names(const char *folder, const cli_command *c, ck_arena *arena, cli_words *out) {
  char *text, *save = NULL;
  size_t size, before = out->n;
  if (ck_read_file(record_name(folder, c, arena), MAX_RECORD, &text, &size, NULL) != CK_OK) return false;
  for (char *s = strtok_r(text, "\n", &save); s != NULL; s = strtok_r(NULL, "\n", &save))
    ck_vec_push(out, ck_arena_strdup(arena, s));
  free(text);
  return out->n > before;
}

/* --- Claims --------------------------------------------------------------------------------------------------- */

static int by_file(const void *a, const void *b) {
  const ck_ir_unit *x = *(ck_ir_unit *const *)a, *y = *(ck_ir_unit *const *)b;
  int order = strcmp(x->main_file, y->main_file);
  return order != 0 ? order : strcmp(x->directory, y->directory);
}

/* A hash of what the units were made from, and of the site's checkpoint; the order of units does not count. */
static void hash_state(const cli_check *check, const ck_site_result *site, char hex[33]) {
  ck_strbuf b;
  ck_strbuf_init(&b);
  step_site_name(&b, site->site->loc);
  size_t n = check->units.units.n;
  ck_ir_unit **sorted = ck_calloc(n + 1, sizeof *sorted);
  for (size_t u = 0; u < n; u++) sorted[u] = check->units.units.at[u];
  qsort(sorted, n, sizeof *sorted, by_file);
  for (size_t u = 0; u < n; u++) {
    const ck_ir_unit *unit = sorted[u];
    ck_strbuf_printf(&b, "%c%s%c%s", 0, unit->main_file, 0, unit->directory);
    for (size_t i = 0; i < unit->dependency_count; i++) {
      const ck_ir_dependency *d = &unit->dependencies[i];
      if (d->size >= 0) ck_strbuf_printf(&b, "%c%s%c%lld%c%s", 0, d->path, 0, (long long)d->size, 0, d->hash);
    }
  }
  free(sorted);
  struct stat s = {0};
  if (site->checkpoint != NULL && stat(site->checkpoint, &s) == 0)
    ck_strbuf_printf(&b, "%c%s%c%lld%c%lld.%ld", 0, site->checkpoint, 0, (long long)s.st_size, 0,
                     (long long)s.st_mtim.tv_sec, s.st_mtim.tv_nsec);
  ck_hash128_hex(b.s, b.n, hex);
  ck_strbuf_release(&b);
}

bool step_claim(const char *folder, const cli_check *check, const ck_site_result *site, const char *claimant) {
  if (folder == NULL) return true;
  char hex[33], *text;
  hash_state(check, site, hex);
  ck_strbuf path;
  ck_strbuf_init(&path);
  ck_strbuf_printf(&path, "%s/%s.told", folder, hex);
  bool mine = true;
  size_t size;
  int fd = open(path.s, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd >= 0) {
    if (write(fd, claimant, strlen(claimant)) < 0) unlink(path.s); /* a full disk: told twice at worst */
    close(fd);
  } else if (errno == EEXIST && ck_read_file(path.s, MAX_RECORD, &text, &size, NULL) == CK_OK) {
    mine = size == 0 || strcmp(text, claimant) == 0;
    free(text);
  }
  ck_strbuf_release(&path);
  return mine;
}

/* --- The step ------------------------------------------------------------------------------------------------- */

typedef struct {
  const char *folder, *claimant;
  cli_check *own, *check; /* the unit alone; its program */
  ck_arena *arena;
  cli_words open; /* sites to be checked in the program */
} step;

/* For the unit alone: what it decides is kept, the rest is noted. */
static bool is_decided(const ck_site_result *site, ck_loc loc, void *data) {
  step *s = data;
  cli_note_checkpoint(s->own, site);
  if (site->status == CK_SITE_CHECKED) return true;
  if (!step_has_site(&s->open, loc)) {
    ck_strbuf name;
    ck_strbuf_init(&name);
    step_site_name(&name, loc);
    ck_vec_push(&s->open, ck_arena_strdup(s->arena, name.s));
    ck_strbuf_release(&name);
  }
  return false;
}

static bool is_open(const ck_site_result *site, ck_loc loc, void *data) {
  const step *s = data;
  if (!step_has_site(&s->open, loc)) return false;
  cli_note_checkpoint(s->check, site);
  return step_claim(s->folder, s->check, site, s->claimant);
}

/* Units whose loads wait for this one. Their findings are told here, so they are no others. */
static void find_waiting(step *s, cli_plan *plan) {
  for (size_t i = 1; i < plan->commands.n; i++)
    if (plan->commands.at[i].is_linked && read_names(s->folder, &plan->commands.at[i], s->arena, &s->open))
      plan->commands.at[i].is_other = false;
}

ck_status step_check(cli_check *own, cli_check *program, bool *has_program, const cli_options *o, cli_plan *plan,
                     ck_arena *arena, ck_err *err) {
  step s = {.folder = cache_folder(o, "steps", arena), .arena = arena, .own = own, .check = program};
  *has_program = false;
  cli_request request = {.commands = plan->commands.at,
                         .n = plan->commands.n,
                         .remarks = &plan->remarks,
                         .scope = CLI_UNIT,
                         .filter = is_decided,
                         .data = &s};
  ck_status status = cli_check_run(own, o, &request, err);
  if (status == CK_OK && s.folder != NULL && plan->commands.n == 1 && cli_add_program(o, plan, arena)) {
    write_names(s.folder, &plan->commands.at[0], &s.open, arena);
    s.claimant = record_name(s.folder, &plan->commands.at[0], arena);
    bool is_waiting = s.open.n == 0;
    for (size_t i = 1; i < plan->commands.n && is_waiting; i++) plan->commands.at[i].only_cached = true;
    find_waiting(&s, plan);
    if (s.open.n > 0) {
      request = (cli_request){.commands = plan->commands.at,
                              .n = plan->commands.n,
                              .programs = &plan->programs,
                              .build_folder = plan->build_folder,
                              .scope = CLI_LINK,
                              .filter = is_open,
                              .data = &s};
      *has_program = true;
      status = cli_check_run(program, o, &request, err);
    }
  }
  free(s.open.at);
  return status;
}
