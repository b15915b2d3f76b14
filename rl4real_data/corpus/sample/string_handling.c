// String routines: byte loops with early exits, case folding, number parsing and
// UTF-8 decoding.

typedef __SIZE_TYPE__ size_type;
typedef unsigned char u8;

size_type text_length(const char *s) {
  const char *end = s;
  while (*end)
    end++;
  return (size_type)(end - s);
}

int text_compare(const char *a, const char *b) {
  while (*a && *a == *b)
    a++, b++;
  return (u8)*a - (u8)*b;
}

int text_compare_folded(const char *a, const char *b) {
  for (;; a++, b++) {
    int x = (u8)*a, y = (u8)*b;
    if (x >= 'A' && x <= 'Z')
      x += 32;
    if (y >= 'A' && y <= 'Z')
      y += 32;
    if (x != y || !x)
      return x - y;
  }
}

void reverse_bytes(char *s, size_type n) {
  for (size_type i = 0; i < n / 2; i++) {
    char kept = s[i];
    s[i] = s[n - 1 - i];
    s[n - 1 - i] = kept;
  }
}

int parse_integer(const char *s, long *value) {
  int negative = *s == '-';
  s += *s == '-' || *s == '+';
  if (*s < '0' || *s > '9')
    return 0;
  unsigned long total = 0;
  for (; *s >= '0' && *s <= '9'; s++) {
    if (total > 99999999999999999ul)
      return 0;
    total = total * 10 + (unsigned long)(*s - '0');
  }
  *value = negative ? -(long)total : (long)total;
  return !*s;
}

double parse_decimal(const char *s) {
  double sign = 1, value = 0, scale = 1;
  if (*s == '-') {
    sign = -1;
    s++;
  }
  for (; *s >= '0' && *s <= '9'; s++)
    value = value * 10 + (*s - '0');
  if (*s == '.')
    for (s++; *s >= '0' && *s <= '9'; s++) {
      value = value * 10 + (*s - '0');
      scale *= 10;
    }
  return sign * value / scale;
}

int decode_utf8(const u8 *s, size_type n, unsigned *code) {
  if (n == 0)
    return 0;
  unsigned first = s[0];
  if (first < 0x80) {
    *code = first;
    return 1;
  }
  int length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (!length || first > 0xf4 || n < (size_type)length)
    return -1;
  unsigned value = first & (0x7fu >> length);
  for (int i = 1; i < length; i++) {
    if ((s[i] & 0xc0) != 0x80)
      return -1;
    value = value << 6 | (s[i] & 0x3fu);
  }
  *code = value;
  return length;
}

int count_words(const char *s) {
  int words = 0, inside = 0;
  for (; *s; s++) {
    int space = *s == ' ' || *s == '\t' || *s == '\n';
    words += !space && !inside;
    inside = !space;
  }
  return words;
}
