#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels.h"

/* What the process runs, chosen before main. */
static const struct ck_table *chosen = &ck_portable;
/* What this thread runs instead, for tests. */
static _Thread_local const struct ck_table *forced;

static inline const struct ck_table *current(void) { return forced ? forced : chosen; }

/* The kernels of this name, or the best if there is no name; NULL if the machine cannot run them. */
static const struct ck_table *table(const char *name) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
  int vnni = avx2 && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512vnni");
  if (vnni && (name == NULL || strcmp(name, ck_vnni.name) == 0)) return &ck_vnni;
  if (avx2 && (name == NULL || strcmp(name, ck_avx2.name) == 0)) return &ck_avx2;
#endif
  return name == NULL || strcmp(name, ck_portable.name) == 0 ? &ck_portable : NULL;
}

__attribute__((constructor)) static void choose(void) {
  const struct ck_table *wish = table(getenv("TESSERA_KERNELS"));
  chosen = wish != NULL ? wish : table(NULL);
}

int ck_use_kernels(const char *name) {
  const struct ck_table *wish = table(name);
  if (wish != NULL) forced = wish;
  return wish != NULL;
}

const char *ck_kernels_name(void) { return current()->name; }

void ck_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

float ck_dot(const float *a, const float *b, int32_t n) { return current()->dot(a, b, n); }

void ck_axpy(float a, const float *x, float *y, int32_t n) { current()->axpy(a, x, y, n); }

void ck_rmsnorm(const float *x, const float *weight, float epsilon, int32_t n, float *y) {
  /* Eight sums, of which none waits for another. */
  double sums[8] = {0};
  int32_t whole = n / 8 * 8;
  for (int32_t i = 0; i < whole; i += 8)
    for (int k = 0; k < 8; k++) sums[k] += (double)x[i + k] * x[i + k];
  for (int32_t i = whole; i < n; i++) sums[0] += (double)x[i] * x[i];
  double sum = ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
  float scale = (float)(1 / sqrt(sum / n + epsilon));
  for (int32_t i = 0; i < n; i++) y[i] = x[i] * scale * weight[i];
}

void ck_layernorm(const float *x, const float *weight, const float *bias, float epsilon, int32_t n,
                  float *y) {
  double sum = 0, squares = 0;
  for (int32_t i = 0; i < n; i++) sum += x[i];
  double mean = sum / n;
  for (int32_t i = 0; i < n; i++) squares += (x[i] - mean) * (x[i] - mean);
  double scale = 1 / sqrt(squares / n + epsilon);
  for (int32_t i = 0; i < n; i++) y[i] = (float)((x[i] - mean) * scale) * weight[i] + bias[i];
}

void ck_softmax(float *x, int32_t n) { current()->softmax(x, n); }

void ck_silu_product(float *gate, const float *up, int32_t n) { current()->silu_product(gate, up, n); }

void ck_gelu_tanh_product(float *gate, const float *up, int32_t n) {
  current()->gelu_tanh_product(gate, up, n);
}

void ck_gelu_erf(float *x, int32_t n) {
  for (int32_t i = 0; i < n; i++) x[i] = 0.5f * x[i] * (1 + erff(x[i] * 0.70710678f));
}

void ck_softcap(float *x, int32_t n, float cap) {
  for (int32_t i = 0; i < n; i++) x[i] = cap * tanhf(x[i] / cap);
}

void ck_rotate_halves(float *x, int32_t heads, int32_t head_width, int32_t rotated, const float *cosines,
                      const float *sines) {
  int32_t half = rotated / 2;
  for (int32_t h = 0; h < heads; h++, x += head_width) {
    for (int32_t i = 0; i < half; i++) {
      float a = x[i], b = x[half + i];
      x[i] = a * cosines[i] - b * sines[i];
      x[half + i] = a * sines[i] + b * cosines[i];
    }
  }
}

void ck_rotate_pairs(float *x, int32_t heads, int32_t head_width, int32_t rotated, const float *cosines,
                     const float *sines) {
  for (int32_t h = 0; h < heads; h++, x += head_width) {
    for (int32_t i = 0; i < rotated / 2; i++) {
      float a = x[2 * i], b = x[2 * i + 1];
      x[2 * i] = a * cosines[i] - b * sines[i];
      x[2 * i + 1] = a * sines[i] + b * cosines[i];
    }
  }
}

