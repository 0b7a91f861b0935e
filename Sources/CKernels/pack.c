#include <string.h>

#include "packed.h"
#include "split.h"

int32_t ck_is_packed(int32_t type) { return ck_packing_of(type).low != 0; }

size_t ck_panel_bytes(int32_t type, int32_t columns) {
  struct ck_packing k = ck_packing_of(type);
  return ck_packed_block_bytes(k) * (size_t)(columns / CK_BLOCK) +
         ck_packed_head_bytes(k) * (size_t)(columns / CK_RUN_COLUMNS);
}

static size_t block_bytes(int32_t type) {
  switch (type) {
    case CK_Q4_0:
    case CK_IQ4_NL: return 18;
    case CK_Q4_1: return 20;
    case CK_Q5_0: return 22;
    case CK_Q5_1: return 24;
    default: return 34;
  }
}

/* The first column of pair 4i + n. */
static inline int first_column(int i, int n) { return 4 * i + 16 * (n & 1) + (n >> 1); }

/* Copies bytes of row r, four to each vector. */
static void put_bytes(const uint8_t *bytes, int vectors, int r, uint8_t *plane) {
  for (int v = 0; v < vectors; v++) memcpy(plane + CK_VECTOR * v + 4 * r, bytes + 4 * v, 4);
}

/* Puts bit c of `bits` into the lane of column c of row r. */
static void put_bit(uint32_t bits, int r, uint8_t *plane) {
  for (int pair = 0; pair < 16; pair++) {
    int c = first_column(pair / 4, pair % 4);
    uint32_t both = (bits >> c & 1) | (bits >> (c + 2) & 1) << 1;
    plane[4 * pair + r / 4] |= (uint8_t)(both << 2 * (r % 4));
  }
}

/* Puts two bits of each code, from `shift` on, into the lanes of row r. */
static void put_two_bits(const uint8_t *codes, int shift, int r, uint8_t *plane) {
  for (int i = 0; i < 4; i++) {
    for (int p = 0; p < 2; p++) {
      int byte = 0;
      for (int n = 0; n < 4; n++) byte |= (codes[first_column(i, n) + 2 * p] >> shift & 3) << 2 * n;
      plane[CK_VECTOR * (i / 2) + 4 * r + 2 * p + i % 2] = (uint8_t)byte;
    }
  }
}

/* Puts 32 codes of row r into the planes of a block. */
static void put_codes(struct ck_packing k, const uint8_t *codes, int r, uint8_t *planes) {
  uint8_t *high = planes + CK_VECTOR * k.low;
  if (k.low == 4) {
    uint8_t bytes[16];
    for (int i = 0; i < 16; i++) bytes[i] = (uint8_t)((codes[i] & 15) | codes[i + 16] << 4);
    put_bytes(bytes, 4, r, planes);
  } else {
    put_two_bits(codes, 0, r, planes);
  }
  if (k.high == 1) {
    uint32_t bits = 0;
    for (int c = 0; c < CK_BLOCK; c++) bits |= (uint32_t)(codes[c] >> k.low & 1) << c;
    put_bit(bits, r, high);
  } else if (k.high == 2) {
    put_two_bits(codes, 4, r, high);
  }
}

/* A row of a type with one scale for each 32 columns, whose blocks hold their integers in our order:
 * scale, minimum, fifth bits, then nibbles or bytes. */
static void pack_row(int32_t type, const uint8_t *source, int32_t columns, int r, uint8_t *out) {
  struct ck_packing k = ck_packing_of(type);
  const size_t bytes = block_bytes(type), packed_bytes = ck_packed_block_bytes(k);
  for (int32_t b = 0; b < columns / CK_BLOCK; b++, source += bytes, out += packed_bytes) {
    const uint8_t *p = source;
    uint8_t *planes = out + ck_packed_scales_bytes(k);
    memcpy(out + 2 * r, p, 2);
    p += 2;
    if (k.has_minimum) {
      memcpy(out + CK_HALVES_BYTES + 2 * r, p, 2);
      p += 2;
    }
    if (k.high == 1) {
      uint32_t bits;
      memcpy(&bits, p, 4);
      p += 4;
      put_bit(bits, r, planes + CK_VECTOR * k.low);
    }
    put_bytes(p, k.low, r, planes);
  }
}

