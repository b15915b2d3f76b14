// Without headers, so that it compiles for every target.
extern "C" int external(int, ...);
extern "C" int _setjmp(void *) __attribute__((returns_twice));

struct Cleanup {
  int value;
  ~Cleanup() { external(value); }
};

struct Base {
  virtual ~Base() {}
  virtual int get(int x) = 0;
};

thread_local int counter = 3;

int catches(Base &base, int n) {
  Cleanup cleanup{n};
  try {
    for (int i = 0; i < n; ++i)
      cleanup.value += base.get(i) * counter++;
  } catch (int caught) {
    return caught + n;
  }
  return cleanup.value;
}

int interprets(const unsigned char *code, int x, int y) {
  static void *const labels[] = {&&add, &&subtract, &&swap, &&stop};
  int saved = y;
  goto *labels[*code];
add:
  x += y;
  goto *labels[*++code];
subtract:
  x -= saved;
  goto *labels[*++code];
swap:
  saved = x;
  x = external(y);
  goto *labels[*++code];
stop:
  return x + saved;
}

int allocates(int n, int x) {
  int *room = static_cast<int *>(__builtin_alloca(n * sizeof(int)));
  __attribute__((aligned(64))) int aligned[16];
  external(n, room, aligned);
  return room[x] + aligned[x & 15];
}

int jumps(int x) {
  void *buffer[64];
  int kept = external(x);
  if (_setjmp(buffer))
    return kept;
  return external(x, buffer) + kept;
}

__int128 multiplies(__int128 a, __int128 b) { return a * b + a; }

int counts(int *shared, int n) {
  int old = __atomic_fetch_add(shared, n, __ATOMIC_SEQ_CST);
  while (!__atomic_compare_exchange_n(shared, &old, n, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
    ++n;
  return n;
}

double sums(int n, ...) {
  __builtin_va_list list;
  __builtin_va_start(list, n);
  double sum = 0;
  while (n--)
    sum += __builtin_va_arg(list, double) * __builtin_va_arg(list, int);
  __builtin_va_end(list);
  return sum;
}

long double extended(long double x, long double y) { return x * y + x / y; }

typedef float Floats __attribute__((vector_size(32)));
#ifdef __x86_64__
__attribute__((target("avx2,fma")))
#endif
void
scales(Floats *p, Floats factor, int n) {
  for (int i = 0; i < n; ++i)
    p[i] = p[i] * factor + p[i + 1];
}

__attribute__((noinline, optnone)) int plain(int x) { return external(x) + x; }
__attribute__((minsize)) int divides(int x, int y) { return x / y % 7; }
int renamed(int x) __asm__("another name");
int renamed(int x) { return external(x) * 3; }
