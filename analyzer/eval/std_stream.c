/* std_stream.c - string streams, output, file streams.
 *
 * A string stream is a LIST of its text and its state (the enum below). Output to a console or a file has no effect on
 * a model: it is evaluated and dropped. What is read from outside is unknown. */
#include "eval/eval_int.h"
#include "eval/std_int.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"

static ck_loc place(const ck_call *call) { return call->node != NULL ? call->node->loc : (ck_loc){0}; }

enum { TEXT, POSITION, FAILED, WIDTH, FILL, PRECISION, FLAGS, STREAM_PARTS };
enum { FIXED = 1, SCIENTIFIC = 2, BOOLALPHA = 4, HEX = 8, OCT = 16, LEFT = 32, UNMODELLED = 64 };
#define STRING_STREAM "std::basic_stringstream"

static const ck_list *stream_of(ck_call *call, ck_cell *cell) {
  return cell != NULL ? ck_std_list_of(ck_std_value(call, cell), STRING_STREAM) : NULL;
}

static int64_t state(ck_call *call, const ck_list *stream, size_t part) {
  ck_value v = ck_ev_load(call->ev, stream->at[part]);
  return v.kind == CK_V_INT || v.kind == CK_V_BOOL ? v.i : 0;
}

static void set_state(ck_call *call, const ck_list *stream, size_t part, int64_t n) {
  ck_ev_store(call->ev, stream->at[part], CK_INT(n));
}

ck_value ck_std_stringstream_construct(ck_call *call) {
  ck_value parts[STREAM_PARTS] = {
      ck_ev_string(call->ev, ""), CK_INT(0), CK_INT(0), CK_INT(0), CK_INT(' '), CK_INT(6), CK_INT(0)};
  ck_value first = ck_std_arg(call, 0);
  if (call->nargs > 0 && !ck_std_is_number(first)) {
    if (ck_std_list_of(first, STRING_STREAM) != NULL) return ck_ev_copy(call->ev, first);
    parts[TEXT] = ck_std_is_string(first) ? first : ck_std_because(call, first, "text of a stream that is not known");
    /* an ostringstream with initial text overwrites it from the front, unless opened at its end: not modelled */
    if (strstr(call->name, "ostringstream") != NULL) parts[FLAGS] = CK_INT(UNMODELLED);
  }
  return ck_ev_list(call->ev, STRING_STREAM, parts, STREAM_PARTS);
}

/* --- writing -------------------------------------------------------------------------------------------------- */
/* A float as operator<< writes it: %g with the precision, or %f, %e. */
static void write_float(double f, int64_t flags, int64_t precision, ck_strbuf *out) {
  if (flags & FIXED) ck_strbuf_printf(out, "%.*f", (int)precision, f);
  else if (flags & SCIENTIFIC) ck_strbuf_printf(out, "%.*e", (int)precision, f);
  else ck_strbuf_printf(out, "%.*g", precision == 0 ? 1 : (int)precision, f);
}

static bool write_value(ck_value v, const ck_ir_type *type, int64_t flags, int64_t precision, ck_strbuf *out) {
  bool is_char = type != NULL && type->kind == CK_IR_T_INT && type->is_char && type->bits == 8;
  switch (v.kind) {
  case CK_V_STRING: ck_strbuf_puts(out, v.str); return true;
  case CK_V_BOOL:
    if (flags & BOOLALPHA) ck_strbuf_puts(out, v.i ? "true" : "false");
    else ck_strbuf_putc(out, v.i ? '1' : '0');
    return true;
  case CK_V_INT:
    if (is_char && v.i == 0) return false;
    if (is_char) ck_strbuf_putc(out, (char)v.i);
    else if (flags & (HEX | OCT)) {
      uint64_t u = (uint64_t)v.i;
      if (type == NULL) return false;
      if (type->bits < 64) u &= (UINT64_C(1) << type->bits) - 1;
      ck_strbuf_printf(out, flags & HEX ? "%" PRIx64 : "%" PRIo64, u);
    } else if (type != NULL && type->kind == CK_IR_T_INT && !type->is_signed && type->bits == 64) {
      ck_strbuf_printf(out, "%" PRIu64, (uint64_t)v.i);
    } else {
      ck_strbuf_printf(out, "%" PRId64, v.i);
    }
    return true;
  case CK_V_FLOAT: write_float(v.f, flags, precision, out); return true;
  default: return false;
  }
}

