int external(int, ...);
int first(int a, int b) {
  int sum = 0;
  for (int i = 0; i < a; ++i)
    sum += external(i, b) * b;
  return sum;
}
int second(const int *p, int n) {
  switch (n) {
  case 0: return p[0];
  case 1: return p[1] * 3;
  case 2: return external(p[2]);
  case 3: return p[3] ^ p[1];
  case 4: return p[2] - p[4];
  default: return external(n);
  }
}
double third(double x, double y) { return x * 1.5 + y / (x - external(3)); }
void empty(void) {}
int on_the_stack(int a, int b, int c, int d, int e, int f, int g, int h, int i, const int *p) {
  return external(a, b, c, d, e, f, g, h, i, *p) + i + *p;
}
