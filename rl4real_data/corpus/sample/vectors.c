// Vector extensions: 16-byte float, double and integer vectors, shuffles,
// comparisons used as masks, reductions, and lanes mixed with scalars.

typedef float f32x4 __attribute__((vector_size(16)));
typedef double f64x2 __attribute__((vector_size(16)));
typedef int i32x4 __attribute__((vector_size(16)));
typedef unsigned u32x4 __attribute__((vector_size(16)));
typedef unsigned char u8x16 __attribute__((vector_size(16)));

f32x4 multiply_add(f32x4 a, f32x4 b, f32x4 c) { return a * b + c; }

f32x4 clamp_lanes(f32x4 v, f32x4 low, f32x4 high) {
  i32x4 below = v < low, above = v > high;
  i32x4 kept = (i32x4)v & ~(below | above);
  return (f32x4)(kept | ((i32x4)low & below) | ((i32x4)high & (above & ~below)));
}

void transform_points(const f32x4 matrix[4], const f32x4 *in, f32x4 *out, int n) {
  f32x4 c0 = matrix[0], c1 = matrix[1], c2 = matrix[2], c3 = matrix[3];
  for (int i = 0; i < n; i++) {
    f32x4 p = in[i];
    out[i] = c0 * p[0] + c1 * p[1] + c2 * p[2] + c3 * p[3];
  }
}

void transpose_4x4(f32x4 m[4]) {
  f32x4 a = __builtin_shufflevector(m[0], m[1], 0, 4, 1, 5);
  f32x4 b = __builtin_shufflevector(m[0], m[1], 2, 6, 3, 7);
  f32x4 c = __builtin_shufflevector(m[2], m[3], 0, 4, 1, 5);
  f32x4 d = __builtin_shufflevector(m[2], m[3], 2, 6, 3, 7);
  m[0] = __builtin_shufflevector(a, c, 0, 1, 4, 5);
  m[1] = __builtin_shufflevector(a, c, 2, 3, 6, 7);
  m[2] = __builtin_shufflevector(b, d, 0, 1, 4, 5);
  m[3] = __builtin_shufflevector(b, d, 2, 3, 6, 7);
}

float sum_of_products(const f32x4 *a, const f32x4 *b, int n) {
  f32x4 s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
  int i = 0;
  for (; i + 4 <= n; i += 4) {
    s0 += a[i] * b[i];
    s1 += a[i + 1] * b[i + 1];
    s2 += a[i + 2] * b[i + 2];
    s3 += a[i + 3] * b[i + 3];
  }
  for (; i < n; i++)
    s0 += a[i] * b[i];
  f32x4 s = (s0 + s1) + (s2 + s3);
  return s[0] + s[1] + s[2] + s[3];
}

// Eight rows of two vectors: sixteen accumulators, more with the operands.
void vector_matmul_8x8(const float *restrict a, const f32x4 *restrict b, f32x4 *restrict c, int k) {
  f32x4 sums[8][2] = {{{0}}};
  for (int p = 0; p < k; p++) {
    f32x4 left = b[2 * p], right = b[2 * p + 1];
#pragma clang loop unroll(full)
    for (int r = 0; r < 8; r++) {
      float scale = a[8 * p + r];
      sums[r][0] += left * scale;
      sums[r][1] += right * scale;
    }
  }
  for (int r = 0; r < 8; r++) {
    c[2 * r] = sums[r][0];
    c[2 * r + 1] = sums[r][1];
  }
}

u32x4 vector_hash(const u32x4 *blocks, int n) {
  u32x4 a = {1, 2, 3, 4}, b = {5, 6, 7, 8};
  for (int i = 0; i < n; i++) {
    a = (a ^ blocks[i]) * 0x9e3779b1u;
    b += a << 13 | a >> 19;
    a = __builtin_shufflevector(a, b, 1, 6, 3, 4);
  }
  return a ^ b;
}

int count_byte(const u8x16 *blocks, int n, unsigned char wanted) {
  int total = 0;
  for (int i = 0; i < n; i++) {
    u8x16 hits = (u8x16)(blocks[i] == wanted) & 1;
    for (int lane = 0; lane < 16; lane++)
      total += hits[lane];
  }
  return total;
}

f64x2 complex_product(f64x2 a, f64x2 b) {
  f64x2 re = {a[0], a[0]}, im = {-a[1], a[1]};
  return re * b + im * __builtin_shufflevector(b, b, 1, 0);
}

void mandelbrot_four(f32x4 cx, f32x4 cy, i32x4 *counts, int limit) {
  f32x4 x = {0}, y = {0};
  i32x4 n = {0};
  for (int i = 0; i < limit; i++) {
    f32x4 xx = x * x, yy = y * y;
    i32x4 inside = xx + yy < 4.0f;
    n -= inside;
    if (!(inside[0] | inside[1] | inside[2] | inside[3]))
      break;
    f32x4 next = (f32x4)((i32x4)(xx - yy + cx) & inside);
    y = (f32x4)((i32x4)(2.0f * x * y + cy) & inside) + (f32x4)((i32x4)y & ~inside);
    x = next + (f32x4)((i32x4)x & ~inside);
  }
  *counts = n;
}

u8x16 reverse_lanes(u8x16 v) {
  return __builtin_shufflevector(v, v, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
}

f64x2 convert_and_scale(const int *v, f64x2 scale) {
  f64x2 sum = {0};
  for (int i = 0; i < 8; i++)
    sum += (f64x2){v[2 * i], v[2 * i + 1]} * scale;
  return sum;
}

i32x4 absolute_difference(i32x4 a, i32x4 b) {
  u32x4 up = (u32x4)a - (u32x4)b, down = (u32x4)b - (u32x4)a;
  u32x4 larger = (u32x4)(a > b);
  return (i32x4)((up & larger) | (down & ~larger));
}
