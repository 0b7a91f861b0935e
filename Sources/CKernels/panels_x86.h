#pragma once
#include <immintrin.h>

#include "packed.h"

/* The packed product for x86, included by a file for each instruction set, which defines
 *
 *   CK_TILE      how many rows of activations are multiplied at once, at most
 *   CK_SPLIT     into how many vectors of its kind a vector of 64 bytes falls
 *   ints, floats vectors of integers and of floats, and the operations on them that are used here
 *
 * Integer sums are exact in any order, and the order of the float operations is the same in all of
 * them, so that every instruction set gives the same bits. */

#define INLINE static inline __attribute__((always_inline))

/* How far ahead weights are asked for, in bytes. */
enum { CK_AHEAD = 3072 };

enum { CK_PIECE = CK_VECTOR / CK_SPLIT, CK_ROWS = CK_PANEL / CK_SPLIT };

/* Two bits of pair `pair` at the place where `to` is one. */
INLINE ints two_bits(const uint8_t *plane, const int i, const int n, const int to) {
  const int from = 8 * (i & 1) + 2 * n;
  ints lanes = load(plane + CK_VECTOR * (i / 2));
  lanes = from >= to ? shift_right(lanes, from - to) : shift_left(lanes, to - from);
  return both(lanes, set16(3 << to));
}

/* The weights of pairs 4i to 4i + 3. `planes` points at this vector's piece of the first plane. */
INLINE void weights(const struct ck_packing k, const uint8_t *planes, const int piece, const int i, ints w[4]) {
  const uint8_t *low = planes + CK_PIECE * piece, *high = planes + CK_VECTOR * k.low;
  if (k.low == 8) {
    ints a = load(low + CK_VECTOR * i), b = load(low + CK_VECTOR * (i + 4));
    w[0] = low_bytes(a);
    w[1] = low_bytes(b);
    w[2] = high_bytes(a);
    w[3] = high_bytes(b);
  } else if (k.low == 4) {
    ints lanes = load(low + CK_VECTOR * i);
    if (k.table) {
      ints a = levels(both(lanes, set16(0x0f0f)));
      ints b = levels(both(shift_right(lanes, 4), set16(0x0f0f)));
      w[0] = low_bytes(a);
      w[1] = low_bytes(b);
      w[2] = high_bytes(a);
      w[3] = high_bytes(b);
    } else {
      w[0] = both(lanes, set16(15));
      w[1] = both(shift_right(lanes, 4), set16(15));
      w[2] = both(shift_right(lanes, 8), set16(15));
      w[3] = shift_right(lanes, 12);
    }
  } else {
    for (int n = 0; n < 4; n++) w[n] = two_bits(low, i, n, 0);
  }
  for (int n = 0; n < 4; n++) {
    if (k.high == 1) w[n] = add_bit(w[n], high + 4 * (4 * i + n), piece, 1 << k.low);
    if (k.high == 2) w[n] = either(w[n], two_bits(high + CK_PIECE * piece, i, n, 4));
  }
}

/* A piece of a panel's rows times `tokens` (at most CK_TILE) rows of activations. The arguments that
 * decide the loop's shape are constants at each call, so that the compiler makes one tight loop of
 * each combination. */
