/* std_input.c - reading from string streams.
 *
 * Each operation takes some of the rest of the text, and sets the bits of the stream's state as [istream] has it: END
 * where it met the end of the text, FAIL where it got nothing; after either nothing more is read. A stream whose text
 * or state is not known gives what is not known. */
#include "eval/std_stream.h"

#include <ctype.h>
#include <stdlib.h>

#include "eval/std_int.h"

static ck_loc place(const ck_call *call) { return call->node != NULL ? call->node->loc : (ck_loc){0}; }

/* Rest of the text of a stream that is read; false if it, or the stream's state, is not known. */
static bool rest_of(ck_call *call, const ck_list *stream, const char **rest) {
  ck_value text = ck_ev_decide(call->ev, ck_ev_load(call->ev, stream->at[TEXT]));
  ck_value position = ck_ev_load(call->ev, stream->at[POSITION]);
  if (text.kind != CK_V_STRING || position.kind != CK_V_INT || position.i < 0 ||
      (size_t)position.i > strlen(text.str) || ck_ev_load(call->ev, stream->at[STATE]).kind != CK_V_INT)
    return false;
  *rest = text.str + position.i;
  return true;
}

static void advance(ck_call *call, const ck_list *stream, size_t n) {
  ck_std_stream_set(call, stream, POSITION, ck_std_stream_get(call, stream, POSITION) + (int64_t)n);
}

static void add_state(ck_call *call, const ck_list *stream, int64_t bits) {
  ck_std_stream_set(call, stream, STATE, ck_std_stream_get(call, stream, STATE) | bits);
}

/* Is there nothing wrong yet? Otherwise the operation fails at once. */
static bool is_good(ck_call *call, const ck_list *stream) {
  if (ck_std_stream_get(call, stream, STATE) == 0) return true;
  add_state(call, stream, FAIL);
  return false;
}

/* The stream's position and state are not known from now on. */
static void lose(ck_call *call, const ck_list *stream) {
  if (stream == NULL) return;
  ck_ev_store(call->ev, stream->at[POSITION], ck_call_unknown(call, "position in a stream"));
  ck_ev_store(call->ev, stream->at[STATE], ck_call_unknown(call, "state of a stream"));
}

/* What is read from a stream that is not known is not known; the stream's state neither. */
static void read_unknown(ck_call *call, const ck_list *stream, ck_cell *into) {
  ck_ev_store(call->ev, into, ck_call_unknown(call, "read from a stream"));
  lose(call, stream);
}

/* The result of an input operation: the stream. Where it is none that is modelled, its truth is unknown. */
static ck_value stream_result(ck_call *call, ck_cell *stream, bool modelled) {
  return modelled ? ck_ev_ref(stream)
                  : ck_call_unknown(call, "the state of a stream after `%s`", ck_ev_plain_name(call->name));
}

/* getline(stream, line[, delimiter]) ([string.io]) */
ck_value ck_std_getline(ck_call *call) {
  const ck_list *stream = ck_std_stream_of(call, call->args[0]);
  const char *rest;
  int64_t delimiter = '\n';
  if (stream == NULL || !rest_of(call, stream, &rest) || (call->nargs > 2 && !ck_std_int_arg(call, 2, &delimiter))) {
    read_unknown(call, stream, call->args[1]);
    return stream_result(call, call->args[0], stream != NULL);
  }
  if (!is_good(call, stream)) return ck_ev_ref(call->args[0]);
  const char *end = strchr(rest, (int)delimiter);
  size_t n = end != NULL ? (size_t)(end - rest) : strlen(rest);
  ck_ev_store(call->ev, call->args[1], ck_ev_string_n(call->ev, rest, n));
  advance(call, stream, n + (end != NULL));
  if (end == NULL) add_state(call, stream, *rest == 0 ? END | FAIL : END);
  return ck_ev_ref(call->args[0]);
}

static size_t spaces(const char *s) {
  size_t n = 0;
  while (isspace((unsigned char)s[n])) n++;
  return n;
}

typedef struct {
  ck_value value;
  const char *end; /* NULL: not modelled */
  bool fails;      /* the value is stored all the same (C++11) */
} extraction;

static extraction extract_bool(const char *s, bool by_name) {
  static const char *const names[] = {"false", "true"};
  for (int i = 0; i < 2 && by_name; i++)
    if (strncmp(s, names[i], strlen(names[i])) == 0) return (extraction){CK_BOOL(i), s + strlen(names[i]), false};
  if (by_name || !isdigit((unsigned char)*s)) return (extraction){CK_BOOL(0), NULL, true};
  char *end;
  long n = strtol(s, &end, 10);
  return (extraction){CK_BOOL(n != 0), end, n != 0 && n != 1};
}

