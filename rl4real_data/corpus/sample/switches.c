// Switches: dense ones (jump tables), sparse ones (comparison trees), ones that
// become lookup tables or bit tests, fall-through and nesting.

typedef unsigned int u32;

extern int sample_event(int kind, int value);

int dense_calculator(int operation, int a, int b) {
  u32 x = (u32)a, y = (u32)b;
  switch (operation) {
  case 0: return (int)(x + y);
  case 1: return (int)(x - y);
  case 2: return (int)(x * y);
  case 3: return b > 0 ? a / b : 0;
  case 4: return b > 0 ? a % b : 0;
  case 5: return (int)(x & y);
  case 6: return (int)(x | y);
  case 7: return (int)(x ^ y);
  case 8: return (int)(x << (y & 31));
  case 9: return (int)(x >> (y & 31));
  case 10: return a < b;
  case 11: return a == b;
  default: return -1;
  }
}

const char *name_of_day(int day) {
  switch (day) {
  case 0: return "Monday";
  case 1: return "Tuesday";
  case 2: return "Wednesday";
  case 3: return "Thursday";
  case 4: return "Friday";
  case 5: return "Saturday";
  case 6: return "Sunday";
  }
  return 0;
}

int sparse_error_class(u32 code) {
  switch (code) {
  case 3: case 17: return 1;
  case 101: return sample_event(1, 101);
  case 404: return 2;
  case 1000: return sample_event(2, 7);
  case 5000: case 5001: return 3;
  case 70000: return sample_event(3, 9);
  case 1234567: return 5;
  case 0x80000000u: return sample_event(4, 0);
  default: return 0;
  }
}

int is_separator(int c) {
  switch (c) {
  case ' ': case '\t': case '\n': case ',': case ';': case ':': case '(': case ')': return 1;
  default: return 0;
  }
}

// Handles the rest of a loop unrolled by eight.
long sum_with_fall_through(const int *v, int n) {
  long sum = 0;
  for (; n >= 8; n -= 8, v += 8)
    sum += (long)v[0] + v[1] * 2L + v[2] * 3L + v[3] + v[4] * 5L + v[5] + v[6] + v[7];
  switch (n) {
  case 7: sum += v[6]; __attribute__((fallthrough));
  case 6: sum += v[5] * 2L; __attribute__((fallthrough));
  case 5: sum ^= v[4]; __attribute__((fallthrough));
  case 4: sum += v[3]; __attribute__((fallthrough));
  case 3: sum -= v[2]; __attribute__((fallthrough));
  case 2: sum += v[1]; __attribute__((fallthrough));
  case 1: sum ^= v[0];
  }
  return sum;
}

int days_in_month(int year, int month) {
  switch (month) {
  case 2: return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28;
  case 4: case 6: case 9: case 11: return 30;
  default: return 31;
  }
}

int dispatch_events(const int *kinds, const int *values, int n) {
  int handled = 0, depth = 0;
  for (int i = 0; i < n; i++)
    switch (kinds[i]) {
    case 0: handled += sample_event(0, values[i]); break;
    case 1: handled += sample_event(1, values[i] + depth); break;
    case 2: depth++; break;
    case 3: depth--; break;
    case 4: return handled;
    case 5:
      switch (values[i] & 3) {
      case 0: handled += 1; break;
      case 1: handled += sample_event(5, depth); break;
      case 2: depth = 0; break;
      default: handled = sample_event(6, handled);
      }
      break;
    case 6: i += depth > 0 && depth < 10; break;
    default: handled ^= 1;
    }
  return handled;
}

u32 range_switch(u32 score) {
  switch (score) {
  case 0 ... 9: return 10;
  case 10 ... 49: return score * 3;
  case 50 ... 89: return score ^ 0x55;
  case 90 ... 100: return 200 - score;
  default: return 0;
  }
}
