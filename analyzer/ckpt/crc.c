/* crc.c - CRC-32 (reflected, polynomial 0xedb88320), eight bytes at a time: a pickle of 10^5 keys has 20 MB.
 * table[k][b] is the remainder of byte b with k zero bytes behind it. */
#include <string.h>

#include "ckpt/zip.h"

enum { SHORT = 2048 /* bytes */ };

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

/* Half a byte at a time, for what is shorter than filling the tables takes: class texts, versions. */
static uint32_t crc_short(const unsigned char *p, size_t n) {
  static const uint32_t halves[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
                                      0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
                                      0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
  uint32_t c = 0xffffffffu;
  for (; n > 0; p++, n--) {
    c ^= *p;
    c = c >> 4 ^ halves[c & 15];
    c = c >> 4 ^ halves[c & 15];
  }
  return ~c;
}

uint32_t ck_crc32(const unsigned char *p, size_t n) {
  if (n < SHORT) return crc_short(p, n);
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
