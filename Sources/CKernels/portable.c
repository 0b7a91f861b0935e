#include <math.h>
#include <string.h>

#include "kernels.h"
#include "packed.h"

static float dot(const float *a, const float *b, int32_t n) {
  float lanes[8] = {0};
  int32_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (int k = 0; k < 8; k++) lanes[k] += a[i + k] * b[i + k];
  float sum = 0;
  for (int k = 0; k < 8; k++) sum += lanes[k];
  for (; i < n; i++) sum += a[i] * b[i];
  return sum;
}

static void axpy(float a, const float *x, float *y, int32_t n) {
  for (int32_t i = 0; i < n; i++) y[i] += a * x[i];
}

static float maximum(const float *x, int32_t n) {
  float m = -INFINITY;
  for (int32_t i = 0; i < n; i++)
    if (x[i] > m) m = x[i];
  return m;
}

static void softmax(float *x, int32_t n) {
  float m = maximum(x, n);
  double sum = 0;
  for (int32_t i = 0; i < n; i++) {
    x[i] = expf(x[i] - m);
    sum += x[i];
  }
  float scale = (float)(1 / sum);
  for (int32_t i = 0; i < n; i++) x[i] *= scale;
}

static void silu_product(float *gate, const float *up, int32_t n) {
  for (int32_t i = 0; i < n; i++) gate[i] = gate[i] / (1 + expf(-gate[i])) * up[i];
}

static void gelu_tanh_product(float *gate, const float *up, int32_t n) {
  for (int32_t i = 0; i < n; i++) {
    float g = gate[i], u = 0.7978845608f * (g + 0.044715f * g * g * g);
    gate[i] = g / (1 + expf(-2 * u)) * (up != NULL ? up[i] : 1);
  }
}

static float round_i16(float *x, int32_t n, int16_t *q) {
  float most = 0;
  for (int32_t i = 0; i < n; i++) {
    float a = fabsf(x[i]);
    most = a > most || a != a ? a : most;
  }
  const float scale = ck_power_of_two(most);
  for (int32_t i = 0; i < n; i++) {
    const float whole = rintf(x[i] / scale);
    q[i] = (int16_t)(whole == whole ? fminf(fmaxf(whole, -32768), 32767) : 0);
    x[i] = (float)q[i] * scale;
  }
  return scale;
}

static size_t place(const int32_t *slots, int32_t i) { return (size_t)(slots != NULL ? slots[i] : i); }

static float dot_row(const float *x, struct ck_rows rows, size_t row, int32_t n) {
  if (rows.scales == NULL) return dot(x, (const float *)rows.first + row * rows.stride, n);
  const int16_t *q = (const int16_t *)rows.first + row * rows.stride;
  float lanes[8] = {0};
  int32_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (int k = 0; k < 8; k++) lanes[k] += x[i + k] * (float)q[i + k];
  float sum = 0;
  for (int k = 0; k < 8; k++) sum += lanes[k];
  for (; i < n; i++) sum += x[i] * (float)q[i];
  return sum * rows.scales[row];
}

static void add_row(float a, struct ck_rows rows, size_t row, float *y, int32_t n) {
  if (rows.scales == NULL) {
    axpy(a, (const float *)rows.first + row * rows.stride, y, n);
    return;
  }
  const int16_t *q = (const int16_t *)rows.first + row * rows.stride;
  a *= rows.scales[row];
  for (int32_t i = 0; i < n; i++) y[i] += a * (float)q[i];
}

static void attention_scores(const float *queries, int32_t heads, struct ck_rows keys, const int32_t *slots,
                             int32_t n, int32_t width, float scale, float *out, size_t out_stride) {
  for (int32_t h = 0; h < heads; h++)
    for (int32_t i = 0; i < n; i++)
      out[(size_t)h * out_stride + (size_t)i] = dot_row(queries + h * width, keys, place(slots, i), width) * scale;
}

static void attention_values(const float *weights, size_t weights_stride, int32_t heads, struct ck_rows values,
                             const int32_t *slots, int32_t n, int32_t width, float *out) {
  for (int32_t h = 0; h < heads; h++)
    for (int32_t i = 0; i < n; i++)
      add_row(weights[(size_t)h * weights_stride + (size_t)i], values, place(slots, i), out + h * width, width);
}

