/* pickle.c - the pickle machine, protocols 0 to 5, without the part that calls.
 *
 * A pickle is a program for a stack machine. pickle_ops.c cuts it into opcodes, `step` has one case for each. GLOBAL
 * only looks a name up in the allow list (globals.c), REDUCE and its kin build a PV_OBJECT that remembers what would
 * have been called. OrderedDict, set and the like, which are data in the guise of calls, become what they stand for,
 * so that SETITEMS and BUILD find a dict. pickle_value.c reads what was built.
 *
 * Bounds: one value is made per opcode, so values <= bytes; memory is charged per value; memo indices are kept below
 * the number of bytes, since no writer numbers values that it did not write; the machine itself does not recurse. */
#include "ckpt/pickle.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ckpt/pickle_ops.h"

/* The opcodes that torch::pickle_load knows (torch/csrc/jit/serialization/unpickler.cpp; FORMATS.md A.5). */
static const bool libtorch_ops[256] = {
    [OP_PROTO] = true,       [OP_STOP] = true,        [OP_MARK] = true,     [OP_GLOBAL] = true,
    [OP_REDUCE] = true,      [OP_NEWOBJ] = true,      [OP_BUILD] = true,    [OP_BINPERSID] = true,
    [OP_TUPLE] = true,       [OP_TUPLE1] = true,      [OP_TUPLE2] = true,   [OP_TUPLE3] = true,
    [OP_EMPTY_LIST] = true,  [OP_EMPTY_DICT] = true,  [OP_SETITEMS] = true, [OP_EMPTY_TUPLE] = true,
    [OP_NONE] = true,        [OP_NEWTRUE] = true,     [OP_APPENDS] = true,  [OP_NEWFALSE] = true,
    [OP_BININT] = true,      [OP_BININT1] = true,     [OP_BININT2] = true,  [OP_LONG1] = true,
    [OP_BINPUT] = true,      [OP_BINFLOAT] = true,    [OP_BINGET] = true,   [OP_BINUNICODE] = true,
    [OP_LONG_BINPUT] = true, [OP_LONG_BINGET] = true,
};
static const char ordered_dict[] = "isGenericDict() INTERNAL ASSERT FAILED: Expected GenericDict but got None";

/* Values that nothing can change are made once: a writer without a memo names the same globals for every tensor, and
 * most numbers are small. They share no more than a memo could make them share. */
enum { SMALL_INTS = 256, GLOBALS = 16 };
typedef struct {
  ck_pv *v;
  size_t module_n; /* "a.b" "c" is not "a" "b.c" */
} shared_global;
typedef struct {
  ck_pv *none, *truth[2], *ints[SMALL_INTS], *no_items;
  shared_global globals[GLOBALS]; /* the last one of each place */
} shared_values;

typedef struct {
  ck_ckpt_job *job;
  const char *where;
  ck_pickle_code code;
  size_t op_at; /* offset of the current opcode */
  CK_VEC(ck_pv *) stack;
  CK_VEC(size_t) marks; /* heights of the stack */
  ck_pv **memo;
  size_t memo_n, memo_next;
  ck_pickle *out;
  shared_values shared;
  bool is_done;
} machine;

#define TRY(expression)                                                                                                \
  do {                                                                                                                 \
    ck_status status_ = (expression);                                                                                  \
    if (status_ != CK_OK) return status_;                                                                              \
  } while (0)

/* --- Failures ---------------------------------------------------------------------------------------------------- */

static ck_status broken(machine *m, const char *what) {
  ck_fail_at(m->job->err, CK_CORRUPT, m->op_at, "%s is not a valid pickle: %s at byte %zu", m->where, what, m->op_at);
  return CK_CORRUPT;
}

static ck_status ends_early(machine *m) {
  m->out->truncated = true;
  ck_fail_at(m->job->err, CK_CORRUPT, m->code.size, "%s is truncated: it ends within an opcode or before its end mark",
             m->where);
  return CK_CORRUPT;
}