bool ck_std_write_text(ck_call *call, ck_value v, const ck_ir_type *type, ck_strbuf *out) {
  (void)call;
  return write_value(v, type, 0, 6, out);
}

/* The text of one inserted value, with the stream's width and fill; symbolic numbers become text as to_string does. */
static ck_value inserted(ck_call *call, const ck_list *stream, ck_value v, const ck_ir_type *type) {
  const char *text;
  if (v.kind == CK_V_PTR || v.kind == CK_V_LIST) {
    if (!ck_std_text(call, v, &text)) return ck_call_unknown(call, "text of a value that is not known");
    v = ck_ev_string(call->ev, text);
  }
  int64_t width = state(call, stream, WIDTH), flags = state(call, stream, FLAGS);
  if (v.kind == CK_V_SYM) {
    if (width != 0 || (flags & ~LEFT) != 0) return ck_call_unknown(call, "formatted text of a value that is not known");
    bool is_float = v.sym->type == CK_SYM_FLOAT;
    if (v.sym->type == CK_SYM_STRING) return v;
    return ck_ev_sym_call(call->ev, CK_SYM_STRING, is_float ? "str" : "to_string", v, CK_VOID);
  }
  ck_strbuf b, padded;
  ck_strbuf_init(&b);
  ck_strbuf_init(&padded);
  bool known = write_value(v, type, flags, state(call, stream, PRECISION), &b) && !(flags & UNMODELLED);
  if (known) {
    size_t pad = (int64_t)b.n < width && width < 4096 ? (size_t)width - b.n : 0;
    if (flags & LEFT) ck_strbuf_add(&padded, b.s, b.n);
    for (size_t i = 0; i < pad; i++) ck_strbuf_putc(&padded, (char)state(call, stream, FILL));
    if (!(flags & LEFT)) ck_strbuf_add(&padded, b.s, b.n);
    set_state(call, stream, WIDTH, 0);
  }
  ck_value done =
      known ? ck_std_string(call, padded.s, padded.n) : ck_std_because(call, v, "text of a value that is not known");
  ck_strbuf_release(&b);
  ck_strbuf_release(&padded);
  return done;
}

static void append(ck_call *call, const ck_list *stream, ck_value text) {
  ck_value old = ck_ev_load(call->ev, stream->at[TEXT]);
  ck_ev_store(call->ev, stream->at[TEXT], ck_std_concat(call, old, text));
}

/* A manipulator is a LIST "std::manipulator" of its name and its argument, or a CLOSURE with its name. */
static ck_value manipulator(ck_call *call, const char *name, ck_value argument) {
  ck_value parts[2] = {ck_ev_string(call->ev, name), argument};
  return ck_ev_list(call->ev, "std::manipulator", parts, 2);
}

ck_value ck_std_manipulator(ck_call *call) {
  return manipulator(call, strrchr(call->name, ':') + 1, ck_std_arg(call, 0));
}

static const struct {
  const char *name;
  int64_t set, clear;
} flag_names[] = {
    {"fixed", FIXED, SCIENTIFIC},
    {"scientific", SCIENTIFIC, FIXED},
    {"defaultfloat", 0, FIXED | SCIENTIFIC},
    {"boolalpha", BOOLALPHA, 0},
    {"noboolalpha", 0, BOOLALPHA},
    {"hex", HEX, OCT},
    {"oct", OCT, HEX},
    {"dec", 0, HEX | OCT},
    {"left", LEFT, 0},
    {"right", 0, LEFT},
    {"flush", 0, 0},
    {"ws", 0, 0},
};

