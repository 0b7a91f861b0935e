#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>

#include "kernels.h"

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

#include "avx2.h"

static inline float sum_lanes(__m256 v) {
  __m128 s = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  s = _mm_add_ps(s, _mm_movehl_ps(s, s));
  return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}

static inline float max_lanes(__m256 v) {
  __m128 s = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  s = _mm_max_ps(s, _mm_movehl_ps(s, s));
  return _mm_cvtss_f32(_mm_max_ss(s, _mm_movehdup_ps(s)));
}

static inline float dot(const float *a, const float *b, int32_t n) {
  __m256 s0 = _mm256_setzero_ps(), s1 = s0, s2 = s0, s3 = s0;
  int32_t i = 0;
  for (; i + 32 <= n; i += 32) {
    s0 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i), s0);
    s1 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i + 8), _mm256_loadu_ps(b + i + 8), s1);
    s2 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i + 16), _mm256_loadu_ps(b + i + 16), s2);
    s3 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i + 24), _mm256_loadu_ps(b + i + 24), s3);
  }
  for (; i + 8 <= n; i += 8) s0 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i), s0);
  float sum = sum_lanes(_mm256_add_ps(_mm256_add_ps(s0, s1), _mm256_add_ps(s2, s3)));
  for (; i < n; i++) sum += a[i] * b[i];
  return sum;
}

static inline void axpy(float a, const float *x, float *y, int32_t n) {
  __m256 va = _mm256_set1_ps(a);
  int32_t i = 0;
  for (; i + 8 <= n; i += 8)
    _mm256_storeu_ps(y + i, _mm256_fmadd_ps(va, _mm256_loadu_ps(x + i), _mm256_loadu_ps(y + i)));
  for (; i < n; i++) y[i] += a * x[i];
}

/* e^x to about one unit in the last place: x = k ln 2 + r, e^r by its Taylor polynomial of degree 7
 * on |r| <= ln 2 / 2. Below -87.3 the result is 0, above 88.3 it stays at e^88.3. */
static inline __m256 exponential(__m256 x) {
  const __m256 low = _mm256_set1_ps(-87.3f);
  __m256 vanishes = _mm256_cmp_ps(x, low, _CMP_LT_OQ);
  x = _mm256_min_ps(_mm256_max_ps(x, low), _mm256_set1_ps(88.3f));
  __m256 k = _mm256_round_ps(_mm256_mul_ps(x, _mm256_set1_ps(1.44269504088896341f)),
                             _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  __m256 r = _mm256_fnmadd_ps(k, _mm256_set1_ps(0.693359375f), x);
  r = _mm256_fnmadd_ps(k, _mm256_set1_ps(-2.12194440e-4f), r);
  __m256 p = _mm256_set1_ps(1.0f / 5040);
  p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(1.0f / 720));
  p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(1.0f / 120));
  p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(1.0f / 24));
  p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(1.0f / 6));
  p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(0.5f));
  p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(1));
  p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(1));
  __m256i exponent = _mm256_slli_epi32(_mm256_cvtps_epi32(k), 23);
  p = _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(p), exponent));
  return _mm256_andnot_ps(vanishes, p);
}

static float maximum(const float *x, int32_t n) {
  /* Of what is not a number and another the second operand is taken. */
  __m256 v = _mm256_set1_ps(-INFINITY);
  int32_t i = 0;
  for (; i + 8 <= n; i += 8) v = _mm256_max_ps(_mm256_loadu_ps(x + i), v);
  float m = max_lanes(v);
  for (; i < n; i++)
    if (x[i] > m) m = x[i];
  return m;
}

static void softmax(float *x, int32_t n) {
  __m256 m = _mm256_set1_ps(maximum(x, n));
  __m256 sum = _mm256_setzero_ps();
  for (int32_t i = 0; i < n; i += 8) {
    __m256 e = exponential(_mm256_sub_ps(load_left(x + i, n - i), m));
    store_left(x + i, e, n - i);
    sum = _mm256_add_ps(sum, _mm256_and_ps(e, _mm256_castsi256_ps(lanes_left(n - i))));
  }
  __m256 scale = _mm256_set1_ps(1 / sum_lanes(sum));
  for (int32_t i = 0; i < n; i += 8) store_left(x + i, _mm256_mul_ps(load_left(x + i, n - i), scale), n - i);
}