/* Notes what torch::pickle_load would throw; the first one counts. */
static void refuse(machine *m, const char *format, const char *s, size_t n) {
  if (m->out->refusal[0] == 0) snprintf(m->out->refusal, sizeof m->out->refusal, format, (int)(n < 120 ? n : 120), s);
}

/* --- Values ------------------------------------------------------------------------------------------------------ */

static ck_status new_value(machine *m, ck_pv_type type, ck_pv **v) {
  TRY(ck_ckpt_count(m->job));
  *v = CK_NEW(&m->job->scratch, ck_pv);
  (*v)->type = (uint8_t)type;
  return CK_OK;
}

static ck_status add_items(machine *m, ck_pv *v, ck_pv **items, size_t n) {
  if (n > UINT32_MAX / 4 - v->n) return ck_fail(m->job->err, CK_LIMIT, "%s holds too large a container", m->where);
  if (v->n + n > v->room) {
    size_t room = v->room * 2 > v->n + n ? v->room * 2 : v->n + n;
    TRY(ck_ckpt_charge(m->job, room * sizeof *v->items));
    ck_pv **grown = CK_NEW_N(&m->job->scratch, ck_pv *, room);
    if (v->n) memcpy(grown, v->items, v->n * sizeof *grown);
    v->items = grown;
    v->room = (uint32_t)room;
  }
  if (n) memcpy(v->items + v->n, items, n * sizeof *items);
  v->n += (uint32_t)n;
  return CK_OK;
}

static ck_status push(machine *m, ck_pv *v) {
  ck_vec_push(&m->stack, v);
  return CK_OK;
}

static ck_status push_new(machine *m, ck_pv_type type, ck_pv **out) {
  ck_pv *v;
  TRY(new_value(m, type, &v));
  if (out) *out = v;
  return push(m, v);
}

/* *v, made now if it was not yet. It counts as a value each time: the limit is one of the pickle's length. */
static ck_status push_shared(machine *m, ck_pv_type type, int64_t i, ck_pv **v) {
  if (*v) TRY(ck_ckpt_count(m->job));
  else {
    TRY(new_value(m, type, v));
    (*v)->i = i;
  }
  return push(m, *v);
}

static ck_status push_int(machine *m, int64_t i) {
  ck_pv *large = NULL, **v = i >= 0 && i < SMALL_INTS ? &m->shared.ints[i] : &large;
  return push_shared(m, PV_INT, i, v);
}

static ck_status push_bool(machine *m, bool b) { return push_shared(m, PV_BOOL, b, &m->shared.truth[b]); }

static ck_status push_text(machine *m, ck_pv_type type, const char *s, size_t n) {
  ck_pv *v;
  TRY(push_new(m, type, &v));
  v->s = s;
  v->n = (uint32_t)n;
  return CK_OK;
}

/* Values above the last mark; nothing below a mark may be taken as an operand. */
static size_t height(const machine *m) { return m->stack.n - (m->marks.n ? m->marks.at[m->marks.n - 1] : 0); }

static ck_status pop(machine *m, ck_pv **v) {
  if (height(m) == 0) return broken(m, "the stack is empty");
  *v = m->stack.at[--m->stack.n];
  return CK_OK;
}

static ck_status top(machine *m, ck_pv **v) {
  if (height(m) == 0) return broken(m, "the stack is empty");
  *v = m->stack.at[m->stack.n - 1];
  return CK_OK;
}

/* Takes the mark away; the `*n` values above it stay readable at *items until the next push. */
static ck_status pop_to_mark(machine *m, ck_pv ***items, size_t *n) {
  if (m->marks.n == 0) return broken(m, "there is no mark");
  *n = height(m);
  m->stack.n -= *n;
  m->marks.n--;
  *items = m->stack.at + m->stack.n;
  return CK_OK;
}

static ck_status push_container(machine *m, ck_pv_type type, ck_pv **items, size_t n) {
  ck_pv *v;
  TRY(new_value(m, type, &v));
  TRY(add_items(m, v, items, n));
  return push(m, v);
}

