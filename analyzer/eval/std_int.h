/* std_int.h - the standard library's rows and the helpers that they share.
 *
 * One topic = one table (std_TOPIC.def: qualified name, handler, arity) and one file of handlers (std_TOPIC.c). A
 * handler is `ck_std_NAME`; its prototype is made from the tables below, so a row without a handler does not link.
 *
 * How C++ values look here: vector, array, deque, list, set, initializer_list, pair, tuple, optional are LISTs; a
 * variant is a LIST of value and index; a string stream is a LIST (std_stream.c); map, unordered_map are MAPs; a
 * reverse or inserting iterator is a LIST of the iterator or of a pointer to the container; strings, views,
 * `const char *` and filesystem::path are STRINGs (or SYM strings); characters are INTs; std::function is the callable
 * itself. What a handler cannot decide is unknown with a reason; if the call could change something, that is opened. */
#ifndef CK_EVAL_STD_INT_H
#define CK_EVAL_STD_INT_H
#include <string.h>

#include "eval/eval.h"

#define ROW(name, handler, min, max) ck_builtin_fn ck_std_##handler;
#include "eval/std_rows.def"
#undef ROW
#define CLASS(name, handler) ck_builtin_fn ck_std_##handler;
#define MEMBERS(name, handler, member)                                                                                 \
  ck_builtin_fn ck_std_##handler;                                                                                      \
  ck_cell *ck_std_##member(ck_call *call, const char *name_of_member);
#include "eval/std_classes.def"
#undef CLASS
#undef MEMBERS

/* --- arguments ------------------------------------------------------------------------------------------------ */
/* The value in a cell, CHOICE decided (and the decision written back, so that what is changed next is its own). */
ck_value ck_std_value(ck_call *call, ck_cell *cell);
ck_value ck_std_arg(ck_call *call, size_t i); /* argument i so; VOID if there is none */
ck_value ck_std_self(ck_call *call);
const ck_list *ck_std_list(ck_call *call, ck_cell *cell);   /* the LIST in a cell, NULL if it holds none */
const ck_list *ck_std_list_of(ck_value v, const char *cls); /* v's LIST if its class is `cls`, else NULL */
bool ck_std_int_arg(ck_call *call, size_t i, int64_t *out);
/* Text of a string, view, literal, path or character array; false if it is not known. */
bool ck_std_text_arg(ck_call *call, size_t i, const char **out);
bool ck_std_is_string(ck_value v); /* STRING or SYM string */
/* Is it a number, known or symbolic? */
bool ck_std_is_number(ck_value v);
/* The operands of an operator, whether the row is a free function or a member; NULL if there are fewer. */
ck_cell *ck_std_operand(ck_call *call, size_t i);

/* The elements, if the only argument is a std::initializer_list: that constructor was chosen. */
bool ck_std_elements(ck_call *call, ck_cell *const **at, size_t *n);

/* Is the call `x++` or `x--`? Its dummy argument is not in the IR, but in the function's USR. */
bool ck_std_is_postfix(ck_call *call);

/* --- types ---------------------------------------------------------------------------------------------------- */
const ck_ir_type *ck_std_self_type(ck_call *call); /* of the container that a method is called on; NULL if not known */
const ck_ir_type *ck_std_targ(const ck_ir_type *type, size_t i); /* template argument i, NULL if there is none */
/* Type of argument i as written (references stripped), NULL if not known. */
const ck_ir_type *ck_std_arg_type(ck_call *call, size_t i);
/* A copy of what the cell holds, converted as an initialisation of a `type` would be (NULL: as it is). */
ck_value ck_std_init(ck_call *call, const ck_ir_type *type, ck_cell *cell);
ck_value ck_std_init_value(ck_call *call, const ck_ir_type *type, ck_value v);
/* T(args...): of class type or not; unknown if the type is not known and there is more than one argument. */
ck_value ck_std_make(ck_call *call, const ck_ir_type *type, ck_cell **args, size_t n);

