/* pch_int.h - what pch.c and pch_file.c share. */
#ifndef CK_FRONTEND_PCH_INT_H
#define CK_FRONTEND_PCH_INT_H
#include "frontend/frontend_int.h"

#define CK_FE_MAX_LIST_BYTES ((size_t)64 << 20)

/* For whom, and where, PCHs are made. */
typedef struct {
  CXIndex index;
  const ck_fe_options *options;
  const char *dir;
} ck_fe_pch_maker;

/* One PCH, and what lies beside it. */
typedef struct ck_fe_pch_file {
  char *header, *pch, *list, *words, *seal, *bad, *lock; /* paths */
  const char *text;                                      /* of the header: include lines */
  unsigned bundle_end; /* the last of these that brings in headers of the C++ library's only; 0: none does */
  bool apart;          /* the words are those of its own headers, without those of the PCH that it stands on */
  const ck_fe_flags *flags;
  const struct ck_fe_pch_file *base; /* the PCH that this one stands on; NULL: on none */
} ck_fe_pch_file;

/* The text and the flags stay the caller's. */
ck_fe_pch_file ck_fe_pch_file_of(const ck_fe_pch_maker *maker, const ck_fe_flags *flags, const char *text,
                                 const ck_fe_pch_file *base);
void ck_fe_release_pch_file(ck_fe_pch_file *p);
/* Makes the PCH, if need be; false if it cannot be made. */
bool ck_fe_provide_pch(const ck_fe_pch_maker *maker, const ck_fe_pch_file *p);
/* The operand of the include line that is to blame, to be freed; NULL if none is. */
char *ck_fe_blamed(const ck_fe_pch_file *p);
#endif
