/* std_string.c - std::string, string_view, C strings, and conversions between text and numbers.
 *
 * A string is an immutable STRING value; a method that changes one stores a new value. A symbolic string (a pattern
 * such as "layers.*") can be extended, compared and measured symbolically; what looks inside it is a symbolic call. */
#include "eval/eval_int.h"
#include "eval/std_int.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"

static ck_loc place(const ck_call *call) { return call->node != NULL ? call->node->loc : (ck_loc){0}; }

enum { MAX_REPEAT = 1 << 20 };

/* --- text from arguments -------------------------------------------------------------------------------------- */
static bool is_string_class(const ck_ir_type *type) {
  return type != NULL && type->kind == CK_IR_T_RECORD && strncmp(type->name, "std::basic_string", 17) == 0;
}

static ck_value character(ck_call *call, int64_t c) {
  char text = (char)c;
  return ck_std_string(call, &text, 1);
}

/* A number in the place of a string is a character. */
static ck_value as_string(ck_call *call, ck_value v) {
  if (v.kind == CK_V_INT) return character(call, v.i);
  const char *text;
  if ((v.kind == CK_V_PTR || v.kind == CK_V_LIST) && ck_std_text(call, v, &text)) return ck_ev_string(call->ev, text);
  return v;
}

ck_value ck_std_concat(ck_call *call, ck_value a, ck_value b) {
  return ck_ev_binary(call->ev, CK_IR_OP_ADD, as_string(call, a), as_string(call, b), NULL, place(call));
}

static ck_value part(ck_call *call, const char *s, int64_t pos, int64_t n) {
  size_t size = strlen(s);
  if (pos < 0 || (size_t)pos > size) return ck_std_throw(call, "std::out_of_range");
  size_t rest = size - (size_t)pos;
  return ck_ev_string_n(call->ev, s + pos, n >= 0 && (size_t)n < rest ? (size_t)n : rest);
}

static ck_value repeat(ck_call *call, int64_t n, int64_t c) {
  if (n < 0 || n > MAX_REPEAT || (c == 0 && n != 0))
    return ck_call_unknown(call, "a string of %" PRId64 " characters", n);
  char *text = ck_arena_alloc(ck_ev_arena(call->ev), (size_t)n + 1);
  memset(text, (int)c, (size_t)n);
  return ck_ev_string_n(call->ev, text, (size_t)n);
}

static ck_value text_of_range(ck_call *call, const ck_std_range *r) {
  ck_strbuf b;
  ck_strbuf_init(&b);
  bool known = true;
  for (size_t i = 0; i < ck_std_range_size(r) && known; i++) {
    ck_value c = ck_ev_load(call->ev, ck_std_range_at(call, r, i));
    known = c.kind == CK_V_INT && c.i != 0;
    if (known) ck_strbuf_putc(&b, (char)c.i);
  }
  ck_value v =
      known ? ck_ev_string_n(call->ev, b.s, b.n) : ck_call_unknown(call, "a string of characters that are not known");
  ck_strbuf_release(&b);
  return v;
}

/* The text that arguments from `i` on stand for, as constructors, append, assign, insert and replace take it: (s),
 * (s, pos), (s, pos, n), (chars, n), (n, c), (first, last), ({c, ...}), (c). */
static ck_value text_from(ck_call *call, size_t i) {
  size_t n = call->nargs - i;
  int64_t a, b;
  ck_std_range r;
  if (n == 0) return ck_ev_string(call->ev, "");
  ck_value first = n == 1 ? ck_ev_load(call->ev, call->args[i]) : ck_std_arg(call, i);
  if (n == 2 && ck_std_range_of(call, call->args[i], call->args[i + 1], &r)) return text_of_range(call, &r);
  const ck_list *list = ck_std_list_of(first, "init");
  if (list == NULL) list = ck_std_list_of(first, "std::initializer_list");
  if (list != NULL && n == 1) {
    if (list->n == 1) first = ck_ev_load(call->ev, list->at[0]);
    else if (list->n == 0) return ck_ev_string(call->ev, "");
    else {
      r = (ck_std_range){call->args[i], first, 0, list->n, false};
      return text_of_range(call, &r);
    }
  }
  if (n == 1) return as_string(call, first);
  if (ck_std_is_number(first)) {
    if (n == 2 && ck_std_int_arg(call, i, &a) && ck_std_int_arg(call, i + 1, &b)) return repeat(call, a, b);
    return ck_call_unknown(call, "a string of characters that are not known");
  }
  const char *s;
  if (!ck_std_text(call, first, &s)) {
    ck_value second = ck_std_arg(call, i + 1);
    if (second.kind != CK_V_INT && second.kind != CK_V_SYM && second.kind != CK_V_UNKNOWN)
      return as_string(call, first); /* an allocator */
    return ck_std_because(call, first, "part of a string that is not known");
  }
  ck_value second = ck_std_arg(call, i + 1);
  if (!ck_std_is_number(second)) return second.kind == CK_V_UNKNOWN ? second : as_string(call, first);
  if (!ck_std_int_arg(call, i + 1, &a)) return ck_std_because(call, second, "part of a string that is not known");
  b = -1;
  if (n > 2 && !ck_std_int_arg(call, i + 2, &b))
    return ck_std_because(call, ck_std_arg(call, i + 2), "part of a string that is not known");
  /* (s, pos) of a string class counts from the front, (chars, n) of a pointer from the end */
  if (n == 2 && !is_string_class(ck_std_arg_type(call, i))) return part(call, s, 0, a);
  return part(call, s, a, b);
}

