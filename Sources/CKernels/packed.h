#pragma once
#include "ckernels.h"

/* The packed form of a quantised matrix.
 *
 * A panel holds 16 rows, block after block of 32 columns. The integers of a block are split into
 * planes of bits, and every plane into vectors of 64 bytes: 32 lanes of 16 bits, of which lanes 2r
 * and 2r+1 belong to row r, because the multiply-add of 16-bit pairs sums neighbouring lanes into one
 * 32-bit lane for each row. Columns come in 16 pairs (c, c + 2): pair 4i + n, for i and n = 0...3,
 * begins at column c = 4i + 16 (n & 1) + (n >> 1). So the activations are ordered, see
 * ck_quantise_i16, and so the bytes of a GGUF block of 4 or 8 bits can be copied four at a time.
 *
 *   scales    16 halves; where there are minimums, as many again. Of types whose parts have scales
 *             of their own: 16 bytes for each part, and 16 halves before every 256 columns that
 *             they multiply; their product is exact in floats
 *   low       2 bits: 2 vectors; pair 4i + n is at bits 8 (i & 1) + 2n of the lanes of vector i / 2
 *             4 bits: 4 vectors; pair 4i + n is at bits 4n of the lanes of vector i
 *             8 bits: 8 vectors; pair 4i + n is byte n >> 1 of the lanes of vector i + 4 (n & 1)
 *   high      1 bit: a word of 32 bits for each pair, a bit for each lane
 *             2 bits: like two low bits */
enum { CK_VECTOR = 64, CK_HALVES_BYTES = 2 * CK_PANEL, CK_RUN_COLUMNS = 256 };

/* How a packed type is read. */
struct ck_packing {
  int low;         /* bits of the low plane: 2, 4 or 8; 8 are signed */
  int high;        /* bits of the high plane */
  int table;       /* whether integers are places in the table of levels */
  int bias;        /* the value meant is q - bias, folded into the sum of activations */
  int has_minimum; /* whether something is added, or, of types with parts, taken away */
  int parts;       /* scales of their own in 32 columns: 1 or 2; 0 where one half is the scale */
};

static inline struct ck_packing ck_packing_of(int32_t type) {
  switch (type) {
    case CK_Q4_0: return (struct ck_packing){4, 0, 0, 8, 0, 0};
    case CK_Q4_1: return (struct ck_packing){4, 0, 0, 0, 1, 0};
    case CK_Q5_0: return (struct ck_packing){4, 1, 0, 16, 0, 0};
    case CK_Q5_1: return (struct ck_packing){4, 1, 0, 0, 1, 0};
    case CK_Q8_0: return (struct ck_packing){8, 0, 0, 0, 0, 0};
    case CK_Q2_K: return (struct ck_packing){2, 0, 0, 0, 1, 2};
    case CK_Q3_K: return (struct ck_packing){2, 1, 0, 4, 0, 2};
    case CK_Q4_K: return (struct ck_packing){4, 0, 0, 0, 1, 1};
    case CK_Q5_K: return (struct ck_packing){4, 1, 0, 0, 1, 1};
    case CK_Q6_K: return (struct ck_packing){4, 2, 0, 32, 0, 2};
    case CK_IQ4_NL: return (struct ck_packing){4, 0, 1, 0, 0, 0};
    case CK_IQ4_XS: return (struct ck_packing){4, 0, 1, 0, 0, 1};
    default: return (struct ck_packing){0, 0, 0, 0, 0, 0};
  }
}

/* Bytes before every 256 columns. */
static inline size_t ck_packed_head_bytes(struct ck_packing k) {
  return k.parts == 0 ? 0 : (size_t)CK_HALVES_BYTES * (size_t)(1 + k.has_minimum);
}

/* Bytes of a block's scales and minimums. */
static inline size_t ck_packed_scales_bytes(struct ck_packing k) {
  return (size_t)(k.parts == 0 ? CK_HALVES_BYTES : k.parts * CK_PANEL) * (size_t)(1 + k.has_minimum);
}

static inline size_t ck_packed_block_bytes(struct ck_packing k) {
  return ck_packed_scales_bytes(k) + (size_t)(CK_VECTOR * (k.low + k.high));
}

/* The levels that the four bits of IQ4 types mean. */
extern const int8_t ck_levels[16];

/* Row r of a block, taken apart. */
struct ck_packed_row {
  int values[CK_BLOCK]; /* as meant: without the bias */
  float scales[2];      /* of each 16 columns */
  float minimums[2];    /* what is added to each 16 columns */
};

/* Takes apart row r of the block at `block`, whose 256 columns begin at `head`. */
void ck_packed_row(struct ck_packing k, const uint8_t *head, const uint8_t *block, int r,
                   struct ck_packed_row *out);