/* --- results -------------------------------------------------------------------------------------------------- */
/* Not decidable, and the call may have changed what it was given: opens self and arguments. */
ck_value ck_std_refuse(ck_call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Not decidable: what self holds from here on is not known, but among what it held and was given. Not for calls that
 * may change an element which somebody has a reference to. */
ck_value ck_std_forget(ck_call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Not decidable because of `cause`: an UNKNOWN passes on its own reason, others get `what`. Opens nothing. */
ck_value ck_std_because(ck_call *call, ck_value cause, const char *what);
ck_value ck_std_string(ck_call *call, const char *s, size_t n); /* unknown if there is a NUL in it */
/* f(v), through CHOICEs: f of either side. */
typedef ck_value ck_std_lifted(ck_call *call, ck_value v);
ck_value ck_std_lift(ck_call *call, ck_value v, ck_std_lifted *f);
ck_value ck_std_ref_self(ck_call *call); /* *this */
/* The path ends with the exception `what`. */
ck_value ck_std_throw(ck_call *call, const char *what);

/* --- sequences ------------------------------------------------------------------------------------------------ */
/* [begin, end) of the LIST, MAP or STRING in `holder`. */
typedef struct {
  ck_cell *holder;
  ck_value v; /* what the holder holds */
  size_t begin, end;
  bool reversed;
} ck_std_range;
/* From two iterators (or pointers); false if they are not known or not of one sequence. */
bool ck_std_range_of(ck_call *call, ck_cell *first, ck_cell *last, ck_std_range *out);
bool ck_std_range_whole(ck_call *call, ck_cell *container, ck_std_range *out);
static inline size_t ck_std_range_size(const ck_std_range *r) { return r->end - r->begin; }
/* Element i (0 = first in the range's own direction): the cell itself; for a map a pair of key and slot; for a string a
 * fresh cell with the character. */
ck_cell *ck_std_range_at(ck_call *call, const ck_std_range *r, size_t i);
ck_value ck_std_range_iterator(ck_call *call, const ck_std_range *r, size_t i);
/* Writes element i (of a string: the character). false if the sequence is not writable. */
bool ck_std_range_write(ck_call *call, ck_std_range *r, size_t i, ck_value v);
/* From the iterator in argument i to the end of its sequence; false if that is not known. */
bool ck_std_range_from(ck_call *call, size_t i, ck_std_range *out);
ck_value ck_std_unknown_range(ck_call *call); /* refuses: the sequence is not known */
ck_value ck_std_iterator(ck_cell *holder, size_t index);
/* The iterator value that names element `index` of a sequence; false if v is none. */
bool ck_std_as_iterator(ck_value v, ck_cell **holder, size_t *index);

/* A destination of algorithms: an iterator that is written through, or an inserter. */
typedef struct {
  ck_value v;      /* the iterator */
  ck_cell *holder; /* of the sequence written to */
  size_t index;
  bool inserts, front, sinks; /* sinks: an ostream_iterator, nothing is kept */
} ck_std_out;
bool ck_std_out_of(ck_call *call, ck_cell *cell, ck_std_out *out);
bool ck_std_out_put(ck_call *call, ck_std_out *out, ck_value v);
ck_value ck_std_out_end(ck_call *call, const ck_std_out *out);

/* Replaces the LIST in a cell by one of these cells. */
void ck_std_set_cells(ck_call *call, ck_cell *cell, const char *cls, ck_cell **cells, size_t n);
/* A LIST of class `cls` from constructor arguments: default, count, count and value, range, list, copy. */
ck_value ck_std_list_construct(ck_call *call, const char *cls, const ck_ir_type *elem);
/* Inserts into a LIST that is a set (sorted if its class is std::set); *at is its index, *fresh if it was not there. */
bool ck_std_set_insert(ck_call *call, ck_cell *set, ck_value v, size_t *at, bool *fresh);
/* v as a new LIST "std::pair". */
ck_value ck_std_pair(ck_call *call, ck_value first, ck_value second);

/* --- order, calls --------------------------------------------------------------------------------------------- */
/* Three-way order of known values, lexicographic in aggregates; *known false if it cannot be said. */
int ck_std_compare(ck_call *call, ck_value a, ck_value b, bool *known);
/* a op b for any values of the library; op is one of CK_IR_OP_EQ..GE. Symbolic operands give a symbolic bool. */
ck_value ck_std_relation(ck_call *call, ck_ir_op op, ck_value a, ck_value b);
/* Calls a callable: closure, function object, std::bind's result, pointer to one. */
ck_value ck_std_invoke(ck_call *call, ck_value callable, ck_cell **args, size_t n);
/* What a REF names, else v. */
ck_value ck_std_unref(ck_call *call, ck_value v);
/* Is the object of class `type` or one derived from it? */
bool ck_std_object_is(ck_call *call, const ck_object *object, const ck_ir_type *type);
/* Is f(a, b) true, or f(a) where b is NULL? May split the world; *known false where it cannot be said. */
bool ck_std_test(ck_call *call, ck_value f, ck_cell *a, ck_cell *b, bool *known);
/* Is f(a, b) true, f being argument `at`; a == b where the call has none? */
bool ck_std_alike(ck_call *call, size_t at, ck_cell *a, ck_cell *b, bool *known);
/* Is less(a, b) true? `less` NULL: operator<. May split the world; *known false where it cannot be said. */
bool ck_std_less(ck_call *call, const ck_value *less, ck_cell *a, ck_cell *b, bool *known);

/* --- text ----------------------------------------------------------------------------------------------------- */
/* `v` as operator<< or to_string would write it, appended; false if it is not known. `type` may be NULL. */
bool ck_std_write_text(ck_call *call, ck_value v, const ck_ir_type *type, ck_strbuf *out);
ck_value ck_std_concat(ck_call *call, ck_value a, ck_value b); /* strings and characters, symbolic too */
/* Parses JSON (RFC 8259) to plain values; UNKNOWN with the reason if it is not JSON. */
ck_value ck_std_json_parse(ck_call *call, const char *text);
/* JSON value -> C++ type, as basic_json::get<T>() does. */
ck_value ck_std_json_to(ck_call *call, ck_value v, const ck_ir_type *type);
#endif