static ck_value store_self(ck_call *call, ck_value v) {
  if (v.kind == CK_V_UNKNOWN || ck_std_is_string(v) || v.kind == CK_V_CHOICE) ck_ev_store(call->ev, call->self, v);
  else ck_ev_store(call->ev, call->self, ck_std_because(call, v, "a string made of a value that is not known"));
  return ck_std_ref_self(call);
}

/* --- construction, changes ------------------------------------------------------------------------------------ */
ck_value ck_std_string_construct(ck_call *call) {
  ck_std_range r;
  ck_value first = call->nargs > 0 ? ck_std_arg(call, 0) : CK_VOID;
  ck_cell *const *given;
  size_t count;
  if (ck_std_elements(call, &given, &count)) {
    r = (ck_std_range){NULL, first, 0, count, false};
    return text_of_range(call, &r);
  }
  if (ck_std_stream_path(first) != NULL) return first; /* the content of a file (std_stream.c) */
  if (call->brace && call->nargs >= 1 && first.kind == CK_V_INT) {
    ck_value all = ck_ev_list_of_cells(call->ev, "init", call->args, call->nargs);
    r = (ck_std_range){NULL, all, 0, call->nargs, false};
    return text_of_range(call, &r);
  }
  if (call->nargs == 1 && first.kind == CK_V_NULL) return ck_call_unknown(call, "a string made of a null pointer");
  ck_value v = text_from(call, 0);
  if (ck_std_is_string(v) || v.kind == CK_V_UNKNOWN || v.kind == CK_V_CHOICE) return v;
  return ck_std_because(call, v, "a string made of a value that is not known");
}

ck_value ck_std_string_assign(ck_call *call) { return store_self(call, text_from(call, 0)); }

ck_value ck_std_string_append(ck_call *call) {
  return store_self(call, ck_std_concat(call, ck_ev_load(call->ev, call->self), text_from(call, 0)));
}

ck_value ck_std_string_push_back(ck_call *call) {
  ck_std_string_append(call);
  return CK_VOID;
}

/* Self's text; false: *v is what the method's result or effect is. */
static bool self_text(ck_call *call, const char **s) { return ck_std_text(call, ck_std_self(call), s); }

static ck_value changed_unknown(ck_call *call) {
  ck_value v = ck_std_self(call);
  v = ck_std_because(call, v, "a string that is not known is changed inside");
  ck_ev_store(call->ev, call->self, v);
  return ck_std_ref_self(call);
}

static ck_value spliced(ck_call *call, const char *s, size_t pos, size_t n, ck_value middle) {
  ck_value head = ck_ev_string_n(call->ev, s, pos), tail = ck_ev_string(call->ev, s + pos + n);
  return ck_std_concat(call, ck_std_concat(call, head, middle), tail);
}

