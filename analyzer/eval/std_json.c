/* std_json.c - nlohmann::json over plain values: an object is a MAP, an array a LIST (both of class
 * nlohmann::basic_json), text, numbers, booleans and null are themselves. So a JSON value converts to a C++ type by the
 * rules that values have anyway. Only text that is in the source can be parsed; a configuration file is unknown. */
#include "eval/std_int.h"

#include <errno.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/vec.h"

#define JSON     "nlohmann::basic_json"
#define ITERATOR "nlohmann::detail::iter_impl"
#define ITEM     "nlohmann::detail::iteration_proxy_value"

static ck_loc place(const ck_call *call) { return call->node != NULL ? call->node->loc : (ck_loc){0}; }

/* --- parser (RFC 8259) ---------------------------------------------------------------------------------------- */
enum { MAX_NESTING = 100 };
typedef struct {
  ck_call *call;
  const char *p;
  int depth;
  bool failed;
} parser;

static void skip_space(parser *in) { in->p += strspn(in->p, " \t\r\n"); }

static ck_value fail(parser *in) {
  in->failed = true;
  return CK_NULL;
}

static void put_utf8(ck_strbuf *b, unsigned c) {
  if (c < 0x80) ck_strbuf_putc(b, (char)c);
  else if (c < 0x800) ck_strbuf_putc(b, (char)(0xC0 | c >> 6)), ck_strbuf_putc(b, (char)(0x80 | (c & 63)));
  else if (c < 0x10000) {
    ck_strbuf_putc(b, (char)(0xE0 | c >> 12));
    ck_strbuf_putc(b, (char)(0x80 | ((c >> 6) & 63)));
    ck_strbuf_putc(b, (char)(0x80 | (c & 63)));
  } else {
    ck_strbuf_putc(b, (char)(0xF0 | c >> 18));
    ck_strbuf_putc(b, (char)(0x80 | ((c >> 12) & 63)));
    ck_strbuf_putc(b, (char)(0x80 | ((c >> 6) & 63)));
    ck_strbuf_putc(b, (char)(0x80 | (c & 63)));
  }
}

/* The four hexadecimal digits after \u; 0 if they are not there. */
static unsigned hex4(parser *in) {
  char digits[5] = {0};
  strncpy(digits, in->p, 4);
  if (strspn(digits, "0123456789abcdefABCDEF") != 4) return 0;
  in->p += 4;
  return (unsigned)strtoul(digits, NULL, 16);
}

static bool escape(parser *in, ck_strbuf *b) {
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  char c = *in->p++;
  const char *at = c != 0 ? strchr(from, c) : NULL;
  if (at != NULL) {
    ck_strbuf_putc(b, to[at - from]);
    return true;
  }
  if (c != 'u') return false;
  unsigned u = hex4(in);
  if (u >= 0xD800 && u < 0xDC00) {
    if (in->p[0] != '\\' || in->p[1] != 'u') return false;
    in->p += 2;
    unsigned low = hex4(in);
    if (low < 0xDC00 || low > 0xDFFF) return false;
    u = 0x10000 + ((u - 0xD800) << 10) + (low - 0xDC00);
  }
  put_utf8(b, u);
  return u != 0;
}

static ck_value parse_text(parser *in) {
  ck_strbuf b;
  ck_strbuf_init(&b);
  bool good = true;
  for (in->p++; good && *in->p != '"';) {
    if ((unsigned char)*in->p < 0x20) good = false;
    else if (*in->p == '\\') in->p++, good = escape(in, &b);
    else ck_strbuf_putc(&b, *in->p++);
  }
  ck_value v = good ? ck_ev_string_n(in->call->ev, b.s, b.n) : fail(in);
  if (good) in->p++;
  ck_strbuf_release(&b);
  return v;
}

static ck_value parse_number(parser *in) {
  const char *start = in->p, *q = start + (*start == '-');
  size_t whole = strspn(q, "0123456789");
  if (whole == 0 || (whole > 1 && *q == '0')) return fail(in);
  q += whole;
  bool is_float = *q == '.' || *q == 'e' || *q == 'E';
  char *end;
  errno = 0;
  if (!is_float) {
    int64_t i = strtoll(start, &end, 10);
    in->p = end;
    if (errno == 0) return CK_INT(i);
  }
  double f = strtod(start, &end);
  in->p = end;
  return CK_FLOAT(f);
}

