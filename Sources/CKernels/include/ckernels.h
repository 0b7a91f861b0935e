#pragma once
#include <stddef.h>
#include <stdint.h>

/* The arithmetic of the forward pass. Every function exists as AVX2 and as portable C, packed
 * products also with AVX-512 VNNI; which runs is chosen once, at load. TESSERA_KERNELS in the
 * environment names others, where the machine can run them. */

/* The name of the kernels that run: "vnni", "avx2" or "portable". */
const char *ck_kernels_name(void);
/* Runs the kernels of this name, or the best if it is NULL, on this thread from now on, and tells
 * whether the machine can; for tests, which go on beside others. */
int ck_use_kernels(const char *name);
/* Tells the processor that this thread is spinning. */
void ck_pause(void);

/* Block types by their GGUF number. */
enum {
  CK_F32 = 0,
  CK_F16 = 1,
  CK_Q4_0 = 2,
  CK_Q4_1 = 3,
  CK_Q5_0 = 6,
  CK_Q5_1 = 7,
  CK_Q8_0 = 8,
  CK_Q2_K = 10,
  CK_Q3_K = 11,
  CK_Q4_K = 12,
  CK_Q5_K = 13,
  CK_Q6_K = 14,
  CK_Q8_K = 15,
  CK_IQ4_NL = 20,
  CK_IQ4_XS = 23,
  CK_BF16 = 30
};

/* Sum of a[i] * b[i]. */
float ck_dot(const float *a, const float *b, int32_t n);
/* y[i] += a * x[i]. */
void ck_axpy(float a, const float *x, float *y, int32_t n);
/* y = x / rms(x) * weight. */
void ck_rmsnorm(const float *x, const float *weight, float epsilon, int32_t n, float *y);
/* y = (x - mean) / deviation * weight + bias. */
void ck_layernorm(const float *x, const float *weight, const float *bias, float epsilon, int32_t n,
                  float *y);
/* x = exp(x - max) / sum, in place. */
void ck_softmax(float *x, int32_t n);
/* gate[i] = silu(gate[i]) * up[i]. */
void ck_silu_product(float *gate, const float *up, int32_t n);
/* gate[i] = gelu(gate[i]) * up[i], by the approximation with tanh; without `up` gelu(gate[i]) alone. */
void ck_gelu_tanh_product(float *gate, const float *up, int32_t n);
/* x[i] = gelu(x[i]), by the error function. */
void ck_gelu_erf(float *x, int32_t n);
/* x[i] = cap * tanh(x[i] / cap). */
void ck_softcap(float *x, int32_t n, float cap);
/* Rotates adjacent pairs (x[2i], x[2i+1]) of each head by the angle whose cosine and sine stand at i
 * (rotary embedding in GGUF's order for llama). */
void ck_rotate_pairs(float *x, int32_t heads, int32_t head_width, int32_t rotated, const float *cosines,
                     const float *sines);
/* The same for the pairs (x[i], x[rotated / 2 + i]), the order of most other models. */
void ck_rotate_halves(float *x, int32_t heads, int32_t head_width, int32_t rotated, const float *cosines,
                      const float *sines);
/* Keys or values: row i begins at element i * stride. Without scales they are floats; else 16-bit
 * integers, to be multiplied by scales[i], a power of two. */
struct ck_rows {
  const void *first;
  size_t stride;
  const float *scales;
};
/* Makes x what 16-bit integers q times a power of two can say, which is the result; it is not a number
 * when not all of x are finite. */
float ck_round_i16(float *x, int32_t n, int16_t *q);
/* out[h * out_stride + i] = scale * dot(query h, row slot of keys) for i < n and h < heads, where slot is
 * slots[i], or i if there are no slots. Queries lie one behind another, `width` floats each. Integers
 * give the bits that the floats they stand for would. */
void ck_attention_scores(const float *queries, int32_t heads, struct ck_rows keys, const int32_t *slots,
                         int32_t n, int32_t width, float scale, float *out, size_t out_stride);
/* The h-th `width` floats of out += sum of weights[h * weights_stride + i] * (row slot of values), one
 * after another; of integers as above. */
void ck_attention_values(const float *weights, size_t weights_stride, int32_t heads, struct ck_rows values,
                         const int32_t *slots, int32_t n, int32_t width, float *out);
/* log(sum(exp(x))) and the entropy in nats of softmax(x). */
void ck_log_sum_exp(const float *x, int32_t n, float *log_sum_exp, float *entropy);
/* out = softmax(x), computed in doubles; what is not a number has the probability 0, and where no
 * place has a finite value all have. */
void ck_probabilities(const float *x, int32_t n, double *out);
/* Draws from softmax(scale * x): the first place at which the sum of probabilities exceeds `unit`, and
 * its probability. What is not a number has none; -1 when no place has a finite value. */
int32_t ck_draw(const float *x, int32_t n, float scale, double unit, float *probability);

/* Turns `n` elements (a multiple of the block size) of a GGUF row into floats. */
void ck_dequantise(int32_t type, const void *row, int32_t n, float *out);

/* y[t * y_stride + r] = dot(row r of weights, x[t * x_stride ...]) for rows in begin..<end; f32
 * arithmetic. `scratch` holds `columns` floats. */
void ck_rows_f32(int32_t type, const uint8_t *weights, size_t row_bytes, int32_t begin, int32_t end,
                 int32_t columns, const float *x, size_t x_stride, int32_t tokens, float *y,
                 size_t y_stride, float *scratch);

/* Packed weights: panels of CK_PANEL rows, so that one vector holds the same columns of all of them
 * and a row needs neither a horizontal sum nor a scale of its own. See packed.h. */
enum { CK_PANEL = 16, CK_BLOCK = 32 };
/* Whether weights of this type are packed; others are used as they are, with f32 activations. */
int32_t ck_is_packed(int32_t type);
/* Bytes of one panel of `columns` columns. */
size_t ck_panel_bytes(int32_t type, int32_t columns);
/* Packs panel `panel` of a matrix of `rows` rows; missing rows of the last panel become zeros. */
void ck_pack_panel(int32_t type, const uint8_t *weights, size_t row_bytes, int32_t rows, int32_t panel,
                   int32_t columns, uint8_t *out);
/* Row `row` of packed weights as floats, the same that ck_dequantise makes of the row it was. */
void ck_panel_row(int32_t type, const uint8_t *panels, int32_t row, int32_t columns, float *out);
/* Blocks of 32 floats as 16-bit integers: x ~ q * scale. Of every four columns the second and the
 * third change places, as packed weights ask. `sums` has two numbers for each block: scale * sum of
 * q, and the same of the first 16 columns. */
void ck_quantise_i16(const float *x, int32_t n, int16_t *q, float *scales, float *sums);
/* y[t * y_stride + r] for the rows of panels begin..<end and t < tokens; rows beyond `rows` are not
 * written. */
void ck_panels_i16(int32_t type, const uint8_t *panels, int32_t begin, int32_t end, int32_t rows,
                   int32_t columns, const int16_t *q, const float *scales, const float *sums,
                   int32_t tokens, float *y, size_t y_stride);
