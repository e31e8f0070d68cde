/* crc.c - CRC-32 (reflected, polynomial 0xedb88320), eight bytes at a time: a pickle of 10^5 keys has 20 MB.
 * table[k][b] is the remainder of byte b with k zero bytes behind it. */
#include <string.h>

#include "ckpt/zip.h"

typedef struct {
  uint32_t at[8][256];
} crc_table;

static void fill(crc_table *table) {
  for (uint32_t b = 0; b < 256; b++) {
    uint32_t c = b;
    for (int bit = 0; bit < 8; bit++) c = c & 1 ? c >> 1 ^ 0xedb88320u : c >> 1;
    table->at[0][b] = c;
  }
  for (int k = 1; k < 8; k++)
    for (int b = 0; b < 256; b++) table->at[k][b] = table->at[k - 1][b] >> 8 ^ table->at[0][table->at[k - 1][b] & 255];
}

uint32_t ck_crc32(const unsigned char *p, size_t n) {
  crc_table t; /* filled anew each time: 6 microseconds, and no global state */
  uint32_t c = 0xffffffffu;
  fill(&t);
  for (; n >= 8; p += 8, n -= 8) {
    uint32_t low = c ^ (p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24);
    c = t.at[7][low & 255] ^ t.at[6][low >> 8 & 255] ^ t.at[5][low >> 16 & 255] ^ t.at[4][low >> 24] ^ t.at[3][p[4]] ^
        t.at[2][p[5]] ^ t.at[1][p[6]] ^ t.at[0][p[7]];
  }
  for (; n > 0; p++, n--) c = c >> 8 ^ t.at[0][(c ^ *p) & 255];
  return ~c;
}
