/* std_stream.c - string streams, output, file streams; std_input.c reads them.
 *
 * A string stream is a LIST of its text and its state (std_stream.h). Output to a console or a file has no effect on a
 * model: it is evaluated and dropped. What is read from outside is unknown. */
#include "eval/std_stream.h"
#include "eval/eval_int.h"
#include "eval/std_int.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"

static ck_loc place(const ck_call *call) { return call->node != NULL ? call->node->loc : (ck_loc){0}; }

const ck_list *ck_std_stream_of(ck_call *call, ck_cell *cell) {
  return cell != NULL ? ck_std_list_of(ck_std_value(call, cell), STRING_STREAM) : NULL;
}

int64_t ck_std_stream_get(ck_call *call, const ck_list *stream, size_t part) {
  ck_value v = ck_ev_load(call->ev, stream->at[part]);
  return v.kind == CK_V_INT || v.kind == CK_V_BOOL ? v.i : 0;
}

void ck_std_stream_set(ck_call *call, const ck_list *stream, size_t part, int64_t n) {
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
  int64_t width = ck_std_stream_get(call, stream, WIDTH), flags = ck_std_stream_get(call, stream, FLAGS);
  if (v.kind == CK_V_SYM) {
    if (width != 0 || (flags & ~LEFT) != 0) return ck_call_unknown(call, "formatted text of a value that is not known");
    bool is_float = v.sym->type == CK_SYM_FLOAT;
    if (v.sym->type == CK_SYM_STRING) return v;
    return ck_ev_sym_call(call->ev, CK_SYM_STRING, is_float ? "str" : "to_string", v, CK_VOID);
  }
  ck_strbuf b, padded;
  ck_strbuf_init(&b);
  ck_strbuf_init(&padded);
  bool known = write_value(v, type, flags, ck_std_stream_get(call, stream, PRECISION), &b) && !(flags & UNMODELLED);
  if (known) {
    size_t pad = (int64_t)b.n < width && width < 4096 ? (size_t)width - b.n : 0;
    if (flags & LEFT) ck_strbuf_add(&padded, b.s, b.n);
    for (size_t i = 0; i < pad; i++) ck_strbuf_putc(&padded, (char)ck_std_stream_get(call, stream, FILL));
    if (!(flags & LEFT)) ck_strbuf_add(&padded, b.s, b.n);
    ck_std_stream_set(call, stream, WIDTH, 0);
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
    {"skipws", 0, 0},
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
    ck_std_stream_set(call, stream, part, n);
    return;
  }
  int64_t flags = ck_std_stream_get(call, stream, FLAGS);
  for (size_t i = 0; i < sizeof flag_names / sizeof *flag_names; i++) {
    if (strcmp(flag_names[i].name, name) != 0) continue;
    ck_std_stream_set(call, stream, FLAGS, (flags & ~flag_names[i].clear) | flag_names[i].set);
    return;
  }
  ck_std_stream_set(call, stream, FLAGS, flags | UNMODELLED);
}

bool ck_std_try_manipulator(ck_call *call, const ck_list *stream, ck_value v) {
  const ck_list *parts = ck_std_list_of(v, "std::manipulator");
  if (parts != NULL) {
    ck_value name = ck_ev_load(call->ev, parts->at[0]);
    manipulate(call, stream, name.str, ck_ev_load(call->ev, parts->at[1]));
    return true;
  }
  if (v.kind == CK_V_CLOSURE && v.closure->name != NULL && v.closure->function == NULL) {
    manipulate(call, stream, ck_ev_plain_name(v.closure->name), CK_VOID);
    return true;
  }
  return false;
}

/* stream << value. Where the stream is none that is modelled, formatted output changes nothing that matters. */
ck_value ck_std_operator_shl(ck_call *call) {
  ck_cell *left = ck_std_operand(call, 0), *right = ck_std_operand(call, 1);
  if (right == NULL) return ck_call_unknown(call, "an operator with one operand");
  const ck_list *stream = ck_std_stream_of(call, left);
  if (stream == NULL) return ck_ev_ref(left);
  ck_value v = ck_std_value(call, right);
  const char *before;
  if (ck_std_stream_path(v) != NULL) { /* what rdbuf() gave: the content of a file */
    bool is_empty = ck_std_text(call, ck_ev_load(call->ev, stream->at[TEXT]), &before) && *before == '\0';
    ck_ev_store(call->ev, stream->at[TEXT], is_empty ? v : ck_call_unknown(call, "text and the content of a file"));
  } else if (!ck_std_try_manipulator(call, stream, v)) {
    append(call, stream, inserted(call, stream, v, ck_ir_strip_ref(right->type)));
  }
  return ck_ev_ref(left);
}

/* put(c), write(s, n), flush(): on a string stream write and put append. */
ck_value ck_std_ostream_method(ck_call *call) {
  const ck_list *stream = ck_std_stream_of(call, call->self);
  const char *name = ck_ev_plain_name(call->name);
  if (stream != NULL && strcmp(name, "flush") != 0)
    append(call, stream, ck_call_unknown(call, "`%s` on a string stream", call->name));
  return ck_std_ref_self(call);
}

ck_value ck_std_stringstream_str(ck_call *call) {
  const ck_list *stream = ck_std_stream_of(call, call->self);
  if (stream == NULL) return ck_std_because(call, ck_std_self(call), "text of a stream that is not known");
  if (call->nargs == 0) return ck_ev_load(call->ev, stream->at[TEXT]);
  ck_ev_store(call->ev, stream->at[TEXT], ck_std_arg(call, 0));
  ck_std_stream_set(call, stream, POSITION, 0);
  if (ck_std_arg(call, 0).kind == CK_V_STRING && ck_std_arg(call, 0).str[0] != 0 &&
      strstr(call->name, "ostringstream") != NULL)
    ck_std_stream_set(call, stream, FLAGS, ck_std_stream_get(call, stream, FLAGS) | UNMODELLED);
  return CK_VOID;
}

/* width(n), precision(n), fill(c), setf: the last is not modelled. */
ck_value ck_std_stream_format(ck_call *call) {
  const ck_list *stream = ck_std_stream_of(call, call->self);
  int64_t n;
  if (stream == NULL) return ck_call_unknown(call, "`%s` of a stream", call->name);
  const char *name = ck_ev_plain_name(call->name);
  size_t part = strcmp(name, "width") == 0       ? WIDTH
                : strcmp(name, "fill") == 0      ? FILL
                : strcmp(name, "precision") == 0 ? PRECISION
                                                 : TEXT;
  if (part == TEXT || (call->nargs > 0 && !ck_std_int_arg(call, 0, &n))) {
    ck_std_stream_set(call, stream, FLAGS, ck_std_stream_get(call, stream, FLAGS) | UNMODELLED);
    return ck_call_unknown(call, "`%s` of a stream", call->name);
  }
  int64_t old = ck_std_stream_get(call, stream, part);
  if (call->nargs > 0) ck_std_stream_set(call, stream, part, n);
  return CK_INT(old);
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
