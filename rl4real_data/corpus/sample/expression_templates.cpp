// Expression templates and operator overloading: deep inlining that leaves wide
// loop bodies, complex and dual numbers, small polynomials of operators.

typedef __SIZE_TYPE__ size_type;

template <typename E> struct Expression {
  const E &self() const { return static_cast<const E &>(*this); }
};

template <typename L, typename R, typename Op>
struct Binary : Expression<Binary<L, R, Op>> {
  const L left;
  const R right;
  Binary(const L &l, const R &r) : left(l), right(r) {}
  double operator[](size_type i) const { return Op::apply(left[i], right[i]); }
};

struct Series : Expression<Series> {
  double *data;
  size_type size;
  Series(double *d, size_type n) : data(d), size(n) {}
  Series(const Series &) = default;
  double operator[](size_type i) const { return data[i]; }
  template <typename E> void assign(const Expression<E> &e) {
    for (size_type i = 0; i < size; i++)
      data[i] = e.self()[i];
  }
};

struct Constant : Expression<Constant> {
  double value;
  explicit Constant(double v) : value(v) {}
  double operator[](size_type) const { return value; }
};

struct Plus { static double apply(double a, double b) { return a + b; } };
struct Minus { static double apply(double a, double b) { return a - b; } };
struct Times { static double apply(double a, double b) { return a * b; } };

template <typename L, typename R>
Binary<L, R, Plus> operator+(const Expression<L> &l, const Expression<R> &r) {
  return {l.self(), r.self()};
}
template <typename L, typename R>
Binary<L, R, Minus> operator-(const Expression<L> &l, const Expression<R> &r) {
  return {l.self(), r.self()};
}
template <typename L, typename R>
Binary<L, R, Times> operator*(const Expression<L> &l, const Expression<R> &r) {
  return {l.self(), r.self()};
}

void fused_update(Series &a, const Series &b, const Series &c, double k) {
  a.assign(a * Constant(k) + b * c);
}

void fused_large(Series &out, const Series &a, const Series &b, const Series &c, const Series &d) {
  out.assign((a + b) * (c - d) + (a - c) * (b + d) - (a * d - b * c) * Constant(0.5));
}

void fused_self(Series &a, double p, double q) {
  a.assign(((a * Constant(p) + Constant(q)) * a + Constant(1.0)) * a - a * a);
}

// Dual numbers carry a derivative through a computation.
struct Dual {
  double value, slope;
  Dual(double v, double s = 0) : value(v), slope(s) {}
  Dual operator+(Dual o) const { return {value + o.value, slope + o.slope}; }
  Dual operator-(Dual o) const { return {value - o.value, slope - o.slope}; }
  Dual operator*(Dual o) const { return {value * o.value, slope * o.value + value * o.slope}; }
  Dual operator/(Dual o) const {
    double inverse = 1 / o.value;
    return {value * inverse, (slope - value * inverse * o.slope) * inverse};
  }
};

Dual rational_function(Dual x) {
  return (x * x * x - Dual(2) * x + Dual(1)) / (x * x + Dual(3));
}

double find_zero(double start) {
  Dual x(start, 1);
  for (int i = 0; i < 40; i++) {
    Dual y = rational_function(x);
    if (__builtin_fabs(y.value) < 1e-14 || y.slope == 0)
      break;
    x.value -= y.value / y.slope;
  }
  return x.value;
}

struct Complex {
  float re, im;
  Complex operator+(Complex o) const { return {re + o.re, im + o.im}; }
  Complex operator*(Complex o) const { return {re * o.re - im * o.im, re * o.im + im * o.re}; }
};

Complex evaluate_complex(const Complex *coefficients, int n, Complex z) {
  Complex sum = {0, 0};
  for (int i = n; i-- > 0;)
    sum = sum * z + coefficients[i];
  return sum;
}

void complex_matrix_product(const Complex (&a)[3][3], const Complex (&b)[3][3],
                            Complex (&out)[3][3]) {
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      out[i][j] = a[i][0] * b[0][j] + a[i][1] * b[1][j] + a[i][2] * b[2][j];
}

Dual gradient_norm(const Dual *v, int n) {
  Dual sum(0);
  for (int i = 0; i < n; i++)
    sum = sum + v[i] * v[i] / (v[i] + Dual(1));
  return sum;
}