static ck_status tuple_of(machine *m, size_t n) {
  if (height(m) < n) return broken(m, "the stack is empty");
  m->stack.n -= n;
  return push_container(m, PV_TUPLE, m->stack.at + m->stack.n, n);
}

/* --- The memo ---------------------------------------------------------------------------------------------------- */

static ck_status put(machine *m, uint64_t index) {
  ck_pv *v = NULL;
  TRY(top(m, &v));
  if (index > m->code.size)
    return ck_fail_at(m->job->err, CK_CORRUPT, m->op_at, "%s numbers more values than it has bytes", m->where);
  if (index >= m->memo_n) {
    size_t n = m->memo_n * 2 > index + 1 ? m->memo_n * 2 : (size_t)index + 64;
    TRY(ck_ckpt_charge(m->job, n * sizeof *m->memo));
    m->memo = ck_realloc(m->memo, n * sizeof *m->memo);
    memset(m->memo + m->memo_n, 0, (n - m->memo_n) * sizeof *m->memo);
    m->memo_n = n;
  }
  if (m->memo[index] == NULL) m->memo_next++;
  m->memo[index] = v;
  return CK_OK;
}

static ck_status get(machine *m, uint64_t index) {
  if (index >= m->memo_n || m->memo[index] == NULL) return broken(m, "it refers to a value that was not stored");
  return push(m, m->memo[index]);
}

static ck_status line_index(machine *m, const ck_pickle_arg *arg, uint64_t *index) {
  *index = 0;
  if (arg->n == 0 || arg->n > 10) return broken(m, "a memo index is no number");
  for (size_t i = 0; i < arg->n; i++) {
    if (!isdigit((unsigned char)arg->s[i])) return broken(m, "a memo index is no number");
    *index = *index * 10 + (uint64_t)(arg->s[i] - '0');
  }
  return CK_OK;
}

/* --- Literals ---------------------------------------------------------------------------------------------------- */

static ck_status push_long(machine *m, const ck_pickle_arg *arg) {
  if (arg->n > 8) return push_text(m, PV_LONG, arg->s, arg->n);
  uint64_t v = ck_pickle_little((const unsigned char *)arg->s, arg->n);
  if (arg->n > 0 && arg->n < 8 && (arg->s[arg->n - 1] & 0x80)) v |= ~(uint64_t)0 << (8 * arg->n);
  return push_int(m, (int64_t)v);
}

/* INT and LONG of protocol 0: decimal text; I00 and I01 are the booleans. */
static ck_status push_decimal(machine *m, const ck_pickle_arg *arg) {
  char text[32], *end;
  size_t n = arg->n;
  if (n > 0 && arg->s[n - 1] == 'L') n--;
  if (n == 2 && arg->s[0] == '0' && (arg->s[1] == '0' || arg->s[1] == '1')) return push_bool(m, arg->s[1] == '1');
  if (n == 0 || n >= sizeof text)
    return n == 0 ? broken(m, "a number has no digits") : push_text(m, PV_LONG, arg->s, 0);
  memcpy(text, arg->s, n);
  text[n] = 0;
  long long v = strtoll(text, &end, 10);
  if (*end != 0) return broken(m, "a number has other characters than digits");
  return push_int(m, v);
}

static ck_status push_float_text(machine *m, const ck_pickle_arg *arg) {
  char text[64];
  if (arg->n == 0 || arg->n >= sizeof text) return broken(m, "a number is too long");
  memcpy(text, arg->s, arg->n);
  text[arg->n] = 0;
  ck_pv *v;
  TRY(push_new(m, PV_FLOAT, &v));
  v->f = strtod(text, NULL);
  return CK_OK;
}