/* Position and count arguments, or a pair of iterators, from args[i]: clipped to the text. */
static bool extent(ck_call *call, size_t i, const char *s, size_t *pos, size_t *n, bool *thrown) {
  ck_cell *holder;
  size_t from, to, size = strlen(s);
  *thrown = false;
  if (ck_std_as_iterator(ck_std_arg(call, i), &holder, &from)) {
    to = from + 1;
    if (holder != call->self) return false;
    if (i + 1 < call->nargs && ck_std_as_iterator(ck_std_arg(call, i + 1), &holder, &to) && holder != call->self)
      return false;
    if (from > to || to > size) return false;
    *pos = from;
    *n = to - from;
    return true;
  }
  int64_t p = 0, count = -1;
  if (i < call->nargs && !ck_std_int_arg(call, i, &p)) return false;
  if (i + 1 < call->nargs && !ck_std_int_arg(call, i + 1, &count)) return false;
  *thrown = p < 0 || (size_t)p > size;
  if (*thrown) return true;
  *pos = (size_t)p;
  *n = count >= 0 && (size_t)count < size - *pos ? (size_t)count : size - *pos;
  return true;
}

ck_value ck_std_string_erase(ck_call *call) {
  const char *s;
  size_t pos, n;
  bool thrown, iterators = ck_std_arg(call, 0).kind == CK_V_PTR;
  if (!self_text(call, &s) || !extent(call, 0, s, &pos, &n, &thrown)) return changed_unknown(call);
  if (thrown) return ck_std_throw(call, "std::out_of_range");
  store_self(call, spliced(call, s, pos, n, ck_ev_string(call->ev, "")));
  return iterators ? ck_std_iterator(call->self, pos) : ck_std_ref_self(call);
}

ck_value ck_std_string_replace(ck_call *call) {
  const char *s;
  size_t pos, n;
  bool thrown;
  if (!self_text(call, &s) || !extent(call, 0, s, &pos, &n, &thrown)) return changed_unknown(call);
  if (thrown) return ck_std_throw(call, "std::out_of_range");
  return store_self(call, spliced(call, s, pos, n, text_from(call, 2)));
}

ck_value ck_std_string_insert(ck_call *call) {
  const char *s;
  size_t pos, n;
  bool thrown, iterators = ck_std_arg(call, 0).kind == CK_V_PTR;
  if (!self_text(call, &s)) return changed_unknown(call);
  ck_call at = *call;
  at.nargs = 1;
  if (!extent(&at, 0, s, &pos, &n, &thrown)) return changed_unknown(call);
  if (thrown) return ck_std_throw(call, "std::out_of_range");
  store_self(call, spliced(call, s, pos, 0, text_from(call, 1)));
  return iterators ? ck_std_iterator(call->self, pos) : ck_std_ref_self(call);
}

ck_value ck_std_string_pop_back(ck_call *call) {
  const char *s;
  if (!self_text(call, &s) || *s == 0) changed_unknown(call);
  else store_self(call, ck_ev_string_n(call->ev, s, strlen(s) - 1));
  return CK_VOID;
}

ck_value ck_std_string_clear(ck_call *call) {
  store_self(call, ck_ev_string(call->ev, ""));
  return CK_VOID;
}

ck_value ck_std_string_resize(ck_call *call) {
  const char *s;
  int64_t n, c = 0;
  if (!self_text(call, &s) || !ck_std_int_arg(call, 0, &n) || n < 0 ||
      (call->nargs > 1 && !ck_std_int_arg(call, 1, &c))) {
    changed_unknown(call);
    return CK_VOID;
  }
  size_t size = strlen(s);
  if ((size_t)n <= size) store_self(call, ck_ev_string_n(call->ev, s, (size_t)n));
  else store_self(call, ck_std_concat(call, ck_ev_string(call->ev, s), repeat(call, n - (int64_t)size, c)));
  return CK_VOID;
}

/* view.remove_prefix(n), remove_suffix(n) */
ck_value ck_std_view_remove(ck_call *call) {
  const char *s;
  int64_t n;
  bool prefix = strstr(call->name, "prefix") != NULL;
  if (!self_text(call, &s) || !ck_std_int_arg(call, 0, &n) || n < 0 || (size_t)n > strlen(s)) changed_unknown(call);
  else store_self(call, prefix ? ck_ev_string(call->ev, s + n) : ck_ev_string_n(call->ev, s, strlen(s) - (size_t)n));
  return CK_VOID;
}

/* s[i] = c: the evaluator looks for "<callee>=" when the target of an assignment has no cell of its own. */
static ck_value write_character(ck_call *call, int64_t i) {
  const char *s;
  int64_t c;
  if (!self_text(call, &s) || i < 0 || (size_t)i >= strlen(s) || call->nargs == 0 ||
      !ck_std_int_arg(call, call->nargs - 1, &c) || c == 0)
    return changed_unknown(call);
  char *text = ck_arena_strdup(ck_ev_arena(call->ev), s);
  text[i] = (char)c;
  ck_ev_store(call->ev, call->self, ck_ev_string(call->ev, text));
  return CK_INT((char)c);
}

