/* vendored.c - libraries that are kept inside a project.
 *
 * A folder of others' code, or a single header of a size that nobody writes. They are external, too, unless they speak
 * of torch: no module is defined there, and lowering them would cost more than all the rest. As external headers they
 * are precompiled, where that cannot change what the unit means (includes.c). */
#include <string.h>

#include "frontend/frontend_int.h"

static const char *const vendor_folders[] = {
    "third_party", "third-party", "thirdparty", "3rdparty", "3rd_party", "vendor",     "vendored", "external",
    "externals",   "_deps",       "extern",     "deps",     "contrib",   "submodules", "libs",     "dependencies"};
#define MAX_OWN_HEADER_BYTES ((size_t)128 << 10)

/* "third_party/../net.h" lies in none. */
static bool is_in_vendor_folder(const char *path) {
  int up = 0;
  const char *slash = strrchr(path, '/');
  while (slash && slash > path) {
    const char *end = slash;
    do slash--;
    while (slash > path && *slash != '/');
    const char *name = *slash == '/' ? slash + 1 : slash;
    size_t n = (size_t)(end - name);
    if (n == 2 && !strncmp(name, "..", 2)) {
      up++;
      continue;
    }
    if (n == 0 || (n == 1 && *name == '.') || (up > 0 && up--)) continue;
    for (size_t i = 0; i < sizeof vendor_folders / sizeof *vendor_folders; i++)
      if (strlen(vendor_folders[i]) == n && !strncmp(name, vendor_folders[i], n)) return true;
  }
  return false;
}

bool ck_fe_is_big_library(const char *text, size_t size) {
  return size > MAX_OWN_HEADER_BYTES && !memmem(text, size, "torch", 5);
}

bool ck_fe_is_vendored(const char *path, const char *text, size_t size) {
  return ck_fe_is_big_library(text, size) || (is_in_vendor_folder(path) && !memmem(text, size, "torch", 5));
}

bool ck_fe_is_guarded(const ck_fe_file *text) {
  ck_fe_directive d = {0};
  char guard[sizeof d.operand] = "";
  bool guarded = false;
  int level = 0;
  for (size_t count = 0; ck_fe_next_directive(text, &d, NULL); count++) {
    if (level == 0 && !strcmp(d.name, "pragma") && !strcmp(d.operand, "once")) return true;
    if (count == 0 && !strcmp(d.name, "ifndef") && ck_fe_skip_space(text, 0) + 1 == d.at)
      memcpy(guard, d.operand, sizeof guard);
    else if (count == 1) guarded = *guard && !strcmp(d.name, "define") && !strcmp(d.operand, guard);
    else if (level < 2 && count > 0 && (ck_starts_with(d.name, "el") || level == 0)) guarded = false;
    level += ck_starts_with(d.name, "if") ? 1 : !strcmp(d.name, "endif") ? -1 : 0;
  }
  return guarded && level == 0 && ck_fe_skip_space(text, d.end) == text->size;
}