static void log_sum_exp(const float *x, int32_t n, float *result, float *entropy) {
  float m = maximum(x, n);
  double sum = 0, weighted = 0;
  for (int32_t i = 0; i < n; i++) {
    double d = (double)x[i] - m, e = exp(d);
    sum += e;
    if (e > 0) weighted += e * d;
  }
  *result = (float)(m + log(sum));
  *entropy = (float)(log(sum) - weighted / sum);
}

static double exponentials(const float *x, int32_t n, float most, float scale, float *y) {
  double sum = 0;
  for (int32_t i = 0; i < n; i++) {
    float d = (x[i] - most) * scale;
    y[i] = d == d ? expf(d) : 0;
    sum += y[i];
  }
  return sum;
}

static double exponentials_f64(const float *x, int32_t n, float most, double *y) {
  double sum = 0;
  for (int32_t i = 0; i < n; i++) {
    double d = (double)x[i] - most;
    y[i] = d == d ? exp(d) : 0;
    sum += y[i];
  }
  return sum;
}

static void quantise_i16(const float *x, int32_t n, int16_t *q, float *scales, float *sums) {
  for (int32_t b = 0; b < n / CK_BLOCK; b++, x += CK_BLOCK, q += CK_BLOCK) {
    float most = 0;
    for (int i = 0; i < CK_BLOCK; i++) {
      float a = fabsf(x[i]);
      if (a > most) most = a;
    }
    float inverse = most > 0 ? 32767 / most : 0;
    int32_t halves[2] = {0, 0};
    for (int i = 0; i < CK_BLOCK; i++) {
      static const int8_t moved[4] = {0, 1, -1, 0};
      int16_t value = (int16_t)rintf(x[i] * inverse);
      q[i + moved[i % 4]] = value;
      halves[i / 16] += value;
    }
    scales[b] = most / 32767;
    sums[2 * b] = (float)(halves[0] + halves[1]) * scales[b];
    sums[2 * b + 1] = (float)halves[0] * scales[b];
  }
}

static void panels_i16(int32_t type, const uint8_t *panels, int32_t begin, int32_t end, int32_t rows,
                       int32_t columns, const int16_t *q, const float *scales, const float *sums,
                       int32_t tokens, float *y, size_t y_stride) {
  struct ck_packing k = ck_packing_of(type);
  int32_t blocks = columns / CK_BLOCK;
  for (int32_t row = begin * CK_PANEL; row < end * CK_PANEL && row < rows; row++) {
    const uint8_t *p = panels + (size_t)(row / CK_PANEL) * ck_panel_bytes(type, columns), *head = p;
    for (int32_t t = 0; t < tokens; t++) y[(size_t)t * y_stride + (size_t)row] = 0;
    for (int32_t b = 0; b < blocks; b++, p += ck_packed_block_bytes(k)) {
      if (k.parts > 0 && b % (CK_RUN_COLUMNS / CK_BLOCK) == 0) {
        head = p;
        p += ck_packed_head_bytes(k);
      }
      struct ck_packed_row r;
      ck_packed_row(k, head, p, row % CK_PANEL, &r);
      for (int32_t t = 0; t < tokens; t++) {
        const int16_t *a = q + (size_t)t * (size_t)columns + b * CK_BLOCK;
        const float *sum = sums + 2 * (t * blocks + b);
        int32_t halves[2] = {0, 0};
        for (int c = 0; c < CK_BLOCK; c++) {
          /* As quantise_i16 orders them. */
          int place = c % 4 == 1 ? c + 1 : c % 4 == 2 ? c - 1 : c;
          halves[c / 16] += r.values[c] * a[place];
        }
        float total = (r.scales[0] * (float)halves[0] + r.scales[1] * (float)halves[1]) * scales[t * blocks + b];
        if (k.has_minimum) total += r.minimums[0] * sum[1] + r.minimums[1] * (sum[0] - sum[1]);
        y[(size_t)t * y_stride + (size_t)row] += total;
      }
    }
  }
}

const struct ck_table ck_portable = {
    "portable",       dot,         axpy,         softmax,   silu_product, gelu_tanh_product,
    round_i16, attention_scores, attention_values, maximum, log_sum_exp, exponentials, exponentials_f64, quantise_i16, panels_i16,
};
