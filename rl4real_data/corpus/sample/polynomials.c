// Polynomial evaluation: serial Horner chains, wide Estrin trees, and a fully
// unrolled sum with more than thirty values live at the same time.

double horner(const double *coefficients, int degree, double x) {
  double result = coefficients[degree];
  for (int i = degree - 1; i >= 0; i--)
    result = result * x + coefficients[i];
  return result;
}

float estrin_15(const float c[16], float x) {
  float x2 = x * x, x4 = x2 * x2, x8 = x4 * x4;
  float a = (c[0] + c[1] * x) + (c[2] + c[3] * x) * x2;
  float b = (c[4] + c[5] * x) + (c[6] + c[7] * x) * x2;
  float d = (c[8] + c[9] * x) + (c[10] + c[11] * x) * x2;
  float e = (c[12] + c[13] * x) + (c[14] + c[15] * x) * x2;
  return (a + b * x4) + (d + e * x4) * x8;
}

#define FOUR(M, k) M(k##0) M(k##1) M(k##2) M(k##3)
#define THIRTY_TWO(M)                                                                              \
  FOUR(M, 1) FOUR(M, 2) FOUR(M, 3) FOUR(M, 4) FOUR(M, 5) FOUR(M, 6) FOUR(M, 7) FOUR(M, 8)
#define DECLARE(k) double v##k = seed + k, w##k = v##k;
#define ADVANCE(k) w##k = w##k * v##k + x;
#define OPAQUE(k) __asm__ volatile("" : "+r"(n));
#define COLLECT(k) total = total * 0.5 + w##k;

// Thirty-two independent recurrences (each also needs its own multiplier).
double thirty_two_recurrences(double seed, const double *xs, int n) {
  THIRTY_TWO(DECLARE)
  for (int i = 0; i < n; i++) {
    double x = xs[i];
    THIRTY_TWO(ADVANCE)
  }
  double total = 0;
  THIRTY_TWO(COLLECT)
  return total;
}

#define DECLARE_INT(k) unsigned long v##k = words[k - 10] * (2 * k + 1);
#define MIX_INT(k) v##k = (v##k ^ last) * 3 + k, last = v##k >> 7;
#define XOR_INT(k) last ^= v##k;

unsigned long thirty_two_integers(const unsigned long *words, int n) {
  unsigned long last = 1;
  THIRTY_TWO(DECLARE_INT)
  do {
    THIRTY_TWO(MIX_INT)
    OPAQUE(0)
  } while (--n > 0);
  THIRTY_TWO(XOR_INT)
  return last;
}

double chebyshev_sum(const double *coefficients, int n, double x) {
  double b1 = 0, b2 = 0;
  for (int k = n - 1; k > 0; k--) {
    double b0 = coefficients[k] + 2 * x * b1 - b2;
    b2 = b1;
    b1 = b0;
  }
  return coefficients[0] + x * b1 - b2;
}

double lagrange(const double *xs, const double *ys, int n, double x) {
  double sum = 0;
  for (int i = 0; i < n; i++) {
    double term = ys[i];
    for (int j = 0; j < n; j++)
      if (j != i)
        term *= (x - xs[j]) / (xs[i] - xs[j]);
    sum += term;
  }
  return sum;
}

void multiply_polynomials(const unsigned *a, int na, const unsigned *b, int nb, unsigned *out) {
  for (int i = 0; i < na + nb - 1; i++)
    out[i] = 0;
  for (int i = 0; i < na; i++)
    for (int j = 0; j < nb; j++)
      out[i + j] += a[i] * b[j];
}

double sine_approximation(double x) {
  double x2 = x * x;
  double p = -1.0 / 39916800;
  p = p * x2 + 1.0 / 362880;
  p = p * x2 - 1.0 / 5040;
  p = p * x2 + 1.0 / 120;
  p = p * x2 - 1.0 / 6;
  return x + x * x2 * p;
}

int newton_root(const double *coefficients, int degree, double *x) {
  for (int step = 1; step <= 50; step++) {
    double value = coefficients[degree], slope = 0;
    for (int i = degree - 1; i >= 0; i--) {
      slope = slope * *x + value;
      value = value * *x + coefficients[i];
    }
    if (__builtin_fabs(value) < 1e-12)
      return step;
    if (slope == 0.0)
      break;
    *x -= value / slope;
  }
  return -1;
}