ck_value ck_std_string_index_write(ck_call *call) {
  int64_t i;
  return ck_std_int_arg(call, 0, &i) ? write_character(call, i) : changed_unknown(call);
}

ck_value ck_std_string_front_write(ck_call *call) { return write_character(call, 0); }

ck_value ck_std_string_back_write(ck_call *call) {
  const char *s;
  return self_text(call, &s) ? write_character(call, (int64_t)strlen(s) - 1) : changed_unknown(call);
}

/* --- reading -------------------------------------------------------------------------------------------------- */
static ck_value character_at(ck_call *call, bool checked) {
  const char *s;
  int64_t i;
  ck_value self = ck_std_self(call), index = ck_std_arg(call, 0);
  if (!ck_std_text(call, self, &s) || !ck_ev_as_int(call->ev, index, &i)) {
    if (self.kind == CK_V_UNKNOWN || index.kind == CK_V_UNKNOWN) return self.kind == CK_V_UNKNOWN ? self : index;
    return ck_std_is_string(self) ? ck_ev_sym_call(call->ev, CK_SYM_INT, "at", self, index)
                                  : ck_std_because(call, self, "a character of something that is no string");
  }
  size_t n = strlen(s);
  if (i >= 0 && (size_t)i < n) return CK_INT(s[i]);
  if (checked) return ck_std_throw(call, "std::out_of_range");
  return (size_t)i == n ? CK_INT(0) : ck_call_unknown(call, "a character beyond the string");
}

ck_value ck_std_string_index(ck_call *call) { return character_at(call, false); }
ck_value ck_std_string_at(ck_call *call) { return character_at(call, true); }

static ck_value front_of(ck_call *call, ck_value v) {
  if (v.kind == CK_V_STRING && v.str[0] != 0) return CK_INT(v.str[0]);
  if (ck_std_is_string(v) && v.kind == CK_V_SYM) return ck_ev_sym_call(call->ev, CK_SYM_INT, "front", v, CK_VOID);
  return ck_std_because(call, v, "first character of a string that is not known or is empty");
}

static ck_value back_of(ck_call *call, ck_value v) {
  if (v.kind == CK_V_STRING && v.str[0] != 0) return CK_INT(v.str[strlen(v.str) - 1]);
  if (ck_std_is_string(v) && v.kind == CK_V_SYM) return ck_ev_sym_call(call->ev, CK_SYM_INT, "back", v, CK_VOID);
  return ck_std_because(call, v, "last character of a string that is not known or is empty");
}

ck_value ck_std_string_front(ck_call *call) { return ck_std_lift(call, ck_ev_load(call->ev, call->self), front_of); }
ck_value ck_std_string_back(ck_call *call) { return ck_std_lift(call, ck_ev_load(call->ev, call->self), back_of); }

/* c_str, data, string(), native, conversion to string or view: the text itself. */
ck_value ck_std_string_same(ck_call *call) { return ck_ev_load(call->ev, ck_std_operand(call, 0)); }

/* "..."s, "..."sv */
ck_value ck_std_string_same_arg(ck_call *call) { return ck_ev_load(call->ev, call->args[0]); }

ck_value ck_std_string_substr(ck_call *call) {
  const char *s;
  int64_t pos = 0, n = -1;
  ck_value self = ck_std_self(call);
  bool known = (call->nargs < 1 || ck_std_int_arg(call, 0, &pos)) && (call->nargs < 2 || ck_std_int_arg(call, 1, &n));
  if (known && ck_std_text(call, self, &s)) return part(call, s, pos, n);
  if (self.kind == CK_V_UNKNOWN) return self;
  if (!known || !ck_std_is_string(self)) {
    ck_value index = ck_std_arg(call, 0);
    return ck_std_because(call, index.kind == CK_V_UNKNOWN ? index : self,
                          "part of a string at a place that is not known");
  }
  char name[64];
  snprintf(name, sizeof name, "substr(%" PRId64 ",%" PRId64 ")", pos, n);
  return ck_ev_sym_call(call->ev, CK_SYM_STRING, ck_ev_intern(call->ev, name), self, CK_VOID);
}

