// Compression: runs, match searches with a hash table on the stack, and a bit
// buffer carried through a loop.

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

int run_length_encode(const u8 *in, int n, u8 *out) {
  int written = 0;
  for (int i = 0; i < n;) {
    int run = 1;
    while (i + run < n && run < 255 && in[i + run] == in[i])
      run++;
    out[written++] = (u8)run;
    out[written++] = in[i];
    i += run;
  }
  return written;
}

int run_length_decode(const u8 *in, int n, u8 *out, int room) {
  int written = 0;
  for (int i = 0; i + 1 < n; i += 2)
    for (int k = 0; k < in[i]; k++) {
      if (written == room)
        return -1;
      out[written++] = in[i + 1];
    }
  return written;
}

static u32 load32(const u8 *p) { return p[0] | p[1] << 8 | p[2] << 16 | (u32)p[3] << 24; }

// Tokens: literal count, literals, offset (2 bytes), match length.
int match_compress(const u8 *in, int n, u8 *out) {
  int table[1024];
  for (int i = 0; i < 1024; i++)
    table[i] = -1;
  int written = 0, start = 0, at = 0;
  while (at + 4 <= n) {
    u32 word = load32(in + at), hash = word * 2654435761u >> 22;
    int candidate = table[hash];
    table[hash] = at;
    if (candidate < 0 || at - candidate > 65535 || load32(in + candidate) != word) {
      at++;
      if (at - start < 255)
        continue;
      candidate = -1;
    }
    int length = 0;
    if (candidate >= 0)
      for (length = 4; at + length < n && length < 255; length++)
        if (in[candidate + length] != in[at + length])
          break;
    out[written++] = (u8)(at - start);
    while (start < at)
      out[written++] = in[start++];
    int offset = candidate >= 0 ? at - candidate : 0;
    out[written++] = (u8)offset;
    out[written++] = (u8)(offset >> 8);
    out[written++] = (u8)length;
    at += length;
    start = at;
  }
  out[written++] = (u8)(n - start);
  while (start < n)
    out[written++] = in[start++];
  return written;
}

int match_expand(const u8 *in, int n, u8 *out, int room) {
  int written = 0;
  for (int i = 0; i < n;) {
    int literals = in[i++];
    if (literals > n - i || literals > room - written)
      return -1;
    while (literals-- > 0)
      out[written++] = in[i++];
    if (i + 3 > n)
      break;
    int offset = in[i] | in[i + 1] << 8, length = in[i + 2];
    i += 3;
    if (length && (offset == 0 || offset > written || length > room - written))
      return -1;
    for (; length > 0; length--, written++)
      out[written] = out[written - offset];
  }
  return written;
}

int write_prefix_codes(const u8 *in, int n, const u32 codes[256], const u8 lengths[256], u8 *out) {
  u64 buffer = 0;
  int filled = 0, written = 0;
  for (int i = 0; i < n; i++) {
    buffer |= (u64)codes[in[i]] << filled;
    filled += lengths[in[i]] & 31;
    for (; filled >= 8; filled -= 8, buffer >>= 8)
      out[written++] = (u8)buffer;
  }
  if (filled > 0)
    out[written++] = (u8)buffer;
  return written;
}