static ck_value parse_value(parser *in);

static ck_value parse_array(parser *in) {
  CK_VEC(ck_value) values = {0};
  in->p++;
  skip_space(in);
  if (*in->p == ']') in->p++;
  else
    for (;;) {
      ck_vec_push(&values, parse_value(in));
      skip_space(in);
      if (in->failed || (*in->p != ',' && *in->p != ']')) break;
      if (*in->p++ == ']') goto done;
    }
  if (values.n > 0 || in->failed) fail(in);
done:;
  ck_value v = ck_ev_list(in->call->ev, JSON, values.at, values.n);
  free(values.at);
  return v;
}

static ck_value parse_object(parser *in) {
  ck_cell *map = ck_ev_cell(in->call->ev, ck_ev_map(in->call->ev, JSON));
  in->p++;
  skip_space(in);
  if (*in->p == '}') {
    in->p++;
    return ck_ev_load(in->call->ev, map);
  }
  for (;;) {
    skip_space(in);
    if (*in->p != '"') return fail(in);
    ck_value key = parse_text(in);
    skip_space(in);
    if (in->failed || *in->p++ != ':') return fail(in);
    ck_value v = parse_value(in);
    if (in->failed) return v;
    ck_ev_store(in->call->ev, ck_ev_map_put(in->call->ev, map, key), v);
    skip_space(in);
    if (*in->p != ',' && *in->p != '}') return fail(in);
    if (*in->p++ == '}') return ck_ev_load(in->call->ev, map);
  }
}

static bool word(parser *in, const char *text) {
  if (!ck_starts_with(in->p, text)) return false;
  in->p += strlen(text);
  return true;
}

static ck_value parse_value(parser *in) {
  skip_space(in);
  if (in->failed || in->depth >= MAX_NESTING) return fail(in);
  in->depth++;
  ck_value v = CK_NULL;
  switch (*in->p) {
  case '{': v = parse_object(in); break;
  case '[': v = parse_array(in); break;
  case '"': v = parse_text(in); break;
  default:
    if (word(in, "true")) v = CK_BOOL(1);
    else if (word(in, "false")) v = CK_BOOL(0);
    else if (!word(in, "null")) v = parse_number(in);
  }
  in->depth--;
  return v;
}

ck_value ck_std_json_parse(ck_call *call, const char *text) {
  parser in = {call, text, 0, false};
  ck_value v = parse_value(&in);
  skip_space(&in);
  if (in.failed || *in.p != 0) return ck_call_unknown(call, "text that is not JSON");
  return v;
}

/* json::parse(text[, ...]), "..."_json */
ck_value ck_std_json_parse_row(ck_call *call) {
  const char *text;
  ck_value v = ck_std_arg(call, 0);
  if (v.kind == CK_V_NATIVE && v.tag == CK_TAG_STREAM) return ck_call_unknown(call, "JSON from a file");
  const ck_list *stream = ck_std_list_of(v, "std::basic_stringstream");
  if (stream != NULL) v = ck_ev_load(call->ev, stream->at[0]);
  if (!ck_std_text(call, v, &text)) return ck_std_because(call, v, "JSON text that is not known");
  ck_value parsed = ck_std_json_parse(call, text);
  return parsed.kind == CK_V_UNKNOWN ? ck_std_throw(call, "nlohmann::json::parse_error") : parsed;
}

/* --- construction --------------------------------------------------------------------------------------------- */
static bool is_object(ck_value v) { return v.kind == CK_V_MAP; }
static bool is_array(ck_value v) { return v.kind == CK_V_LIST && ck_std_list_of(v, ITERATOR) == NULL; }

static ck_value json_of(ck_call *call, ck_value v);

