#pragma once
#include <immintrin.h>

#include "packed.h"

/* The packed product for x86, included by a file for each instruction set, which defines
 *
 *   CK_TILE                      how many rows of activations are multiplied at once, at most
 *   multiply_add(s, w, a)        s + the sums of neighbouring products of 16-bit lanes of w and a
 *
 * Integer sums are exact in any order, and the order of the float operations is the same in all of
 * them, so that every instruction set gives the same bits. */

/* Two activations of token t, broadcast to all rows of the panel. */
static inline __m256i pair(const int16_t *a, int32_t columns, int t, int c) {
  int32_t both;
  __builtin_memcpy(&both, a + (size_t)t * (size_t)columns + c, 4);
  return _mm256_set1_epi32(both);
}

/* The next scales or minimums of a block, one for each row. */
static inline __attribute__((always_inline)) __m256 row_scales(const uint8_t **p, const int runs) {
  const uint8_t *here = *p;
  *p += runs == 0 ? CK_SCALES_BYTES : CK_PANEL * (int)sizeof(float);
  if (runs > 0) return _mm256_loadu_ps((const float *)here);
  return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)here));
}

/* One panel times `tokens` (at most CK_TILE) rows of activations. The arguments that decide the loop's shape
 * are constants at each call, so that the compiler makes one tight loop of each combination. */
static inline __attribute__((always_inline)) void panel(
    const int tokens, const int bits, const int has_minimum, const int bias, const int runs,
    const uint8_t *p,
    int32_t blocks, int32_t columns, const int16_t *q, const float *scales, const float *sums,
    __m256 *out) {
  __m256 y[CK_TILE];
  for (int t = 0; t < tokens; t++) y[t] = _mm256_setzero_ps();
  const __m256i nibble = _mm256_set1_epi16(15);
  for (int32_t b = 0; b < blocks; b++) {
    __m256 d = row_scales(&p, runs);
    const __m256 d1 = runs == 2 ? row_scales(&p, runs) : d;
    const __m256 m = has_minimum ? row_scales(&p, runs) : _mm256_setzero_ps();
    const int16_t *a = q + (size_t)b * CK_BLOCK;
    /* Two chains of additions for each row: one would wait for itself. */
    __m256i s[CK_TILE], e[CK_TILE];
    for (int t = 0; t < tokens; t++) s[t] = e[t] = _mm256_setzero_si256();
    if (bits == 4) {
#pragma clang loop unroll(full)
      for (int v = 0; v < 4; v++) {
        __m256i lanes = _mm256_loadu_si256((const __m256i *)(p + 32 * v));
        __m256i w0 = _mm256_and_si256(lanes, nibble);
        __m256i w1 = _mm256_and_si256(_mm256_srli_epi16(lanes, 4), nibble);
        __m256i w2 = _mm256_and_si256(_mm256_srli_epi16(lanes, 8), nibble);
        __m256i w3 = _mm256_srli_epi16(lanes, 12);
        for (int t = 0; t < tokens; t++) {
          s[t] = multiply_add(s[t], w0, pair(a, columns, t, 8 * v));
          e[t] = multiply_add(e[t], w1, pair(a, columns, t, 8 * v + 2));
          s[t] = multiply_add(s[t], w2, pair(a, columns, t, 8 * v + 4));
          e[t] = multiply_add(e[t], w3, pair(a, columns, t, 8 * v + 6));
        }
      }
      p += CK_NIBBLE_BYTES;
    } else {
#pragma clang loop unroll(full)
      for (int v = 0; v < 8; v++) {
        __m256i lanes = _mm256_loadu_si256((const __m256i *)(p + 32 * v));
        __m256i w0 = _mm256_srai_epi16(_mm256_slli_epi16(lanes, 8), 8);
        __m256i w1 = _mm256_srai_epi16(lanes, 8);
        for (int t = 0; t < tokens; t++) {
          s[t] = multiply_add(s[t], w0, pair(a, columns, t, 4 * v));
          e[t] = multiply_add(e[t], w1, pair(a, columns, t, 4 * v + 2));
        }
        if (runs == 2 && v == 3) {
          for (int t = 0; t < tokens; t++) {
            __m256 scale = _mm256_mul_ps(d, _mm256_broadcast_ss(scales + t * blocks + b));
            y[t] = _mm256_fmadd_ps(scale, _mm256_cvtepi32_ps(_mm256_add_epi32(s[t], e[t])), y[t]);
            s[t] = e[t] = _mm256_setzero_si256();
          }
          d = d1;
        }
      }
      p += CK_BYTE_BYTES;
    }
    for (int t = 0; t < tokens; t++) {
      __m256 scale = _mm256_mul_ps(d, _mm256_broadcast_ss(scales + t * blocks + b));
      y[t] = _mm256_fmadd_ps(scale, _mm256_cvtepi32_ps(_mm256_add_epi32(s[t], e[t])), y[t]);
      if (has_minimum || bias) {
        __m256 low = has_minimum ? m : _mm256_mul_ps(d, _mm256_set1_ps((float)-bias));
        y[t] = _mm256_fmadd_ps(low, _mm256_broadcast_ss(sums + t * blocks + b), y[t]);
      }
    }
  }
  for (int t = 0; t < tokens; t++) out[t] = y[t];
}

