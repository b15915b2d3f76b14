// Variable argument lists: the register save area, loops over arguments, lists
// passed on, and callers of variadic functions.

typedef __builtin_va_list argument_list;

extern int sample_report(const char *format, ...);

long sum_integers(int n, ...) {
  argument_list list;
  __builtin_va_start(list, n);
  long sum = 0;
  for (int i = 0; i < n; i++)
    sum += __builtin_va_arg(list, int);
  __builtin_va_end(list);
  return sum;
}

double average_doubles(int n, ...) {
  argument_list list;
  __builtin_va_start(list, n);
  double sum = 0;
  for (int i = 0; i < n; i++)
    sum += __builtin_va_arg(list, double);
  __builtin_va_end(list);
  return n > 0 ? sum / n : 0;
}

static char *write_number(char *out, char *end, unsigned long value, unsigned base) {
  char digits[64];
  int n = 0;
  do {
    digits[n++] = "0123456789abcdef"[value % base];
    value /= base;
  } while (value);
  while (n > 0 && out < end)
    *out++ = digits[--n];
  return out;
}

// Knows %d, %u, %x, %s, %c and %%; returns the number of bytes written.
int format_list(char *out, int size, const char *format, argument_list list) {
  char *at = out, *end = out + size;
  for (; *format && at < end; format++) {
    if (*format != '%') {
      *at++ = *format;
      continue;
    }
    switch (*++format) {
    case 'd': {
      long value = __builtin_va_arg(list, int);
      if (value < 0) {
        *at++ = '-';
        value = -value;
      }
      at = write_number(at, end, (unsigned long)value, 10);
      break;
    }
    case 'u': at = write_number(at, end, __builtin_va_arg(list, unsigned), 10); break;
    case 'x': at = write_number(at, end, __builtin_va_arg(list, unsigned long), 16); break;
    case 's':
      for (const char *s = __builtin_va_arg(list, const char *); *s && at < end; s++)
        *at++ = *s;
      break;
    case 'c': *at++ = (char)__builtin_va_arg(list, int); break;
    case 0: return (int)(at - out);
    default: *at++ = *format;
    }
  }
  return (int)(at - out);
}

int format_text(char *out, int size, const char *format, ...) {
  argument_list list;
  __builtin_va_start(list, format);
  int n = format_list(out, size, format, list);
  __builtin_va_end(list);
  return n;
}

int largest_of(int first, ...) {
  argument_list list;
  __builtin_va_start(list, first);
  int best = first;
  for (int value; (value = __builtin_va_arg(list, int)) >= 0;)
    best = value > best ? value : best;
  __builtin_va_end(list);
  return best;
}

long scan_twice(int n, ...) {
  argument_list list, again;
  __builtin_va_start(list, n);
  __builtin_va_copy(again, list);
  long sum = 0, weighted = 0;
  for (int i = 0; i < n; i++)
    sum += __builtin_va_arg(list, long);
  for (int i = 0; i < n; i++)
    weighted += i * (__builtin_va_arg(again, long) & 0xffff);
  __builtin_va_end(again);
  __builtin_va_end(list);
  return sum ^ weighted;
}

int report_point(double x, double y, double z, int id) {
  int written = sample_report("point %d: %f %f %f\n", id, x, y, z);
  if (x == y)
    written += sample_report("on the diagonal, sum %f product %f\n", x + y, x * y);
  return written;
}

void report_many(const int *v, int n) {
  for (int i = 0; i + 4 <= n; i += 4)
    sample_report("%d %d %d %d %ld %f\n", v[i], v[i + 1], v[i + 2], v[i + 3],
                  (long)v[i] * v[i + 1], v[i + 2] * 0.5);
}