static void manipulate(ck_call *call, const ck_list *stream, const char *name, ck_value argument) {
  int64_t n;
  bool known = ck_ev_as_int(call->ev, argument, &n);
  if (strcmp(name, "endl") == 0) {
    append(call, stream, ck_ev_string(call->ev, "\n"));
    return;
  }
  size_t part = strcmp(name, "setw") == 0           ? WIDTH
                : strcmp(name, "setfill") == 0      ? FILL
                : strcmp(name, "setprecision") == 0 ? PRECISION
                                                    : TEXT;
  if (part != TEXT && known) {
    set_state(call, stream, part, n);
    return;
  }
  int64_t flags = state(call, stream, FLAGS);
  for (size_t i = 0; i < sizeof flag_names / sizeof *flag_names; i++) {
    if (strcmp(flag_names[i].name, name) != 0) continue;
    set_state(call, stream, FLAGS, (flags & ~flag_names[i].clear) | flag_names[i].set);
    return;
  }
  set_state(call, stream, FLAGS, flags | UNMODELLED);
}

static const char *last_part(const char *name) {
  const char *colon = strrchr(name, ':');
  return colon != NULL ? colon + 1 : name;
}

/* Applies v if it is a manipulator. */
static bool try_manipulator(ck_call *call, const ck_list *stream, ck_value v) {
  const ck_list *parts = ck_std_list_of(v, "std::manipulator");
  if (parts != NULL) {
    ck_value name = ck_ev_load(call->ev, parts->at[0]);
    manipulate(call, stream, name.str, ck_ev_load(call->ev, parts->at[1]));
    return true;
  }
  if (v.kind == CK_V_CLOSURE && v.closure->name != NULL && v.closure->function == NULL) {
    manipulate(call, stream, last_part(v.closure->name), CK_VOID);
    return true;
  }
  return false;
}

/* stream << value. Where the stream is none that is modelled, formatted output changes nothing that matters. */
ck_value ck_std_operator_shl(ck_call *call) {
  ck_cell *left = ck_std_operand(call, 0), *right = ck_std_operand(call, 1);
  if (right == NULL) return ck_call_unknown(call, "an operator with one operand");
  const ck_list *stream = stream_of(call, left);
  if (stream == NULL) return ck_ev_ref(left);
  ck_value v = ck_std_value(call, right);
  const char *before;
  if (ck_std_stream_path(v) != NULL) { /* what rdbuf() gave: the content of a file */
    bool is_empty = ck_std_text(call, ck_ev_load(call->ev, stream->at[TEXT]), &before) && *before == '\0';
    ck_ev_store(call->ev, stream->at[TEXT], is_empty ? v : ck_call_unknown(call, "text and the content of a file"));
  } else if (!try_manipulator(call, stream, v)) {
    append(call, stream, inserted(call, stream, v, ck_ir_strip_ref(right->type)));
  }
  return ck_ev_ref(left);
}

/* put(c), write(s, n), flush(): on a string stream write and put append. */
ck_value ck_std_ostream_method(ck_call *call) {
  const ck_list *stream = stream_of(call, call->self);
  const char *name = last_part(call->name);
  if (stream != NULL && strcmp(name, "flush") != 0)
    append(call, stream, ck_call_unknown(call, "`%s` on a string stream", call->name));
  return ck_std_ref_self(call);
}

ck_value ck_std_stringstream_str(ck_call *call) {
  const ck_list *stream = stream_of(call, call->self);
  if (stream == NULL) return ck_std_because(call, ck_std_self(call), "text of a stream that is not known");
  if (call->nargs == 0) return ck_ev_load(call->ev, stream->at[TEXT]);
  ck_ev_store(call->ev, stream->at[TEXT], ck_std_arg(call, 0));
  set_state(call, stream, POSITION, 0);
  if (ck_std_arg(call, 0).kind == CK_V_STRING && ck_std_arg(call, 0).str[0] != 0 &&
      strstr(call->name, "ostringstream") != NULL)
    set_state(call, stream, FLAGS, state(call, stream, FLAGS) | UNMODELLED);
  return CK_VOID;
}