/* {x, ...}: an object if every element is a pair with a text first, else an array (nlohmann's rule). */
static ck_value json_of_braces(ck_call *call, ck_cell *const *cells, size_t n) {
  bool object = true;
  ck_value *values = CK_NEW_N(ck_ev_arena(call->ev), ck_value, n + 1);
  for (size_t i = 0; i < n; i++) {
    values[i] = ck_std_value(call, cells[i]);
    bool pair = values[i].kind == CK_V_LIST && values[i].list->n == 2 &&
                ck_std_is_string(ck_std_value(call, values[i].list->at[0]));
    object = object && pair;
  }
  if (!object) {
    for (size_t i = 0; i < n; i++) values[i] = json_of(call, values[i]);
    return ck_ev_list(call->ev, JSON, values, n);
  }
  ck_cell *map = ck_ev_cell(call->ev, ck_ev_map(call->ev, JSON));
  for (size_t i = 0; i < n; i++) {
    ck_value key = ck_std_value(call, values[i].list->at[0]);
    if (key.kind != CK_V_STRING) return ck_std_refuse(call, "a JSON object with a key that is not known");
    bool known, fresh = ck_ev_map_find(call->ev, ck_ev_load(call->ev, map), key, &known) == NULL;
    ck_cell *slot = ck_ev_map_put(call->ev, map, key);
    if (fresh) ck_ev_store(call->ev, slot, json_of(call, ck_std_value(call, values[i].list->at[1])));
  }
  return ck_ev_load(call->ev, map);
}

/* A C++ value as JSON. */
static ck_value json_of(ck_call *call, ck_value v) {
  v = ck_ev_decide(call->ev, v);
  switch (v.kind) {
  case CK_V_LIST:
    if (ck_std_list_of(v, JSON) != NULL) return ck_ev_copy(call->ev, v);
    if (ck_std_list_of(v, "init") != NULL || ck_std_list_of(v, "array") != NULL)
      return json_of_braces(call, v.list->at, v.list->n);
    if (ck_std_list_of(v, "std::optional") != NULL) break;
    {
      ck_value *values = CK_NEW_N(ck_ev_arena(call->ev), ck_value, v.list->n + 1);
      for (size_t i = 0; i < v.list->n; i++) values[i] = json_of(call, ck_ev_load(call->ev, v.list->at[i]));
      return ck_ev_list(call->ev, JSON, values, v.list->n);
    }
  case CK_V_MAP: {
    ck_cell *map = ck_ev_cell(call->ev, ck_ev_map(call->ev, JSON));
    for (size_t i = 0; i < v.map->n; i++) {
      if (v.map->at[i].key.kind != CK_V_STRING) return ck_call_unknown(call, "JSON of a map whose keys are no text");
      ck_ev_store(call->ev, ck_ev_map_put(call->ev, map, v.map->at[i].key),
                  json_of(call, ck_ev_load(call->ev, v.map->at[i].cell)));
    }
    return ck_ev_load(call->ev, map);
  }
  case CK_V_BOOL:
  case CK_V_INT:
  case CK_V_FLOAT:
  case CK_V_STRING:
  case CK_V_SYM:
  case CK_V_NULL:
  case CK_V_UNKNOWN: return v;
  default: break;
  }
  return ck_call_unknown(call, "JSON of a value that is not known");
}

ck_value ck_std_json_construct(ck_call *call) {
  if (call->nargs == 0) return CK_NULL;
  /* json{x} is an array of one since 3.0 for braces, but a copy with GCC: only a lone JSON value is ambiguous */
  ck_value first = ck_std_arg(call, 0);
  ck_cell *const *given;
  size_t count;
  if (ck_std_elements(call, &given, &count)) return json_of_braces(call, given, count);
  if (call->brace &&
      !(call->nargs == 1 && (first.kind == CK_V_UNKNOWN || ck_std_list_of(first, JSON) != NULL || is_object(first))))
    return json_of_braces(call, call->args, call->nargs);
  if (call->nargs == 1) return json_of(call, first);
  return ck_std_refuse(call, "JSON made of parts");
}

ck_value ck_std_json_assign(ck_call *call) {
  ck_ev_store(call->ev, call->self, json_of(call, ck_std_arg(call, 0)));
  return ck_std_ref_self(call);
}