/* A row of a type whose blocks have parts with scales of their own. */
static void pack_split_row(int32_t type, const uint8_t *source, int32_t columns, int r, uint8_t *out) {
  struct ck_packing k = ck_packing_of(type);
  struct ck_split split;
  for (int32_t c = 0; c < columns; c += CK_BLOCK, out += ck_packed_block_bytes(k)) {
    int32_t within = c % CK_RUN_COLUMNS;
    if (within == 0) {
      ck_split_block(type, source + (size_t)(c / CK_RUN_COLUMNS) * ck_split_bytes(type), &split);
      for (int h = 0; h <= k.has_minimum; h++) memcpy(out + CK_HALVES_BYTES * h + 2 * r, &split.halves[h], 2);
      out += ck_packed_head_bytes(k);
    }
    for (int part = 0; part < k.parts; part++) {
      int place = within / split.run + part;
      out[CK_PANEL * part + r] = (uint8_t)split.scales[place];
      if (k.has_minimum) out[CK_PANEL * (k.parts + part) + r] = (uint8_t)split.minimums[place];
    }
    put_codes(k, split.codes + within, r, out + ck_packed_scales_bytes(k));
  }
}

void ck_pack_panel(int32_t type, const uint8_t *weights, size_t row_bytes, int32_t rows, int32_t panel,
                   int32_t columns, uint8_t *out) {
  struct ck_packing k = ck_packing_of(type);
  /* Only bits are added to what is there. */
  if (k.high == 1 || rows - panel * CK_PANEL < CK_PANEL) memset(out, 0, ck_panel_bytes(type, columns));
  for (int r = 0; r < CK_PANEL; r++) {
    int32_t row = panel * CK_PANEL + r;
    if (row >= rows) break;
    const uint8_t *source = weights + (size_t)row * row_bytes;
    if (k.parts == 0) {
      pack_row(type, source, columns, r, out);
    } else {
      pack_split_row(type, source, columns, r, out);
    }
  }
}

/* The code of column c of row r. */
static int code(struct ck_packing k, const uint8_t *planes, int r, int c) {
  const uint8_t *high = planes + CK_VECTOR * k.low;
  int i = c % 16 / 4, n = c / 16 + 2 * (c % 2), p = c % 4 / 2;
  int two = CK_VECTOR * (i / 2) + 4 * r + 2 * p + i % 2, lane = 2 * r + p;
  int code;
  if (k.low == 8) return (int8_t)planes[CK_VECTOR * (c / 4) + 4 * r + c % 4];
  if (k.low == 4) {
    code = planes[CK_VECTOR * i + 4 * r + c % 4] >> 4 * (c / 16) & 15;
  } else {
    code = planes[two] >> 2 * n & 3;
  }
  if (k.high == 1) code |= (high[4 * (4 * i + n) + lane / 8] >> lane % 8 & 1) << k.low;
  if (k.high == 2) code |= (high[two] >> 2 * n & 3) << k.low;
  return code;
}

static float half_at(const uint8_t *p) {
  uint16_t h;
  memcpy(&h, p, 2);
  return ck_half(h);
}

void ck_packed_row(struct ck_packing k, const uint8_t *head, const uint8_t *block, int r,
                   struct ck_packed_row *out) {
  for (int c = 0; c < CK_BLOCK; c++) {
    int v = code(k, block + ck_packed_scales_bytes(k), r, c);
    out->values[c] = k.table ? ck_levels[v] : v - k.bias;
  }
  for (int part = 0; part < 2; part++) {
    out->minimums[part] = 0;
    if (k.parts == 0) {
      out->scales[part] = half_at(block + 2 * r);
      if (k.has_minimum) out->minimums[part] = half_at(block + CK_HALVES_BYTES + 2 * r);
      continue;
    }
    int place = k.parts == 1 ? 0 : part;
    out->scales[part] = half_at(head + 2 * r) * (float)(int8_t)block[CK_PANEL * place + r];
    if (k.has_minimum) {
      int8_t minimum = (int8_t)block[CK_PANEL * (k.parts + place) + r];
      out->minimums[part] = -(half_at(head + CK_HALVES_BYTES + 2 * r) * (float)minimum);
    }
  }
}

void ck_panel_row(int32_t type, const uint8_t *panels, int32_t row, int32_t columns, float *out) {
  struct ck_packing k = ck_packing_of(type);
  const uint8_t *p = panels + (size_t)(row / CK_PANEL) * ck_panel_bytes(type, columns);
  const uint8_t *head = p;
  for (int32_t c = 0; c < columns; c += CK_BLOCK, p += ck_packed_block_bytes(k)) {
    if (k.parts > 0 && c % CK_RUN_COLUMNS == 0) {
      head = p;
      p += ck_packed_head_bytes(k);
    }
    struct ck_packed_row r;
    ck_packed_row(k, head, p, row % CK_PANEL, &r);
    for (int i = 0; i < CK_BLOCK; i++) {
      float scaled = (float)r.values[i] * r.scales[i / 16];
      /* Adding zero would lose the sign of a zero. */
      out[c + i] = k.has_minimum ? scaled + r.minimums[i / 16] : scaled;
    }
  }
}
