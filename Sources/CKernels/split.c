#include "split.h"

#include <string.h>

static const int8_t levels[16] = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

size_t ck_split_bytes(int32_t type) {
  switch (type) {
    case CK_Q2_K: return 84;
    case CK_Q3_K: return 110;
    case CK_Q4_K: return 144;
    case CK_Q5_K: return 176;
    case CK_Q6_K: return 210;
    case CK_Q8_K: return 292;
    case CK_IQ4_NL: return 18;
    case CK_IQ4_XS: return 136;
    default: return 0;
  }
}

static float half_at(const uint8_t *p) {
  uint16_t h;
  memcpy(&h, p, 2);
  return ck_half(h);
}

static void q2(const uint8_t *p, struct ck_split *out) {
  float d = half_at(p + 80), m = half_at(p + 82);
  for (int s = 0; s < 16; s++) {
    out->scales[s] = d * (float)(p[s] & 15);
    out->minimums[s] = m * (float)(p[s] >> 4);
  }
  for (int i = 0; i < 256; i++)
    out->values[i] = (int8_t)(p[16 + i / 128 * 32 + i % 32] >> (i % 128 / 32 * 2) & 3);
}

static void q3(const uint8_t *p, struct ck_split *out) {
  float d = half_at(p + 108);
  for (int s = 0; s < 16; s++) {
    int low = p[96 + s % 8] >> (s / 8 * 4) & 15, high = p[104 + s % 4] >> (s / 4 * 2) & 3;
    out->scales[s] = d * (float)((low | high << 4) - 32);
  }
  for (int i = 0; i < 256; i++) {
    int low = p[32 + i / 128 * 32 + i % 32] >> (i % 128 / 32 * 2) & 3;
    out->values[i] = (int8_t)(low - (p[i % 32] >> (i / 32) & 1 ? 0 : 4));
  }
}

static void q4_and_q5(const uint8_t *p, int bits, struct ck_split *out) {
  float d = half_at(p), m = half_at(p + 2);
  const uint8_t *s = p + 4;
  for (int i = 0; i < 8; i++) {
    int scale = i < 4 ? s[i] & 63 : (s[i + 4] & 15) | s[i - 4] >> 6 << 4;
    int minimum = i < 4 ? s[i + 4] & 63 : s[i + 4] >> 4 | s[i] >> 6 << 4;
    out->scales[i] = d * (float)scale;
    out->minimums[i] = m * (float)minimum;
  }
  const uint8_t *high = p + 16, *low = bits == 4 ? p + 16 : p + 48;
  for (int i = 0; i < 256; i++) {
    int value = low[i / 64 * 32 + i % 32] >> (i % 64 / 32 * 4) & 15;
    if (bits == 5) value |= (high[i % 32] >> (i / 32) & 1) << 4;
    out->values[i] = (int8_t)value;
  }
}

static void q6(const uint8_t *p, struct ck_split *out) {
  float d = half_at(p + 208);
  for (int s = 0; s < 16; s++) out->scales[s] = d * (float)(int8_t)p[192 + s];
  for (int i = 0; i < 256; i++) {
    int low = p[i / 128 * 64 + i % 64] >> (i % 128 / 64 * 4) & 15;
    int high = p[128 + i / 128 * 32 + i % 32] >> (i % 128 / 32 * 2) & 3;
    out->values[i] = (int8_t)((low | high << 4) - 32);
  }
}

static void q8(const uint8_t *p, struct ck_split *out) {
  float d;
  memcpy(&d, p, 4);
  for (int s = 0; s < 8; s++) out->scales[s] = d;
  memcpy(out->values, p + 4, 256);
}

static void iq4_xs(const uint8_t *p, struct ck_split *out) {
  float d = half_at(p);
  int high = p[2] | p[3] << 8;
  for (int s = 0; s < 8; s++) {
    int low = p[4 + s / 2] >> (s % 2 * 4) & 15;
    out->scales[s] = d * (float)((low | (high >> (2 * s) & 3) << 4) - 32);
  }
  for (int i = 0; i < 256; i++)
    out->values[i] = levels[p[8 + i / 32 * 16 + i % 16] >> (i % 32 / 16 * 4) & 15];
}

void ck_split_block(int32_t type, const uint8_t *p, struct ck_split *out) {
  out->elements = type == CK_IQ4_NL ? 32 : 256;
  out->run = type == CK_Q2_K || type == CK_Q3_K || type == CK_Q6_K ? 16 : 32;
  out->has_minimum = type == CK_Q2_K || type == CK_Q4_K || type == CK_Q5_K;
  if (!out->has_minimum) memset(out->minimums, 0, sizeof out->minimums);
  switch (type) {
    case CK_Q2_K: q2(p, out); return;
    case CK_Q3_K: q3(p, out); return;
    case CK_Q4_K: q4_and_q5(p, 4, out); return;
    case CK_Q5_K: q4_and_q5(p, 5, out); return;
    case CK_Q6_K: q6(p, out); return;
    case CK_Q8_K: q8(p, out); return;
    case CK_IQ4_XS: iq4_xs(p, out); return;
    default:
      out->scales[0] = half_at(p);
      for (int i = 0; i < 32; i++) out->values[i] = levels[p[2 + i % 16] >> (i / 16 * 4) & 15];
      return;
  }
}
