// 64- and 128-bit integer arithmetic: carry chains, register pairs, library
// calls for 128-bit division, modular powers.

typedef unsigned long long u64;
typedef unsigned __int128 u128;
typedef __int128 i128;

u64 multiply_high(u64 a, u64 b) { return (u64)((u128)a * b >> 64); }

u128 add_three_wide(u128 a, u128 b, u128 c) { return a + b * 3 + (c << 5); }

int add_limbs(u64 *sum, const u64 *a, const u64 *b, int n) {
  unsigned carry = 0;
  for (int i = 0; i < n; i++) {
    u128 wide = (u128)a[i] + b[i] + carry;
    sum[i] = (u64)wide;
    carry = (unsigned)(wide >> 64);
  }
  return (int)carry;
}

u64 multiply_limbs_by_word(u64 *out, const u64 *a, int n, u64 word) {
  u64 carry = 0;
  for (int i = 0; i < n; i++) {
    u128 wide = (u128)a[i] * word + carry;
    out[i] = (u64)wide;
    carry = (u64)(wide >> 64);
  }
  return carry;
}

#define ACCUMULATE(i, j)                                                                           \
  do {                                                                                             \
    u128 product = (u128)a##i * b##j;                                                              \
    low += (u64)product;                                                                           \
    u64 add = (u64)(product >> 64) + (low < (u64)product);                                         \
    high += add;                                                                                   \
    over += high < add;                                                                            \
  } while (0)
#define FINISH_COLUMN(k)                                                                           \
  do {                                                                                             \
    out[k] = low;                                                                                  \
    low = high, high = over, over = 0;                                                             \
  } while (0)

// Column-wise 256 x 256 -> 512 bit product, no loops.
void multiply_256(const u64 a[4], const u64 b[4], u64 out[8]) {
  u64 a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3];
  u64 b0 = b[0], b1 = b[1], b2 = b[2], b3 = b[3];
  u64 low = 0, high = 0, over = 0;
  ACCUMULATE(0, 0);
  FINISH_COLUMN(0);
  ACCUMULATE(0, 1);
  ACCUMULATE(1, 0);
  FINISH_COLUMN(1);
  ACCUMULATE(0, 2);
  ACCUMULATE(1, 1);
  ACCUMULATE(2, 0);
  FINISH_COLUMN(2);
  ACCUMULATE(0, 3);
  ACCUMULATE(1, 2);
  ACCUMULATE(2, 1);
  ACCUMULATE(3, 0);
  FINISH_COLUMN(3);
  ACCUMULATE(1, 3);
  ACCUMULATE(2, 2);
  ACCUMULATE(3, 1);
  FINISH_COLUMN(4);
  ACCUMULATE(2, 3);
  ACCUMULATE(3, 2);
  FINISH_COLUMN(5);
  ACCUMULATE(3, 3);
  FINISH_COLUMN(6);
  out[7] = low;
}

u64 power_modulo(u64 base, u64 exponent, u64 modulus) {
  u64 result = 1 % modulus;
  base %= modulus;
  for (; exponent; exponent >>= 1) {
    if (exponent & 1)
      result = (u64)((u128)result * base % modulus);
    base = (u64)((u128)base * base % modulus);
  }
  return result;
}

// The modulus is odd and below 2^63.
u64 montgomery_multiply(u64 a, u64 b, u64 modulus, u64 negative_inverse) {
  u128 product = (u128)a * b;
  u64 factor = (u64)product * negative_inverse;
  u128 reduced = (u128)factor * modulus;
  u64 carry = (u64)product != 0;
  u64 result = (u64)(product >> 64) + (u64)(reduced >> 64) + carry;
  return result >= modulus ? result - modulus : result;
}

i128 dot_product_wide(const long *a, const long *b, int n) {
  i128 sum = 0;
  for (int i = 0; i < n; i++)
    sum += (i128)a[i] * b[i];
  return sum;
}

int digits_of_wide(u128 value, char *out) {
  int n = 0;
  do {
    out[n++] = (char)('0' + (int)(value % 10));
    value /= 10;
  } while (value);
  return n;
}

int compare_wide(i128 a, i128 b) { return a < b ? -1 : a > b; }

u128 shift_wide(u128 value, unsigned left, unsigned right) {
  return value << (left & 127) ^ value >> (right & 127);
}

u64 square_root(u64 value) {
  u64 root = 0;
  for (u64 bit = 1ull << 62; bit; bit >>= 2) {
    u64 trial = root + bit;
    root >>= 1;
    if (value >= trial) {
      value -= trial;
      root += bit;
    }
  }
  return root;
}

u64 greatest_common_divisor(u64 a, u64 b) {
  if (!a || !b)
    return a | b;
  int shift = __builtin_ctzll(a | b);
  a >>= __builtin_ctzll(a);
  do {
    b >>= __builtin_ctzll(b);
    u64 smaller = a < b ? a : b;
    b = a < b ? b - a : a - b;
    a = smaller;
  } while (b);
  return a << shift;
}
