// Bit manipulation: population counts, interleaving, bit boards, select,
// Gray codes. Short blocks, many constants, shifts by variable amounts.

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

int count_bits_by_masks(u64 x) {
  x -= x >> 1 & 0x5555555555555555ull;
  x = (x & 0x3333333333333333ull) + (x >> 2 & 0x3333333333333333ull);
  x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0full;
  return (int)(x * 0x0101010101010101ull >> 56);
}

long count_bits_in_words(const u64 *words, int n) {
  long total = 0;
  for (int i = 0; i < n; i++)
    total += __builtin_popcountll(words[i]);
  return total;
}

u64 spread_bits(u32 x) {
  u64 r = x;
  r = (r | r << 16) & 0x0000ffff0000ffffull;
  r = (r | r << 8) & 0x00ff00ff00ff00ffull;
  r = (r | r << 4) & 0x0f0f0f0f0f0f0f0full;
  r = (r | r << 2) & 0x3333333333333333ull;
  return (r | r << 1) & 0x5555555555555555ull;
}

u64 interleave(u32 x, u32 y) { return spread_bits(x) | spread_bits(y) << 1; }

u32 squeeze_bits(u64 x) {
  x &= 0x5555555555555555ull;
  x = (x | x >> 1) & 0x3333333333333333ull;
  x = (x | x >> 2) & 0x0f0f0f0f0f0f0f0full;
  x = (x | x >> 4) & 0x00ff00ff00ff00ffull;
  x = (x | x >> 8) & 0x0000ffff0000ffffull;
  return (u32)(x | x >> 16);
}

u64 transpose_8x8(u64 x) {
  u64 t = (x ^ x >> 7) & 0x00aa00aa00aa00aaull;
  x ^= t ^ t << 7;
  t = (x ^ x >> 14) & 0x0000cccc0000ccccull;
  x ^= t ^ t << 14;
  t = (x ^ x >> 28) & 0x00000000f0f0f0f0ull;
  return x ^ t ^ t << 28;
}

int select_bit(u64 x, int rank) {
  for (; rank > 0 && x; rank--)
    x &= x - 1;
  return x ? __builtin_ctzll(x) : -1;
}

u64 deposit_bits(u64 source, u64 mask) {
  u64 result = 0;
  for (u64 bit = 1; mask; bit <<= 1) {
    if (source & bit)
      result |= mask & (0 - mask);
    mask &= mask - 1;
  }
  return result;
}

u32 next_same_count(u32 x) {
  if (!x)
    return 0;
  u32 low = x & (0 - x), ripple = x + low;
  return ripple | (x ^ ripple) >> 2 >> __builtin_ctz(low);
}

u32 from_gray_code(u32 x) {
  for (int shift = 16; shift; shift >>= 1)
    x ^= x >> shift;
  return x;
}

u64 knight_moves(u64 board) {
  u64 l1 = board >> 1 & 0x7f7f7f7f7f7f7f7full, l2 = board >> 2 & 0x3f3f3f3f3f3f3f3full;
  u64 r1 = board << 1 & 0xfefefefefefefefeull, r2 = board << 2 & 0xfcfcfcfcfcfcfcfcull;
  u64 near = l2 | r2, far = l1 | r1;
  return near << 8 | near >> 8 | far << 16 | far >> 16;
}

u64 sliding_attacks(u64 rook, u64 empty) {
  u64 north = rook, south = rook, all = 0;
  for (int i = 0; i < 7; i++) {
    all |= north | south;
    north |= north << 8 & empty;
    south |= south >> 8 & empty;
  }
  return (all << 8 | all >> 8) & ~rook;
}

void extract_bit_fields(const u8 *bytes, int n, u32 *out, int width) {
  u64 buffer = 0;
  int filled = 0;
  u32 mask = (1u << (width & 31)) - 1;
  for (int i = 0; i < n; i++) {
    buffer |= (u64)bytes[i] << filled;
    filled += 8;
    while (filled >= width && width > 0) {
      *out++ = (u32)buffer & mask;
      buffer >>= width;
      filled -= width;
    }
    if (filled > 48)
      break;
  }
}

int has_zero_byte(u64 x) {
  return ((x - 0x0101010101010101ull) & ~x & 0x8080808080808080ull) != 0;
}

u32 multiply_carryless(u32 a, u32 b) {
  u32 product = 0;
  for (int i = 0; i < 32; i++)
    product ^= (a << i) & (0u - (b >> i & 1));
  return product;
}
