#include <string.h>

#include "kernels.h"
#include "packed.h"
#include "split.h"

static uint16_t half_bits(const uint8_t *p) {
  uint16_t h;
  memcpy(&h, p, 2);
  return h;
}

static float bfloat(const uint8_t *p) {
  uint32_t u = (uint32_t)half_bits(p) << 16;
  float f;
  memcpy(&f, &u, 4);
  return f;
}

/* Only where there is a minimum: adding zero would lose the sign of a zero. */
static void add(float m, float *out) {
  for (int i = 0; i < 32; i++) out[i] += m;
}

static void q4(const uint8_t *p, int32_t blocks, int has_minimum, float *out) {
  for (int32_t b = 0; b < blocks; b++, out += 32) {
    float d = ck_half(half_bits(p)), m = 0;
    p += 2;
    if (has_minimum) {
      m = ck_half(half_bits(p));
      p += 2;
    }
    int bias = has_minimum ? 0 : 8;
    for (int i = 0; i < 16; i++) {
      out[i] = (float)((p[i] & 15) - bias) * d;
      out[i + 16] = (float)((p[i] >> 4) - bias) * d;
    }
    if (has_minimum) add(m, out);
    p += 16;
  }
}

static void q5(const uint8_t *p, int32_t blocks, int has_minimum, float *out) {
  for (int32_t b = 0; b < blocks; b++, out += 32) {
    float d = ck_half(half_bits(p)), m = 0;
    p += 2;
    if (has_minimum) {
      m = ck_half(half_bits(p));
      p += 2;
    }
    uint32_t high;
    memcpy(&high, p, 4);
    p += 4;
    int bias = has_minimum ? 0 : 16;
    for (int i = 0; i < 16; i++) {
      int low = (p[i] & 15) | (int)((high >> i) & 1) << 4;
      int upper = (p[i] >> 4) | (int)((high >> (i + 16)) & 1) << 4;
      out[i] = (float)(low - bias) * d;
      out[i + 16] = (float)(upper - bias) * d;
    }
    if (has_minimum) add(m, out);
    p += 16;
  }
}

static void split(int32_t type, const uint8_t *p, int32_t n, float *out) {
  struct ck_split block;
  size_t bytes = ck_split_bytes(type);
  if (bytes == 0) return;
  for (int32_t done = 0; done < n; done += block.elements, p += bytes) {
    ck_split_block(type, p, &block);
    for (int r = 0; r < block.elements / block.run; r++) {
      float scale = block.scale * (float)block.scales[r];
      float minimum = block.has_minimum ? block.minimum * (float)block.minimums[r] : 0;
      for (int i = r * block.run; i < (r + 1) * block.run; i++) {
        int value = block.table ? ck_levels[block.codes[i]] : block.codes[i] - block.bias;
        float scaled = scale * (float)value;
        out[done + i] = block.has_minimum ? scaled - minimum : scaled;
      }
    }
  }
}

void ck_dequantise(int32_t type, const void *row, int32_t n, float *out) {
  const uint8_t *p = row;
  switch (type) {
    case CK_F32: memcpy(out, p, (size_t)n * 4); return;
    case CK_F16:
      for (int32_t i = 0; i < n; i++) out[i] = ck_half(half_bits(p + 2 * i));
      return;
    case CK_BF16:
      for (int32_t i = 0; i < n; i++) out[i] = bfloat(p + 2 * i);
      return;
    case CK_Q4_0: q4(p, n / 32, 0, out); return;
    case CK_Q4_1: q4(p, n / 32, 1, out); return;
    case CK_Q5_0: q5(p, n / 32, 0, out); return;
    case CK_Q5_1: q5(p, n / 32, 1, out); return;
    case CK_Q8_0:
      for (int32_t b = 0; b < n / 32; b++, p += 34) {
        float d = ck_half(half_bits(p));
        for (int i = 0; i < 32; i++) out[b * 32 + i] = (float)(int8_t)p[2 + i] * d;
      }
      return;
    default: split(type, p, n, out); return;
  }
}
