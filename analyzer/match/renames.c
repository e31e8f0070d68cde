/* renames.c - keys that are the same tensor under another name.
 *
 * Three kinds of evidence, the strongest first; each takes only what fits one way:
 *   prefix      two or more keys of the same kind, shape and dtype differ in one prefix alone ("module." -> "",
 *               "conv1." -> "stem.")
 *   module      within one module, the only lone key of that shape and dtype on either side ("gamma" -> "weight")
 *   neighbour   behind the same key that both sides have, as many lone keys of that shape and dtype here as there: in
 *               order
 * A tensor's values are never read, so this says "the same shape and place", not more. */
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "match/diff.h"

enum {
  MAX_VOTES = 8,        /* of one key for prefixes: a suffix that more keys share ("weight") says nothing */
  MAX_VISITS = 2000000, /* keys looked at, over all prefixes that are taken one after the other: about a second */
};

typedef struct {
  ck_diff_lone *removed, *added;
  size_t nremoved, nadded;
  ck_arena *arena;
} search;

static bool fits(const ck_diff_key *a, const ck_diff_key *b) {
  if (a->kind != CK_CKPT_KIND_UNKNOWN && b->kind != CK_CKPT_KIND_UNKNOWN && a->kind != b->kind) return false;
  if (a->rank < 0 || a->rank != b->rank || a->dtype == NULL || b->dtype == NULL) return false;
  for (int32_t i = 0; i < a->rank; i++)
    if (a->dims[i] < 0 || a->dims[i] != b->dims[i]) return false;
  return strcmp(a->dtype, b->dtype) == 0;
}

static void pair(search *s, size_t i, size_t j, const char *from, const char *to) {
  s->removed[i].partner = j;
  s->added[j].partner = i;
  s->removed[i].from = from;
  s->removed[i].to = to;
}

/* --- Prefixes ------------------------------------------------------------------------------------------------- */

typedef CK_VEC(size_t) indices;

/* suffix after a dot (or the whole key) -> lone keys of the second side that end so */
static void index_suffixes(search *s, ck_map *suffixes) {
  for (size_t j = 0; j < s->nadded; j++) {
    if (s->added[j].partner != SIZE_MAX) continue;
    for (const char *p = s->added[j].key->key; p; p = strchr(p, '.') ? strchr(p, '.') + 1 : NULL) {
      ck_map_entry *e = ck_map_put(suffixes, p, NULL);
      if (e->p == NULL) e->p = CK_NEW(s->arena, indices);
      indices *list = e->p;
      if (list->n <= MAX_VOTES) ck_vec_push(list, j);
    }
  }
}

static void release_suffixes(ck_map *suffixes) {
  for (size_t i = 0; i < suffixes->count; i++) free(((indices *)suffixes->entries[i].p)->at);
  ck_map_release(suffixes);
}

/* The longest suffix that keys of both sides share names a pair of prefixes; so do shorter ones while few share them.
 */
static void vote(search *s, const ck_map *suffixes, ck_map *votes, size_t i) {
  const char *key = s->removed[i].key->key;
  for (const char *p = key; p; p = strchr(p, '.') ? strchr(p, '.') + 1 : NULL) {
    const indices *list = ck_map_get(suffixes, p);
    if (list == NULL) continue;
    for (size_t k = 0; k < list->n && list->n <= MAX_VOTES; k++) {
      const char *other = s->added[list->at[k]].key->key;
      if (!fits(s->removed[i].key, s->added[list->at[k]].key)) continue;
      ck_map_put(votes,
                 ck_arena_printf(s->arena, "%.*s\n%.*s", (int)(p - key), key, (int)(strlen(other) - strlen(p)), other),
                 NULL)
          ->n++;
    }
    return;
  }
}

/* Pairs what the prefixes map and what fits; returns how many keys that are. */
static size_t apply_prefix(search *s, const ck_map *by_key, const char *from, const char *to) {
  size_t n = 0, length = strlen(from);
  ck_strbuf other;
  ck_strbuf_init(&other);
  for (size_t i = 0; i < s->nremoved; i++) {
    const char *key = s->removed[i].key->key;
    if (s->removed[i].partner != SIZE_MAX || strncmp(key, from, length) != 0) continue;
    ck_strbuf_clear(&other);
    ck_strbuf_printf(&other, "%s%s", to, key + length);
    const ck_map_entry *e = ck_map_find(by_key, other.s);
    if (e == NULL || s->added[e->n].partner != SIZE_MAX || !fits(s->removed[i].key, s->added[e->n].key)) continue;
    pair(s, i, e->n, from, to);
    n++;
  }
  ck_strbuf_release(&other);
  return n;
}

