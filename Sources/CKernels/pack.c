#include <string.h>

#include "packed.h"
#include "split.h"

int32_t ck_is_packed(int32_t type) { return ck_packing_of(type).bits != 0; }

size_t ck_panel_bytes(int32_t type, int32_t columns) {
  return ck_packed_block_bytes(ck_packing_of(type)) * (size_t)(columns / CK_BLOCK);
}

static size_t block_bytes(int32_t type) {
  switch (type) {
    case CK_Q4_0:
    case CK_IQ4_NL: return 18;
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
    case CK_IQ4_NL: {
      struct ck_split split;
      ck_split_block(type, block, &split);
      memcpy(values, split.values, CK_BLOCK);
      return;
    }
    default: memcpy(values, block + 2, 32); return;
  }
}

/* Puts 32 values of row r of the panel into their lanes. */
static void put(const int8_t *values, int bits, int r, uint8_t *lanes) {
  for (int c = 0; c < CK_BLOCK; c++) {
    int p = c & 1;
    if (bits == 4) {
      int v = c / 8, n = (c % 8) / 2;
      lanes[32 * v + 2 * (2 * r + p) + n / 2] |= (uint8_t)(values[c] << (4 * (n & 1)));
    } else {
      int v = c / 4, half = (c % 4) / 2;
      lanes[32 * v + 2 * (2 * r + p) + half] = (uint8_t)values[c];
    }
  }
}

/* A row of a type with one scale for each 32 columns. */
static void pack_row(int32_t type, const uint8_t *source, int32_t columns, int r, uint8_t *out) {
  struct ck_packing packing = ck_packing_of(type);
  for (int32_t b = 0; b < columns / CK_BLOCK; b++, out += ck_packed_block_bytes(packing)) {
    int8_t values[CK_BLOCK];
    uint16_t scale, minimum;
    unpack(type, source + (size_t)b * block_bytes(type), values, &scale, &minimum);
    memcpy(out + 2 * r, &scale, 2);
    if (packing.has_minimum) memcpy(out + CK_SCALES_BYTES + 2 * r, &minimum, 2);
    put(values, packing.bits, r, out + CK_SCALES_BYTES * (1 + packing.has_minimum));
  }
}

/* A row of a type whose blocks have parts with scales of their own. */
static void pack_split_row(int32_t type, const uint8_t *source, int32_t columns, int r, uint8_t *out) {
  struct ck_packing packing = ck_packing_of(type);
  size_t scales_bytes = ck_packed_scales_bytes(packing);
  struct ck_split split;
  for (int32_t c = 0; c < columns; c += CK_BLOCK, out += ck_packed_block_bytes(packing)) {
    int32_t within = c % 256;
    if (within == 0) ck_split_block(type, source + (size_t)(c / 256) * ck_split_bytes(type), &split);
    for (int k = 0; k < packing.runs; k++) {
      int part = within / split.run + k;
      size_t place = (size_t)(k * CK_PANEL + r) * sizeof(float);
      memcpy(out + place, &split.scales[part], sizeof(float));
      float low = -split.minimums[part];
      if (packing.has_minimum) memcpy(out + scales_bytes + place, &low, sizeof(float));
    }
    put(split.values + within, packing.bits, r, out + scales_bytes * (size_t)(1 + packing.has_minimum));
  }
}

void ck_pack_panel(int32_t type, const uint8_t *weights, size_t row_bytes, int32_t rows, int32_t panel,
                   int32_t columns, uint8_t *out) {
  struct ck_packing packing = ck_packing_of(type);
  memset(out, 0, ck_packed_block_bytes(packing) * (size_t)(columns / CK_BLOCK));
  for (int r = 0; r < CK_PANEL; r++) {
    int32_t row = panel * CK_PANEL + r;
    if (row >= rows) break;
    const uint8_t *source = weights + (size_t)row * row_bytes;
    if (packing.runs == 0) {
      pack_row(type, source, columns, r, out);
    } else {
      pack_split_row(type, source, columns, r, out);
    }
  }
}
