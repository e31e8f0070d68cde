/* json.c - jansson under the limits of a job.
 *
 * jansson checks UTF-8 and depth (2048) but not memory, and a value can take 100 bytes for two characters. So the
 * values are counted first, by the characters that must stand between them, and charged before the parse. */
#include "ckpt/json.h"

enum {
  VALUE_SIZE = 120, /* bytes that jansson takes for one value with its place in an object, measured */
  MAX_DEPTH = 200   /* a header is 3 deep, an index 2 */
};

/* An upper bound on the values: each but the first follows one of [ { , : that is not within a string. */
static size_t count_values(const char *s, size_t n, size_t *depth) {
  size_t count = 1, open = 0;
  bool quoted = false;
  *depth = 0;
  for (size_t i = 0; i < n; i++) {
    char c = s[i];
    if (quoted) {
      if (c == '\\') i++;
      else if (c == '"') quoted = false;
      continue;
    }
    if (c == '"') quoted = true;
    else if (c == '[' || c == '{') {
      count++;
      if (++open > *depth) *depth = open;
    } else if (c == ']' || c == '}') open -= open > 0;
    else if (c == ',' || c == ':') count++;
  }
  return count;
}

ck_status ck_json_parse(ck_ckpt_job *job, const char *text, size_t n, uint64_t at, const char *what, json_t **out) {
  json_error_t error;
  size_t depth, values = count_values(text, n, &depth);
  *out = NULL;
  if (depth > MAX_DEPTH) return ck_fail_at(job->err, CK_LIMIT, at, "%s nests deeper than %d", what, MAX_DEPTH);
  ck_status status = ck_ckpt_charge(job, (uint64_t)values * VALUE_SIZE + n);
  if (status != CK_OK) return status;
  *out = json_loadb(text, n, JSON_REJECT_DUPLICATES, &error);
  if (*out == NULL && json_error_code(&error) == json_error_duplicate_key) {
    ck_ckpt_add_problem(job, CK_CKPT_DUPLICATE_KEY, at + (uint64_t)error.position, NULL, "%s has one key twice", what);
    *out = json_loadb(text, n, 0, &error);
  }
  if (*out) return CK_OK;
  uint64_t position = error.position > 0 ? (uint64_t)error.position : 0;
  return ck_fail_at(job->err, CK_CORRUPT, at + position, "%s is no valid JSON: %s", what, error.text);
}