/* A number: what no number starts with is left where it is; half a number is not modelled. */
static extraction extract_number(const char *s, const ck_ir_type *type) {
  bool is_float = type->kind == CK_IR_T_FLOAT;
  const char *digits = s + (*s == '-' || *s == '+');
  bool starts = isdigit((unsigned char)*digits) || (is_float && *digits == '.');
  if (!starts) return (extraction){is_float ? CK_FLOAT(0) : CK_INT(0), digits == s ? s : NULL, true};
  char *end;
  if (!is_float) {
    int64_t n = type->is_signed ? strtoll(s, &end, 10) : (int64_t)strtoull(s, &end, 10);
    bool fits = type->bits >= 64 || n == ck_ev_wrap(n, type);
    return (extraction){CK_INT(n), fits ? end : NULL, false};
  }
  double f = type->bits == 32 ? (double)strtof(s, &end) : strtod(s, &end);
  bool is_whole = end != s && strchr("eExX", *end == 0 ? ' ' : *end) == NULL && digits[1] != 'x' && digits[1] != 'X';
  return (extraction){CK_FLOAT(f), is_whole ? end : NULL, false};
}

/* A value of `type` from `s`, which starts with no space. */
static extraction extract(ck_call *call, const ck_list *stream, const char *s, const ck_ir_type *type) {
  if (type->kind == CK_IR_T_BOOL) return extract_bool(s, (ck_std_stream_get(call, stream, FLAGS) & BOOLALPHA) != 0);
  if (type->kind == CK_IR_T_INT && type->is_char) return (extraction){CK_INT(*s), s + 1, false};
  if (type->kind != CK_IR_T_RECORD) return extract_number(s, type);
  const char *end = s;
  while (*end != 0 && !isspace((unsigned char)*end)) end++;
  return (extraction){ck_ev_string_n(call->ev, s, (size_t)(end - s)), end, false};
}

static bool is_extracted(const ck_ir_type *type) {
  return type != NULL && (type->kind == CK_IR_T_INT || type->kind == CK_IR_T_FLOAT || type->kind == CK_IR_T_BOOL ||
                          (type->kind == CK_IR_T_RECORD && strcmp(type->name, "std::basic_string") == 0));
}

/* std::ws: at the end of the text it does not fail. */
static void skip_spaces(ck_call *call, const ck_list *stream) {
  const char *rest;
  if (!rest_of(call, stream, &rest)) {
    lose(call, stream);
    return;
  }
  if (ck_std_stream_get(call, stream, STATE) != 0) return;
  size_t n = spaces(rest);
  advance(call, stream, n);
  if (rest[n] == 0) add_state(call, stream, END);
}

/* stream >> x */
ck_value ck_std_operator_shr(ck_call *call) {
  ck_cell *left = ck_std_operand(call, 0), *right = ck_std_operand(call, 1);
  if (right == NULL) return ck_call_unknown(call, "an operator with one operand");
  const ck_list *stream = ck_std_stream_of(call, left);
  const ck_ir_type *type = ck_ir_strip_ref(right->type);
  const char *rest;
  ck_value v = ck_ev_load(call->ev, right);
  if (stream != NULL && v.kind == CK_V_CLOSURE && v.closure->name &&
      strcmp(ck_ev_plain_name(v.closure->name), "ws") == 0) {
    skip_spaces(call, stream);
    return ck_ev_ref(left);
  }
  if (stream != NULL && ck_std_try_manipulator(call, stream, v)) return ck_ev_ref(left);
  if (stream == NULL || !is_extracted(type) || !rest_of(call, stream, &rest) ||
      (ck_std_stream_get(call, stream, FLAGS) & (HEX | OCT | UNMODELLED)) ||
      ck_std_stream_get(call, stream, WIDTH) != 0) {
    read_unknown(call, stream, right);
    return stream_result(call, left, stream != NULL);
  }
  if (!is_good(call, stream)) return ck_ev_ref(left);
  const char *s = rest + spaces(rest);
  if (*s == 0) {
    advance(call, stream, (size_t)(s - rest));
    add_state(call, stream, END | FAIL);
    return ck_ev_ref(left);
  }
  extraction x = extract(call, stream, s, type);
  if (x.end == NULL) {
    read_unknown(call, stream, right);
    return ck_ev_ref(left);
  }
  ck_ev_store(call->ev, right, ck_std_init_value(call, type, x.value));
  advance(call, stream, (size_t)(x.end - rest));
  bool reads_on = !(type->kind == CK_IR_T_INT && type->is_char) &&
                  !(type->kind == CK_IR_T_BOOL && (ck_std_stream_get(call, stream, FLAGS) & BOOLALPHA));
  add_state(call, stream, (x.fails ? FAIL : 0) | (*x.end == 0 && reads_on ? END : 0));
  return ck_ev_ref(left);
}

/* operator bool, good, fail, eof, !: of a string stream known, else a condition. */
ck_value ck_std_stream_state(ck_call *call) {
  const ck_list *stream = ck_std_stream_of(call, ck_std_operand(call, 0));
  const char *name = ck_ev_plain_name(call->name);
  if (stream == NULL || ck_ev_load(call->ev, stream->at[STATE]).kind != CK_V_INT)
    return ck_call_unknown(call, "the state of a stream");
  int64_t state = ck_std_stream_get(call, stream, STATE);
  if (strcmp(name, "eof") == 0) return CK_BOOL((state & END) != 0);
  if (strcmp(name, "good") == 0) return CK_BOOL(state == 0);
  if (strcmp(name, "bad") == 0) return CK_BOOL(0);
  bool negative = strcmp(name, "fail") == 0 || strcmp(name, "operator!") == 0;
  return CK_BOOL(((state & FAIL) != 0) == negative);
}

