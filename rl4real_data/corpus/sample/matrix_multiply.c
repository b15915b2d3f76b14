// Dense linear algebra: deep loop nests, unrolled kernels with many live
// accumulators, reductions, row exchanges and triangular solves.

typedef __SIZE_TYPE__ size_type;

void matmul_naive(size_type n, const double *a, const double *b, double *c) {
  for (size_type i = 0; i < n; i++)
    for (size_type j = 0; j < n; j++) {
      double sum = 0.0;
      for (size_type k = 0; k < n; k++)
        sum += a[i * n + k] * b[k * n + j];
      c[i * n + j] = sum;
    }
}

void matmul_blocked(size_type n, const float *restrict a, const float *restrict b,
                    float *restrict c) {
  enum { BLOCK = 16 };
  for (size_type ii = 0; ii < n; ii += BLOCK)
    for (size_type kk = 0; kk < n; kk += BLOCK)
      for (size_type i = ii; i < ii + BLOCK && i < n; i++)
        for (size_type k = kk; k < kk + BLOCK && k < n; k++) {
          float scale = a[i * n + k];
          for (size_type j = 0; j < n; j++)
            c[i * n + j] += scale * b[k * n + j];
        }
}

// Sixteen accumulators stay live over the whole loop.
void matmul_kernel_4x4(size_type depth, const double *a, const double *b, double *c) {
  double c00 = 0, c01 = 0, c02 = 0, c03 = 0, c10 = 0, c11 = 0, c12 = 0, c13 = 0;
  double c20 = 0, c21 = 0, c22 = 0, c23 = 0, c30 = 0, c31 = 0, c32 = 0, c33 = 0;
  for (size_type k = 0; k < depth; k++) {
    double a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3];
    double b0 = b[0], b1 = b[1], b2 = b[2], b3 = b[3];
    c00 += a0 * b0, c01 += a0 * b1, c02 += a0 * b2, c03 += a0 * b3;
    c10 += a1 * b0, c11 += a1 * b1, c12 += a1 * b2, c13 += a1 * b3;
    c20 += a2 * b0, c21 += a2 * b1, c22 += a2 * b2, c23 += a2 * b3;
    c30 += a3 * b0, c31 += a3 * b1, c32 += a3 * b2, c33 += a3 * b3;
    a += 4;
    b += 4;
  }
  c[0] = c00, c[1] = c01, c[2] = c02, c[3] = c03;
  c[4] = c10, c[5] = c11, c[6] = c12, c[7] = c13;
  c[8] = c20, c[9] = c21, c[10] = c22, c[11] = c23;
  c[12] = c30, c[13] = c31, c[14] = c32, c[15] = c33;
}

void matrix_vector_u32(unsigned rows, unsigned columns, const unsigned *m, const unsigned *v,
                       unsigned *out) {
  for (unsigned r = 0; r < rows; r++) {
    unsigned sum = 0;
    for (unsigned k = 0; k < columns; k++)
      sum += m[(size_type)r * columns + k] * v[k];
    out[r] = sum;
  }
}

long dot_product_i16(const short *a, const short *b, int n) {
  long sum = 0;
  for (int i = 0; i < n; i++)
    sum += (a[i] >> 1) * (b[i] >> 1);
  return sum;
}

void transpose_in_place(float *m, size_type n) {
  for (size_type i = 0; i < n; i++)
    for (size_type j = i + 1; j < n; j++) {
      float kept = m[i * n + j];
      m[i * n + j] = m[j * n + i];
      m[j * n + i] = kept;
    }
}

int lu_decompose(double *m, int *pivots, int n) {
  for (int k = 0; k < n; k++) {
    int best = k;
    double largest = __builtin_fabs(m[k * n + k]);
    for (int r = k + 1; r < n; r++) {
      double size = __builtin_fabs(m[r * n + k]);
      if (size > largest) {
        largest = size;
        best = r;
      }
    }
    if (largest == 0.0)
      return k + 1;
    pivots[k] = best;
    if (best != k)
      for (int j = 0; j < n; j++) {
        double kept = m[k * n + j];
        m[k * n + j] = m[best * n + j];
        m[best * n + j] = kept;
      }
    for (int r = k + 1; r < n; r++) {
      double factor = m[r * n + k] /= m[k * n + k];
      for (int j = k + 1; j < n; j++)
        m[r * n + j] -= factor * m[k * n + j];
    }
  }
  return 0;
}

void solve_lower_triangular(const double *m, double *x, int n) {
  for (int i = 0; i < n; i++) {
    double rest = x[i];
    for (int j = 0; j < i; j++)
      rest -= m[i * n + j] * x[j];
    x[i] = rest / m[i * n + i];
  }
}

int invert_3x3(const double m[9], double out[9]) {
  double cof0 = m[4] * m[8] - m[5] * m[7];
  double cof1 = m[5] * m[6] - m[3] * m[8];
  double cof2 = m[3] * m[7] - m[4] * m[6];
  double determinant = m[0] * cof0 + m[1] * cof1 + m[2] * cof2;
  if (determinant == 0.0)
    return 0;
  double inverse = 1.0 / determinant;
  double result[9] = {cof0, m[2] * m[7] - m[1] * m[8], m[1] * m[5] - m[2] * m[4],
                      cof1, m[0] * m[8] - m[2] * m[6], m[2] * m[3] - m[0] * m[5],
                      cof2, m[1] * m[6] - m[0] * m[7], m[0] * m[4] - m[1] * m[3]};
  for (int i = 0; i < 9; i++)
    out[i] = result[i] * inverse;
  return 1;
}
