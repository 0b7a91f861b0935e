#include <string.h>

#include "packed.h"

int32_t ck_is_packed(int32_t type) { return ck_packing_of(type).bits != 0; }

size_t ck_panel_bytes(int32_t type, int32_t columns) {
  return ck_packed_block_bytes(ck_packing_of(type)) * (size_t)(columns / CK_BLOCK);
}

static size_t block_bytes(int32_t type) {
  switch (type) {
    case CK_Q4_0: return 18;
    case CK_Q4_1: return 20;
    case CK_Q5_0: return 22;
    case CK_Q5_1: return 24;
    default: return 34;
  }
}

/* The 32 integers of a GGUF block, and its scale and minimum as halves. */
static void unpack(int32_t type, const uint8_t *block, int8_t *values, uint16_t *scale, uint16_t *minimum) {
  memcpy(scale, block, 2);
  *minimum = 0;
  switch (type) {
    case CK_Q4_0:
    case CK_Q4_1: {
      const uint8_t *q = block + 2;
      if (type == CK_Q4_1) {
        memcpy(minimum, block + 2, 2);
        q += 2;
      }
      for (int i = 0; i < 16; i++) {
        values[i] = (int8_t)(q[i] & 15);
        values[i + 16] = (int8_t)(q[i] >> 4);
      }
      return;
    }
    case CK_Q5_0:
    case CK_Q5_1: {
      const uint8_t *p = block + 2;
      int offset = 16;
      if (type == CK_Q5_1) {
        memcpy(minimum, p, 2);
        p += 2;
        offset = 0;
      }
      uint32_t high;
      memcpy(&high, p, 4);
      const uint8_t *q = p + 4;
      for (int i = 0; i < 16; i++) {
        values[i] = (int8_t)(((q[i] & 15) | ((high >> i) & 1) << 4) - offset);
        values[i + 16] = (int8_t)(((q[i] >> 4) | ((high >> (i + 16)) & 1) << 4) - offset);
      }
      return;
    }
    default: memcpy(values, block + 2, 32); return;
  }
}

void ck_pack_panel(int32_t type, const uint8_t *weights, size_t row_bytes, int32_t rows, int32_t panel,
                   int32_t columns, uint8_t *out) {
  struct ck_packing packing = ck_packing_of(type);
  size_t packed_bytes = ck_packed_block_bytes(packing);
  memset(out, 0, packed_bytes * (size_t)(columns / CK_BLOCK));
  for (int r = 0; r < CK_PANEL; r++) {
    int32_t row = panel * CK_PANEL + r;
    if (row >= rows) break;
    const uint8_t *source = weights + (size_t)row * row_bytes;
    for (int32_t b = 0; b < columns / CK_BLOCK; b++) {
      uint8_t *block = out + (size_t)b * packed_bytes;
      int8_t values[CK_BLOCK];
      uint16_t scale, minimum;
      unpack(type, source + (size_t)b * block_bytes(type), values, &scale, &minimum);
      memcpy(block + 2 * r, &scale, 2);
      if (packing.has_minimum) memcpy(block + CK_SCALES_BYTES + 2 * r, &minimum, 2);
      uint8_t *lanes = block + CK_SCALES_BYTES * (1 + packing.has_minimum);
      for (int c = 0; c < CK_BLOCK; c++) {
        int p = c & 1;
        if (packing.bits == 4) {
          int v = c / 8, n = (c % 8) / 2;
          lanes[32 * v + 2 * (2 * r + p) + n / 2] |= (uint8_t)(values[c] << (4 * (n & 1)));
        } else {
          int v = c / 4, half = (c % 4) / 2;
          lanes[32 * v + 2 * (2 * r + p) + half] = (uint8_t)values[c];
        }
      }
    }
  }
}