/* json::array({...}), json::object({...}) */
ck_value ck_std_json_empty_array(ck_call *call) {
  if (call->nargs == 0) return ck_ev_list(call->ev, JSON, NULL, 0);
  ck_value v = ck_std_arg(call, 0);
  if (v.kind != CK_V_LIST) return ck_std_because(call, v, "JSON of a value that is not known");
  ck_value *values = CK_NEW_N(ck_ev_arena(call->ev), ck_value, v.list->n + 1);
  for (size_t i = 0; i < v.list->n; i++) values[i] = json_of(call, ck_ev_load(call->ev, v.list->at[i]));
  return ck_ev_list(call->ev, JSON, values, v.list->n);
}

ck_value ck_std_json_empty_object(ck_call *call) {
  if (call->nargs == 0) return ck_ev_map(call->ev, JSON);
  ck_value v = json_of(call, ck_std_arg(call, 0));
  return v.kind == CK_V_LIST && v.list->n == 0 ? ck_ev_map(call->ev, JSON) : v;
}

/* --- conversion ----------------------------------------------------------------------------------------------- */
ck_value ck_std_json_to(ck_call *call, ck_value v, const ck_ir_type *type) {
  type = ck_ir_strip_ref(type);
  if (type == NULL || v.kind == CK_V_UNKNOWN) return v;
  if (type->kind == CK_IR_T_RECORD && strncmp(type->name, "nlohmann::", 10) == 0) return ck_ev_copy(call->ev, v);
  bool text = type->kind == CK_IR_T_RECORD && strcmp(type->name, "std::basic_string") == 0;
  bool number = type->kind == CK_IR_T_INT || type->kind == CK_IR_T_FLOAT || type->kind == CK_IR_T_ENUM;
  bool is_number = v.kind == CK_V_INT || v.kind == CK_V_FLOAT;
  bool mismatch = (text && !ck_std_is_string(v)) ||
                  (number && !is_number && v.kind != CK_V_BOOL && v.kind != CK_V_SYM) ||
                  (type->kind == CK_IR_T_BOOL && v.kind != CK_V_BOOL && v.kind != CK_V_SYM);
  if (mismatch) return ck_std_throw(call, "nlohmann::json::type_error");
  if (type->kind == CK_IR_T_RECORD && !text && strncmp(type->name, "std::", 5) != 0)
    return ck_call_unknown(call, "JSON converted to `%s` by from_json", type->name);
  return ck_std_init_value(call, type, ck_ev_copy(call->ev, v));
}

ck_value ck_std_json_get(ck_call *call) {
  const ck_ir_type *type =
      call->targs != NULL && call->targs->nargs > 0 ? call->targs->args[0] : ck_ir_strip_ref(call->type);
  return ck_std_json_to(call, ck_std_self(call), type);
}

ck_value ck_std_json_get_to(ck_call *call) {
  ck_value v = ck_std_json_to(call, ck_std_self(call), ck_std_arg_type(call, 0));
  ck_ev_store(call->ev, call->args[0], v);
  return ck_ev_ref(call->args[0]);
}

/* --- elements ------------------------------------------------------------------------------------------------- */
/* Element by key or index; NULL with *absent if it is known not to be there. */
static ck_cell *element(ck_call *call, ck_value self, ck_value key, bool *absent) {
  int64_t i;
  *absent = false;
  if (is_object(self) && key.kind == CK_V_STRING) {
    bool known;
    ck_cell *cell = ck_ev_map_find(call->ev, self, key, &known);
    *absent = cell == NULL && known;
    return cell;
  }
  if (is_array(self) && ck_ev_as_int(call->ev, key, &i)) {
    if (i >= 0 && (size_t)i < self.list->n) return self.list->at[i];
    *absent = true;
  }
  return NULL;
}

static ck_value unknown_element(ck_call *call, ck_value self, ck_value key) {
  return ck_std_because(call, self.kind == CK_V_UNKNOWN ? self : key, "an element of JSON that is not known");
}