/* --- searching: find and its relatives, told apart by the last part of the name ------------------------------- */
static int64_t search(const char *how, const char *s, const char *what, size_t m, int64_t pos) {
  int64_t n = (int64_t)strlen(s), last = n - (int64_t)m;
  bool backwards = strncmp(how, "rfind", 5) == 0 || strstr(how, "last") != NULL;
  bool set = strstr(how, "_of") != NULL, negated = strstr(how, "not") != NULL;
  if (set) last = n - 1;
  int64_t i = pos;
  if (backwards) {
    if (pos < 0 || pos > last) i = last;
  } else if (pos < 0 || pos > n) return -1;
  for (; i >= 0 && i <= last; i += backwards ? -1 : 1) {
    bool hit = set ? (memchr(what, s[i], m) != NULL) != negated : memcmp(s + i, what, m) == 0;
    if (hit) return i;
  }
  return -1;
}

ck_value ck_std_string_find(ck_call *call) {
  const char *how = strrchr(call->name, ':') + 1, *s, *what;
  bool backwards = strncmp(how, "rfind", 5) == 0 || strstr(how, "last") != NULL;
  ck_value self = ck_std_self(call), pattern = as_string(call, ck_std_arg(call, 0));
  int64_t pos = backwards ? -1 : 0, n = -1;
  if (!ck_std_text(call, self, &s) || !ck_std_text(call, pattern, &what)) {
    if (self.kind == CK_V_UNKNOWN || pattern.kind == CK_V_UNKNOWN) return self.kind == CK_V_UNKNOWN ? self : pattern;
    if (call->nargs == 1 && ck_std_is_string(self) && ck_std_is_string(pattern))
      return ck_ev_sym_call(call->ev, CK_SYM_INT, ck_ev_intern(call->ev, how), self, pattern);
    return ck_std_because(call, self, "search in a string that is not known");
  }
  if ((call->nargs > 1 && !ck_std_int_arg(call, 1, &pos)) || (call->nargs > 2 && !ck_std_int_arg(call, 2, &n)))
    return ck_call_unknown(call, "search from a place that is not known");
  size_t m = strlen(what);
  return CK_INT(search(how, s, what, n >= 0 && (size_t)n < m ? (size_t)n : m, pos));
}

/* starts_with, ends_with, contains (C++20, 23) */
ck_value ck_std_string_test(ck_call *call) {
  const char *how = strrchr(call->name, ':') + 1, *s, *what;
  ck_value self = ck_std_self(call), pattern = as_string(call, ck_std_arg(call, 0));
  if (!ck_std_text(call, self, &s) || !ck_std_text(call, pattern, &what)) {
    if (self.kind == CK_V_UNKNOWN || pattern.kind == CK_V_UNKNOWN) return self.kind == CK_V_UNKNOWN ? self : pattern;
    return ck_ev_sym_call(call->ev, CK_SYM_BOOL, ck_ev_intern(call->ev, how), self, pattern);
  }
  if (how[0] == 's') return CK_BOOL(ck_starts_with(s, what));
  if (how[0] == 'e') return CK_BOOL(ck_ends_with(s, what));
  return CK_BOOL(strstr(s, what) != NULL);
}

/* compare(s), (pos, n, s[, pos2[, n2]]) */
ck_value ck_std_string_compare(ck_call *call) {
  const char *s, *t;
  ck_value self = ck_std_self(call), other = CK_VOID;
  int64_t pos, n;
  if (call->nargs == 1) other = as_string(call, ck_std_arg(call, 0));
  if (call->nargs >= 3) other = text_from(call, 2);
  if (!ck_std_text(call, self, &s) || !ck_std_text(call, other, &t)) {
    if (self.kind == CK_V_UNKNOWN || other.kind == CK_V_UNKNOWN) return self.kind == CK_V_UNKNOWN ? self : other;
    if (call->nargs == 1) return ck_ev_sym_call(call->ev, CK_SYM_INT, "compare", self, other);
    return ck_std_because(call, self, "comparison of strings that are not known");
  }
  if (call->nargs >= 3) {
    if (!ck_std_int_arg(call, 0, &pos) || !ck_std_int_arg(call, 1, &n))
      return ck_call_unknown(call, "comparison at a place that is not known");
    ck_value v = part(call, s, pos, n);
    if (v.kind != CK_V_STRING) return v;
    s = v.str;
  }
  int c = strcmp(s, t); /* the value of std::string::compare is only defined by its sign */
  return CK_INT((c > 0) - (c < 0));
}

ck_value ck_std_npos(ck_call *call) {
  (void)call;
  return CK_INT(-1);
}

