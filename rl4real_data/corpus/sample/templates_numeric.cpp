// Templates: one algorithm for several element types and sizes, fixed-size
// matrices, compile-time unrolling, modular integers, quaternions.

template <typename T, int N> struct Vector {
  T v[N];
  T &operator[](int i) { return v[i]; }
  const T &operator[](int i) const { return v[i]; }
};

template <typename T, int N> T dot(const Vector<T, N> &a, const Vector<T, N> &b) {
  T sum = 0;
  for (int i = 0; i < N; i++)
    sum += a[i] * b[i];
  return sum;
}

template <typename T, int R, int K, int C>
void multiply(const T (&a)[R][K], const T (&b)[K][C], T (&out)[R][C]) {
  for (int i = 0; i < R; i++)
    for (int j = 0; j < C; j++) {
      T sum = 0;
      for (int k = 0; k < K; k++)
        sum += a[i][k] * b[k][j];
      out[i][j] = sum;
    }
}

template <typename T> T power(T base, unsigned exponent) {
  T result = 1;
  for (; exponent; exponent >>= 1) {
    if (exponent & 1)
      result = result * base;
    base = base * base;
  }
  return result;
}

template <unsigned M> struct Modular {
  unsigned value;
  Modular(unsigned v) : value(v % M) {}
  Modular operator+(Modular o) const { return value + o.value; }
  Modular operator*(Modular o) const {
    return static_cast<unsigned>(static_cast<unsigned long>(value) * o.value % M);
  }
};

template <typename T> struct Quaternion {
  T w, x, y, z;
  Quaternion operator*(const Quaternion &o) const {
    return {w * o.w - x * o.x - y * o.y - z * o.z, w * o.x + x * o.w + y * o.z - z * o.y,
            w * o.y - x * o.z + y * o.w + z * o.x, w * o.z + x * o.y - y * o.x + z * o.w};
  }
  Quaternion conjugate() const { return {w, -x, -y, -z}; }
};

template <int N> struct Unrolled {
  template <typename F> static void run(F &&f) {
    Unrolled<N - 1>::run(f);
    f(N - 1);
  }
};
template <> struct Unrolled<0> {
  template <typename F> static void run(F &&) {}
};

template float dot<float, 3>(const Vector<float, 3> &, const Vector<float, 3> &);
template double dot<double, 8>(const Vector<double, 8> &, const Vector<double, 8> &);
template unsigned dot<unsigned, 16>(const Vector<unsigned, 16> &, const Vector<unsigned, 16> &);
template void multiply(const float (&)[4][4], const float (&)[4][4], float (&)[4][4]);
template void multiply(const double (&)[3][5], const double (&)[5][2], double (&)[3][2]);
template void multiply(const unsigned (&)[6][6], const unsigned (&)[6][6], unsigned (&)[6][6]);
template void multiply(const unsigned long (&)[5][5], const unsigned long (&)[5][5],
                       unsigned long (&)[5][5]);
template unsigned long power(unsigned long, unsigned);
template double power(double, unsigned);

unsigned modular_power(unsigned base, unsigned exponent) {
  return power(Modular<1000000007u>(base), exponent).value;
}

unsigned fibonacci_modulo(unsigned n) {
  Modular<998244353u> a = 0, b = 1;
  while (n-- > 0) {
    Modular<998244353u> next = a + b;
    a = b;
    b = next;
  }
  return a.value;
}

Vector<double, 3> rotate(const Quaternion<double> &q, const Vector<double, 3> &p) {
  Quaternion<double> r = q * Quaternion<double>{0, p[0], p[1], p[2]} * q.conjugate();
  return {{r.x, r.y, r.z}};
}

Quaternion<float> quaternion_chain(const Quaternion<float> *q, int n) {
  Quaternion<float> product = {1, 0, 0, 0};
  for (int i = 0; i < n; i++)
    product = product * q[i];
  return product;
}

unsigned unrolled_checksum(const unsigned *v) {
  unsigned a = 1, b = 0;
  Unrolled<24>::run([&](int i) {
    a = (a ^ v[i]) * (2 * static_cast<unsigned>(i) + 1);
    b += a >> 3;
  });
  return a ^ b;
}

void determinant_batch(const Vector<double, 9> *m, double *out, int n) {
  for (int i = 0; i < n; i++) {
    const auto &a = m[i];
    out[i] = a[0] * (a[4] * a[8] - a[5] * a[7]) - a[1] * (a[3] * a[8] - a[5] * a[6]) +
             a[2] * (a[3] * a[7] - a[4] * a[6]);
  }
}