ck_value ck_std_stream_clear(ck_call *call) {
  const ck_list *stream = ck_std_stream_of(call, call->self);
  if (stream != NULL) ck_std_stream_set(call, stream, STATE, 0);
  return CK_VOID;
}

/* One character: peek() leaves it, get() and get(c) take it. */
static bool read_character(ck_call *call, const ck_list *stream, bool takes, ck_value *out) {
  const char *rest;
  if (stream == NULL || !rest_of(call, stream, &rest)) return false;
  *out = CK_INT(-1);
  if (!is_good(call, stream)) return true;
  if (*rest == 0) {
    add_state(call, stream, takes ? END | FAIL : END);
    return true;
  }
  *out = CK_INT((unsigned char)*rest);
  if (takes) advance(call, stream, 1);
  return true;
}

/* ignore(), ignore(n), ignore(n, delimiter) */
static bool ignored(ck_call *call, const ck_list *stream) {
  const char *rest;
  int64_t n = 1, delimiter = -1;
  if (stream == NULL || !rest_of(call, stream, &rest) || (call->nargs > 0 && !ck_std_int_arg(call, 0, &n)) ||
      (call->nargs > 1 && !ck_std_int_arg(call, 1, &delimiter)))
    return false;
  if (!is_good(call, stream)) return true;
  int64_t used = 0;
  for (bool done = false; used < n && !done;) {
    if (rest[used] == 0) {
      add_state(call, stream, END);
      break;
    }
    done = delimiter >= 0 && (unsigned char)rest[used] == (unsigned char)delimiter;
    used++;
  }
  advance(call, stream, (size_t)used);
  return true;
}

/* The variable behind the first argument of read(): `v.data()`, `&v[0]`, `v.begin()`; NULL if it is another. */
static ck_cell *buffer_of(ck_call *call) {
  const ck_ir *node = call->node != NULL && call->node->nkids > 1 ? call->node->kids[call->node->nkids - 2] : NULL;
  while (node != NULL && node->kind != CK_IR_REF) {
    bool through = node->kind == CK_IR_MCALL || node->kind == CK_IR_OPCALL || node->kind == CK_IR_UNARY ||
                   node->kind == CK_IR_CAST;
    node = through && node->nkids > 0 ? node->kids[0] : NULL;
  }
  return node != NULL ? ck_ev_lookup(call->ev, node->usr) : NULL;
}

/* The content of a file, as a container of characters, is the file stream itself. */
static bool read_file(ck_call *call) {
  ck_value self = ck_std_self(call);
  ck_cell *buffer = ck_std_stream_path(self) != NULL && call->nargs == 2 ? buffer_of(call) : NULL;
  const ck_ir_type *type = buffer != NULL ? ck_ir_strip_ref(buffer->type) : NULL;
  if (type == NULL || (strcmp(type->name, "std::vector") != 0 && strcmp(type->name, "std::basic_string") != 0))
    return false;
  ck_ev_store(call->ev, buffer, self);
  return true;
}

ck_value ck_std_rdbuf(ck_call *call) {
  ck_value self = ck_std_self(call);
  return ck_std_stream_path(self) != NULL && call->nargs == 0 ? self : ck_std_inert(call);
}

ck_value ck_std_istreambuf_construct(ck_call *call) {
  ck_value v = ck_std_arg(call, 0);
  return ck_std_stream_path(v) != NULL || call->nargs == 0 ? v : ck_call_unknown(call, "what a stream holds");
}

/* read(p, n), get(), ignore() and the like: what they write is unknown where it is not a character of known text. */
ck_value ck_std_stream_read(ck_call *call) {
  const ck_list *stream = ck_std_stream_of(call, call->self);
  const char *name = ck_ev_plain_name(call->name);
  ck_value p = ck_std_arg(call, 0), c;
  bool gets = strcmp(name, "get") == 0, by_reference = gets && call->nargs == 1 && p.kind != CK_V_PTR;
  if ((strcmp(name, "peek") == 0 || (gets && call->nargs == 0)) && read_character(call, stream, gets, &c)) return c;
  if (by_reference && read_character(call, stream, true, &c)) {
    if (c.i >= 0) ck_ev_store(call->ev, call->args[0], CK_INT((char)c.i));
    return ck_ev_ref(call->self);
  }
  if (strcmp(name, "ignore") == 0 && ignored(call, stream)) return ck_ev_ref(call->self);
  if (strcmp(name, "read") == 0 && read_file(call)) return ck_call_unknown(call, "read from a stream");
  if (p.kind == CK_V_PTR) ck_ev_open(call->ev, p, place(call), "read from a stream");
  if (call->nargs > 0 && (by_reference || p.kind == CK_V_INT))
    ck_ev_store(call->ev, call->args[0], ck_call_unknown(call, "read from a stream"));
  lose(call, stream);
  return ck_call_unknown(call, "read from a stream");
}