float ck_round_i16(float *x, int32_t n, int16_t *q) { return current()->round_i16(x, n, q); }

void ck_attention_scores(const float *queries, int32_t heads, struct ck_rows keys, const int32_t *slots,
                         int32_t n, int32_t width, float scale, float *out, size_t out_stride) {
  current()->attention_scores(queries, heads, keys, slots, n, width, scale, out, out_stride);
}

void ck_attention_values(const float *weights, size_t weights_stride, int32_t heads, struct ck_rows values,
                         const int32_t *slots, int32_t n, int32_t width, float *out) {
  current()->attention_values(weights, weights_stride, heads, values, slots, n, width, out);
}

void ck_probabilities(const float *x, int32_t n, double *out) {
  const double sum = current()->exponentials_f64(x, n, current()->maximum(x, n), out);
  if (sum > 0)
    for (int32_t i = 0; i < n; i++) out[i] /= sum;
}

int32_t ck_draw(const float *x, int32_t n, float scale, double unit, float *probability) {
  /* The sums of so many runs are kept; of a longer vocabulary the others are computed again. */
  enum { KEPT = 1024 };
  const float most = current()->maximum(x, n);
  if (!isfinite(most)) return -1;
  float y[CK_DRAWN];
  double sums[KEPT], total = 0, sum = 0;
  for (int32_t run = 0; run < n; run += CK_DRAWN) {
    double of_run = current()->exponentials(x + run, n - run < CK_DRAWN ? n - run : CK_DRAWN, most, scale, y);
    if (run / CK_DRAWN < KEPT) sums[run / CK_DRAWN] = of_run;
    total += of_run;
  }
  /* A run is looked through when it may hold the place; its sum was rounded otherwise. */
  const double least = unit * total * (1 - 1e-6);
  int32_t last = 0;
  float weight = 0;
  for (int32_t run = 0; run < n; run += CK_DRAWN) {
    const int kept = run / CK_DRAWN < KEPT;
    if (kept && sum + sums[run / CK_DRAWN] <= least) {
      sum += sums[run / CK_DRAWN];
      continue;
    }
    const int32_t count = n - run < CK_DRAWN ? n - run : CK_DRAWN;
    const double next = sum + current()->exponentials(x + run, count, most, scale, y);
    if (next > least) {
      double within = sum;
      for (int32_t i = 0; i < count; i++) {
        within += y[i];
        if (y[i] > 0) last = run + i, weight = y[i];
        if (within > unit * total) {
          *probability = (float)(y[i] / total);
          return run + i;
        }
      }
    }
    sum = next;
  }
  /* Rounding can leave the sum a little below: the draw then belongs to the last. */
  *probability = (float)(weight / total);
  return last;
}

void ck_log_sum_exp(const float *x, int32_t n, float *log_sum_exp, float *entropy) {
  current()->log_sum_exp(x, n, log_sum_exp, entropy);
}

void ck_rows_f32(int32_t type, const uint8_t *weights, size_t row_bytes, int32_t begin, int32_t end,
                 int32_t columns, const float *x, size_t x_stride, int32_t tokens, float *y,
                 size_t y_stride, float *scratch) {
  for (int32_t r = begin; r < end; r++) {
    ck_dequantise(type, weights + (size_t)r * row_bytes, columns, scratch);
    for (int32_t t = 0; t < tokens; t++)
      y[(size_t)t * y_stride + (size_t)r] = current()->dot(scratch, x + (size_t)t * x_stride, columns);
  }
}

void ck_quantise_i16(const float *x, int32_t n, int16_t *q, float *scales, float *sums) {
  current()->quantise_i16(x, n, q, scales, sums);
}

void ck_panels_i16(int32_t type, const uint8_t *panels, int32_t begin, int32_t end, int32_t rows,
                   int32_t columns, const int16_t *q, const float *scales, const float *sums,
                   int32_t tokens, float *y, size_t y_stride) {
  current()->panels_i16(type, panels, begin, end, rows, columns, q, scales, sums, tokens, y, y_stride);
}