static void silu_product(float *gate, const float *up, int32_t n) {
  const __m256 one = _mm256_set1_ps(1);
  for (int32_t i = 0; i < n; i += 8) {
    __m256 g = load_left(gate + i, n - i);
    __m256 e = exponential(_mm256_sub_ps(_mm256_setzero_ps(), g));
    __m256 s = _mm256_div_ps(g, _mm256_add_ps(one, e));
    store_left(gate + i, _mm256_mul_ps(s, load_left(up + i, n - i)), n - i);
  }
}

static void gelu_tanh_product(float *gate, const float *up, int32_t n) {
  const __m256 one = _mm256_set1_ps(1);
  for (int32_t i = 0; i < n; i += 8) {
    __m256 g = load_left(gate + i, n - i);
    __m256 cube = _mm256_mul_ps(_mm256_mul_ps(g, g), g);
    __m256 u = _mm256_fmadd_ps(_mm256_set1_ps(0.044715f), cube, g);
    __m256 e = exponential(_mm256_mul_ps(_mm256_set1_ps(-2 * 0.7978845608f), u));
    __m256 y = _mm256_div_ps(g, _mm256_add_ps(one, e));
    if (up != NULL) y = _mm256_mul_ps(y, load_left(up + i, n - i));
    store_left(gate + i, y, n - i);
  }
}

static void log_sum_exp(const float *x, int32_t n, float *result, float *entropy) {
  float most = maximum(x, n);
  __m256 m = _mm256_set1_ps(most);
  double sum = 0, weighted = 0;
  /* Runs of 1024 are summed in floats, the runs in doubles. */
  for (int32_t run = 0; run < n; run += 1024) {
    int32_t end = run + 1024 < n ? run + 1024 : n;
    __m256 s = _mm256_setzero_ps(), w = s;
    for (int32_t i = run; i < end; i += 8) {
      __m256i some = lanes_left(end - i);
      __m256 d = _mm256_sub_ps(_mm256_maskload_ps(x + i, some), m);
      d = _mm256_max_ps(d, _mm256_set1_ps(-1e4f));
      __m256 e = _mm256_and_ps(exponential(d), _mm256_castsi256_ps(some));
      s = _mm256_add_ps(s, e);
      w = _mm256_fmadd_ps(e, d, w);
    }
    sum += sum_lanes(s);
    weighted += sum_lanes(w);
  }
  *result = (float)(most + log(sum));
  *entropy = (float)(log(sum) - weighted / sum);
}

static double exponentials(const float *x, int32_t n, float most, float scale, float *y) {
  const __m256 m = _mm256_set1_ps(most), by = _mm256_set1_ps(scale);
  __m256 s = _mm256_setzero_ps();
  for (int32_t i = 0; i < n; i += 8) {
    __m256 d = _mm256_mul_ps(_mm256_sub_ps(load_left(x + i, n - i), m), by);
    /* What is not a number becomes the second operand. */
    d = _mm256_max_ps(d, _mm256_set1_ps(-1e4f));
    __m256 e = _mm256_and_ps(exponential(d), _mm256_castsi256_ps(lanes_left(n - i)));
    store_left(y + i, e, n - i);
    s = _mm256_add_ps(s, e);
  }
  return sum_lanes(s);
}

/* exp(d) for -700 <= d <= 0 to the last bits of a double: 2^k * exp(r) with |r| <= log(2) / 2, whose series is
 * summed to r^13. */