/* STRING of protocol 0: a quoted Python literal; UNICODE: raw-unicode-escape, whose escapes are left as they are. */
static ck_status push_quoted(machine *m, const ck_pickle_arg *arg) {
  if (arg->n < 2 || arg->s[0] != arg->s[arg->n - 1] || (arg->s[0] != '\'' && arg->s[0] != '"'))
    return broken(m, "a string has no quotes");
  TRY(ck_ckpt_charge(m->job, arg->n));
  char *copy = ck_arena_alloc(&m->job->scratch, arg->n), *p = copy;
  for (size_t i = 1; i + 1 < arg->n; i++) {
    char c = arg->s[i];
    if (c == '\\' && i + 2 < arg->n) {
      c = arg->s[++i];
      c = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
    }
    *p++ = c;
  }
  return push_text(m, PV_STR, copy, (size_t)(p - copy));
}

/* --- Globals and what would be calls ----------------------------------------------------------------------------- */

/* torch::pickle_load knows few globals, and says so differently for each module. */
static void refuse_global(machine *m, const ck_pv *global, const char *module, size_t module_n) {
  const ck_pg_row *row = global->row;
  bool is_torch = module_n == 5 && memcmp(module, "torch", 5) == 0;
  bool is_main = module_n == 8 && memcmp(module, "__main__", 8) == 0;
  bool known = row && (row->role == PG_TENSOR || row->role == PG_QTENSOR || row->role == PG_SPARSE ||
                       row->role == PG_FIRST || (row->role == PG_STORAGE && row->dtype != CK_DTYPE_UNKNOWN) ||
                       strcmp(row->name, "collections.OrderedDict") == 0 || strcmp(row->name, "torch.device") == 0 ||
                       strncmp(row->name, "torch.per_", 10) == 0);
  if (known) return;
  if (is_torch) refuse(m, "Unpickler found unknown torch global, '%.*s'", global->s, global->n);
  else if (is_main) refuse(m, "Unknown pickler class id%.*s", global->s + 9, global->n - 9);
  else refuse(m, "Unpickler found unknown type %.*s", global->s, global->n);
}

static bool is_global(const ck_pv *v, const char *module, size_t module_n, const char *name, size_t name_n) {
  return v->n == module_n + 1 + name_n && memcmp(v->s, module, module_n) == 0 &&
         memcmp(v->s + module_n + 1, name, name_n) == 0;
}

static ck_status new_global(machine *m, const char *module, size_t module_n, const char *name, size_t name_n,
                            ck_pv **out) {
  shared_global *last = &m->shared.globals[(module_n * 3 + name_n) % GLOBALS];
  if (last->v && last->module_n == module_n && is_global(last->v, module, module_n, name, name_n)) {
    *out = last->v;
    return ck_ckpt_count(m->job);
  }
  TRY(new_value(m, PV_GLOBAL, out));
  *last = (shared_global){*out, module_n};
  TRY(ck_ckpt_charge(m->job, module_n + name_n));
  char *s = ck_arena_alloc(&m->job->scratch, module_n + name_n + 2);
  memcpy(s, module, module_n);
  s[module_n] = '.';
  memcpy(s + module_n + 1, name, name_n);
  (*out)->s = s;
  (*out)->n = (uint32_t)(module_n + 1 + name_n);
  (*out)->row = ck_pg_find(module, module_n, name, name_n);
  if ((*out)->row == NULL)
    ck_ckpt_add_unsafe(m->job, ck_ckpt_copy_key(m->job, s, (*out)->n < 300 ? (*out)->n : 300), m->where, m->op_at);
  refuse_global(m, *out, module, module_n);
  return CK_OK;
}

/* dict(pairs): the pairs of a list of two-element lists or tuples, as Python 2 wrote OrderedDict. */
static ck_status add_pairs(machine *m, ck_pv *dict, const ck_pv *list) {
  for (size_t i = 0; i < list->n; i++) {
    ck_pv *pair = list->items[i];
    if ((pair->type != PV_TUPLE && pair->type != PV_LIST) || pair->n != 2) continue;
    TRY(add_items(m, dict, pair->items, 2));
  }
  return CK_OK;
}

static bool is_sequence(const ck_pv *v) { return v->type == PV_TUPLE || v->type == PV_LIST || v->type == PV_SET; }

