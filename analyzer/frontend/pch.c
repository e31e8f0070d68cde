/* pch.c - the precompiled header of a unit's external headers, shared by all units that include the same ones.
 *
 * <torch/torch.h> takes libclang seconds; precompiled without function bodies, a unit that uses it parses in a tenth of
 * one. Here its include lines are chosen, so that many units share them; the unit's macros have a say. Whatever fails:
 * there is no PCH, the unit is parsed as it is.
 *
 * libtorch's is made in two steps, ATen and then the rest on top of it, for the sake of memory: libclang holds the
 * whole tree while it writes it (420 MB in one step, 260 MB in two). A third one on top of these holds the libraries
 * that the project keeps inside itself: it is small, and libtorch's stay shared with all other projects. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "frontend/pch_int.h"

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

static bool has_line(const ck_strbuf *lines, const char *line) {
  const char *found = lines->n > 0 ? strstr(lines->s, line) : NULL;
  return found && found[strlen(line)] == '\n' && found[-1] == ' '; /* after "#define" */
}

typedef enum { AS_IT_IS, WITH_LINES, NOT_AT_ALL } verdict;

typedef struct {
  ck_fe_pch_maker maker;
  ck_fe_flags flags;          /* that reach external headers */
  ck_fe_flags vendored_flags; /* ... and the libraries inside the project */
} choice;

/* How many of the macros stand before a header that is not the C++ library's. */
static size_t before_others(const ck_fe_includes *includes) {
  for (size_t i = includes->operands.n; i > 0; i--)
    if (!ck_fe_is_standard_header(includes->operands.at[i - 1])) return includes->preceding.at[i - 1];
  return 0;
}

/* Would the unit's macros change what the PCH holds? Those that would, and can stand at its start, are added to the
 * `lines` that stand there. Of one that cannot, its index goes to *fault. */
