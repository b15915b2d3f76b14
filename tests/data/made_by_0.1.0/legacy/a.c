int add(int a, int b) { return a + b; }
int dot(const int *x, const int *y, int n) {
  int sum = 0;
  for (int i = 0; i < n; ++i)
    sum += x[i] * y[i];
  return sum;
}
