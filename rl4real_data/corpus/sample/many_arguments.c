// Calls with many arguments: integer and floating-point registers run out, the
// rest goes on the stack; arguments are permuted, kept across calls, mixed.

extern long sample_ten_longs(long, long, long, long, long, long, long, long, long, long);
extern double sample_ten_doubles(double, double, double, double, double, double, double, double,
                                 double, double);
extern int sample_mixed(int, double, char, float, long, double, short, float, int, double, long,
                        float);

long sum_twelve(long a, long b, long c, long d, long e, long f, long g, long h, long i, long j,
                long k, long l) {
  return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i + 10 * j + 11 * k +
         12 * l;
}

double blend_twelve(double a, double b, double c, double d, double e, double f, double g, double h,
                    double i, double j, double k, double l) {
  return (a * b - c * d) * (e * f - g * h) + (i * j - k * l) * (a - l);
}

long reverse_arguments(long a, long b, long c, long d, long e, long f, long g, long h, long i,
                       long j) {
  return sample_ten_longs(j, i, h, g, f, e, d, c, b, a);
}

long rotate_and_keep(long a, long b, long c, long d, long e, long f, long g, long h, long i,
                     long j) {
  long first = sample_ten_longs(b, c, d, e, f, g, h, i, j, a);
  long second = sample_ten_longs(c, d, e, f, g, h, i, j, a, first);
  return first ^ second ^ a ^ j;
}

double reverse_doubles(double a, double b, double c, double d, double e, double f, double g,
                       double h, double i, double j) {
  return sample_ten_doubles(j, i, h, g, f, e, d, c, b, a) + a * j;
}

int mix_kinds(int a, double b, char c, float d, long e) {
  int first = sample_mixed(a, b, c, d, e, b * 2, (short)a, d / 2, c, b + d, e ^ 1, d + 1);
  return first + sample_mixed(first, b, c, d, e, b, (short)first, d, c, b, e, d);
}

double call_in_loop(const double *v, int n) {
  double total = 0;
  for (int i = 0; i + 10 <= n; i += 10)
    total += sample_ten_doubles(v[i], v[i + 1], v[i + 2], v[i + 3], v[i + 4], v[i + 5], v[i + 6],
                                v[i + 7], v[i + 8], v[i + 9]);
  return total;
}

long nest_calls(long seed) {
  return sample_ten_longs(
      seed, sample_ten_longs(1, 2, 3, 4, 5, seed, 7, 8, 9, 10), 3,
      sample_ten_longs(seed, seed, seed, seed, seed, seed, seed, seed, seed, seed), 5, 6, 7,
      sample_ten_longs(0, 0, 0, 0, 0, 0, 0, 0, 0, seed), 9, 10);
}

__attribute__((noinline)) static long accumulate_eight(const long *v, long a, long b, long c,
                                                       long d, long e, long f, long g) {
  for (; *v; v++) {
    unsigned long t = (unsigned long)a + (unsigned long)*v;
    a = b, b = c, c = d, d = e, e = f, f = g, g = (long)(t ^ (unsigned long)b);
  }
  return a ^ b ^ c ^ d ^ e ^ f ^ g;
}

long start_accumulators(const long *v, long seed) {
  return accumulate_eight(v, seed, ~seed, seed ^ 3, seed ^ 5, seed ^ 7, seed ^ 9, seed ^ 11);
}

float pick_stack_arguments(float a, float b, float c, float d, float e, float f, float g, float h,
                           float on_stack1, float on_stack2, int which) {
  float low = which & 1 ? a + b + c + d : e + f + g + h;
  return which & 2 ? low * on_stack1 : low * on_stack2;
}