ck_value ck_std_json_index(ck_call *call) {
  ck_value self = ck_std_self(call), key = ck_std_arg(call, 0);
  bool absent;
  if (self.kind == CK_V_NULL && key.kind == CK_V_STRING) {
    self = ck_ev_map(call->ev, JSON);
    ck_ev_store(call->ev, call->self, self);
  }
  ck_cell *cell = element(call, self, key, &absent);
  if (cell == NULL && absent && is_object(self)) {
    cell = ck_ev_map_put(call->ev, call->self, key);
    ck_ev_store(call->ev, cell, CK_NULL);
  }
  if (cell != NULL) return ck_ev_ref(cell);
  if (self.kind != CK_V_UNKNOWN && !is_object(self) && !is_array(self) && self.kind != CK_V_SYM)
    return ck_std_throw(call, "nlohmann::json::type_error");
  return unknown_element(call, self, key);
}

ck_value ck_std_json_at(ck_call *call) {
  ck_value self = ck_std_self(call), key = ck_std_arg(call, 0);
  bool absent;
  ck_cell *cell = element(call, self, key, &absent);
  if (cell != NULL) return ck_ev_ref(cell);
  return absent ? ck_std_throw(call, "nlohmann::json::out_of_range") : unknown_element(call, self, key);
}

/* value(key, default): of the default's type. */
ck_value ck_std_json_value(ck_call *call) {
  ck_value self = ck_std_self(call), key = ck_std_arg(call, 0);
  bool absent;
  ck_cell *cell = element(call, self, key, &absent);
  const ck_ir_type *type =
      call->type != NULL && call->type->kind != CK_IR_T_UNKNOWN ? ck_ir_strip_ref(call->type) : NULL;
  if (cell != NULL) return ck_std_json_to(call, ck_std_value(call, cell), type);
  return absent ? ck_std_init(call, type, call->args[1]) : unknown_element(call, self, key);
}

static ck_value presence(ck_call *call, bool as_count) {
  ck_value self = ck_std_self(call), key = ck_std_arg(call, 0);
  bool absent;
  ck_cell *cell = is_object(self) ? element(call, self, key, &absent) : NULL;
  if (is_object(self) && cell == NULL && !absent) return unknown_element(call, self, key);
  if (self.kind == CK_V_UNKNOWN) return self;
  return as_count ? CK_INT(cell != NULL) : CK_BOOL(cell != NULL);
}

ck_value ck_std_json_contains(ck_call *call) { return presence(call, false); }
ck_value ck_std_json_count(ck_call *call) { return presence(call, true); }

static size_t size_of(ck_value v) { return is_object(v) ? v.map->n : is_array(v) ? v.list->n : v.kind != CK_V_NULL; }

ck_value ck_std_json_size(ck_call *call) {
  ck_value v = ck_std_self(call);
  if (v.kind == CK_V_UNKNOWN) return v;
  bool asks_empty = strstr(call->name, "empty") != NULL;
  return asks_empty ? CK_BOOL(size_of(v) == 0) : CK_INT((int64_t)size_of(v));
}

/* is_object, is_array, is_string, ...: told apart by the name. */
ck_value ck_std_json_is(ck_call *call) {
  const char *how = strrchr(call->name, ':') + 1;
  ck_value v = ck_std_self(call);
  if (v.kind == CK_V_UNKNOWN || v.kind == CK_V_SYM)
    return ck_std_because(call, v, "the type of JSON that is not known");
  bool integer = v.kind == CK_V_INT, real = v.kind == CK_V_FLOAT;
  if (strcmp(how, "is_object") == 0) return CK_BOOL(is_object(v));
  if (strcmp(how, "is_array") == 0) return CK_BOOL(is_array(v));
  if (strcmp(how, "is_string") == 0) return CK_BOOL(v.kind == CK_V_STRING);
  if (strcmp(how, "is_null") == 0) return CK_BOOL(v.kind == CK_V_NULL);
  if (strcmp(how, "is_boolean") == 0) return CK_BOOL(v.kind == CK_V_BOOL);
  if (strcmp(how, "is_number_float") == 0) return CK_BOOL(real);
  if (strcmp(how, "is_number_integer") == 0) return CK_BOOL(integer);
  if (strcmp(how, "is_number") == 0) return CK_BOOL(integer || real);
  if (strcmp(how, "is_primitive") == 0) return CK_BOOL(!is_object(v) && !is_array(v));
  if (strcmp(how, "is_structured") == 0) return CK_BOOL(is_object(v) || is_array(v));
  return ck_call_unknown(call, "`%s`", call->name);
}

