/* std_library.c - the standard library as one ck_library, made of the tables std_rows.def, std_classes.def and
 * std_throwing.def. */
#include "eval/std_int.h"

#define ROW(row_name, handler, fewest, most) {.name = row_name, .call = ck_std_##handler, .min = fewest, .max = most},
static const ck_builtin rows[] = {
#include "eval/std_rows.def"
};
#undef ROW

#define CLASS(class_name, handler) {.name = class_name, .construct = ck_std_##handler},
#define MEMBERS(class_name, handler, member_of)                                                                        \
  {.name = class_name, .construct = ck_std_##handler, .member = ck_std_##member_of},
static const ck_library_class classes[] = {
#include "eval/std_classes.def"
};
#undef CLASS
#undef MEMBERS

#define THROWS(row_name, base)         {.name = row_name, .thrown = base},
#define ALWAYS(row_name, base)         {.name = row_name, .thrown = base, .always = true},
#define OF(row_name, base, first_type) {.name = row_name, .thrown = base, .of = first_type},
static const ck_throwing throwing[] = {
#include "eval/std_throwing.def"
};
#undef THROWS
#undef ALWAYS
#undef OF

const ck_library ck_ev_std_library = {rows,     sizeof rows / sizeof *rows,
                                      classes,  sizeof classes / sizeof *classes,
                                      throwing, sizeof throwing / sizeof *throwing};
