/* container_int.h - what the containers of modules and tensors share (containers.c, parameter_lists.c,
 * ordered_dict.c). */
#ifndef CK_TORCH_CONTAINER_INT_H
#define CK_TORCH_CONTAINER_INT_H

#include "torch/run_int.h"

ck_value ck_torch_unknown_content(ck_call *call); /* what is in the container is not known */
/* The name that the next element gets: its index, or a pattern where that is not known. */
ck_value ck_torch_next_name(ck_call *call, bool known, size_t n);
/* Something together with its name: pair, NamedAnyModule, entry of an initialiser list. */
bool ck_torch_named_pair(ck_ev *ev, ck_value v, ck_value *name, ck_value *module);
/* The parameter of that name or index, if it is certainly registered. */
ck_cell *ck_torch_registered_tensor(ck_call *call, ck_object *object, ck_value key);

#endif