ck_value ck_std_json_push_back(ck_call *call) {
  ck_value self = ck_std_self(call);
  if (self.kind == CK_V_NULL) {
    self = ck_ev_list(call->ev, JSON, NULL, 0);
    ck_ev_store(call->ev, call->self, self);
  }
  if (!is_array(self)) return ck_std_refuse(call, "`%s` of JSON that is no known array", call->name);
  ck_ev_list_push(call->ev, call->self, json_of(call, ck_std_arg(call, 0)));
  return CK_VOID;
}

ck_value ck_std_json_erase(ck_call *call) {
  ck_value self = ck_std_self(call), key = ck_std_arg(call, 0);
  bool absent;
  if (!is_object(self) || key.kind != CK_V_STRING)
    return ck_std_refuse(call, "`%s` of JSON that is not known", call->name);
  ck_cell *cell = element(call, self, key, &absent);
  if (cell == NULL && !absent) return ck_std_refuse(call, "`%s` of JSON that is not known", call->name);
  if (cell != NULL) ck_ev_map_erase(call->ev, call->self, key);
  return CK_INT(cell != NULL);
}

/* --- iteration: LIST{iterator} of class iter_impl, so that `*it` is the value and not a pair ------------------ */
static ck_value iterator(ck_call *call, ck_cell *holder, size_t index) {
  ck_value it = ck_std_iterator(holder, index);
  return ck_ev_list(call->ev, ITERATOR, &it, 1);
}

static ck_value at_position(ck_call *call, size_t index) {
  ck_value self = ck_std_self(call);
  if (self.kind == CK_V_UNKNOWN) return self;
  size_t n = size_of(self);
  return iterator(call, call->self, index < n ? index : n);
}

ck_value ck_std_json_begin(ck_call *call) { return at_position(call, 0); }
ck_value ck_std_json_end(ck_call *call) { return at_position(call, SIZE_MAX); }

ck_value ck_std_json_find(ck_call *call) {
  ck_value self = ck_std_self(call), key = ck_std_arg(call, 0);
  bool absent;
  if (!is_object(self)) return self.kind == CK_V_UNKNOWN ? self : at_position(call, SIZE_MAX);
  ck_cell *cell = element(call, self, key, &absent);
  if (cell == NULL && !absent) return unknown_element(call, self, key);
  size_t i = 0;
  while (i < self.map->n && self.map->at[i].cell != cell) i++;
  return at_position(call, i);
}

/* The iterator inside; false if it is not known. */
static bool inner(ck_call *call, ck_cell **holder, size_t *index, ck_value *held) {
  const ck_list *list = ck_std_list_of(ck_std_value(call, ck_std_operand(call, 0)), ITERATOR);
  if (list == NULL || !ck_std_as_iterator(ck_ev_load(call->ev, list->at[0]), holder, index)) return false;
  *held = ck_std_value(call, *holder);
  return true;
}

static ck_value unknown_iterator(ck_call *call) {
  return ck_std_because(call, ck_std_value(call, ck_std_operand(call, 0)), "an iterator over JSON that is not known");
}

ck_value ck_std_json_iterator_value(ck_call *call) {
  ck_cell *holder;
  size_t index;
  ck_value held;
  if (!inner(call, &holder, &index, &held)) return unknown_iterator(call);
  ck_cell *cell = is_object(held) && index < held.map->n   ? held.map->at[index].cell
                  : is_array(held) && index < held.list->n ? held.list->at[index]
                                                           : NULL;
  if (cell == NULL) return unknown_iterator(call);
  return strstr(call->name, "operator->") != NULL ? ck_ev_pointer(CK_PTR_RAW, cell) : ck_ev_ref(cell);
}

