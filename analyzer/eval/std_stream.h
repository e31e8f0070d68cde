/* std_stream.h - the parts of a string stream, for its two files. */
#ifndef CK_EVAL_STD_STREAM_H
#define CK_EVAL_STD_STREAM_H
#include "eval/eval_int.h"

enum { TEXT, POSITION, STATE, WIDTH, FILL, PRECISION, FLAGS, STREAM_PARTS };
enum { FAIL = 1, END = 2 }; /* STATE: failbit, eofbit */
enum { FIXED = 1, SCIENTIFIC = 2, BOOLALPHA = 4, HEX = 8, OCT = 16, LEFT = 32, UNMODELLED = 64 };
#define STRING_STREAM "std::basic_stringstream"

const ck_list *ck_std_stream_of(ck_call *call, ck_cell *cell); /* NULL: no string stream */
int64_t ck_std_stream_get(ck_call *call, const ck_list *stream, size_t part);
void ck_std_stream_set(ck_call *call, const ck_list *stream, size_t part, int64_t n);
bool ck_std_try_manipulator(ck_call *call, const ck_list *stream, ck_value v); /* applies v if it is one */
#endif
