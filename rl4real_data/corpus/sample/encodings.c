// Encodings: base 64, variable-length integers and move-to-front. Bit buffers,
// chains of conditions, nested byte loops.

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

int encode_base64(const u8 *in, int n, char *out) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  int written = 0;
  for (int i = 0; i < n; i += 3) {
    u32 group = (u32)in[i] << 16;
    group |= i + 1 < n ? (u32)in[i + 1] << 8 : 0;
    group |= i + 2 < n ? in[i + 2] : 0;
    out[written++] = digits[group >> 18];
    out[written++] = digits[group >> 12 & 63];
    out[written++] = i + 1 < n ? digits[group >> 6 & 63] : '=';
    out[written++] = i + 2 < n ? digits[group & 63] : '=';
  }
  return written;
}

int decode_base64(const char *in, int n, u8 *out) {
  u32 buffer = 0;
  int bits = 0, written = 0;
  for (int i = 0; i < n; i++) {
    char c = in[i];
    u32 digit = c >= 'A' && c <= 'Z'   ? (u32)(c - 'A')
                : c >= 'a' && c <= 'z' ? (u32)(c - 'a' + 26)
                : c >= '0' && c <= '9' ? (u32)(c - '0' + 52)
                : c == '+'             ? 62u
                : c == '/'             ? 63u
                                       : 64u;
    if (digit == 64)
      break;
    buffer = buffer << 6 | digit;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out[written++] = (u8)(buffer >> bits);
    }
  }
  return written;
}

int write_varints(const long *values, int n, u8 *out) {
  int written = 0;
  for (int i = 0; i < n; i++) {
    u64 v = (u64)values[i] << 1 ^ (u64)(values[i] >> 63);
    for (; v >= 128; v >>= 7)
      out[written++] = (u8)(v | 128);
    out[written++] = (u8)v;
  }
  return written;
}

int read_varints(const u8 *in, int n, long *values) {
  int count = 0;
  for (int i = 0; i < n;) {
    u64 v = 0;
    int shift = 0;
    do
      v |= (u64)(in[i] & 127) << (shift & 63);
    while (shift += 7, in[i++] >= 128 && i < n);
    values[count++] = (long)(v >> 1 ^ (0 - (v & 1)));
  }
  return count;
}

void move_to_front(u8 *bytes, int n) {
  u8 order[256];
  for (int i = 0; i < 256; i++)
    order[i] = (u8)i;
  for (int i = 0; i < n; i++) {
    u8 wanted = bytes[i], carried = order[0];
    int k = 0;
    while (carried != wanted) {
      u8 kept = order[++k];
      order[k] = carried;
      carried = kept;
    }
    order[0] = wanted;
    bytes[i] = (u8)k;
  }
}
