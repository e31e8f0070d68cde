#include "base/hash.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

uint64_t ck_hash64(const void *bytes, size_t n, uint64_t seed) { return XXH3_64bits_withSeed(bytes, n, seed); }

static void to_hex(const unsigned char *bytes, size_t n, char *hex) {
  static const char digits[] = "0123456789abcdef";
  for (size_t i = 0; i < n; i++) {
    hex[2 * i] = digits[bytes[i] >> 4];
    hex[2 * i + 1] = digits[bytes[i] & 15];
  }
  hex[2 * n] = 0;
}

void ck_hash128_hex(const void *bytes, size_t n, char hex[33]) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes, n));
  to_hex(canonical.digest, sizeof canonical.digest, hex);
}

ck_status ck_sha256_file(const char *path, char hex[65], ck_err *err) {
  unsigned char buffer[65536], digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  FILE *f = fopen(path, "rb");
  if (f == NULL) return ck_fail(err, CK_IO, "cannot open %s: %s", path, strerror(errno));
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  if (context == NULL) ck_out_of_memory(0);
  int good = EVP_DigestInit_ex(context, EVP_sha256(), NULL);
  while (good && !feof(f) && !ferror(f)) {
    size_t n = fread(buffer, 1, sizeof buffer, f);
    good = EVP_DigestUpdate(context, buffer, n);
  }
  good = good && !ferror(f) && EVP_DigestFinal_ex(context, digest, &size);
  EVP_MD_CTX_free(context);
  fclose(f);
  if (!good) return ck_fail(err, CK_IO, "cannot read %s", path);
  to_hex(digest, 32, hex);
  return CK_OK;
}
