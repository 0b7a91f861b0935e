#pragma once
#include "kernels.h"

/* A block whose parts have scales of their own (ggml's K and IQ4 types), taken apart: element i is
 * scales[i / run] * values[i] - minimums[i / run]. */
struct ck_split {
  int elements;    /* 32 or 256 */
  int run;         /* elements that share a scale: 16 or 32 */
  int has_minimum; /* whether there is anything to subtract; else minimums are zero */
  int8_t values[256];
  float scales[16];
  float minimums[16];
};

/* Bytes of a block of such a type; 0 for other types. */
size_t ck_split_bytes(int32_t type);
/* Takes a block apart. */
void ck_split_block(int32_t type, const uint8_t *block, struct ck_split *out);
