// Hash and cipher rounds: long integer dependency chains, rotations, and
// unrolled bodies that keep eight to sixteen state words live at once.

typedef unsigned int u32;
typedef unsigned long long u64;

static inline u32 rotate32(u32 x, int n) { return x << n | x >> (32 - n); }
static inline u64 rotate64(u64 x, int n) { return x << n | x >> (64 - n); }

// A compression step in the manner of SHA-2 (own constants: golden ratio multiples).
#define MIX_ROUND(a, b, c, d, e, f, g, h, k, w)                                                    \
  do {                                                                                             \
    u32 t1 = h + (rotate32(e, 6) ^ rotate32(e, 11) ^ rotate32(e, 25)) + ((e & f) ^ (~e & g)) +     \
             (k) + (w);                                                                            \
    u32 t2 = (rotate32(a, 2) ^ rotate32(a, 13) ^ rotate32(a, 22)) + ((a & b) ^ (a & c) ^ (b & c)); \
    d += t1;                                                                                       \
    h = t1 + t2;                                                                                   \
  } while (0)
#define EIGHT_ROUNDS(i)                                                                            \
  MIX_ROUND(a, b, c, d, e, f, g, h, 0x9e3779b9u * (i + 1), w[i + 0]);                              \
  MIX_ROUND(h, a, b, c, d, e, f, g, 0x9e3779b9u * (i + 2), w[i + 1]);                              \
  MIX_ROUND(g, h, a, b, c, d, e, f, 0x9e3779b9u * (i + 3), w[i + 2]);                              \
  MIX_ROUND(f, g, h, a, b, c, d, e, 0x9e3779b9u * (i + 4), w[i + 3]);                              \
  MIX_ROUND(e, f, g, h, a, b, c, d, 0x9e3779b9u * (i + 5), w[i + 4]);                              \
  MIX_ROUND(d, e, f, g, h, a, b, c, 0x9e3779b9u * (i + 6), w[i + 5]);                              \
  MIX_ROUND(c, d, e, f, g, h, a, b, 0x9e3779b9u * (i + 7), w[i + 6]);                              \
  MIX_ROUND(b, c, d, e, f, g, h, a, 0x9e3779b9u * (i + 8), w[i + 7])

void compress_block(u32 state[8], const u32 w[16]) {
  u32 a = state[0], b = state[1], c = state[2], d = state[3];
  u32 e = state[4], f = state[5], g = state[6], h = state[7];
  EIGHT_ROUNDS(0);
  EIGHT_ROUNDS(8);
  state[0] += a, state[1] += b, state[2] += c, state[3] += d;
  state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

void expand_schedule(u32 w[64]) {
  for (int i = 16; i < 64; i++) {
    u32 x = w[i - 15], y = w[i - 2];
    u32 s0 = rotate32(x, 7) ^ rotate32(x, 18) ^ x >> 3;
    u32 s1 = rotate32(y, 17) ^ rotate32(y, 19) ^ y >> 10;
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
}

#define QUARTER(a, b, c, d)                                                                        \
  (a += b, d = rotate32(d ^ a, 16), c += d, b = rotate32(b ^ c, 12), a += b,                       \
   d = rotate32(d ^ a, 8), c += d, b = rotate32(b ^ c, 7))

void stream_cipher_block(const u32 in[16], u32 out[16]) {
  u32 x0 = in[0], x1 = in[1], x2 = in[2], x3 = in[3], x4 = in[4], x5 = in[5], x6 = in[6];
  u32 x7 = in[7], x8 = in[8], x9 = in[9], x10 = in[10], x11 = in[11], x12 = in[12];
  u32 x13 = in[13], x14 = in[14], x15 = in[15];
  for (int i = 0; i < 10; i++) {
    QUARTER(x0, x4, x8, x12);
    QUARTER(x1, x5, x9, x13);
    QUARTER(x2, x6, x10, x14);
    QUARTER(x3, x7, x11, x15);
    QUARTER(x0, x5, x10, x15);
    QUARTER(x1, x6, x11, x12);
    QUARTER(x2, x7, x8, x13);
    QUARTER(x3, x4, x9, x14);
  }
  u32 mixed[16] = {x0, x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11, x12, x13, x14, x15};
  for (int i = 0; i < 16; i++)
    out[i] = mixed[i] + in[i];
}

u64 keyed_hash64(const u64 *words, int n, u64 key0, u64 key1) {
  u64 v0 = key0 ^ 0x736f6d6570736575ull, v1 = key1 ^ 0x646f72616e646f6dull;
  u64 v2 = ~key0, v3 = ~key1;
  for (int i = 0; i <= n; i++) {
    u64 word = i < n ? words[i] : (u64)n << 56;
    v3 ^= word;
    for (int round = 0; round < 2; round++) {
      v0 += v1, v1 = rotate64(v1, 13) ^ v0, v0 = rotate64(v0, 32);
      v2 += v3, v3 = rotate64(v3, 16) ^ v2;
      v0 += v3, v3 = rotate64(v3, 21) ^ v0;
      v2 += v1, v1 = rotate64(v1, 17) ^ v2, v2 = rotate64(v2, 32);
    }
    v0 ^= word;
  }
  return v0 ^ v1 ^ v2 ^ v3;
}

u32 fnv_bytes(const unsigned char *bytes, int n) {
  u32 hash = 2166136261u;
  for (int i = 0; i < n; i++)
    hash = (hash ^ bytes[i]) * 16777619u;
  return hash;
}

u32 crc_bitwise(const unsigned char *bytes, int n) {
  u32 crc = ~0u;
  for (int i = 0; i < n; i++) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; bit++)
      crc = crc >> 1 ^ (0xedb88320u & (0u - (crc & 1)));
  }
  return ~crc;
}

u32 rolling_checksum(const unsigned char *bytes, int n) {
  u32 low = 1, high = 0;
  for (int i = 0; i < n; i++) {
    low = (low + bytes[i]) % 65521u;
    high = (high + low) % 65521u;
  }
  return high << 16 | low;
}

u64 avalanche64(u64 x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdull;
  x ^= x >> 29;
  x *= 0xc4ceb9fe1a85ec53ull;
  return x ^ x >> 32;
}
