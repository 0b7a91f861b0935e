#pragma once
#include <immintrin.h>

#include "kernels.h"

/* What the files for AVX2 share; included where functions may use it. */

/* Lanes that hold elements when `left` are left: all from eight on, none where there are none. */
static inline __m256i lanes_left(int32_t left) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(left), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

/* Eight floats, or as many as are left and zeros. */
static inline __m256 load_left(const float *x, int32_t left) {
  return left >= 8 ? _mm256_loadu_ps(x) : _mm256_maskload_ps(x, lanes_left(left));
}

/* Writes eight floats, or as many as are left. Some processors take many times as long for a store with a
 * mask, even where it masks nothing. */
static inline void store_left(float *x, __m256 v, int32_t left) {
  if (left >= 8)
    _mm256_storeu_ps(x, v);
  else
    _mm256_maskstore_ps(x, lanes_left(left), v);
}

void ck_panels_i16_vnni(int32_t type, const uint8_t *panels, int32_t begin, int32_t end, int32_t rows,
                        int32_t columns, const int16_t *q, const float *scales, const float *sums,
                        int32_t tokens, float *y, size_t y_stride);
void ck_panels_i16_avx2(int32_t type, const uint8_t *panels, int32_t begin, int32_t end, int32_t rows,
                        int32_t columns, const int16_t *q, const float *scales, const float *sums,
                        int32_t tokens, float *y, size_t y_stride);
float ck_round_i16_avx2(float *x, int32_t n, int16_t *q);
void ck_attention_scores_avx2(const float *queries, int32_t heads, struct ck_rows keys, const int32_t *slots,
                              int32_t n, int32_t width, float scale, float *out, size_t out_stride);
void ck_attention_values_avx2(const float *weights, size_t weights_stride, int32_t heads, struct ck_rows values,
                              const int32_t *slots, int32_t n, int32_t width, float *out);