/* --- operators ------------------------------------------------------------------------------------------------ */
ck_value ck_std_operator_plus(ck_call *call) {
  ck_value a = ck_ev_load(call->ev, ck_std_operand(call, 0)), b = ck_ev_load(call->ev, ck_std_operand(call, 1));
  if (a.kind == CK_V_PTR || ck_std_list_of(a, "std::reverse_iterator") != NULL) return ck_std_iterator_plus(call);
  if (ck_std_list_of(b, "std::reverse_iterator") != NULL) {
    int64_t by;
    if (!ck_ev_as_int(call->ev, a, &by)) return ck_call_unknown(call, "an iterator moved by an unknown distance");
    ck_cell *swapped[2] = {ck_std_operand(call, 1), ck_std_operand(call, 0)};
    ck_call as = *call;
    as.self = NULL;
    as.args = swapped;
    as.nargs = 2;
    return ck_std_iterator_plus(&as);
  }
  return ck_std_concat(call, a, b);
}

/* An operand; nullopt is told by its type. */
static ck_value operand_value(ck_call *call, ck_cell *cell) {
  const ck_ir_type *type = ck_ir_strip_ref(cell->type);
  if (type != NULL && type->kind == CK_IR_T_RECORD && strstr(type->name, "nullopt") != NULL) return CK_NULL;
  return ck_ev_load(call->ev, cell);
}

static ck_value relation(ck_call *call, ck_ir_op op) {
  ck_cell *a = ck_std_operand(call, 0), *b = ck_std_operand(call, 1);
  if (a == NULL || b == NULL) return ck_call_unknown(call, "a comparison with one operand");
  return ck_std_relation(call, op, operand_value(call, a), operand_value(call, b));
}

/* a <=> b as -1, 0 or 1: since C++20 a < b of the library's classes is (a <=> b) < 0. */
ck_value ck_std_three_way(ck_call *call) {
  ck_value less = relation(call, CK_IR_OP_LT), same = relation(call, CK_IR_OP_EQ);
  if (less.kind != CK_V_BOOL || same.kind != CK_V_BOOL)
    return ck_std_because(call, less.kind == CK_V_UNKNOWN ? less : same, "a comparison that is not known");
  return CK_INT(less.i ? -1 : !same.i);
}

ck_value ck_std_operator_eq(ck_call *call) { return relation(call, CK_IR_OP_EQ); }
ck_value ck_std_operator_ne(ck_call *call) { return relation(call, CK_IR_OP_NE); }
ck_value ck_std_operator_lt(ck_call *call) { return relation(call, CK_IR_OP_LT); }
ck_value ck_std_operator_gt(ck_call *call) { return relation(call, CK_IR_OP_GT); }
ck_value ck_std_operator_le(ck_call *call) { return relation(call, CK_IR_OP_LE); }
ck_value ck_std_operator_ge(ck_call *call) { return relation(call, CK_IR_OP_GE); }

/* --- numbers and text ----------------------------------------------------------------------------------------- */
/* to_string(long double), (double) and (float) are "%f"; integers are decimal ([string.conversions]). */
static ck_value number_text(ck_call *call, ck_value v) {
  char text[400];
  switch (v.kind) {
  case CK_V_INT:
  case CK_V_BOOL: {
    const ck_ir_type *type = ck_std_arg_type(call, 0);
    bool is_unsigned = type != NULL && type->kind == CK_IR_T_INT && !type->is_signed && type->bits == 64;
    if (is_unsigned) snprintf(text, sizeof text, "%" PRIu64, (uint64_t)v.i);
    else snprintf(text, sizeof text, "%" PRId64, v.i);
    return ck_ev_string(call->ev, text);
  }
  case CK_V_FLOAT: snprintf(text, sizeof text, "%f", v.f); return ck_ev_string(call->ev, text);
  case CK_V_SYM:
    return v.sym->type == CK_SYM_STRING ? v : ck_ev_sym_call(call->ev, CK_SYM_STRING, "to_string", v, CK_VOID);
  default: return ck_std_because(call, v, "text of a number that is not known");
  }
}

ck_value ck_std_to_string(ck_call *call) { return ck_std_lift(call, ck_ev_load(call->ev, call->args[0]), number_text); }

static ck_value unknown_number(ck_call *call, ck_value v, const char *name, bool is_float) {
  if (v.kind == CK_V_SYM && v.sym->type == CK_SYM_STRING)
    return ck_ev_sym_call(call->ev, is_float ? CK_SYM_FLOAT : CK_SYM_INT, ck_ev_intern(call->ev, name), v, CK_VOID);
  return ck_std_because(call, v, "a number from text that is not known");
}

