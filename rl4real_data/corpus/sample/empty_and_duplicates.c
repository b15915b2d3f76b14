// The edges of the corpus: functions without any virtual register, tiny ones,
// and the same body under several names (deduplication must find these).

extern void sample_notify(void);

void empty_function(void) {}

void empty_with_arguments(int a, double b, const char *c) {}

void only_a_barrier(void) { __asm__ volatile("" ::: "memory"); }

void only_a_tail_call(void) { sample_notify(); }

void never_returns(void) { __builtin_trap(); }

int returns_zero(void) { return 0; }

int returns_first(int a) { return a; }

double returns_half(void) { return 0.5; }

const char *returns_address(void) { return "address"; }

// Three equal bodies.
int count_positive(const int *v, int n) {
  int found = 0;
  for (int i = 0; i < n; i++)
    found += v[i] > 0;
  return found;
}

int count_positive_again(const int *v, int n) {
  int found = 0;
  for (int i = 0; i < n; i++)
    found += v[i] > 0;
  return found;
}

int count_positive_with_other_names(const int *values, int length) {
  int hits = 0;
  for (int k = 0; k < length; k++)
    hits += values[k] > 0;
  return hits;
}

// Two equal bodies.
long weighted_sum(const long *v, const long *w, int n) {
  long sum = 0;
  for (int i = 0; i < n; i++)
    sum ^= v[i] & w[i];
  return sum;
}

long masked_parity(const long *v, const long *w, int n) {
  long sum = 0;
  for (int i = 0; i < n; i++)
    sum ^= v[i] & w[i];
  return sum;
}

// The same work, written another way: not a duplicate of the machine code.
int count_positive_by_pointer(const int *v, const int *end) {
  int found = 0;
  while (v != end)
    found += *v++ > 0;
  return found;
}

// Duplicates that differ in one constant only.
unsigned step_by_three(unsigned x) { return (x ^ x >> 7) * 3 + 1; }
unsigned step_by_five(unsigned x) { return (x ^ x >> 7) * 5 + 1; }
unsigned step_by_three_copy(unsigned y) { return (y ^ y >> 7) * 3 + 1; }
