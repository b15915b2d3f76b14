// Stack memory of run-time size: variable-length arrays, alloca in branches and
// loops, large frames, and arrays whose address escapes. Needs a frame register.

typedef __SIZE_TYPE__ size_type;

extern int sample_fill(int *values, int n);
extern void sample_use(void *memory, size_type bytes);

long reverse_sum(const int *v, int n) {
  if (n <= 0 || n > 1000)
    return 0;
  int copy[n];
  for (int i = 0; i < n; i++)
    copy[i] = v[n - 1 - i];
  sample_use(copy, sizeof copy);
  long sum = 0;
  for (int i = 0; i < n; i++)
    sum += (long)copy[i] * i;
  return sum;
}

int sum_with_alloca(int n) {
  if (n <= 0 || n > 4096)
    return -1;
  int *memory = __builtin_alloca((size_type)n * sizeof(int));
  int filled = sample_fill(memory, n), best = 0;
  for (int i = 0; i < filled && i < n; i++)
    best = memory[i] > best ? memory[i] : best;
  return best;
}

double matrix_trace_power(const double *m, int n, int power) {
  if (n < 1 || n > 32)
    return 0;
  double a[n][n], b[n][n];
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      a[i][j] = m[i * n + j];
  for (int p = 1; p < power; p++) {
    for (int i = 0; i < n; i++)
      for (int j = 0; j < n; j++) {
        double sum = 0;
        for (int k = 0; k < n; k++)
          sum += a[i][k] * m[k * n + j];
        b[i][j] = sum;
      }
    for (int i = 0; i < n; i++)
      for (int j = 0; j < n; j++)
        a[i][j] = b[i][j];
  }
  double trace = 0;
  for (int i = 0; i < n; i++)
    trace += a[i][i];
  return trace;
}

int longest_common_part(const char *a, int na, const char *b, int nb) {
  if (na < 0 || nb < 0 || na > 2000 || nb > 2000)
    return -1;
  short rows[2][nb + 1];
  for (int j = 0; j <= nb; j++)
    rows[0][j] = rows[1][j] = 0;
  for (int i = 1; i <= na; i++)
    for (int j = 1; j <= nb; j++) {
      short up = rows[(i - 1) & 1][j], left = rows[i & 1][j - 1];
      rows[i & 1][j] = a[i - 1] == b[j - 1] ? (short)(rows[(i - 1) & 1][j - 1] + 1)
                                            : (up > left ? up : left);
    }
  return rows[na & 1][nb];
}

struct link {
  struct link *next;
  int value;
};

int chain_on_stack(const int *v, int n) {
  struct link *top = 0;
  for (int i = 0; i < n && i < 500; i++) {
    struct link *fresh = __builtin_alloca(sizeof *fresh);
    fresh->next = top;
    fresh->value = v[i];
    top = fresh;
  }
  sample_use(top, sizeof *top);
  int mixed = 0;
  for (; top; top = top->next)
    mixed = (mixed >> 1) ^ top->value;
  return mixed;
}

int histogram_mode(const unsigned char *bytes, int n) {
  int counts[256] = {0};
  for (int i = 0; i < n; i++)
    counts[bytes[i]]++;
  int mode = 0;
  for (int i = 1; i < 256; i++)
    if (counts[i] > counts[mode])
      mode = i;
  return mode;
}

void large_frame(int seed) {
  int values[3000];
  unsigned state = (unsigned)seed;
  for (int i = 0; i < 3000; i++) {
    state = state * 1664525u + 1013904223u;
    values[i] = (int)(state >> 8);
  }
  sample_use(values, sizeof values);
}

int sieve_primes(int limit) {
  if (limit < 2 || limit > 10000)
    return 0;
  unsigned char composite[limit + 1];
  __builtin_memset(composite, 0, sizeof composite);
  int primes = 0;
  for (int i = 2; i <= limit; i++) {
    if (composite[i])
      continue;
    primes++;
    for (int j = i * i; j <= limit; j += i)
      composite[j] = 1;
  }
  return primes;
}