/* width(n), precision(n), fill(c), setf: the last is not modelled. */
ck_value ck_std_stream_format(ck_call *call) {
  const ck_list *stream = stream_of(call, call->self);
  int64_t n;
  if (stream == NULL) return ck_call_unknown(call, "`%s` of a stream", call->name);
  const char *name = last_part(call->name);
  size_t part = strcmp(name, "width") == 0       ? WIDTH
                : strcmp(name, "fill") == 0      ? FILL
                : strcmp(name, "precision") == 0 ? PRECISION
                                                 : TEXT;
  if (part == TEXT || (call->nargs > 0 && !ck_std_int_arg(call, 0, &n))) {
    set_state(call, stream, FLAGS, state(call, stream, FLAGS) | UNMODELLED);
    return ck_call_unknown(call, "`%s` of a stream", call->name);
  }
  int64_t old = state(call, stream, part);
  if (call->nargs > 0) set_state(call, stream, part, n);
  return CK_INT(old);
}

/* --- reading -------------------------------------------------------------------------------------------------- */
/* Rest of the text of a stream that is read; false if it is not known. */
static bool rest_of(ck_call *call, const ck_list *stream, const char **rest) {
  ck_value text = ck_ev_decide(call->ev, ck_ev_load(call->ev, stream->at[TEXT]));
  ck_value position = ck_ev_load(call->ev, stream->at[POSITION]);
  if (text.kind != CK_V_STRING || position.kind != CK_V_INT || position.i < 0 || (size_t)position.i > strlen(text.str))
    return false;
  *rest = text.str + position.i;
  return true;
}

static void advance(ck_call *call, const ck_list *stream, size_t n) {
  set_state(call, stream, POSITION, state(call, stream, POSITION) + (int64_t)n);
}

/* What is read from a stream that is not known is not known; the stream's state neither. */
static void read_unknown(ck_call *call, const ck_list *stream, ck_cell *into) {
  ck_ev_store(call->ev, into, ck_call_unknown(call, "read from a stream"));
  if (stream == NULL) return;
  ck_ev_store(call->ev, stream->at[POSITION], ck_call_unknown(call, "position in a stream"));
  ck_ev_store(call->ev, stream->at[FAILED], ck_call_unknown(call, "state of a stream"));
}

/* The result of an input operation: the stream. Where it is none that is modelled, its truth is unknown. */
static ck_value stream_result(ck_call *call, ck_cell *stream, bool modelled) {
  return modelled ? ck_ev_ref(stream)
                  : ck_call_unknown(call, "the state of a stream after `%s`", last_part(call->name));
}

/* getline(stream, line[, delimiter]) ([string.io]) */
ck_value ck_std_getline(ck_call *call) {
  const ck_list *stream = stream_of(call, call->args[0]);
  const char *rest;
  int64_t delimiter = '\n';
  bool known =
      stream != NULL && rest_of(call, stream, &rest) && (call->nargs < 3 || ck_std_int_arg(call, 2, &delimiter));
  if (!known || ck_ev_load(call->ev, stream->at[FAILED]).kind == CK_V_UNKNOWN) {
    read_unknown(call, stream, call->args[1]);
    return stream_result(call, call->args[0], stream != NULL);
  }
  if (*rest == 0 || state(call, stream, FAILED)) {
    if (!state(call, stream, FAILED)) ck_ev_store(call->ev, call->args[1], ck_ev_string(call->ev, ""));
    set_state(call, stream, FAILED, 1);
    return ck_ev_ref(call->args[0]);
  }
  const char *end = strchr(rest, (int)delimiter);
  size_t n = end != NULL ? (size_t)(end - rest) : strlen(rest);
  ck_ev_store(call->ev, call->args[1], ck_ev_string_n(call->ev, rest, n));
  advance(call, stream, n + (end != NULL));
  return ck_ev_ref(call->args[0]);
}

