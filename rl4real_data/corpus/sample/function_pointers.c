// Function pointers: callbacks in loops, tables, state machines, tail calls and
// functions that return functions.

typedef int unary(int);
typedef int binary(int, int);
typedef double real_function(double, void *);
typedef struct object object;
struct object {
  int (*size)(const object *);
  void (*draw)(object *, int, int);
  object *next;
  int x, y;
};

extern int sample_finish(int, int, int);

int apply_repeatedly(unary *f, int x, int times) {
  while (times-- > 0)
    x = f(x);
  return x;
}

void map_in_place(int *v, int n, unary *f) {
  for (int i = 0; i < n; i++)
    v[i] = f(v[i]);
}

int fold_left(const int *v, int n, int start, binary *f) {
  for (int i = 0; i < n; i++)
    start = f(start, v[i]);
  return start;
}

int keep_matching(int *v, int n, unary *wanted) {
  int kept = 0;
  for (int i = 0; i < n; i++)
    if (wanted(v[i]))
      v[kept++] = v[i];
  return kept;
}

static int double_it(int x) { return (int)((unsigned)x * 2); }
static int negate_it(int x) { return (int)(0u - (unsigned)x); }
static int halve_it(int x) { return x / 2; }
static int invert_it(int x) { return ~x; }

unary *choose_function(int which) {
  static unary *const table[] = {double_it, negate_it, halve_it, invert_it};
  return table[which & 3];
}

int run_program(const char *program, int x) {
  for (; *program; program++)
    x = choose_function(*program)(x);
  return x;
}

int tail_call_direct(int a, int b) { return sample_finish(b, a, (int)((unsigned)a ^ (unsigned)b)); }

int tail_call_indirect(binary *f, int a, int b) { return a < b ? f(b, a) : f(a, a & b); }

int count_down(int n, unary *at_end) {
  if (n <= 0)
    return at_end(n);
  return count_down(n - 1 - (n & 1), at_end);
}

double bisect(real_function *f, void *context, double low, double high) {
  double at_low = f(low, context);
  for (int i = 0; i < 60; i++) {
    double middle = 0.5 * (low + high), value = f(middle, context);
    if ((value < 0) == (at_low < 0)) {
      low = middle;
      at_low = value;
    } else {
      high = middle;
    }
  }
  return low;
}

void runge_kutta(double (*slope)(double, double), double *t, double *y, double step, int n) {
  double now = *t, value = *y;
  for (int i = 0; i < n; i++) {
    double k1 = slope(now, value);
    double k2 = slope(now + step / 2, value + step / 2 * k1);
    double k3 = slope(now + step / 2, value + step / 2 * k2);
    double k4 = slope(now + step, value + step * k3);
    value += step / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
    now += step;
  }
  *t = now;
  *y = value;
}

int draw_all(object *first, int dx, int dy) {
  int total = 0;
  for (object *o = first; o; o = o->next) {
    int size = o->size(o);
    if (size > 0) {
      o->draw(o, o->x / 2 + dx, o->y / 2 + dy);
      total += size;
    }
  }
  return total;
}

int call_six(unary *const *f, int x) {
  int a = f[0](x), b = f[1](x), c = f[2](x), d = f[3](x), e = f[4](x), g = f[5](x);
  return a ^ (b & c) ^ (d | e) ^ g ^ x;
}