/* callee(*args). Calls that stand for data become the data; a call of anything else is only remembered. */
static ck_status push_call(machine *m, ck_pv *callee, ck_pv *args) {
  const ck_pg_row *row = callee->type == PV_GLOBAL ? callee->row : NULL;
  const ck_pv *first = args->type == PV_TUPLE && args->n > 0 ? args->items[0] : NULL;
  ck_pv *v;
  if (row && row->role == PG_DICT) {
    TRY(push_new(m, PV_DICT, &v));
    v->is_ordered = strcmp(row->name, "collections.OrderedDict") == 0;
    if (first && first->type == PV_LIST) return add_pairs(m, v, first);
    return first && first->type == PV_DICT ? add_items(m, v, first->items, first->n) : CK_OK;
  }
  if (row && (row->role == PG_SET || row->role == PG_LIST || row->role == PG_TUPLE)) {
    ck_pv_type type = row->role == PG_SET ? PV_SET : row->role == PG_LIST ? PV_LIST : PV_OBJECT;
    if (type != PV_OBJECT) {
      TRY(push_new(m, type, &v));
      return first && is_sequence(first) ? add_items(m, v, first->items, first->n) : CK_OK;
    }
  }
  ck_pv *items[] = {callee, args};
  return push_container(m, PV_OBJECT, items, 2);
}

static ck_status new_instance(machine *m, ck_pv *class, ck_pv **items, size_t n) {
  ck_pv *args;
  TRY(new_value(m, PV_TUPLE, &args));
  TRY(add_items(m, args, items, n));
  return push_call(m, class, args);
}

/* NEXT_BUFFER, EXT: something that the pickle does not hold itself. */
static ck_status push_opaque_global(machine *m, const char *module, int64_t code) {
  char name[32];
  ck_pv *v;
  int n = snprintf(name, sizeof name, "%lld", (long long)code);
  TRY(new_global(m, module, strlen(module), name, (size_t)n, &v));
  return push(m, v);
}

/* --- Filling containers ------------------------------------------------------------------------------------------ */

/* obj[k] = v ... on the value below; an object that is not known to be a dict keeps the pairs beside its arguments. */
static ck_status set_items(machine *m, ck_pv **items, size_t n) {
  ck_pv *target = NULL;
  if (n % 2) return broken(m, "a key has no value");
  TRY(top(m, &target));
  if (target->is_ordered) refuse(m, "%.*s", ordered_dict, strlen(ordered_dict));
  if (target->type == PV_DICT) return add_items(m, target, items, n);
  if (target->type != PV_OBJECT) return broken(m, "items are set on a value that is no dict");
  if (target->n > 2 && !target->is_pairs) return CK_OK;
  target->is_pairs = true;
  return add_items(m, target, items, n);
}

static ck_status append_items(machine *m, ck_pv **items, size_t n) {
  ck_pv *target = NULL;
  TRY(top(m, &target));
  if (target->type == PV_LIST || target->type == PV_SET) return add_items(m, target, items, n);
  if (target->type != PV_OBJECT) return broken(m, "items are appended to a value that is no list");
  return target->is_pairs ? CK_OK : add_items(m, target, items, n);
}

static ck_status build(machine *m) {
  ck_pv *state = NULL, *target = NULL;
  TRY(pop(m, &state));
  TRY(top(m, &target));
  if (target->type == PV_OBJECT || target->type == PV_DICT) target->state = state;
  return CK_OK;
}

/* --- One opcode -------------------------------------------------------------------------------------------------- */

static ck_status stop(machine *m) {
  TRY(pop(m, &m->out->root));
  m->is_done = true;
  return CK_OK;
}

