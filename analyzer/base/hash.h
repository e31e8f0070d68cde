/* hash.h - content hashes: xxHash (64 and 128 bit) for cache keys, SHA-256 for the names of checkpoints. */
#ifndef CK_BASE_HASH_H
#define CK_BASE_HASH_H
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

uint64_t ck_hash64(const void *bytes, size_t n, uint64_t seed);
/* 128-bit XXH3 of the bytes as 32 lower-case hex digits and a NUL. */
void ck_hash128_hex(const void *bytes, size_t n, char hex[33]);
/* SHA-256 of a whole file as 64 lower-case hex digits and a NUL. */
ck_status ck_sha256_file(const char *path, char hex[65], ck_err *err);
#endif
