// Long dependency chains next to wide independent work: pointer chasing, random
// generators, filters, and running statistics with many carried values.

typedef unsigned int u32;
typedef unsigned long long u64;

u32 chase_indices(const u32 *next, u32 at, int steps) {
  while (steps-- > 0)
    at = next[at];
  return at;
}

u32 chase_four(const u32 *next, u32 a, u32 b, u32 c, u32 d, int steps) {
  while (steps-- > 0) {
    a = next[a];
    b = next[b ^ 1];
    c = next[c] ^ 2;
    d = next[d];
  }
  return a ^ b ^ c ^ d;
}

u64 linear_congruence(u64 state, int steps) {
  for (int i = 0; i < steps; i++)
    state = state * 6364136223846793005ull + 1442695040888963407ull;
  return state;
}

void generate_randoms(u64 state[4], u64 *out, int n) {
  u64 a = state[0], b = state[1], c = state[2], d = state[3];
  for (int i = 0; i < n; i++) {
    u64 x = b * 5;
    out[i] = (x << 7 | x >> 57) * 9;
    u64 t = b << 17;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = d << 45 | d >> 19;
  }
  state[0] = a, state[1] = b, state[2] = c, state[3] = d;
}

void low_pass(float *v, int n, float rate) {
  float carried = 0;
  for (int i = 0; i < n; i++)
    v[i] = carried += rate * (v[i] - carried);
}

void biquad_cascade(double *v, int n, const double c[15], double s[6]) {
  double p0 = s[0], q0 = s[1], p1 = s[2], q1 = s[3], p2 = s[4], q2 = s[5];
  for (int i = 0; i < n; i++) {
    double x = v[i], y = c[0] * x + p0;
    p0 = c[1] * x - c[3] * y + q0;
    q0 = c[2] * x - c[4] * y;
    x = y, y = c[5] * x + p1;
    p1 = c[6] * x - c[8] * y + q1;
    q1 = c[7] * x - c[9] * y;
    x = y, y = c[10] * x + p2;
    p2 = c[11] * x - c[13] * y + q2;
    q2 = c[12] * x - c[14] * y;
    v[i] = y;
  }
  s[0] = p0, s[1] = q0, s[2] = p1, s[3] = q1, s[4] = p2, s[5] = q2;
}

void statistics(const double *v, int n, double out[6]) {
  double mean = 0, m2 = 0, m3 = 0, low = 0, high = 0, previous = 0, jumps = 0;
  for (int i = 0; i < n; i++) {
    double x = v[i], delta = x - mean, step = delta / (i + 1);
    double term = delta * step * i;
    mean += step;
    m3 += term * step * (i - 1) - 3 * step * m2;
    m2 += term;
    low = i == 0 || x < low ? x : low;
    high = i == 0 || x > high ? x : high;
    jumps += i > 0 ? __builtin_fabs(x - previous) : 0;
    previous = x;
  }
  out[0] = mean, out[1] = m2, out[2] = m3, out[3] = low, out[4] = high, out[5] = jumps;
}

int collatz_steps(u64 n) {
  int steps = 0;
  for (; n > 1; steps++)
    n = n & 1 ? 3 * n + 1 : n / 2;
  return steps;
}

double compensated_sum(const double *v, int n) {
  double sum = 0, lost = 0;
  for (int i = 0; i < n; i++) {
    double part = v[i] - lost, next = sum + part;
    lost = (next - sum) - part;
    sum = next;
  }
  return sum;
}

int longest_run(const int *v, int n) {
  int best = 0, run = 0;
  for (int i = 0; i < n; i++) {
    run = i > 0 && v[i] == v[i - 1] ? run + 1 : 1;
    best = run > best ? run : best;
  }
  return best;
}

long best_segment(const int *v, int n) {
  long best = 0, ending = 0;
  for (int i = 0; i < n; i++) {
    ending += v[i];
    ending = ending > 0 ? ending : 0;
    best = ending > best ? ending : best;
  }
  return best;
}
