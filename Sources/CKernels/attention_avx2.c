#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#include "kernels.h"

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

#include "avx2.h"

#define INLINE static inline __attribute__((always_inline))

/* Keys and values are read once for so many of the heads that share them: their sums fill the registers. */
enum { HEADS = 3 };

/* How many heads go together when `left` are left. */
INLINE int32_t together(int32_t left) { return left == HEADS + 1 ? 2 : left < HEADS ? left : HEADS; }

INLINE size_t place(const int32_t *slots, int32_t i) { return (size_t)(slots != NULL ? slots[i] : i); }

/* How rows are written; known when a loop is compiled. */
enum kind { FLOATS, INTEGERS };

INLINE const void *row(const enum kind kind, const struct ck_rows *rows, size_t place) {
  return (const uint8_t *)rows->first + place * rows->stride * (kind == FLOATS ? sizeof(float) : sizeof(int16_t));
}

/* Rows of branches lie far apart, where no processor looks ahead by itself. */
enum { AHEAD = 4 };

/* Asks for the row that is read so many rows later. */
INLINE void expect(const enum kind kind, const struct ck_rows *rows, const int32_t *slots, int32_t i, int32_t n,
                   int32_t width) {
  if (slots == NULL || i + AHEAD >= n) return;
  const char *first = row(kind, rows, (size_t)slots[i + AHEAD]);
  const int32_t bytes = width * (int32_t)(kind == FLOATS ? sizeof(float) : sizeof(int16_t));
  for (int32_t b = 0; b < bytes; b += 64) _mm_prefetch(first + b, _MM_HINT_T0);
}

/* Eight columns of a row, without its scale. */
INLINE __m256 eight(const enum kind kind, const void *row, int32_t c) {
  if (kind == FLOATS) return _mm256_loadu_ps((const float *)row + c);
  const __m128i *q = (const __m128i *)((const int16_t *)row + c);
  return _mm256_cvtepi32_ps(_mm256_cvtepi16_epi32(_mm_loadu_si128(q)));
}

/* The last columns, fewer than eight, and zeros. */
INLINE __m256 last(const enum kind kind, const void *row, int32_t c, int32_t left) {
  if (kind == FLOATS) return _mm256_maskload_ps((const float *)row + c, lanes_left(left));
  int16_t q[8] = {0};
  memcpy(q, (const int16_t *)row + c, (size_t)left * sizeof(int16_t));
  return eight(kind, q, 0);
}

/* The scores of four keys, or of as many as are left, for some heads; each is summed in the same order
 * whatever stands beside it. */
INLINE void four_scores(const enum kind kind, const int heads, const float *queries, const void *const *k,
                        __m128 scales, int32_t width, float scale, int32_t left, float *out, size_t out_stride) {
  __m256 s[HEADS][4];
  for (int h = 0; h < heads; h++)
    for (int j = 0; j < 4; j++) s[h][j] = _mm256_setzero_ps();
  int32_t c = 0;
  for (; c + 8 <= width; c += 8) {
    __m256 q[HEADS];
    for (int h = 0; h < heads; h++) q[h] = _mm256_loadu_ps(queries + h * width + c);
#pragma clang loop unroll(full)
    for (int j = 0; j < 4; j++) {
      __m256 key = eight(kind, k[j], c);
      for (int h = 0; h < heads; h++) s[h][j] = _mm256_fmadd_ps(q[h], key, s[h][j]);
    }
  }
  if (c < width) {
    __m256i lanes = lanes_left(width - c);
    for (int h = 0; h < heads; h++) {
      __m256 q = _mm256_maskload_ps(queries + h * width + c, lanes);
      for (int j = 0; j < 4; j++) s[h][j] = _mm256_fmadd_ps(q, last(kind, k[j], c, width - c), s[h][j]);
    }
  }
  for (int h = 0; h < heads; h++) {
    __m256 pairs = _mm256_hadd_ps(_mm256_hadd_ps(s[h][0], s[h][1]), _mm256_hadd_ps(s[h][2], s[h][3]));
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(pairs), _mm256_extractf128_ps(pairs, 1));
    if (kind == INTEGERS) four = _mm_mul_ps(four, scales);
    four = _mm_mul_ps(four, _mm_set1_ps(scale));
    float *to = out + (size_t)h * out_stride;
    if (left == 4)
      _mm_storeu_ps(to, four);
    else
      _mm_maskstore_ps(to, _mm_cmpgt_epi32(_mm_set1_epi32(left), _mm_setr_epi32(0, 1, 2, 3)), four);
  }
}