INLINE void panel(const struct ck_packing k, const int tokens, const int piece, const uint8_t *p,
                  int32_t blocks, int32_t columns, const int16_t *q, const float *scales,
                  const float *sums, floats *out) {
  floats y[CK_TILE];
  for (int t = 0; t < tokens; t++) y[t] = zero_floats();
  floats unit = zero_floats(), unit_minimum = unit;
  for (int32_t b = 0; b < blocks; b++) {
    if (k.parts > 0 && b % (CK_RUN_COLUMNS / CK_BLOCK) == 0) {
      unit = halves(p + 2 * CK_ROWS * piece);
      if (k.has_minimum) unit_minimum = halves(p + CK_HALVES_BYTES + 2 * CK_ROWS * piece);
      p += ck_packed_head_bytes(k);
    }
    /* Scales and what is added, for each of two times 16 columns. */
    floats d[2], m[2];
    for (int part = 0; part < 2; part++) {
      if (k.parts == 0) {
        d[part] = halves(p + 2 * CK_ROWS * piece);
        if (k.has_minimum) m[part] = halves(p + CK_HALVES_BYTES + 2 * CK_ROWS * piece);
      } else {
        const uint8_t *codes = p + CK_PANEL * (k.parts == 2 ? part : 0) + CK_ROWS * piece;
        d[part] = times(unit, bytes(codes));
        if (k.has_minimum)
          m[part] = times(unit_minimum, minus(zero_floats(), bytes(codes + CK_PANEL * k.parts)));
      }
      if (k.bias) m[part] = times(d[part], all((float)-k.bias));
    }
    /* While many rows are multiplied the next weights come; they lie one behind another. */
    if (tokens >= 4)
      for (size_t ahead = 0; ahead < ck_packed_block_bytes(k); ahead += 64)
        _mm_prefetch((const char *)p + CK_AHEAD + ahead, _MM_HINT_T0);
    p += ck_packed_scales_bytes(k);
    const int16_t *a = q + (size_t)b * CK_BLOCK;
    /* The sums of the first and of the last 16 columns. Where they are wanted together it is one sum,
     * unless so few rows are multiplied that one chain of additions would wait for itself. */
    const int apart = k.parts == 2 || tokens < 8;
    ints s[CK_TILE], e[CK_TILE];
    for (int t = 0; t < tokens; t++) s[t] = e[t] = zero_ints();
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++) {
      ints w[4];
      weights(k, p, piece, i, w);
      for (int t = 0; t < tokens; t++) {
        const int16_t *pairs = a + (size_t)t * (size_t)columns + 4 * i;
        ints *second = apart ? &e[t] : &s[t];
        s[t] = multiply_add(s[t], w[0], pair(pairs));
        *second = multiply_add(*second, w[1], pair(pairs + 16));
        s[t] = multiply_add(s[t], w[2], pair(pairs + 2));
        *second = multiply_add(*second, w[3], pair(pairs + 18));
      }
      for (int t = 0; t < tokens; t++) {
        settle(&s[t]);
        if (apart) settle(&e[t]);
      }
    }
    p += CK_VECTOR * (k.low + k.high);
    for (int t = 0; t < tokens; t++) {
      const float *sum = sums + 2 * ((size_t)t * (size_t)blocks + (size_t)b);
      floats scale = all(scales[(size_t)t * (size_t)blocks + (size_t)b]);
      if (k.parts == 2) {
        y[t] = fused(times(d[0], scale), whole(s[t]), y[t]);
        y[t] = fused(times(d[1], scale), whole(e[t]), y[t]);
      } else {
        y[t] = fused(times(d[0], scale), whole(apart ? plus(s[t], e[t]) : s[t]), y[t]);
      }
      if (!k.has_minimum && !k.bias) continue;
      if (k.parts == 2) {
        y[t] = fused(m[0], all(sum[1]), y[t]);
        y[t] = fused(m[1], all(sum[0] - sum[1]), y[t]);
      } else {
        y[t] = fused(m[0], all(sum[0]), y[t]);
      }
    }
  }
  for (int t = 0; t < tokens; t++) out[t] = y[t];
}

INLINE void panels(const struct ck_packing k, const uint8_t *data, int32_t begin, int32_t end, int32_t rows,
                   int32_t columns, const int16_t *q, const float *scales, const float *sums,
                   int32_t tokens, float *y, size_t y_stride) {
  const int32_t blocks = columns / CK_BLOCK;
  const size_t size = (size_t)blocks * ck_packed_block_bytes(k) +
                      (size_t)(columns / CK_RUN_COLUMNS) * ck_packed_head_bytes(k);
  for (int32_t i = begin; i < end; i++) {
    const uint8_t *p = data + (size_t)i * size;
    for (int32_t t = 0; t < tokens;) {
      const int16_t *a = q + (size_t)t * (size_t)columns;
      const float *sc = scales + (size_t)t * (size_t)blocks, *su = sums + 2 * (size_t)t * (size_t)blocks;
      const int32_t rest = tokens - t;
      const int32_t count = rest >= CK_TILE ? CK_TILE : rest >= 4 ? 4 : rest >= 2 ? 2 : 1;
#pragma clang loop unroll(full)
      for (int piece = 0; piece < CK_SPLIT; piece++) {
        floats out[CK_TILE];
        switch (count) {
          case 1: panel(k, 1, piece, p, blocks, columns, a, sc, su, out); break;
          case 2: panel(k, 2, piece, p, blocks, columns, a, sc, su, out); break;
          case 4: panel(k, 4, piece, p, blocks, columns, a, sc, su, out); break;
          default: panel(k, CK_TILE, piece, p, blocks, columns, a, sc, su, out);
        }
        const int32_t first = i * CK_PANEL + piece * CK_ROWS;
        for (int32_t n = 0; n < count; n++)
          store(y + (size_t)(t + n) * y_stride + (size_t)first, out[n], rows - first);
      }
      t += count;
    }
  }
}

INLINE void panels_of_type(int32_t type, const uint8_t *data, int32_t begin, int32_t end, int32_t rows,
                           int32_t columns, const int16_t *q, const float *scales, const float *sums,
                           int32_t tokens, float *y, size_t y_stride) {
#define PANELS(type)                                                                                   \
  case type:                                                                                           \
    panels(ck_packing_of(type), data, begin, end, rows, columns, q, scales, sums, tokens, y, y_stride); \
    return;
  switch (type) {
    PANELS(CK_Q4_0)
    PANELS(CK_Q4_1)
    PANELS(CK_Q5_0)
    PANELS(CK_Q5_1)
    PANELS(CK_Q8_0)
    PANELS(CK_Q2_K)
    PANELS(CK_Q3_K)
    PANELS(CK_Q4_K)
    PANELS(CK_Q5_K)
    PANELS(CK_Q6_K)
    PANELS(CK_IQ4_NL)
    PANELS(CK_IQ4_XS)
  }
#undef PANELS
}