static bool take_best_prefix(search *s, const ck_map *by_key) {
  ck_map suffixes, votes;
  ck_map_init(&suffixes);
  ck_map_init(&votes);
  index_suffixes(s, &suffixes);
  for (size_t i = 0; i < s->nremoved; i++)
    if (s->removed[i].partner == SIZE_MAX) vote(s, &suffixes, &votes, i);
  const ck_map_entry *best = NULL;
  bool tie = false;
  for (size_t i = 0; i < votes.count; i++) {
    const ck_map_entry *e = &votes.entries[i];
    tie = best != NULL && e->n == best->n ? true : best == NULL || e->n > best->n ? false : tie;
    if (best == NULL || e->n > best->n) best = e;
  }
  size_t taken = 0;
  if (best != NULL && best->n >= 2) {
    const char *line = strchr(best->key, '\n');
    const char *from = ck_arena_strndup(s->arena, best->key, (size_t)(line - best->key));
    const char *to = ck_arena_strdup(s->arena, line + 1);
    /* two prefixes with as many keys: layer1 -> a, layer1 -> b; only order could tell, which the next kinds look at */
    bool rival = false;
    for (size_t i = 0; tie && i < votes.count; i++) {
      const ck_map_entry *e = &votes.entries[i];
      const char *l = strchr(e->key, '\n');
      if (e == best || e->n != best->n) continue;
      rival |=
          strcmp(l + 1, to) == 0 || ((size_t)(l - e->key) == strlen(from) && strncmp(e->key, from, strlen(from)) == 0);
    }
    if (!rival) taken = apply_prefix(s, by_key, from, to);
  }
  ck_map_release(&votes);
  release_suffixes(&suffixes);
  return taken > 0;
}

static void pair_prefixes(search *s) {
  ck_map by_key;
  ck_map_init(&by_key);
  for (size_t j = 0; j < s->nadded; j++) ck_map_put(&by_key, s->added[j].key->key, NULL)->n = j;
  for (size_t visits = 0; visits < MAX_VISITS && take_best_prefix(s, &by_key);) visits += s->nremoved + s->nadded;
  ck_map_release(&by_key);
}

/* --- Places ------------------------------------------------------------------------------------------------------ */

/* Module, kind, shape and dtype as one word; `place` is the module's path or the key before. */
static const char *signature(search *s, const char *place, size_t n, const ck_diff_key *k) {
  return ck_arena_printf(s->arena, "%.*s\n%s\n%s", (int)n, place, k->shape, k->dtype);
}

static const char *place_of(search *s, const ck_diff_lone *lone, bool by_module) {
  const char *key = lone->key->key, *dot = strrchr(key, '.');
  if (lone->key->rank < 0 || lone->key->dtype == NULL || lone->partner != SIZE_MAX) return NULL;
  return by_module ? signature(s, key, dot ? (size_t)(dot - key) : 0, lone->key)
                   : signature(s, lone->after, strlen(lone->after), lone->key);
}

static void pair_places(search *s, bool by_module) {
  ck_map here, there; /* signature -> indices */
  ck_map_init(&here);
  ck_map_init(&there);
  for (int side = 0; side < 2; side++) {
    ck_diff_lone *list = side ? s->added : s->removed;
    for (size_t i = 0, n = side ? s->nadded : s->nremoved; i < n; i++) {
      const char *place = place_of(s, &list[i], by_module);
      if (place == NULL) continue;
      ck_map_entry *e = ck_map_put(side ? &there : &here, place, NULL);
      if (e->p == NULL) e->p = CK_NEW(s->arena, indices);
      indices *at = e->p;
      ck_vec_push(at, i);
    }
  }
  for (size_t i = 0; i < here.count; i++) {
    const indices *a = here.entries[i].p, *b = ck_map_get(&there, here.entries[i].key);
    if (b == NULL || a->n != b->n || (by_module && a->n != 1)) continue;
    for (size_t k = 0; k < a->n; k++)
      if (fits(s->removed[a->at[k]].key, s->added[b->at[k]].key))
        pair(s, a->at[k], b->at[k], s->removed[a->at[k]].key->key, s->added[b->at[k]].key->key);
  }
  release_suffixes(&here);
  release_suffixes(&there);
}

void ck_diff_find_renames(ck_diff_lone *removed, size_t nremoved, ck_diff_lone *added, size_t nadded, ck_arena *arena) {
  search s = {removed, added, nremoved, nadded, arena};
  if (nremoved == 0 || nadded == 0) return;
  pair_prefixes(&s);
  pair_places(&s, true);
  pair_places(&s, false);
}