/* One formatted extraction of a value of `type` from `rest`: bytes used, 0 if there is none. */
static size_t extract(ck_call *call, const char *rest, const ck_ir_type *type, ck_value *out) {
  const char *s = rest;
  while (isspace((unsigned char)*s)) s++;
  if (*s == 0) return 0;
  char *end = NULL;
  if (type->kind == CK_IR_T_RECORD) {
    const char *e = s;
    while (*e != 0 && !isspace((unsigned char)*e)) e++;
    *out = ck_ev_string_n(call->ev, s, (size_t)(e - s));
    return (size_t)(e - rest);
  }
  if (type->kind == CK_IR_T_INT && type->is_char) {
    *out = CK_INT(*s);
    return (size_t)(s + 1 - rest);
  }
  if (type->kind == CK_IR_T_FLOAT) *out = CK_FLOAT(type->bits == 32 ? (double)strtof(s, &end) : strtod(s, &end));
  else
    *out =
        CK_INT(type->kind == CK_IR_T_INT && !type->is_signed ? (int64_t)strtoull(s, &end, 10) : strtoll(s, &end, 10));
  return end == s ? 0 : (size_t)(end - rest);
}

/* stream >> x */
ck_value ck_std_operator_shr(ck_call *call) {
  ck_cell *left = ck_std_operand(call, 0), *right = ck_std_operand(call, 1);
  if (right == NULL) return ck_call_unknown(call, "an operator with one operand");
  const ck_list *stream = stream_of(call, left);
  const ck_ir_type *type = ck_ir_strip_ref(right->type);
  const char *rest;
  ck_value v = right != NULL ? ck_ev_load(call->ev, right) : CK_VOID;
  if (stream != NULL &&
      (ck_std_list_of(v, "std::manipulator") != NULL || (v.kind == CK_V_CLOSURE && v.closure->function == NULL)))
    return ck_ev_ref(left);
  bool simple = type != NULL && (type->kind == CK_IR_T_INT || type->kind == CK_IR_T_FLOAT ||
                                 (type->kind == CK_IR_T_RECORD && strcmp(type->name, "std::basic_string") == 0));
  bool known = stream != NULL && simple && rest_of(call, stream, &rest) &&
               ck_ev_load(call->ev, stream->at[FAILED]).kind != CK_V_UNKNOWN &&
               !(state(call, stream, FLAGS) & (HEX | OCT));
  if (!known) {
    read_unknown(call, stream, right);
    return stream_result(call, left, stream != NULL);
  }
  if (state(call, stream, FAILED)) return ck_ev_ref(left);
  ck_value out;
  size_t n = extract(call, rest, type, &out);
  if (n == 0) {
    set_state(call, stream, FAILED, 1);
    if (*rest != 0 && type->kind != CK_IR_T_RECORD) { /* a number that does not parse is set to 0 (C++11) */
      const char *s = rest;
      while (isspace((unsigned char)*s)) s++;
      if (*s != 0) ck_ev_store(call->ev, right, type->kind == CK_IR_T_FLOAT ? CK_FLOAT(0) : CK_INT(0));
    }
    advance(call, stream, *rest != 0 ? strlen(rest) : 0);
    return ck_ev_ref(left);
  }
  ck_ev_store(call->ev, right, ck_std_init_value(call, type, out));
  advance(call, stream, n);
  return ck_ev_ref(left);
}

/* operator bool, good, fail, eof, !: of a string stream known, else a condition. */
ck_value ck_std_stream_state(ck_call *call) {
  ck_cell *cell = ck_std_operand(call, 0);
  const ck_list *stream = stream_of(call, cell);
  const char *name = last_part(call->name);
  bool negative = strcmp(name, "fail") == 0 || strcmp(name, "bad") == 0 || strcmp(name, "operator!") == 0;
  if (stream == NULL || ck_ev_load(call->ev, stream->at[FAILED]).kind == CK_V_UNKNOWN || strcmp(name, "peek") == 0)
    return ck_call_unknown(call, "the state of a stream");
  if (strcmp(name, "eof") == 0) {
    const char *rest;
    if (!rest_of(call, stream, &rest)) return ck_call_unknown(call, "the state of a stream");
    return state(call, stream, FAILED) ? CK_BOOL(1)
           : *rest != 0                ? CK_BOOL(0)
                                       : ck_call_unknown(call, "whether a stream has met its end");
  }
  return CK_BOOL((state(call, stream, FAILED) != 0) == negative);
}