static verdict judge(const ck_fe_pch_file *p, const ck_fe_includes *includes, ck_strbuf *lines, size_t *fault) {
  verdict result = AS_IT_IS;
  size_t others = before_others(includes);
  for (size_t i = 0; i < includes->before_operands; i++) {
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

/* The macros that a vendored header itself defines stand in the PCH as well. */
static bool is_of_vendored(const ck_fe_includes *includes, size_t macro) {
  for (size_t i = 0; i < includes->vendored.n; i++)
    if (includes->vendored.at[i].preceding <= macro && macro < includes->vendored.at[i].following) return true;
  return false;
}

/* How many of the first n vendored headers stand before the unit's first macro that would change what their PCH holds.
 */
static size_t undisturbed(const ck_fe_pch_file *p, const ck_fe_includes *includes, size_t n, const ck_strbuf *lines) {
  for (size_t i = 0; i < includes->vendored.at[n - 1].preceding; i++) {
    const char *name = includes->macros.at[i], *line = includes->lines.at[i];
    if ((line && has_line(lines, line)) || is_of_vendored(includes, i) || !ck_fe_words_mention(p->words, name, false))
      continue;
    while (n > 0 && includes->vendored.at[n - 1].preceding > i) n--;
    break;
  }
  return n;
}

/* The PCH of the libraries inside the project, on top of the one given: of as many of them, from the first on, as
 * compile and as the unit's macros leave as they are. The one given, if of none. */
static char *with_vendored(const choice *c, const ck_fe_includes *includes, const ck_fe_pch_file *base,
                           const ck_strbuf *lines) {
  char *result = NULL;
  for (size_t n = includes->vendored.n, kept; n > 0 && !result; n = kept) {
    ck_strbuf text;
    ck_strbuf_init(&text);
    for (size_t i = 0; i < n; i++) ck_strbuf_printf(&text, "#include %s\n", includes->vendored.at[i].operand);
    ck_fe_pch_file p = ck_fe_pch_file_of(&c->maker, &c->vendored_flags, text.s, base);
    p.apart = true;
    if (ck_fe_provide_pch(&c->maker, &p)) {
      kept = undisturbed(&p, includes, n, lines);
      if (kept == n) result = ck_strdup(p.pch);
    } else {
      char *culprit = ck_fe_blamed(&p);
      for (kept = 0; culprit && kept < n && strcmp(includes->vendored.at[kept].operand, culprit) != 0;) kept++;
      if (!culprit || kept == n) kept = 0;
      free(culprit);
    }
    ck_fe_release_pch_file(&p);
    ck_strbuf_release(&text);
  }
  return result ? result : ck_strdup(base->pch);
}

static unsigned count_lines(const char *text) {
  unsigned n = 0;
  for (; *text; text++) n += *text == '\n';
  return n;
}

/* The PCH of all include lines, and with them the standard headers, so that many units share it. `lines` stand before
 * them; what the unit's macros ask for is added there. */
static verdict shared_pch(const choice *c, const ck_fe_includes *includes, ck_strbuf *lines, size_t *fault, char **out,
                          char **culprit) {
  ck_strbuf standard, rest;
  ck_strbuf_init(&standard);
  ck_strbuf_init(&rest);
  bool two_steps = false;
  ck_strbuf_add(&standard, lines->s, lines->n);
  ck_strbuf_puts(&standard, standard_bundle);
  unsigned bundle_end = count_lines(standard.s);
  for (size_t i = 0; i < includes->operands.n; i++) two_steps |= is_torch_header(includes->operands.at[i]);
  if (two_steps) ck_strbuf_puts(&standard, aten_header);
  add_headers(two_steps ? &rest : &standard, &includes->operands);
  ck_fe_pch_file first = ck_fe_pch_file_of(&c->maker, &c->flags, standard.s, NULL), second = {0};
  first.bundle_end = bundle_end;
  if (two_steps) second = ck_fe_pch_file_of(&c->maker, &c->flags, rest.s, &first);
  const ck_fe_pch_file *last = two_steps ? &second : &first;
  bool ok = ck_fe_provide_pch(&c->maker, last);
  verdict result = ok ? judge(last, includes, lines, fault) : NOT_AT_ALL;
  *out = result == AS_IT_IS ? with_vendored(c, includes, last, lines) : NULL;
  *culprit = ok ? NULL : ck_fe_blamed(last);
  ck_fe_release_pch_file(&first);
  ck_fe_release_pch_file(&second);
  ck_strbuf_release(&standard);
  ck_strbuf_release(&rest);
  return result;
}

/* The PCH of just those include lines that none of the unit's macros precedes. */
static char *own_pch(const choice *c, const ck_fe_includes *includes) {
  ck_strbuf text, no_lines;
  ck_strbuf_init(&text);
  ck_strbuf_init(&no_lines);
  bool torch = false;
  for (size_t i = 0; i < includes->operands.n && !includes->preceding.at[i]; i++) {
    ck_strbuf_printf(&text, "#include %s\n", includes->operands.at[i]);
    torch |= is_torch_header(includes->operands.at[i]);
  }
  ck_fe_pch_file first = {0};
  if (torch) first = ck_fe_pch_file_of(&c->maker, &c->flags, aten_header, NULL);
  ck_fe_pch_file p = ck_fe_pch_file_of(&c->maker, &c->flags, text.s, torch ? &first : NULL);
  bool ok = text.n > 0 && ck_fe_provide_pch(&c->maker, &p);
  char *result = ok ? with_vendored(c, includes, &p, &no_lines) : NULL;
  ck_fe_release_pch_file(&first);
  ck_fe_release_pch_file(&p);
  ck_strbuf_release(&text);
  ck_strbuf_release(&no_lines);
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
static char *longest_pch(const choice *c, const ck_fe_includes *includes) {
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
    verdict found = shared_pch(c, &part, &lines, &fault, &result, &culprit);
    if (culprit != NULL) {
      bool again = leave_out(&part, culprit);
      free(culprit);
      if (again) continue;
      break;
    }
    if (found == WITH_LINES) found = shared_pch(c, &part, &lines, &fault, &result, &culprit), free(culprit);
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
  choice c = {.maker = {.index = index, .options = options}};
  if (ck_make_directories(dir, NULL) == CK_OK && ck_is_private_folder(dir)) { /* or a stranger could forge one */
    char *real = realpath(dir, NULL); /* a PCH that stands on another one names it */
    c.maker.dir = real ? real : dir;
    ck_fe_header_flags(&arena, flags, options->directory, &(ck_fe_strings){0}, &c.flags);
    ck_fe_header_flags(&arena, flags, options->directory, &includes->folders, &c.vendored_flags);
    result = longest_pch(&c, includes);
    if (!result && includes->before_operands) result = own_pch(&c, includes);
    free(real);
  }
  free(c.flags.at.at);
  free(c.vendored_flags.at.at);
  ck_arena_release(&arena);
  free(dir);
  return result;
}

static bool is_root(const char *path, const ck_fe_includes *includes) {
  if (ck_ends_with(path, "/torch/version.h")) return true;
  size_t n = strlen(path);
  for (size_t i = 0; i < includes->operands.n; i++) {
    const char *operand = includes->operands.at[i];
    size_t m = strlen(operand) - 2; /* without < > */
    if (m < n && path[n - m - 1] == '/' && !strncmp(path + n - m, operand + 1, m)) return true;
  }
  for (size_t i = 0; i < includes->vendored_files.n; i++)
    if (!strcmp(path, includes->vendored_files.at[i])) return true;
  return false;
}

void ck_fe_pch_roots(const char *pch, const ck_fe_includes *includes, ck_fe_strings *out) {
  ck_strbuf list;
  ck_strbuf_init(&list);
  ck_strbuf_printf(&list, "%.*s.list", (int)(strlen(pch) - 4), pch);
  char *text, *save = NULL;
  size_t size;
  if (ck_read_file(list.s, CK_FE_MAX_LIST_BYTES, &text, &size, NULL) == CK_OK) {
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
      const char *path = strchr(line, '/');
      if (path && is_root(path, includes)) ck_vec_push(out, ck_strdup(path));
    }
    free(text);
  }
  ck_strbuf_release(&list);
}
