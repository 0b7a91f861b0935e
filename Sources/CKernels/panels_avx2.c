#if defined(__x86_64__)
#include <immintrin.h>

#include "kernels.h"
#include "packed.h"

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

#include "avx2.h"

/* Sixteen registers hold the sums of four rows. */
enum { CK_TILE = 4, CK_SPLIT = 2 };

typedef __m256i ints;
typedef __m256 floats;

static inline ints zero_ints(void) { return _mm256_setzero_si256(); }
static inline ints load(const uint8_t *p) { return _mm256_loadu_si256((const __m256i *)p); }
static inline ints set16(int x) { return _mm256_set1_epi16((int16_t)x); }
static inline ints both(ints a, ints b) { return _mm256_and_si256(a, b); }
static inline ints either(ints a, ints b) { return _mm256_or_si256(a, b); }
static inline ints plus(ints a, ints b) { return _mm256_add_epi32(a, b); }
static inline ints shift_left(ints a, int n) { return _mm256_slli_epi16(a, n); }
static inline ints shift_right(ints a, int n) { return _mm256_srli_epi16(a, n); }
/* The bytes of each lane as 16-bit integers. */
static inline ints low_bytes(ints a) { return _mm256_srai_epi16(_mm256_slli_epi16(a, 8), 8); }
static inline ints high_bytes(ints a) { return _mm256_srai_epi16(a, 8); }
static inline ints levels(ints places) {
  __m256i table = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)ck_levels));
  return _mm256_shuffle_epi8(table, places);
}
/* Adds `bit` to the lanes whose bits are set. */
static inline ints add_bit(ints w, const uint8_t *bits, int piece, int bit) {
  int16_t word;
  __builtin_memcpy(&word, bits + 2 * piece, 2);
  const __m256i lane = _mm256_setr_epi16(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, -32768);
  __m256i set = _mm256_cmpeq_epi16(_mm256_and_si256(_mm256_set1_epi16(word), lane), lane);
  return _mm256_or_si256(w, _mm256_and_si256(set, _mm256_set1_epi16((int16_t)bit)));
}
/* Two activations, broadcast to all rows. */
static inline ints pair(const int16_t *a) {
  int32_t two;
  __builtin_memcpy(&two, a, 4);
  return _mm256_set1_epi32(two);
}
/* s + the sums of neighbouring products of 16-bit lanes. */
static inline ints multiply_add(ints s, ints w, ints a) { return _mm256_add_epi32(s, _mm256_madd_epi16(w, a)); }

static inline void settle(ints *s) { (void)s; }

static inline floats zero_floats(void) { return _mm256_setzero_ps(); }
static inline floats all(float x) { return _mm256_set1_ps(x); }
static inline floats times(floats a, floats b) { return _mm256_mul_ps(a, b); }
static inline floats minus(floats a, floats b) { return _mm256_sub_ps(a, b); }
static inline floats fused(floats a, floats b, floats c) { return _mm256_fmadd_ps(a, b, c); }
static inline floats whole(ints a) { return _mm256_cvtepi32_ps(a); }
static inline floats halves(const uint8_t *p) { return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p)); }
static inline floats bytes(const uint8_t *p) {
  return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)p)));
}
static inline void store(float *y, floats v, int32_t left) { store_left(y, v, left); }

#include "panels_x86.h"

void ck_panels_i16_avx2(int32_t type, const uint8_t *data, int32_t begin, int32_t end, int32_t rows,
                        int32_t columns, const int16_t *q, const float *scales, const float *sums,
                        int32_t tokens, float *y, size_t y_stride) {
  panels_of_type(type, data, begin, end, rows, columns, q, scales, sums, tokens, y, y_stride);
}

#pragma clang attribute pop
#endif
