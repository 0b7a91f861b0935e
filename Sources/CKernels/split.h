#pragma once
#include "kernels.h"

/* A block whose parts have scales of their own (ggml's K and IQ4 types), taken apart: element i is
 * scale * scales[i / run] * v - minimum * minimums[i / run], where v is codes[i] - bias, or, of IQ4
 * types, ck_levels[codes[i]]. */
struct ck_split {
  int elements;    /* 32 or 256 */
  int run;         /* elements that share a scale: 16, 32 or 256 */
  int bias;
  int table;       /* whether codes are places in the table of levels */
  int has_minimum; /* whether there is anything to subtract */
  float scale;
  float minimum;
  uint16_t halves[2]; /* scale and minimum as they are stored */
  int8_t scales[16];
  int8_t minimums[16];
  uint8_t codes[256];
};

/* Bytes of a block of such a type; 0 for other types. */
size_t ck_split_bytes(int32_t type);
/* Takes a block apart. */
void ck_split_block(int32_t type, const uint8_t *block, struct ck_split *out);
