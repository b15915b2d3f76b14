// Lambdas: captures by value and reference, generic lambdas passed to algorithm
// templates, closures behind a type-erased wrapper, recursion through a lambda.

template <typename T, typename F> void for_each(T *first, T *last, F f) {
  for (; first != last; ++first)
    f(*first);
}

template <typename T, typename P> T *partition(T *first, T *last, P wanted) {
  T *kept = first;
  for (; first != last; ++first)
    if (wanted(*first)) {
      T moved = *first;
      *first = *kept;
      *kept++ = moved;
    }
  return kept;
}

template <typename T, typename Less>
__attribute__((noinline)) void sort_range(T *a, int n, Less less) {
  for (int i = 1; i < n; i++) {
    T value = a[i];
    int j = i;
    for (; j > 0 && less(value, a[j - 1]); j--)
      a[j] = a[j - 1];
    a[j] = value;
  }
}

// Refers to a callable without owning it.
template <typename Signature> class FunctionRef;
template <typename R, typename... A> class FunctionRef<R(A...)> {
  void *object_;
  R (*call_)(void *, A...);

public:
  template <typename F>
  FunctionRef(F &f)
      : object_(&f), call_([](void *o, A... a) -> R { return (*static_cast<F *>(o))(a...); }) {}
  R operator()(A... a) const { return call_(object_, a...); }
};

struct Item {
  int key;
  double weight;
};

double sum_and_maximum(double *v, int n, double *largest) {
  double sum = 0, most = 0;
  for_each(v, v + n, [&](double &x) {
    sum += x;
    most = x > most ? x : most;
    x = sum;
  });
  *largest = most;
  return sum;
}

int split_by_key(Item *items, int n, int limit) {
  Item *middle = partition(items, items + n, [=](const Item &i) { return i.key < limit; });
  return static_cast<int>(middle - items);
}

void sort_by_key(Item *items, int n) {
  sort_range(items, n, [](const Item &a, const Item &b) { return a.key < b.key; });
}

void sort_by_weight_from(Item *items, int n, double centre) {
  auto distance = [centre](const Item &i) { return __builtin_fabs(i.weight - centre); };
  sort_range(items, n, [&](const Item &a, const Item &b) { return distance(a) < distance(b); });
}

void sort_descending(int *v, int n) {
  sort_range(v, n, [](int a, int b) { return b < a; });
}

__attribute__((noinline)) long visit_grid(int w, int h, FunctionRef<long(int, int)> visit) {
  long sum = 0;
  for (int y = 0; y < h; y++)
    for (int x = 0; x < w; x++)
      sum += visit(x, y);
  return sum;
}

long count_coprime_cells(int w, int h) {
  auto visit = [](int x, int y) -> long {
    while (y) {
      int rest = x % y;
      x = y;
      y = rest;
    }
    return x == 1;
  };
  return visit_grid(w, h, visit);
}

long weigh_grid(const int *cells, int w, int h, long scale) {
  long seen = 0;
  auto visit = [&, cells, w, scale](int x, int y) {
    seen++;
    return cells[y * w + x] * scale + seen % 3;
  };
  return visit_grid(w, h, visit) ^ seen;
}

int count_paths(const unsigned char *blocked, int w, int h) {
  auto walk = [=](auto &self, int x, int y) -> int {
    if (x >= w || y >= h || blocked[y * w + x])
      return 0;
    if (x == w - 1 && y == h - 1)
      return 1;
    return self(self, x + 1, y) + self(self, x, y + 1);
  };
  return walk(walk, 0, 0);
}

double compose_three(double x, double a, double b) {
  auto compose = [](auto f, auto g) { return [=](double v) { return g(f(v)); }; };
  auto scale = [a](double v) { return v * a; };
  auto shift = [b](double v) { return v + b; };
  return compose(compose(scale, shift), compose(shift, scale))(x);
}

template <typename... F> unsigned run_all(unsigned x, F... f) { return ((x ^= f(x)), ...), x; }

unsigned fold_of_lambdas(unsigned x, unsigned k) {
  return run_all(
      x, [](unsigned v) { return v << 13; }, [](unsigned v) { return v >> 17; },
      [k](unsigned v) { return v * k; }, [k](unsigned v) { return (v ^ k) << 5; });
}