ck_value ck_std_json_iterator_key(ck_call *call) {
  ck_cell *holder;
  size_t index;
  ck_value held;
  if (!inner(call, &holder, &index, &held) || !is_object(held) || index >= held.map->n) return unknown_iterator(call);
  return held.map->at[index].key;
}

ck_value ck_std_json_iterator_next(ck_call *call) {
  ck_cell *holder, *self = ck_std_operand(call, 0);
  size_t index;
  ck_value held, old = ck_std_value(call, self);
  if (!inner(call, &holder, &index, &held)) return unknown_iterator(call);
  bool down = strstr(call->name, "--") != NULL, postfix = ck_std_is_postfix(call);
  ck_ev_store(call->ev, self, iterator(call, holder, down ? index - 1 : index + 1));
  return postfix ? old : ck_ev_ref(self);
}

ck_value ck_std_json_iterator_equal(ck_call *call) {
  const ck_list *a = ck_std_list_of(ck_std_value(call, ck_std_operand(call, 0)), ITERATOR);
  const ck_list *b = ck_std_list_of(ck_std_value(call, ck_std_operand(call, 1)), ITERATOR);
  if (a == NULL || b == NULL) return unknown_iterator(call);
  ck_value x = ck_ev_load(call->ev, a->at[0]), y = ck_ev_load(call->ev, b->at[0]);
  bool same = x.cell == y.cell && x.index == y.index;
  return CK_BOOL(same == (strstr(call->name, "!=") == NULL));
}

/* items(): a list of key and value, each value the element's own cell. */
ck_value ck_std_json_items(ck_call *call) {
  ck_value self = ck_std_operand(call, 0) != NULL ? ck_std_value(call, ck_std_operand(call, 0)) : CK_VOID;
  if (!is_object(self) && !is_array(self)) return ck_std_because(call, self, "the items of JSON that is not known");
  size_t n = size_of(self);
  ck_value *items = CK_NEW_N(ck_ev_arena(call->ev), ck_value, n + 1);
  for (size_t i = 0; i < n; i++) {
    ck_value key = is_object(self) ? self.map->at[i].key
                                   : ck_ev_string(call->ev, ck_arena_printf(ck_ev_arena(call->ev), "%zu", i));
    ck_cell *cells[2] = {ck_ev_cell(call->ev, key), is_object(self) ? self.map->at[i].cell : self.list->at[i]};
    items[i] = ck_ev_list_of_cells(call->ev, ITEM, cells, 2);
  }
  return ck_ev_list(call->ev, "nlohmann::detail::iteration_proxy", items, n);
}

static ck_value item_part(ck_call *call, size_t i) {
  const ck_list *item = ck_std_list(call, ck_std_operand(call, 0));
  if (item == NULL || item->n != 2) return ck_std_because(call, ck_std_self(call), "an item of JSON that is not known");
  return ck_ev_ref(item->at[i]);
}

ck_value ck_std_json_item_key(ck_call *call) { return item_part(call, 0); }
ck_value ck_std_json_item_value(ck_call *call) { return item_part(call, 1); }

/* ==, != of JSON with JSON or with a C++ value. */
ck_value ck_std_json_relation(ck_call *call) {
  ck_value a = ck_std_value(call, ck_std_operand(call, 0)), b = ck_std_value(call, ck_std_operand(call, 1));
  bool differs = strstr(call->name, "!=") != NULL, known;
  if (a.kind == CK_V_UNKNOWN || b.kind == CK_V_UNKNOWN) return a.kind == CK_V_UNKNOWN ? a : b;
  if (a.kind == CK_V_SYM || b.kind == CK_V_SYM)
    return ck_ev_binary(call->ev, differs ? CK_IR_OP_NE : CK_IR_OP_EQ, a, b, NULL, place(call));
  bool equal = ck_ev_equal(call->ev, a, b, &known);
  if (!known && a.kind != b.kind) {
    equal = false;
    known = true;
  }
  return known ? CK_BOOL(equal != differs) : ck_call_unknown(call, "comparison of JSON that is not known");
}