static inline __m256d exponential_f64(__m256d d) {
  static const double series[] = {
      1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040,
      1.0 / 720,        1.0 / 120,       1.0 / 24,       1.0 / 6,       0.5,          1,           1,
  };
  __m256d k = _mm256_round_pd(_mm256_mul_pd(d, _mm256_set1_pd(0x1.71547652b82fep+0)),
                              _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  __m256d r = _mm256_fnmadd_pd(k, _mm256_set1_pd(0x1.62e42fefa39efp-1), d);
  r = _mm256_fnmadd_pd(k, _mm256_set1_pd(0x1.abc9e3b39803fp-56), r);
  __m256d p = _mm256_set1_pd(series[0]);
#pragma clang loop unroll(full)
  for (int i = 1; i < 14; i++) p = _mm256_fmadd_pd(p, r, _mm256_set1_pd(series[i]));
  __m256i power = _mm256_slli_epi64(_mm256_cvtepi32_epi64(_mm256_cvtpd_epi32(k)), 52);
  return _mm256_castsi256_pd(_mm256_add_epi64(_mm256_castpd_si256(p), power));
}

static double exponentials_f64(const float *x, int32_t n, float most, double *y) {
  const __m256d m = _mm256_set1_pd(most), least = _mm256_set1_pd(-700);
  __m256d s = _mm256_setzero_pd();
  int32_t i = 0;
  for (; i + 4 <= n; i += 4) {
    __m256d d = _mm256_sub_pd(_mm256_cvtps_pd(_mm_loadu_ps(x + i)), m);
    /* Neither what is not a number nor what no sum would notice has an exponential. */
    __m256d e = _mm256_and_pd(exponential_f64(d), _mm256_cmp_pd(d, least, _CMP_GE_OQ));
    _mm256_storeu_pd(y + i, e);
    s = _mm256_add_pd(s, e);
  }
  double sums[4];
  _mm256_storeu_pd(sums, s);
  double sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  for (; i < n; i++) {
    double d = (double)x[i] - most;
    y[i] = d == d ? exp(d) : 0;
    sum += y[i];
  }
  return sum;
}

static inline int32_t sum_integers(__m256i v) {
  __m128i t = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
  t = _mm_add_epi32(t, _mm_shuffle_epi32(t, 0x4e));
  return _mm_cvtsi128_si32(_mm_add_epi32(t, _mm_shuffle_epi32(t, 0xb1)));
}

static void quantise_i16(const float *x, int32_t n, int16_t *q, float *scales, float *sums) {
  const __m256 positive = _mm256_castsi256_ps(_mm256_set1_epi32(0x7fffffff));
  for (int32_t b = 0; b < n / CK_BLOCK; b++, x += CK_BLOCK, q += CK_BLOCK) {
    __m256 v[4], most = _mm256_setzero_ps();
    for (int i = 0; i < 4; i++) {
      v[i] = _mm256_loadu_ps(x + 8 * i);
      most = _mm256_max_ps(most, _mm256_and_ps(v[i], positive));
    }
    float m = max_lanes(most);
    __m256 inverse = _mm256_set1_ps(m > 0 ? 32767 / m : 0);
    __m256i k[4];
    for (int i = 0; i < 4; i++) k[i] = _mm256_cvtps_epi32(_mm256_mul_ps(v[i], inverse));
    for (int i = 0; i < 4; i += 2) {
      __m256i joined = _mm256_permute4x64_epi64(_mm256_packs_epi32(k[i], k[i + 1]), 0xd8);
      /* The second and the third of every four change places. */
      joined = _mm256_shufflehi_epi16(_mm256_shufflelo_epi16(joined, 0xd8), 0xd8);
      _mm256_storeu_si256((__m256i *)(q + 8 * i), joined);
    }
    int32_t first = sum_integers(_mm256_add_epi32(k[0], k[1]));
    int32_t last = sum_integers(_mm256_add_epi32(k[2], k[3]));
    scales[b] = m / 32767;
    sums[2 * b] = (float)(first + last) * scales[b];
    sums[2 * b + 1] = (float)first * scales[b];
  }
}

#pragma clang attribute pop

const struct ck_table ck_avx2 = {
    "avx2",           dot,         axpy,         softmax,           silu_product, gelu_tanh_product,
    ck_round_i16_avx2, ck_attention_scores_avx2, ck_attention_values_avx2, maximum, log_sum_exp,
    exponentials, exponentials_f64, quantise_i16, ck_panels_i16_avx2,
};

const struct ck_table ck_vnni = {
    "vnni",           dot,         axpy,         softmax,           silu_product, gelu_tanh_product,
    ck_round_i16_avx2, ck_attention_scores_avx2, ck_attention_values_avx2, maximum, log_sum_exp,
    exponentials, exponentials_f64, quantise_i16, ck_panels_i16_vnni,
};
#endif