INLINE void scores(const enum kind kind, const float *queries, int32_t heads, const struct ck_rows *keys,
                   const int32_t *slots, int32_t n, int32_t width, float scale, float *out, size_t out_stride) {
  for (int32_t i = 0; i < n; i += 4) {
    const int32_t left = n - i < 4 ? n - i : 4;
    const void *k[4];
    float scales[4] = {0};
    for (int j = 0; j < 4; j++) {
      const size_t at = place(slots, i + (j < left ? j : 0));
      expect(kind, keys, slots, i + j, n, width);
      k[j] = row(kind, keys, at);
      if (kind == INTEGERS) scales[j] = keys->scales[at];
    }
    const __m128 by = _mm_loadu_ps(scales);
    for (int32_t h = 0; h < heads;) {
      const float *q = queries + h * width;
      float *to = out + (size_t)h * out_stride + i;
      const int32_t count = together(heads - h);
      switch (count) {
        case 1: four_scores(kind, 1, q, k, by, width, scale, left, to, out_stride); break;
        case 2: four_scores(kind, 2, q, k, by, width, scale, left, to, out_stride); break;
        default: four_scores(kind, HEADS, q, k, by, width, scale, left, to, out_stride);
      }
      h += count;
    }
  }
}

void ck_attention_scores_avx2(const float *queries, int32_t heads, struct ck_rows keys, const int32_t *slots,
                              int32_t n, int32_t width, float scale, float *out, size_t out_stride) {
  if (keys.scales == NULL)
    scores(FLOATS, queries, heads, &keys, slots, n, width, scale, out, out_stride);
  else
    scores(INTEGERS, queries, heads, &keys, slots, n, width, scale, out, out_stride);
}

/* out += sum of weights[i] * value i for some heads; `vectors` vectors of columns at once, each of which
 * waits for its own sum alone. */
INLINE void add_values(const enum kind kind, const int heads, const int vectors, const float *weights,
                       size_t weights_stride, const struct ck_rows *values, const int32_t *slots, int32_t n,
                       int32_t width, float *out) {
  int32_t c = 0;
  for (; c + 8 * vectors <= width; c += 8 * vectors) {
    __m256 s[HEADS][8];
    for (int h = 0; h < heads; h++)
      for (int k = 0; k < vectors; k++) s[h][k] = _mm256_loadu_ps(out + h * width + c + 8 * k);
    for (int32_t i = 0; i < n; i++) {
      const size_t at = place(slots, i);
      const void *v = row(kind, values, at);
      if (c == 0) expect(kind, values, slots, i, n, width);
      const float scale = kind == INTEGERS ? values->scales[at] : 1;
      __m256 w[HEADS];
      for (int h = 0; h < heads; h++) w[h] = _mm256_set1_ps(weights[(size_t)h * weights_stride + i] * scale);
#pragma clang loop unroll(full)
      for (int k = 0; k < vectors; k++) {
        __m256 value = eight(kind, v, c + 8 * k);
        for (int h = 0; h < heads; h++) s[h][k] = _mm256_fmadd_ps(w[h], value, s[h][k]);
      }
    }
    for (int h = 0; h < heads; h++)
      for (int k = 0; k < vectors; k++) _mm256_storeu_ps(out + h * width + c + 8 * k, s[h][k]);
  }
  for (; c < width; c += 8) {
    __m256i lanes = lanes_left(width - c);
    const int32_t left = width - c < 8 ? width - c : 8;
    for (int h = 0; h < heads; h++) {
      __m256 s = _mm256_maskload_ps(out + h * width + c, lanes);
      for (int32_t i = 0; i < n; i++) {
        const size_t at = place(slots, i);
        const float scale = kind == INTEGERS ? values->scales[at] : 1;
        __m256 w = _mm256_set1_ps(weights[(size_t)h * weights_stride + i] * scale);
        s = _mm256_fmadd_ps(w, last(kind, row(kind, values, at), c, left), s);
      }
      _mm256_maskstore_ps(out + h * width + c, lanes, s);
    }
  }
}