/* *pos, the second argument of the stoX family. */
static void store_position(ck_call *call, int64_t n) {
  ck_value p = ck_std_arg(call, 1);
  if (p.kind == CK_V_PTR)
    ck_ev_store(call->ev, p.cell, n >= 0 ? CK_INT(n) : ck_call_unknown(call, "a position in text that is not known"));
}

/* stoi .. stoull: by strtol rules; out of the result type's range throws out_of_range. */
ck_value ck_std_stoi(ck_call *call) {
  const char *name = strrchr(call->name, ':') + 1, *s;
  ck_value v = ck_std_arg(call, 0);
  int64_t base = 10;
  if (!ck_std_text(call, v, &s) || (call->nargs > 2 && !ck_std_int_arg(call, 2, &base)) || base < 0 || base > 36) {
    store_position(call, -1);
    return unknown_number(call, v, name, false);
  }
  char *end;
  errno = 0;
  bool is_unsigned = strncmp(name, "stou", 4) == 0;
  int64_t i = is_unsigned ? (int64_t)strtoull(s, &end, (int)base) : strtoll(s, &end, (int)base);
  if (end == s) return ck_std_throw(call, "std::invalid_argument");
  if (errno == ERANGE || (strcmp(name, "stoi") == 0 && (i < INT32_MIN || i > INT32_MAX)))
    return ck_std_throw(call, "std::out_of_range");
  store_position(call, end - s);
  return CK_INT(i);
}

ck_value ck_std_stod(ck_call *call) {
  const char *name = strrchr(call->name, ':') + 1, *s;
  ck_value v = ck_std_arg(call, 0);
  if (!ck_std_text(call, v, &s)) {
    store_position(call, -1);
    return unknown_number(call, v, name, true);
  }
  char *end;
  errno = 0;
  double f = strcmp(name, "stof") == 0 ? (double)strtof(s, &end) : strtod(s, &end);
  if (end == s) return ck_std_throw(call, "std::invalid_argument");
  if (errno == ERANGE) return ck_std_throw(call, "std::out_of_range");
  store_position(call, end - s);
  return CK_FLOAT(f);
}

static const char *plain_name(const ck_call *call) {
  const char *colon = strrchr(call->name, ':');
  return colon != NULL ? colon + 1 : call->name;
}

/* atoi, atol, atoll, atof */
ck_value ck_std_atoi(ck_call *call) {
  const char *name = plain_name(call), *s;
  ck_value v = ck_std_arg(call, 0);
  bool is_float = strcmp(name, "atof") == 0;
  if (!ck_std_text(call, v, &s)) return unknown_number(call, v, name, is_float);
  if (is_float) return CK_FLOAT(strtod(s, NULL));
  return CK_INT(strcmp(name, "atoi") == 0 ? (int)strtol(s, NULL, 10) : strtoll(s, NULL, 10));
}

/* strtol(s, &end, base), strtod(s, &end): of text that is a value, the end is the rest of it. */
ck_value ck_std_strtol(ck_call *call) {
  const char *name = plain_name(call), *s;
  ck_value v = ck_std_arg(call, 0), end = ck_std_arg(call, 1), number;
  bool is_float = strcmp(name, "strtod") == 0 || strcmp(name, "strtof") == 0;
  int64_t base = 10;
  if (!ck_std_text(call, v, &s) || (!is_float && !ck_std_int_arg(call, 2, &base)) || base < 0 || base > 36) {
    if (end.kind == CK_V_PTR) ck_ev_store(call->ev, end.cell, ck_call_unknown(call, "the end of the number in a text"));
    return unknown_number(call, v, name, is_float);
  }
  char *rest;
  if (is_float) number = CK_FLOAT(strcmp(name, "strtof") == 0 ? (double)strtof(s, &rest) : strtod(s, &rest));
  else if (strncmp(name, "strtou", 6) == 0) number = CK_INT((int64_t)strtoull(s, &rest, (int)base));
  else number = CK_INT(strtoll(s, &rest, (int)base));
  if (end.kind == CK_V_PTR)
    ck_ev_store(call->ev, end.cell,
                v.kind == CK_V_STRING ? (ck_value){.kind = CK_V_STRING, .str = rest}
                                      : ck_call_unknown(call, "the end of the number in a text"));
  return number;
}

