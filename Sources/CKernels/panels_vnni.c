#if defined(__x86_64__)
#include <immintrin.h>

#include "kernels.h"
#include "packed.h"

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512vnni"))), apply_to = function)

/* Thirty-two registers hold the sums of eight rows. */
enum { CK_TILE = 8, CK_SPLIT = 1 };

typedef __m512i ints;
typedef __m512 floats;

static inline ints zero_ints(void) { return _mm512_setzero_si512(); }
static inline ints load(const uint8_t *p) { return _mm512_loadu_si512(p); }
static inline ints set16(int x) { return _mm512_set1_epi16((int16_t)x); }
static inline ints both(ints a, ints b) { return _mm512_and_si512(a, b); }
static inline ints either(ints a, ints b) { return _mm512_or_si512(a, b); }
static inline ints plus(ints a, ints b) { return _mm512_add_epi32(a, b); }
static inline ints shift_left(ints a, int n) { return _mm512_slli_epi16(a, (unsigned)n); }
static inline ints shift_right(ints a, int n) { return _mm512_srli_epi16(a, (unsigned)n); }
/* The bytes of each lane as 16-bit integers. */
static inline ints low_bytes(ints a) { return _mm512_srai_epi16(_mm512_slli_epi16(a, 8), 8); }
static inline ints high_bytes(ints a) { return _mm512_srai_epi16(a, 8); }
static inline ints levels(ints places) {
  __m512i table = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)ck_levels));
  return _mm512_shuffle_epi8(table, places);
}
/* Adds `bit` to the lanes whose bits are set. */
static inline ints add_bit(ints w, const uint8_t *bits, int piece, int bit) {
  (void)piece;
  uint32_t word;
  __builtin_memcpy(&word, bits, 4);
  return _mm512_mask_add_epi16(w, word, w, _mm512_set1_epi16((int16_t)bit));
}
/* Two activations, broadcast to all rows. */
static inline ints pair(const int16_t *a) {
  int32_t two;
  __builtin_memcpy(&two, a, 4);
  return _mm512_set1_epi32(two);
}
/* s + the sums of neighbouring products of 16-bit lanes. */
static inline ints multiply_add(ints s, ints w, ints a) { return _mm512_dpwssd_epi32(s, w, a); }

/* Has the sums stand here as they are: the compiler would rather finish one row of activations before
 * the next, and wait for each addition. */
static inline void settle(ints *s) { __asm__ volatile("" : "+v"(*s)); }

static inline floats zero_floats(void) { return _mm512_setzero_ps(); }
static inline floats all(float x) { return _mm512_set1_ps(x); }
static inline floats times(floats a, floats b) { return _mm512_mul_ps(a, b); }
static inline floats minus(floats a, floats b) { return _mm512_sub_ps(a, b); }
static inline floats fused(floats a, floats b, floats c) { return _mm512_fmadd_ps(a, b, c); }
static inline floats whole(ints a) { return _mm512_cvtepi32_ps(a); }
static inline floats halves(const uint8_t *p) { return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p)); }
static inline floats bytes(const uint8_t *p) {
  return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)p)));
}
static inline void store(float *y, floats v, int32_t left) {
  _mm512_mask_storeu_ps(y, left >= 16 ? 0xffff : (__mmask16)((1u << left) - 1), v);
}

#include "panels_x86.h"

void ck_panels_i16_vnni(int32_t type, const uint8_t *data, int32_t begin, int32_t end, int32_t rows,
                        int32_t columns, const int16_t *q, const float *scales, const float *sums,
                        int32_t tokens, float *y, size_t y_stride) {
  panels_of_type(type, data, begin, end, rows, columns, q, scales, sums, tokens, y, y_stride);
}

#pragma clang attribute pop
#endif
