// Fast Fourier transform pieces: straight-line float code with 16 to 40 live
// values, bit-reversed addressing and loops over twiddle tables.

typedef struct {
  double re, im;
} complex_pair;

void butterfly_radix2(complex_pair *x, complex_pair *y, complex_pair w) {
  double tr = y->re * w.re - y->im * w.im;
  double ti = y->re * w.im + y->im * w.re;
  y->re = x->re - tr;
  y->im = x->im - ti;
  x->re += tr;
  x->im += ti;
}

void dft4(const float *restrict in, float *restrict out) {
  float ar = in[0] + in[4], ai = in[1] + in[5];
  float br = in[0] - in[4], bi = in[1] - in[5];
  float cr = in[2] + in[6], ci = in[3] + in[7];
  float dr = in[2] - in[6], di = in[3] - in[7];
  out[0] = ar + cr, out[1] = ai + ci;
  out[2] = br + di, out[3] = bi - dr;
  out[4] = ar - cr, out[5] = ai - ci;
  out[6] = br - di, out[7] = bi + dr;
}

#define LOAD(k) double r##k = data[k].re, i##k = data[k].im;
#define ADD_SUB(x, y)                                                                              \
  do {                                                                                             \
    double sum_re = r##x + r##y, sum_im = i##x + i##y;                                             \
    r##y = r##x - r##y, i##y = i##x - i##y;                                                        \
    r##x = sum_re, i##x = sum_im;                                                                  \
  } while (0)
#define TURN_QUARTER(x)                                                                            \
  do {                                                                                             \
    double kept = r##x;                                                                            \
    r##x = i##x, i##x = -kept;                                                                     \
  } while (0)
#define STORE(k, place) data[place].re = r##k, data[place].im = i##k

void dft8(complex_pair *data) {
  const double half_root = 0.70710678118654752440;
  LOAD(0) LOAD(1) LOAD(2) LOAD(3) LOAD(4) LOAD(5) LOAD(6) LOAD(7)
  ADD_SUB(0, 4);
  ADD_SUB(1, 5);
  ADD_SUB(2, 6);
  ADD_SUB(3, 7);
  TURN_QUARTER(6);
  double p = half_root * (r5 + i5), q = half_root * (i5 - r5);
  r5 = p, i5 = q;
  p = half_root * (i7 - r7), q = -half_root * (i7 + r7);
  r7 = p, i7 = q;
  ADD_SUB(0, 2);
  ADD_SUB(1, 3);
  ADD_SUB(4, 6);
  ADD_SUB(5, 7);
  TURN_QUARTER(3);
  TURN_QUARTER(7);
  ADD_SUB(0, 1);
  ADD_SUB(2, 3);
  ADD_SUB(4, 5);
  ADD_SUB(6, 7);
  STORE(0, 0);
  STORE(1, 4);
  STORE(2, 2);
  STORE(3, 6);
  STORE(4, 1);
  STORE(5, 5);
  STORE(6, 3);
  STORE(7, 7);
}

unsigned reverse_index(unsigned value, unsigned bits) {
  unsigned result = 0;
  for (unsigned k = 0; k < bits; k++) {
    result = result << 1 | (value & 1);
    value >>= 1;
  }
  return result;
}

void permute_bit_reversed(complex_pair *data, unsigned bits) {
  unsigned count = 1u << bits;
  for (unsigned i = 0; i < count; i++) {
    unsigned j = reverse_index(i, bits);
    if (i < j) {
      complex_pair kept = data[i];
      data[i] = data[j];
      data[j] = kept;
    }
  }
}

void fft_in_place(complex_pair *data, const complex_pair *twiddles, unsigned bits) {
  unsigned count = 1u << bits;
  permute_bit_reversed(data, bits);
  for (unsigned half = 1, stride = count / 2; half < count; half *= 2, stride /= 2)
    for (unsigned start = 0; start < count; start += 2 * half)
      for (unsigned k = 0; k < half; k++)
        butterfly_radix2(&data[start + k], &data[start + half + k], twiddles[k * stride]);
}

void haar_wavelet_step(const float *restrict in, float *restrict out, int pairs) {
  for (int i = 0; i < pairs; i++) {
    out[i] = (in[2 * i] + in[2 * i + 1]) * 0.5f;
    out[pairs + i] = (in[2 * i] - in[2 * i + 1]) * 0.5f;
  }
}

double goertzel_power(const double *samples, int n, double coefficient) {
  double previous = 0, before = 0;
  for (int i = 0; i < n; i++) {
    double next = samples[i] + coefficient * previous - before;
    before = previous;
    previous = next;
  }
  return previous * previous + before * before - coefficient * previous * before;
}

void multiply_spectra(complex_pair *restrict a, const complex_pair *restrict b, unsigned n) {
  for (unsigned i = 0; i < n; i++) {
    double re = a[i].re * b[i].re - a[i].im * b[i].im;
    a[i].im = a[i].re * b[i].im + a[i].im * b[i].re;
    a[i].re = re;
  }
}
