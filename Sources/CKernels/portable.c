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

static size_t place(const int32_t *slots, int32_t i) { return (size_t)(slots != NULL ? slots[i] : i); }

static void attention_scores(const float *query, const float *keys, size_t stride, const int32_t *slots,
                             int32_t n, int32_t width, float scale, float *out) {
  for (int32_t i = 0; i < n; i++) out[i] = dot(query, keys + place(slots, i) * stride, width) * scale;
}

static void attention_values(const float *weights, const float *values, size_t stride,
                             const int32_t *slots, int32_t n, int32_t width, float *out) {
  for (int32_t i = 0; i < n; i++) axpy(weights[i], values + place(slots, i) * stride, out, width);
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

static void quantise_i16(const float *x, int32_t n, int16_t *q, float *scales, float *sums) {
  for (int32_t b = 0; b < n / CK_BLOCK; b++, x += CK_BLOCK, q += CK_BLOCK) {
    float most = 0;
    for (int i = 0; i < CK_BLOCK; i++) {
      float a = fabsf(x[i]);
      if (a > most) most = a;
    }
    float inverse = most > 0 ? 32767 / most : 0;
    int32_t sum = 0;
    for (int i = 0; i < CK_BLOCK; i++) {
      q[i] = (int16_t)rintf(x[i] * inverse);
      sum += q[i];
    }
    scales[b] = most / 32767;
    sums[b] = (float)sum * scales[b];
  }
}

static void panels_i16(int32_t type, const uint8_t *panels, int32_t begin, int32_t end, int32_t rows,
                       int32_t columns, const int16_t *q, const float *scales, const float *sums,
                       int32_t tokens, float *y, size_t y_stride) {
  struct ck_packing packing = ck_packing_of(type);
  size_t block_bytes = ck_packed_block_bytes(packing);
  size_t scales_bytes = ck_packed_scales_bytes(packing);
  int32_t blocks = columns / CK_BLOCK;
  for (int32_t panel = begin; panel < end; panel++) {
    const uint8_t *p = panels + (size_t)panel * (size_t)blocks * block_bytes;
    for (int32_t t = 0; t < tokens; t++) {
      float out[CK_PANEL] = {0};
      for (int32_t b = 0; b < blocks; b++) {
        const uint8_t *block = p + (size_t)b * block_bytes;
        const uint8_t *lanes = block + scales_bytes * (size_t)(1 + packing.has_minimum);
        const int16_t *a = q + (size_t)t * (size_t)columns + b * CK_BLOCK;
        float scale = scales[t * blocks + b], total = sums[t * blocks + b];
        for (int r = 0; r < CK_PANEL; r++) {
          int32_t runs[2] = {0, 0};
          for (int c = 0; c < CK_BLOCK; c++) {
            int lane = 2 * (2 * r + (c & 1)), value;
            if (packing.bits == 4) {
              int n = (c % 8) / 2;
              value = lanes[32 * (c / 8) + lane + n / 2] >> (4 * (n & 1)) & 15;
            } else {
              value = (int8_t)lanes[32 * (c / 4) + lane + (c % 4) / 2];
            }
            runs[packing.runs == 2 ? c / 16 : 0] += value * a[c];
          }
          if (packing.runs > 0) {
            for (int k = 0; k < packing.runs; k++) {
              float d, m = 0;
              size_t place = (size_t)(k * CK_PANEL + r) * sizeof(float);
              memcpy(&d, block + place, sizeof d);
              if (packing.has_minimum) memcpy(&m, block + scales_bytes + place, sizeof m);
              out[r] += d * scale * (float)runs[k] + m * total;
            }
            continue;
          }
          uint16_t half;
          memcpy(&half, block + 2 * r, 2);
          float d = ck_half(half);
          out[r] += d * scale * (float)runs[0];
          if (packing.has_minimum) {
            memcpy(&half, block + CK_SCALES_BYTES + 2 * r, 2);
            out[r] += ck_half(half) * total;
          } else if (packing.bias) {
            out[r] -= (float)packing.bias * d * total;
          }
        }
      }
      for (int r = 0; r < CK_PANEL && panel * CK_PANEL + r < rows; r++)
        y[(size_t)t * y_stride + (size_t)(panel * CK_PANEL + r)] = out[r];
    }
  }
}

const struct ck_table ck_portable = {
    "portable",       dot,         axpy,         softmax,   silu_product, gelu_tanh_product,
    attention_scores, attention_values, log_sum_exp, quantise_i16, panels_i16,
};
