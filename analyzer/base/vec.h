/* vec.h - growable arrays. A vector of T is any struct { T *at; size_t n, room; }.
 *
 *   CK_VEC(int) v = {0};  ck_vec_push(&v, 3);  v.at[0];  free(v.at); */
#ifndef CK_BASE_VEC_H
#define CK_BASE_VEC_H
#include <stddef.h>

#include "base/status.h"

#define CK_VEC(type)                                                                                                   \
  struct {                                                                                                             \
    type *at;                                                                                                          \
    size_t n, room;                                                                                                    \
  }

#define ck_vec_reserve(v)                                                                                              \
  ((v)->n < (v)->room ? (void)0                                                                                        \
                      : (void)((v)->room = (v)->room ? (v)->room * 2 : 8,                                              \
                               (v)->at = ck_realloc((v)->at, (v)->room * sizeof *(v)->at)))
/* The value is there before there is room for it: what makes it may push to the same vector. */
#define ck_vec_push(v, ...)                                                                                            \
  __extension__({                                                                                                      \
    __typeof__(*(v)->at) ck_pushed = (__VA_ARGS__);                                                                    \
    ck_vec_reserve(v);                                                                                                 \
    (v)->at[(v)->n++] = ck_pushed;                                                                                     \
  })
#endif
