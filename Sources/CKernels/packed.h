#pragma once
#include "ckernels.h"

/* The packed form of a quantised matrix.
 *
 * A panel holds 8 rows, block after block of 32 columns. A block of a panel is
 *
 *   scales    8 halves, one for each row; of K types and IQ4_XS 8 floats for each run of columns
 *   minimums  as many again, only for types that have them; of K types what is added, so below zero
 *   values    4 bit: 4 vectors of 32 bytes; 8 bit: 8 vectors of 32 bytes
 *
 * A vector is 16 lanes of 16 bits. Lanes 2r and 2r+1 belong to row r, because the multiply-add of
 * 16-bit pairs sums neighbouring lanes into one 32-bit lane for each row:
 *
 *   4 bit: nibble n of lane 2r+p of vector v is column 8v + 2n + p      (n = 0...3)
 *   8 bit: byte b of lane 2r+p of vector v is column 4v + 2b + p        (b = 0, 1; signed)
 *
 * So one shift and one mask give eight rows times two columns, ready to be multiplied with a pair
 * of activations that is broadcast to all lanes.
 *
 * 4 bit holds Q4_0 (value q - 8, as a minimum of -8 scales), Q4_1 and Q4_K; 8 bit holds Q8_0, Q5_0
 * (q - 16), Q5_1, Q3_K, Q5_K, Q6_K, IQ4_NL and IQ4_XS. Q2_K is not packed. The floats are the exact
 * products of a block's scale with its parts' scales; halves would round them. */
enum { CK_SCALES_BYTES = 16, CK_NIBBLE_BYTES = 128, CK_BYTE_BYTES = 256 };

/* How a packed type is read. */
struct ck_packing {
  int bits;        /* 4 or 8 */
  int has_minimum; /* halves follow the scales */
  int bias;        /* the value meant is q - bias, folded into the sum of activations */
  int runs;        /* float scales for each row of a block: 1 or 2; 0 where one half is the scale */
};

static inline struct ck_packing ck_packing_of(int32_t type) {
  switch (type) {
    case CK_Q4_0: return (struct ck_packing){4, 0, 8, 0};
    case CK_Q4_1: return (struct ck_packing){4, 1, 0, 0};
    case CK_Q5_0:
    case CK_IQ4_NL: return (struct ck_packing){8, 0, 0, 0};
    case CK_Q4_K: return (struct ck_packing){4, 1, 0, 1};
    case CK_Q5_K: return (struct ck_packing){8, 1, 0, 1};
    case CK_Q8_K:
    case CK_IQ4_XS: return (struct ck_packing){8, 0, 0, 1};
    case CK_Q3_K:
    case CK_Q6_K: return (struct ck_packing){8, 0, 0, 2};
    case CK_Q5_1: return (struct ck_packing){8, 1, 0, 0};
    case CK_Q8_0: return (struct ck_packing){8, 0, 0, 0};
    default: return (struct ck_packing){0, 0, 0, 0};
  }
}

/* Bytes of a block's scales, or of its minimums. */
static inline size_t ck_packed_scales_bytes(struct ck_packing p) {
  return p.runs == 0 ? CK_SCALES_BYTES : (size_t)p.runs * CK_PANEL * sizeof(float);
}

static inline size_t ck_packed_block_bytes(struct ck_packing p) {
  return ck_packed_scales_bytes(p) * (size_t)(1 + p.has_minimum) +
         (p.bits == 4 ? CK_NIBBLE_BYTES : CK_BYTE_BYTES);
}