static ck_status step(machine *m, uint8_t op, const ck_pickle_arg *arg) {
  ck_pv *a = NULL, *b = NULL, *c = NULL, **items = NULL;
  size_t n = 0;
  uint64_t index = 0;
  switch (op) {
  case OP_PROTO:
    if (arg->i > 5) return broken(m, "its protocol is newer than 5");
    m->out->protocol = (int)arg->i;
    if (arg->i != 2) {
      char text[8];
      refuse(m, "Only Pickle protocol 2 is supported, found protocol = %.*s", text,
             (size_t)snprintf(text, sizeof text, "%d", (int)arg->i));
    }
    return CK_OK;
  case OP_FRAME: return CK_OK;
  case OP_STOP: return stop(m);
  case OP_MARK: ck_vec_push(&m->marks, m->stack.n); return CK_OK;
  case OP_POP:
    if (height(m) == 0 && m->marks.n > 0) return m->marks.n--, CK_OK;
    return pop(m, &a);
  case OP_POP_MARK: return pop_to_mark(m, &items, &n);
  case OP_DUP: TRY(top(m, &a)); return push(m, a);

  case OP_NONE: return push_shared(m, PV_NONE, 0, &m->shared.none);
  case OP_NEWTRUE:
  case OP_NEWFALSE: return push_bool(m, op == OP_NEWTRUE);
  case OP_BININT:
  case OP_BININT1:
  case OP_BININT2: return push_int(m, arg->i);
  case OP_INT:
  case OP_LONG: return push_decimal(m, arg);
  case OP_LONG1:
  case OP_LONG4:
    if (arg->n != 8) {
      char text[24];
      refuse(m, "Expected length to be 8, got %.*s", text, (size_t)snprintf(text, sizeof text, "%zu", arg->n));
    }
    return push_long(m, arg);
  case OP_FLOAT: return push_float_text(m, arg);
  case OP_BINFLOAT:
    TRY(push_new(m, PV_FLOAT, &a));
    a->f = arg->f;
    return CK_OK;
  case OP_STRING: return push_quoted(m, arg);
  case OP_UNICODE:
  case OP_BINSTRING: /* Python 2's str: names and paths, so text */
  case OP_SHORT_BINSTRING:
  case OP_BINUNICODE:
  case OP_BINUNICODE8:
  case OP_SHORT_BINUNICODE: return push_text(m, PV_STR, arg->s, arg->n);
  case OP_BINBYTES:
  case OP_BINBYTES8:
  case OP_SHORT_BINBYTES:
  case OP_BYTEARRAY8: return push_text(m, PV_BYTES, arg->s, arg->n);

  case OP_EMPTY_TUPLE: return push_shared(m, PV_TUPLE, 0, &m->shared.no_items);
  case OP_EMPTY_LIST: return push_new(m, PV_LIST, NULL);
  case OP_EMPTY_DICT: return push_new(m, PV_DICT, NULL);
  case OP_EMPTY_SET: return push_new(m, PV_SET, NULL);
  case OP_TUPLE1: return tuple_of(m, 1);
  case OP_TUPLE2: return tuple_of(m, 2);
  case OP_TUPLE3: return tuple_of(m, 3);
  case OP_TUPLE: TRY(pop_to_mark(m, &items, &n)); return push_container(m, PV_TUPLE, items, n);
  case OP_LIST: TRY(pop_to_mark(m, &items, &n)); return push_container(m, PV_LIST, items, n);
  case OP_FROZENSET: TRY(pop_to_mark(m, &items, &n)); return push_container(m, PV_SET, items, n);
  case OP_DICT:
    TRY(pop_to_mark(m, &items, &n));
    if (n % 2) return broken(m, "a key has no value");
    return push_container(m, PV_DICT, items, n);
  case OP_SETITEM:
    if (height(m) < 3) return broken(m, "the stack is empty");
    m->stack.n -= 2;
    return set_items(m, m->stack.at + m->stack.n, 2);
  case OP_SETITEMS: TRY(pop_to_mark(m, &items, &n)); return set_items(m, items, n);
  case OP_APPEND:
    if (height(m) < 2) return broken(m, "the stack is empty");
    m->stack.n -= 1;
    return append_items(m, m->stack.at + m->stack.n, 1);
  case OP_APPENDS:
  case OP_ADDITEMS: TRY(pop_to_mark(m, &items, &n)); return append_items(m, items, n);

  case OP_PUT: TRY(line_index(m, arg, &index)); return put(m, index);
  case OP_BINPUT:
  case OP_LONG_BINPUT: return put(m, (uint64_t)arg->i);
  case OP_MEMOIZE: return put(m, m->memo_next);
  case OP_GET: TRY(line_index(m, arg, &index)); return get(m, index);
  case OP_BINGET:
  case OP_LONG_BINGET: return get(m, (uint64_t)arg->i);

  case OP_GLOBAL: TRY(new_global(m, arg->s, arg->n, arg->s2, arg->n2, &a)); return push(m, a);
  case OP_STACK_GLOBAL:
    TRY(pop(m, &b));
    TRY(pop(m, &a));
    if (a->type != PV_STR || b->type != PV_STR) return broken(m, "a global's name is no string");
    TRY(new_global(m, a->s, a->n, b->s, b->n, &c));
    return push(m, c);
  case OP_EXT1:
  case OP_EXT2:
  case OP_EXT4: return push_opaque_global(m, "copyreg.extension", arg->i);
  case OP_REDUCE:
    TRY(pop(m, &b));
    TRY(pop(m, &a));
    return push_call(m, a, b);
  case OP_NEWOBJ:
    TRY(pop(m, &b));
    TRY(pop(m, &a));
    return push_call(m, a, b);
  case OP_NEWOBJ_EX:
    TRY(pop(m, &c)); /* keyword arguments */
    TRY(pop(m, &b));
    TRY(pop(m, &a));
    return push_call(m, a, b);
  case OP_INST:
    TRY(new_global(m, arg->s, arg->n, arg->s2, arg->n2, &a));
    TRY(pop_to_mark(m, &items, &n));
    return new_instance(m, a, items, n);
  case OP_OBJ:
    TRY(pop_to_mark(m, &items, &n));
    if (n == 0) return broken(m, "an object has no class");
    return new_instance(m, items[0], items + 1, n - 1);
  case OP_BUILD: return build(m);
  case OP_PERSID:
    TRY(new_value(m, PV_STR, &a));
    a->s = arg->s;
    a->n = (uint32_t)arg->n;
    return push_container(m, PV_PERSISTENT, &a, 1);
  case OP_BINPERSID: TRY(pop(m, &a)); return push_container(m, PV_PERSISTENT, &a, 1);
  case OP_NEXT_BUFFER: return push_text(m, PV_BYTES, "", 0);
  case OP_READONLY_BUFFER: return top(m, &a);
  default: return broken(m, "there is no such opcode");
  }
}

