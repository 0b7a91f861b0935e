#include "split.h"

#include <string.h>

#include "packed.h"

const int8_t ck_levels[16] = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

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

static void halves(const uint8_t *scale, const uint8_t *minimum, struct ck_split *out) {
  memcpy(&out->halves[0], scale, 2);
  out->scale = ck_half(out->halves[0]);
  if (minimum == NULL) return;
  memcpy(&out->halves[1], minimum, 2);
  out->minimum = ck_half(out->halves[1]);
}

/* Two bits of 128 elements: four of 32, one behind another in the same 32 bytes. */
static void two_bits(const uint8_t *p, uint8_t *codes) {
  for (int k = 0; k < 4; k++)
    for (int i = 0; i < 32; i++) codes[32 * k + i] = p[i] >> (2 * k) & 3;
}

static void q2(const uint8_t *p, struct ck_split *out) {
  halves(p + 80, p + 82, out);
  for (int s = 0; s < 16; s++) {
    out->scales[s] = p[s] & 15;
    out->minimums[s] = (int8_t)(p[s] >> 4);
  }
  two_bits(p + 16, out->codes);
  two_bits(p + 48, out->codes + 128);
}

static void q3(const uint8_t *p, struct ck_split *out) {
  halves(p + 108, NULL, out);
  for (int s = 0; s < 16; s++) {
    int low = p[96 + s % 8] >> (s / 8 * 4) & 15, high = p[104 + s % 4] >> (s / 4 * 2) & 3;
    out->scales[s] = (int8_t)((low | high << 4) - 32);
  }
  two_bits(p + 32, out->codes);
  two_bits(p + 64, out->codes + 128);
  for (int k = 0; k < 8; k++)
    for (int i = 0; i < 32; i++) out->codes[32 * k + i] |= (uint8_t)((p[i] >> k & 1) << 2);
}

static void q4_and_q5(const uint8_t *p, int bits, struct ck_split *out) {
  halves(p, p + 2, out);
  const uint8_t *s = p + 4;
  for (int i = 0; i < 8; i++) {
    int scale = i < 4 ? s[i] & 63 : (s[i + 4] & 15) | s[i - 4] >> 6 << 4;
    int minimum = i < 4 ? s[i + 4] & 63 : s[i + 4] >> 4 | s[i] >> 6 << 4;
    out->scales[i] = (int8_t)scale;
    out->minimums[i] = (int8_t)minimum;
  }
  const uint8_t *low = bits == 4 ? p + 16 : p + 48;
  for (int k = 0; k < 4; k++) {
    for (int i = 0; i < 32; i++) {
      out->codes[64 * k + i] = low[32 * k + i] & 15;
      out->codes[64 * k + 32 + i] = low[32 * k + i] >> 4;
    }
  }
  if (bits == 4) return;
  for (int k = 0; k < 8; k++)
    for (int i = 0; i < 32; i++) out->codes[32 * k + i] |= (uint8_t)((p[16 + i] >> k & 1) << 4);
}

static void q6(const uint8_t *p, struct ck_split *out) {
  halves(p + 208, NULL, out);
  memcpy(out->scales, p + 192, 16);
  for (int h = 0; h < 2; h++) {
    uint8_t *codes = out->codes + 128 * h;
    two_bits(p + 128 + 32 * h, codes);
    for (int i = 0; i < 64; i++) {
      codes[i] = (uint8_t)(codes[i] << 4 | (p[64 * h + i] & 15));
      codes[64 + i] = (uint8_t)(codes[64 + i] << 4 | p[64 * h + i] >> 4);
    }
  }
}

static void q8(const uint8_t *p, struct ck_split *out) {
  memcpy(&out->scale, p, 4);
  out->scales[0] = 1;
  for (int i = 0; i < 256; i++) out->codes[i] = (uint8_t)(p[4 + i] + 128);
}

/* 32 elements: the low nibbles of 16 bytes, then the high ones. */
static void nibbles(const uint8_t *p, uint8_t *codes) {
  for (int i = 0; i < 16; i++) {
    codes[i] = p[i] & 15;
    codes[16 + i] = p[i] >> 4;
  }
}

static void iq4_xs(const uint8_t *p, struct ck_split *out) {
  halves(p, NULL, out);
  int high = p[2] | p[3] << 8;
  for (int s = 0; s < 8; s++) {
    int low = p[4 + s / 2] >> (s % 2 * 4) & 15;
    out->scales[s] = (int8_t)((low | (high >> (2 * s) & 3) << 4) - 32);
    nibbles(p + 8 + 16 * s, out->codes + 32 * s);
  }
}

void ck_split_block(int32_t type, const uint8_t *p, struct ck_split *out) {
  out->elements = type == CK_IQ4_NL ? 32 : 256;
  out->run = type == CK_Q2_K || type == CK_Q3_K || type == CK_Q6_K ? 16 : type == CK_Q8_K ? 256 : 32;
  out->bias = type == CK_Q3_K ? 4 : type == CK_Q6_K ? 32 : type == CK_Q8_K ? 128 : 0;
  out->table = type == CK_IQ4_NL || type == CK_IQ4_XS;
  out->has_minimum = type == CK_Q2_K || type == CK_Q4_K || type == CK_Q5_K;
  switch (type) {
    case CK_Q2_K: q2(p, out); return;
    case CK_Q3_K: q3(p, out); return;
    case CK_Q4_K: q4_and_q5(p, 4, out); return;
    case CK_Q5_K: q4_and_q5(p, 5, out); return;
    case CK_Q6_K: q6(p, out); return;
    case CK_Q8_K: q8(p, out); return;
    case CK_IQ4_XS: iq4_xs(p, out); return;
    default:
      halves(p, NULL, out);
      out->scales[0] = 1;
      nibbles(p + 2, out->codes);
      return;
  }
}