/* strchr(s, c), strrchr(s, c), strstr(s, t), strpbrk(s, t): the rest of the text from there, or null. */
ck_value ck_std_strchr(ck_call *call) {
  const char *name = plain_name(call), *t = NULL, *found;
  ck_value v = ck_std_arg(call, 0);
  int64_t c = 0;
  bool by_character = strcmp(name, "strchr") == 0 || strcmp(name, "strrchr") == 0;
  if (v.kind != CK_V_STRING || !ck_ev_points_to_text(call->type) ||
      (by_character ? !ck_std_int_arg(call, 1, &c) : !ck_std_text_arg(call, 1, &t)))
    return ck_std_because(call, v, "a place in a text that is not known");
  if (by_character) found = strcmp(name, "strchr") == 0 ? strchr(v.str, (int)c) : strrchr(v.str, (int)c);
  else found = strcmp(name, "strstr") == 0 ? strstr(v.str, t) : strpbrk(v.str, t);
  return found == NULL ? CK_NULL : (ck_value){.kind = CK_V_STRING, .str = found};
}

/* strspn(s, set), strcspn(s, set) */
ck_value ck_std_strspn(ck_call *call) {
  const char *s, *set;
  if (!ck_std_text_arg(call, 0, &s) || !ck_std_text_arg(call, 1, &set))
    return ck_std_because(call, ck_std_arg(call, 0), "a length in a text that is not known");
  return CK_INT((int64_t)(strcmp(plain_name(call), "strspn") == 0 ? strspn(s, set) : strcspn(s, set)));
}

/* --- <cstring>, <cctype> -------------------------------------------------------------------------------------- */
ck_value ck_std_strlen(ck_call *call) {
  const char *s;
  ck_value v = ck_std_arg(call, 0);
  if (ck_std_text(call, v, &s)) return CK_INT((int64_t)strlen(s));
  return ck_std_is_string(v) ? ck_ev_sym_call(call->ev, CK_SYM_INT, "size", v, CK_VOID)
                             : ck_std_because(call, v, "length of text that is not known");
}

ck_value ck_std_strcmp(ck_call *call) {
  const char *s, *t, *name = plain_name(call);
  int64_t n = -1;
  ck_value a = ck_std_arg(call, 0), b = ck_std_arg(call, 1);
  if (!ck_std_text(call, a, &s) || !ck_std_text(call, b, &t) || (call->nargs > 2 && !ck_std_int_arg(call, 2, &n))) {
    if (a.kind == CK_V_UNKNOWN || b.kind == CK_V_UNKNOWN) return a.kind == CK_V_UNKNOWN ? a : b;
    return call->nargs == 2 ? ck_ev_sym_call(call->ev, CK_SYM_INT, "compare", a, b)
                            : ck_call_unknown(call, "comparison of strings that are not known");
  }
  bool fold = strstr(name, "case") != NULL;
  int c = n >= 0 ? (fold ? strncasecmp(s, t, (size_t)n) : strncmp(s, t, (size_t)n))
                 : (fold ? strcasecmp(s, t) : strcmp(s, t));
  return CK_INT((c > 0) - (c < 0));
}

/* Character classes in the C locale, in which a program starts. */
static const struct {
  const char *name;
  int (*of)(int);
  bool is_test;
} characters[] = {
    {"isalnum", isalnum, true},  {"isalpha", isalpha, true},  {"isblank", isblank, true}, {"iscntrl", iscntrl, true},
    {"isdigit", isdigit, true},  {"isgraph", isgraph, true},  {"islower", islower, true}, {"isprint", isprint, true},
    {"ispunct", ispunct, true},  {"isspace", isspace, true},  {"isupper", isupper, true}, {"isxdigit", isxdigit, true},
    {"tolower", tolower, false}, {"toupper", toupper, false},
};

ck_value ck_std_ctype(ck_call *call) {
  const char *name = plain_name(call);
  ck_value v = ck_std_arg(call, 0);
  for (size_t i = 0; i < sizeof characters / sizeof *characters; i++) {
    if (strcmp(characters[i].name, name) != 0) continue;
    if (v.kind == CK_V_SYM) return ck_ev_sym_call(call->ev, CK_SYM_INT, characters[i].name, v, CK_VOID);
    if (v.kind != CK_V_INT || v.i < -1 || v.i > 255) break;
    int result = characters[i].of((int)v.i);
    return CK_INT(characters[i].is_test ? result != 0 : result);
  }
  return ck_std_because(call, v, "class of a character that is not known");
}
