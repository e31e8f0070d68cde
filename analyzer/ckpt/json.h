/* json.h - JSON of a stranger's: bounded, and with duplicate keys told. */
#ifndef CK_CKPT_JSON_H
#define CK_CKPT_JSON_H
#include <jansson.h>

#include "ckpt/ckpt_int.h"

/* Parses n bytes at offset `at` of the file. Duplicate keys become a problem, the last one of a name is kept. Failure:
 * CK_CORRUPT with the offset, CK_LIMIT. *out is the caller's to json_decref(). */
ck_status ck_json_parse(ck_ckpt_job *job, const char *text, size_t n, uint64_t at, const char *what, json_t **out);
#endif