ck_value ck_std_stream_clear(ck_call *call) {
  const ck_list *stream = stream_of(call, call->self);
  if (stream != NULL) set_state(call, stream, FAILED, 0);
  return CK_VOID;
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

/* read(p, n), get(), ignore() and the like: what they write is unknown. */
ck_value ck_std_stream_read(ck_call *call) {
  const ck_list *stream = stream_of(call, call->self);
  ck_value p = ck_std_arg(call, 0);
  if (strcmp(last_part(call->name), "read") == 0 && read_file(call)) return ck_call_unknown(call, "read from a stream");
  if (p.kind == CK_V_PTR) ck_ev_open(call->ev, p, place(call), "read from a stream");
  if (call->nargs > 0 && p.kind == CK_V_INT)
    ck_ev_store(call->ev, call->args[0], ck_call_unknown(call, "read from a stream"));
  if (stream != NULL) {
    ck_ev_store(call->ev, stream->at[POSITION], ck_call_unknown(call, "position in a stream"));
    ck_ev_store(call->ev, stream->at[FAILED], ck_call_unknown(call, "state of a stream"));
  }
  return ck_call_unknown(call, "read from a stream");
}

/* --- console, files ------------------------------------------------------------------------------------------- */
ck_value ck_std_console(ck_call *call) {
  (void)call;
  return (ck_value){.kind = CK_V_NATIVE, .tag = CK_TAG_STREAM};
}

/* Is a stream of this kind, opened like this, one that writes? libstdc++'s ios_base::out is 16. */
static bool opens_for_writing(ck_call *call) {
  if (strstr(call->name, "ofstream") != NULL) return true;
  ck_value mode = ck_std_arg(call, 1);
  return strstr(call->name, "basic_fstream") != NULL && !(mode.kind == CK_V_INT && (mode.i & 16) == 0);
}

static void note_opening(ck_call *call) {
  ck_value path = ck_std_arg(call, 0);
  if (call->nargs > 0 && path.kind != CK_V_NATIVE && opens_for_writing(call))
    ck_ev_file_changes(call->ev, CK_FILE_OPENED, path, place(call));
}

ck_value ck_std_fstream_construct(ck_call *call) {
  ck_value v = {.kind = CK_V_NATIVE, .tag = CK_TAG_STREAM};
  if (call->nargs == 0) return v;
  ck_value *path = CK_NEW(ck_ev_arena(call->ev), ck_value);
  *path = ck_std_arg(call, 0);
  if (path->kind == CK_V_NATIVE) return *path; /* moved from another */
  note_opening(call);
  v.native = path;
  return v;
}

ck_value ck_std_fstream_open(ck_call *call) {
  ck_ev_store(call->ev, call->self, ck_std_fstream_construct(call));
  return CK_VOID;
}

const ck_value *ck_std_stream_path(ck_value stream) {
  const ck_list *filled = ck_std_list_of(stream, STRING_STREAM); /* from a file's rdbuf() */
  if (filled != NULL) stream = filled->at[TEXT]->v;
  return stream.kind == CK_V_NATIVE && stream.tag == CK_TAG_STREAM ? stream.native : NULL;
}

/* printf(...): arguments are only read. */
ck_value ck_std_printf(ck_call *call) {
  return ck_call_unknown(call, "the number of bytes that `%s` wrote", call->name);
}

/* One conversion of a printf format with its argument; false if not modelled. */
static bool convert_one(const char *spec, size_t n, char conversion, ck_value v, ck_strbuf *out) {
  char format[40], text[512];
  size_t m = 0;
  if (n > 24) return false;
  for (size_t i = 0; i < n; i++) /* drop the length modifiers: every integer here has 64 bits */
    if (strchr("hlzjtLq", spec[i]) == NULL) format[m++] = spec[i];
  bool is_int = strchr("diuxXoc", conversion) != NULL, is_float = strchr("fFeEgG", conversion) != NULL;
  if (is_int && conversion != 'c') memcpy(format + m, "ll", 2), m += 2;
  format[m] = conversion;
  format[m + 1] = 0;
  if (conversion == 's' && v.kind == CK_V_STRING) {
    snprintf(text, sizeof text, format, v.str);
    if (strlen(v.str) >= sizeof text) return false;
  } else if (is_int && (v.kind == CK_V_INT || v.kind == CK_V_BOOL)) {
    if (conversion == 'c') snprintf(text, sizeof text, format, (int)v.i);
    else snprintf(text, sizeof text, format, (long long)v.i);
  } else if (is_float && v.kind == CK_V_FLOAT) {
    snprintf(text, sizeof text, format, v.f);
  } else {
    return false;
  }
  ck_strbuf_puts(out, text);
  return true;
}

static bool format_text(ck_call *call, const char *format, size_t first, ck_strbuf *out) {
  size_t argument = first;
  for (const char *p = format; *p != 0; p++) {
    if (*p != '%') {
      ck_strbuf_putc(out, *p);
      continue;
    }
    if (p[1] == '%') {
      ck_strbuf_putc(out, *p++);
      continue;
    }
    size_t n = 1 + strcspn(p + 1, "diuxXocsfFeEgGpn");
    if (p[n] == 0 || memchr(p, '*', n) != NULL || argument >= call->nargs) return false;
    ck_value v = ck_std_arg(call, argument++);
    const char *text;
    if (p[n] == 's' && ck_std_text(call, v, &text)) v = ck_ev_string(call->ev, text);
    /* unsigned conversions of narrower negative numbers need their width */
    if (strchr("uxXo", p[n]) != NULL && v.kind == CK_V_INT && v.i < 0) return false;
    if (!convert_one(p, n, p[n], v, out)) return false;
    p += n;
  }
  return true;
}

/* sprintf(buffer, format, ...), snprintf(buffer, size, format, ...) into an array of characters. */
ck_value ck_std_snprintf(ck_call *call) {
  bool bounded = strstr(call->name, "snprintf") != NULL;
  size_t format_at = bounded ? 2 : 1;
  int64_t size = INT64_MAX;
  const char *format;
  ck_value buffer = ck_std_arg(call, 0);
  ck_cell *holder = NULL;
  size_t index = 0;
  if (!ck_std_as_iterator(buffer, &holder, &index))
    holder = buffer.kind == CK_V_LIST || buffer.kind == CK_V_STRING ? call->args[0] : NULL;
  ck_value held = holder != NULL ? ck_std_value(call, holder) : CK_VOID;
  ck_strbuf b;
  ck_strbuf_init(&b);
  bool known = (!bounded || ck_std_int_arg(call, 1, &size)) && ck_std_text_arg(call, format_at, &format) &&
               format_text(call, format, format_at + 1, &b) && held.kind == CK_V_LIST && size > 0;
  int64_t written = (int64_t)b.n;
  for (size_t i = 0; known && i <= b.n && (int64_t)i < size && index + i < held.list->n; i++)
    ck_ev_store(call->ev, held.list->at[index + i], CK_INT((int64_t)i + 1 == size ? 0 : b.s[i]));
  ck_strbuf_release(&b);
  if (known) return CK_INT(written);
  if (buffer.kind == CK_V_PTR) ck_ev_open(call->ev, buffer, place(call), "text that is not known");
  else if (call->nargs > 0)
    ck_ev_open(call->ev, ck_ev_pointer(CK_PTR_RAW, call->args[0]), place(call), "text that is not known");
  return ck_call_unknown(call, "text that is not known");
}