INLINE void bring(const enum kind kind, const float *weights, size_t weights_stride, int32_t heads,
                  const struct ck_rows *values, const int32_t *slots, int32_t n, int32_t width, float *out) {
  /* So many values stay in the nearest cache while all heads use them. */
  enum { TILE = 32 };
  for (int32_t i = 0; i < n; i += TILE) {
    const int32_t rows = n - i < TILE ? n - i : TILE;
    const int32_t *places = slots != NULL ? slots + i : NULL;
    struct ck_rows here = *values;
    if (slots == NULL) here.first = row(kind, values, (size_t)i);
    if (slots == NULL && kind == INTEGERS) here.scales += i;
    for (int32_t h = 0; h < heads;) {
      const float *w = weights + (size_t)h * weights_stride + i;
      float *to = out + h * width;
      const int32_t count = together(heads - h);
      switch (count) {
        case 1: add_values(kind, 1, 8, w, weights_stride, &here, places, rows, width, to); break;
        case 2: add_values(kind, 2, 4, w, weights_stride, &here, places, rows, width, to); break;
        default: add_values(kind, HEADS, 4, w, weights_stride, &here, places, rows, width, to);
      }
      h += count;
    }
  }
}

void ck_attention_values_avx2(const float *weights, size_t weights_stride, int32_t heads, struct ck_rows values,
                              const int32_t *slots, int32_t n, int32_t width, float *out) {
  if (values.scales == NULL)
    bring(FLOATS, weights, weights_stride, heads, &values, slots, n, width, out);
  else
    bring(INTEGERS, weights, weights_stride, heads, &values, slots, n, width, out);
}

float ck_round_i16_avx2(float *x, int32_t n, int16_t *q) {
  /* As integers, absolute values are ordered as they are, with what is not a number above all. */
  __m256i most = _mm256_setzero_si256();
  const __m256i positive = _mm256_set1_epi32(0x7fffffff);
  for (int32_t i = 0; i < n; i += 8)
    most = _mm256_max_epi32(most, _mm256_and_si256(_mm256_castps_si256(load_left(x + i, n - i)), positive));
  __m128i four = _mm_max_epi32(_mm256_castsi256_si128(most), _mm256_extracti128_si256(most, 1));
  four = _mm_max_epi32(four, _mm_shuffle_epi32(four, 0x4e));
  const float largest = _mm_cvtss_f32(_mm_castsi128_ps(_mm_max_epi32(four, _mm_shuffle_epi32(four, 0xb1))));
  const float scale = ck_power_of_two(largest);
  const __m256 to = _mm256_set1_ps(1 / scale), from = _mm256_set1_ps(scale);
  for (int32_t i = 0; i < n; i += 8) {
    __m256i whole = _mm256_cvtps_epi32(_mm256_mul_ps(load_left(x + i, n - i), to));
    __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(whole), _mm256_extracti128_si256(whole, 1));
    __m256 kept = _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_cvtepi16_epi32(words)), from);
    store_left(x + i, kept, n - i);
    if (n - i >= 8)
      _mm_storeu_si128((__m128i *)(q + i), words);
    else
      memcpy(q + i, &words, (size_t)(n - i) * sizeof(int16_t));
  }
  return scale;
}

#pragma clang attribute pop
#endif
