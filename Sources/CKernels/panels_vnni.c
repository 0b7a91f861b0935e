#if defined(__x86_64__)
#include <immintrin.h>

#include "kernels.h"

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512vnni"))), apply_to = function)

/* Thirty-two registers hold the sums of eight rows. */
enum { CK_TILE = 8 };

static inline __attribute__((always_inline)) __m256i multiply_add(__m256i s, __m256i w, __m256i a) {
  return _mm256_dpwssd_epi32(s, w, a);
}

#include "panels_x86.h"

void ck_panels_i16_vnni(int32_t type, const uint8_t *data, int32_t begin, int32_t end, int32_t rows,
                        int32_t columns, const int16_t *q, const float *scales, const float *sums,
                        int32_t tokens, float *y, size_t y_stride) {
  panels_of_type(type, data, begin, end, rows, columns, q, scales, sums, tokens, y, y_stride);
}

#pragma clang attribute pop
#endif
