// Division: by constants (multiply and shift), by variables (fixed registers on
// x86), remainders in loops, calendar and fixed-point arithmetic.

typedef unsigned int u32;
typedef unsigned long long u64;

u32 divide_by_ten(u32 x) { return x / 10; }
u64 divide_by_seven(u64 x) { return x / 7; }
int divide_by_minus_three(int x) { return x / -3; }
int remainder_by_sixteen(int x) { return x % 16; }

u32 many_constant_quotients(u32 x) {
  return x / 3 ^ x / 5 ^ x / 7 ^ x / 9 ^ x / 11 ^ x / 13 ^ x / 641 ^ x % 1000 ^ x % 10007;
}

u64 quotient_and_remainder(u64 a, u64 b, u64 *rest) {
  if (b == 0)
    return 0;
  *rest = a % b;
  return a / b;
}

u32 gcd_by_remainders(u32 a, u32 b) {
  while (b) {
    u32 rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

int extended_gcd(int a, int b, int *x, int *y) {
  int x0 = 1, y0 = 0, x1 = 0, y1 = 1;
  while (b > 0) {
    int q = a / b, r = a % b, xt = x0 - q * x1, yt = y0 - q * y1;
    a = b, b = r;
    x0 = x1, x1 = xt;
    y0 = y1, y1 = yt;
  }
  *x = x0;
  *y = y0;
  return a;
}

int is_prime(u32 n) {
  if (n < 4)
    return n > 1;
  if (n % 2 == 0 || n % 3 == 0)
    return 0;
  for (u32 d = 5; (u64)d * d <= n; d += 6)
    if (n % d == 0 || n % (d + 2) == 0)
      return 0;
  return 1;
}

int factorise(u64 n, u64 *factors) {
  int count = 0;
  for (u64 d = 2; d <= n / d; d += 1 + (d & 1))
    while (n % d == 0) {
      factors[count++] = d;
      n /= d;
    }
  if (n > 1)
    factors[count++] = n;
  return count;
}

int print_decimal(u64 value, char *out) {
  int n = 0, digits = 1;
  for (u64 rest = value / 10; rest; rest /= 10)
    digits++;
  for (n = digits; n-- > 0; value /= 10)
    out[n] = (char)('0' + value % 10);
  return digits;
}

// Days since 1 January 1970 to year, month and day (proleptic Gregorian).
void civil_date(long days, int *year, int *month, int *day) {
  days += 719468;
  long era = (days >= 0 ? days : days - 146096) / 146097;
  u32 in_era = (u32)(days - era * 146097);
  u32 year_of_era = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
  u32 in_year = in_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  u32 shifted = (5 * in_year + 2) / 153;
  *day = (int)(in_year - (153 * shifted + 2) / 5 + 1);
  *month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
  *year = (int)(year_of_era + (u32)(*month <= 2)) + (int)(era * 400);
}

int fixed_point_ratio(int a, int b) { return b > 0 ? (int)(((long)a << 16) / b) : 0; }

void normalise_rows(u32 *m, int rows, int columns) {
  for (int r = 0; r < rows; r++) {
    u32 sum = 0;
    for (int c = 0; c < columns; c++)
      sum += m[r * columns + c] & 0xffff;
    for (int c = 0; c < columns; c++)
      m[r * columns + c] = sum ? (m[r * columns + c] & 0xffff) * 10000 / sum : 0;
  }
}

double mixed_quotients(const int *v, int n, double scale) {
  double sum = 0;
  for (int i = 0; i < n; i++)
    sum += v[i] / scale + (double)(v[i] / 12) / 7.0 + v[i] % 60;
  return sum;
}
