#if defined(__x86_64__)
#include <immintrin.h>

#include "kernels.h"

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

#include "avx2.h"

#define INLINE static inline __attribute__((always_inline))

/* Keys and values are read once for so many of the heads that share them: their sums fill the registers. */
enum { HEADS = 3 };

/* How many heads go together when `left` are left. */
INLINE int32_t together(int32_t left) { return left == HEADS + 1 ? 2 : left < HEADS ? left : HEADS; }

INLINE size_t place(const int32_t *slots, int32_t i) { return (size_t)(slots != NULL ? slots[i] : i); }

/* The scores of four keys, or of as many as are left, for some heads; each is summed in the same order
 * whatever stands beside it. */
INLINE void four_scores(const int heads, const float *queries, const float *const *k, int32_t width, float scale,
                        int32_t left, float *out, size_t out_stride) {
  __m256 s[HEADS][4];
  for (int h = 0; h < heads; h++)
    for (int j = 0; j < 4; j++) s[h][j] = _mm256_setzero_ps();
  int32_t c = 0;
  for (; c + 8 <= width; c += 8) {
    __m256 q[HEADS];
    for (int h = 0; h < heads; h++) q[h] = _mm256_loadu_ps(queries + h * width + c);
#pragma clang loop unroll(full)
    for (int j = 0; j < 4; j++) {
      __m256 key = _mm256_loadu_ps(k[j] + c);
      for (int h = 0; h < heads; h++) s[h][j] = _mm256_fmadd_ps(q[h], key, s[h][j]);
    }
  }
  if (c < width) {
    __m256i lanes = lanes_left(width - c);
    for (int h = 0; h < heads; h++) {
      __m256 q = _mm256_maskload_ps(queries + h * width + c, lanes);
      for (int j = 0; j < 4; j++) s[h][j] = _mm256_fmadd_ps(q, _mm256_maskload_ps(k[j] + c, lanes), s[h][j]);
    }
  }
  for (int h = 0; h < heads; h++) {
    __m256 pairs = _mm256_hadd_ps(_mm256_hadd_ps(s[h][0], s[h][1]), _mm256_hadd_ps(s[h][2], s[h][3]));
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(pairs), _mm256_extractf128_ps(pairs, 1));
    four = _mm_mul_ps(four, _mm_set1_ps(scale));
    float *to = out + (size_t)h * out_stride;
    if (left == 4)
      _mm_storeu_ps(to, four);
    else
      _mm_maskstore_ps(to, _mm_cmpgt_epi32(_mm_set1_epi32(left), _mm_setr_epi32(0, 1, 2, 3)), four);
  }
}

void ck_attention_scores_avx2(const float *queries, int32_t heads, const float *keys, size_t stride,
                              const int32_t *slots, int32_t n, int32_t width, float scale, float *out,
                              size_t out_stride) {
  for (int32_t i = 0; i < n; i += 4) {
    const int32_t left = n - i < 4 ? n - i : 4;
    const float *k[4];
    for (int j = 0; j < 4; j++) k[j] = keys + place(slots, i + (j < left ? j : 0)) * stride;
    for (int32_t h = 0; h < heads;) {
      const float *q = queries + h * width;
      float *to = out + (size_t)h * out_stride + i;
      const int32_t count = together(heads - h);
      switch (count) {
        case 1: four_scores(1, q, k, width, scale, left, to, out_stride); break;
        case 2: four_scores(2, q, k, width, scale, left, to, out_stride); break;
        default: four_scores(HEADS, q, k, width, scale, left, to, out_stride);
      }
      h += count;
    }
  }
}

/* out += sum of weights[i] * value i for some heads; `vectors` vectors of columns at once, each of which
 * waits for its own sum alone. */
INLINE void add_values(const int heads, const int vectors, const float *weights, size_t weights_stride,
                       const float *values, size_t stride, const int32_t *slots, int32_t n, int32_t width,
                       float *out) {
  int32_t c = 0;
  for (; c + 8 * vectors <= width; c += 8 * vectors) {
    __m256 s[HEADS][8];
    for (int h = 0; h < heads; h++)
      for (int k = 0; k < vectors; k++) s[h][k] = _mm256_loadu_ps(out + h * width + c + 8 * k);
    for (int32_t i = 0; i < n; i++) {
      const float *v = values + place(slots, i) * stride + c;
      __m256 w[HEADS];
      for (int h = 0; h < heads; h++) w[h] = _mm256_broadcast_ss(weights + (size_t)h * weights_stride + i);
#pragma clang loop unroll(full)
      for (int k = 0; k < vectors; k++) {
        __m256 value = _mm256_loadu_ps(v + 8 * k);
        for (int h = 0; h < heads; h++) s[h][k] = _mm256_fmadd_ps(w[h], value, s[h][k]);
      }
    }
    for (int h = 0; h < heads; h++)
      for (int k = 0; k < vectors; k++) _mm256_storeu_ps(out + h * width + c + 8 * k, s[h][k]);
  }
  for (; c < width; c += 8) {
    __m256i lanes = lanes_left(width - c);
    for (int h = 0; h < heads; h++) {
      __m256 s = _mm256_maskload_ps(out + h * width + c, lanes);
      for (int32_t i = 0; i < n; i++) {
        __m256 w = _mm256_broadcast_ss(weights + (size_t)h * weights_stride + i);
        s = _mm256_fmadd_ps(w, _mm256_maskload_ps(values + place(slots, i) * stride + c, lanes), s);
      }
      _mm256_maskstore_ps(out + h * width + c, lanes, s);
    }
  }
}

void ck_attention_values_avx2(const float *weights, size_t weights_stride, int32_t heads, const float *values,
                              size_t stride, const int32_t *slots, int32_t n, int32_t width, float *out) {
  /* So many values stay in the nearest cache while all heads use them. */
  enum { TILE = 32 };
  for (int32_t i = 0; i < n; i += TILE) {
    const int32_t rows = n - i < TILE ? n - i : TILE;
    const float *here = slots != NULL ? values : values + (size_t)i * stride;
    const int32_t *places = slots != NULL ? slots + i : NULL;
    for (int32_t h = 0; h < heads;) {
      const float *w = weights + (size_t)h * weights_stride + i;
      float *to = out + h * width;
      const int32_t count = together(heads - h);
      switch (count) {
        case 1: add_values(1, 8, w, weights_stride, here, stride, places, rows, width, to); break;
        case 2: add_values(2, 4, w, weights_stride, here, stride, places, rows, width, to); break;
        default: add_values(HEADS, 4, w, weights_stride, here, stride, places, rows, width, to);
      }
      h += count;
    }
  }
}

#pragma clang attribute pop
#endif