static inline __attribute__((always_inline)) void panels(
    const int bits, const int has_minimum, const int bias, const int runs, const uint8_t *data, int32_t begin,
    int32_t end, int32_t rows, int32_t columns, const int16_t *q, const float *scales,
    const float *sums, int32_t tokens, float *y, size_t y_stride) {
  const int32_t blocks = columns / CK_BLOCK;
  const size_t bytes =
      (size_t)blocks * ck_packed_block_bytes((struct ck_packing){bits, has_minimum, bias, runs});
  for (int32_t i = begin; i < end; i++) {
    const uint8_t *p = data + (size_t)i * bytes;
    const int32_t left = rows - i * CK_PANEL;
    for (int32_t t = 0; t < tokens;) {
      __m256 out[CK_TILE];
      const int16_t *a = q + (size_t)t * (size_t)columns;
      const float *sc = scales + (size_t)t * (size_t)blocks, *su = sums + (size_t)t * (size_t)blocks;
      const int32_t rest = tokens - t;
      const int32_t count = rest >= CK_TILE ? CK_TILE : rest >= 4 ? 4 : rest >= 2 ? 2 : 1;
      switch (count) {
        case 1: panel(1, bits, has_minimum, bias, runs, p, blocks, columns, a, sc, su, out); break;
        case 2: panel(2, bits, has_minimum, bias, runs, p, blocks, columns, a, sc, su, out); break;
        case 4: panel(4, bits, has_minimum, bias, runs, p, blocks, columns, a, sc, su, out); break;
        default: panel(CK_TILE, bits, has_minimum, bias, runs, p, blocks, columns, a, sc, su, out);
      }
      for (int32_t k = 0; k < count; k++, t++) {
        float *target = y + (size_t)t * y_stride + (size_t)i * CK_PANEL;
        if (left >= CK_PANEL) {
          _mm256_storeu_ps(target, out[k]);
        } else {
          __m256i some = _mm256_cmpgt_epi32(_mm256_set1_epi32(left), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
          _mm256_maskstore_ps(target, some, out[k]);
        }
      }
    }
  }
}

static inline __attribute__((always_inline)) void panels_of_type(
    int32_t type, const uint8_t *data, int32_t begin, int32_t end, int32_t rows, int32_t columns,
    const int16_t *q, const float *scales, const float *sums, int32_t tokens, float *y, size_t y_stride) {
#define PANELS(bits, has_minimum, bias, runs)                                                        \
  panels(bits, has_minimum, bias, runs, data, begin, end, rows, columns, q, scales, sums, tokens, y, \
         y_stride)
  switch (type) {
    case CK_Q4_0: PANELS(4, 0, 8, 0); return;
    case CK_Q4_1: PANELS(4, 1, 0, 0); return;
    case CK_Q4_K: PANELS(4, 1, 0, 1); return;
    case CK_Q5_1: PANELS(8, 1, 0, 0); return;
    case CK_Q5_K: PANELS(8, 1, 0, 1); return;
    case CK_Q8_K:
    case CK_IQ4_XS: PANELS(8, 0, 0, 1); return;
    case CK_Q3_K:
    case CK_Q6_K: PANELS(8, 0, 0, 2); return;
    default: PANELS(8, 0, 0, 0); return;
  }
#undef PANELS
}
