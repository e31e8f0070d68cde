/* torch_zip.h - what all zip archives of PyTorch have in common: version, byte order, data.pkl, storages. */
#ifndef CK_CKPT_TORCH_ZIP_H
#define CK_CKPT_TORCH_ZIP_H
#include "ckpt/pickle.h"
#include "ckpt/zip.h"

/* Reads and runs D/NAME; the values live in the scratch arena. */
ck_status ck_torch_zip_pickle(ck_ckpt_job *job, const char *name, ck_pickle *out);
/* Metadata and problems of D/version, D/byteorder and members outside D; lets tensors be checked against D/data/N. */
ck_status ck_torch_zip_prepare(ck_ckpt_job *job);

/* The classes of a TorchScript archive, from the texts in D/code (class_text.c). */
typedef struct {
  bool is_module;   /* class C(Module): */
  bool has_methods; /* libtorch's own archives have none */
} ck_class;

typedef struct {
  ck_ckpt_job *job;
  ck_map classes; /* qualified name -> ck_class */
  ck_map files;   /* member names read already */
  ck_map kinds;   /* class, tab, attribute -> ck_ckpt_kind in `n` */
} ck_class_table;

void ck_class_table_init(ck_class_table *table, ck_ckpt_job *job);
void ck_class_table_release(ck_class_table *table);
/* The class of that qualified name, "__torch__.a.b.C"; *out is NULL if the archive has no text of it. */
ck_status ck_class_find(ck_class_table *table, const char *name, const ck_class **out);
/* Parameter, buffer, or unknown for an attribute that its class lists under neither. */
ck_ckpt_kind ck_class_kind(const ck_class_table *table, const char *name, const char *attribute);
#endif
