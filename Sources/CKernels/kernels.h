#pragma once
#include <float.h>
#include <math.h>

#include "ckernels.h"

/* How many probabilities are drawn from at once. */
enum { CK_DRAWN = 1024 };

/* The power of two of which 16-bit integers make up all from -most to most; not a number when `most` is
 * none. */
static inline float ck_power_of_two(float most) {
  if (!isfinite(most)) return NAN;
  int exponent;
  frexpf(most, &exponent);
  return fmaxf(ldexpf(1, exponent - 15), FLT_MIN);
}

/* What differs between processors: one table for each, filled by its own file. */
struct ck_table {
  const char *name;
  float (*dot)(const float *, const float *, int32_t);
  void (*axpy)(float, const float *, float *, int32_t);
  void (*softmax)(float *, int32_t);
  void (*silu_product)(float *, const float *, int32_t);
  void (*gelu_tanh_product)(float *, const float *, int32_t);
  float (*round_i16)(float *, int32_t, int16_t *);
  void (*attention_scores)(const float *, int32_t, struct ck_rows, const int32_t *, int32_t, int32_t, float,
                           float *, size_t);
  void (*attention_values)(const float *, size_t, int32_t, struct ck_rows, const int32_t *, int32_t, int32_t,
                           float *);
  /* The largest of floats, but for what is not a number; -INFINITY where there is none. */
  float (*maximum)(const float *, int32_t);
  void (*log_sum_exp)(const float *, int32_t, float *, float *);
  /* y = exp(scale * (x - most)) for at most CK_DRAWN floats, and their sum. */
  double (*exponentials)(const float *, int32_t, float, float, float *);
  /* y = exp(x - most) in doubles, and their sum. */
  double (*exponentials_f64)(const float *, int32_t, float, double *);
  void (*quantise_i16)(const float *, int32_t, int16_t *, float *, float *);
  void (*panels_i16)(int32_t, const uint8_t *, int32_t, int32_t, int32_t, int32_t, const int16_t *,
                     const float *, const float *, int32_t, float *, size_t);
};

extern const struct ck_table ck_portable;
#if defined(__x86_64__)
extern const struct ck_table ck_avx2;
/* AVX2 with the 16-bit dot products of AVX-512 VNNI, on 256-bit vectors. */
extern const struct ck_table ck_vnni;
#endif

/* An IEEE half as a float, exactly. */
static inline float ck_half(uint16_t h) {
  union {
    uint32_t u;
    float f;
  } sign_less, out;
  uint32_t sign = (uint32_t)(h & 0x8000) << 16;
  uint32_t rest = (uint32_t)(h & 0x7fff);
  if (rest >= 0x7c00) {
    out.u = sign | 0x7f800000 | (rest & 0x3ff) << 13;
    return out.f;
  }
  if (rest < 0x0400) {
    sign_less.f = (float)rest * 0x1p-24f;
    out.u = sign | sign_less.u;
    return out.f;
  }
  out.u = sign | ((rest << 13) + 0x38000000);
  return out.f;
}
