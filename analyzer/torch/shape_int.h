/* shape_int.h - what the tables of tensors share (tensors.c, factories.c, shapes.c, joins.c, arithmetic.c,
 * elementwise.c).
 *
 * One row serves a method and the functions of its name: operand 0 is self or the first argument. Of each operation
 * only shape and dtype of the result are computed; what is not known stays so, with a reason. */
#ifndef CK_TORCH_SHAPE_INT_H
#define CK_TORCH_SHAPE_INT_H

#include "torch/torch_int.h"

typedef struct {
  bool has_dtype, grad;
  ck_dtype dtype;
} ck_torch_tensor_opts;
/* Arguments from `first` on as parts of a TensorOptions. */
ck_torch_tensor_opts ck_torch_read_options(ck_call *call, size_t first);
ck_value ck_torch_tensor_copy(ck_ev *ev, const ck_tensor *t, const ck_dim *dims); /* a tensor like *t, of these dims */

ck_value ck_torch_operand(ck_call *call, size_t i);
size_t ck_torch_operands(ck_call *call);
const ck_tensor *ck_torch_tensor_operand(ck_call *call, size_t i); /* never NULL */

/* A tensor of unknown shape; rank -1: not known either. _from: the reason of `t`, if it has one, goes on. */
ck_value ck_torch_unknown_result(ck_call *call, int32_t rank, ck_dtype dtype);
ck_value ck_torch_unknown_from(ck_call *call, const ck_tensor *t, int32_t rank);
bool ck_torch_has_shape(ck_call *call, const ck_tensor *t); /* its rank is known, and small enough to work with */

ck_value ck_torch_same(ck_call *call); /* a new tensor like operand 0 */

ck_dim ck_torch_dim_compute(ck_call *call, ck_ir_op op, ck_dim a, ck_dim b); /* as the program would, in int64_t */
ck_dtype ck_torch_promote(ck_dtype a, ck_dtype b);                           /* of two tensors with dimensions */
bool ck_torch_same_dim(ck_dim a, ck_dim b);                                  /* certainly */
/* Operand `i` (absent: `otherwise`) as the index of one of `rank` dimensions. False: not known, or out of range, which
 * throws. */
bool ck_torch_dim_index(ck_call *call, size_t i, int32_t rank, int64_t otherwise, int64_t *out);
bool ck_torch_total(ck_call *call, const ck_dim *dims, int32_t rank, ck_dim *out); /* product; false: not known */
bool ck_torch_dim_operands(ck_call *call, size_t i, ck_dim *dims,
                           int32_t *rank); /* a list of sizes; false: not known */

/* Rows: of a method and of the functions at:: and torch::. The arity of a function is one more. */
#define OP(name, call, min, max)                                                                                       \
  {"at::Tensor::" name, call, min, max}, {"at::" name, call, (min) + 1, (max) + 1},                                    \
      {"torch::" name, call, (min) + 1, (max) + 1}
#define FUNCTION(name, call, min, max)                                                                                 \
  {"at::" name, call, min, max}, { "torch::" name, call, min, max }
#define METHOD(name, call, min, max)                                                                                   \
  {"at::Tensor::" name, call, min, max}, { "at::TensorBase::" name, call, min, max }

#endif