static ck_status run(machine *m) {
  while (!m->is_done) {
    ck_pickle_arg arg;
    uint8_t op;
    m->op_at = m->code.at;
    ck_pickle_read got = ck_pickle_next(&m->code, &op, &arg);
    if (got == CK_PICKLE_ENDS) return ends_early(m);
    if (got == CK_PICKLE_UNKNOWN) return broken(m, "there is no such opcode");
    if (!libtorch_ops[op] && m->out->refusal[0] == 0) {
      char text[16];
      int n = snprintf(text, sizeof text, "0x%x: %d", op, op);
      refuse(m, "Unknown opcode for unpickling at %.*s", text, (size_t)n);
    }
    TRY(step(m, op, &arg));
  }
  return CK_OK;
}

ck_status ck_pickle_run(ck_ckpt_job *job, const char *where, const unsigned char *bytes, size_t size, size_t *at,
                        ck_pickle *out) {
  *out = (ck_pickle){0};
  machine m = {.job = job, .where = where, .code = {bytes, size, *at}, .out = out};
  ck_vec_reserve(&m.stack); /* so that "above the mark" is a place even when nothing was pushed */
  ck_status status = run(&m);
  *at = m.code.at;
  free(m.stack.at);
  free(m.marks.at);
  free(m.memo);
  return status;
}
