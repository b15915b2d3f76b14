// A string class with a small buffer: appends with growth, number formatting,
// joins and comparisons. Objects returned by value, temporaries, cleanups.

typedef __SIZE_TYPE__ size_type;

class Text {
  enum { SMALL = 24 };
  char *data_;
  size_type size_, room_;
  char small_[SMALL];

  void reserve(size_type wanted);

public:
  Text() : data_(small_), size_(0), room_(SMALL), small_{} {}
  Text(const char *s) : Text() { append(s); }
  Text(const Text &o) : Text() { append(o.data_, o.size_); }
  Text &operator=(const Text &o);
  ~Text() {
    if (data_ != small_)
      delete[] data_;
  }
  Text &append(const char *s, size_type n);
  Text &append(const char *s) { return append(s, __builtin_strlen(s)); }
  Text &append(char c) { return append(&c, 1); }
  Text &append_number(long value, int base);
  Text &append_real(double value, int digits);
  int compare(const Text &o) const;
  Text substring(size_type from, size_type n) const;
  size_type find(char c, size_type from) const;
  size_type size() const { return size_; }
  char operator[](size_type i) const { return data_[i]; }
};

void Text::reserve(size_type wanted) {
  if (wanted <= room_)
    return;
  size_type room = wanted > 2 * room_ ? wanted : 2 * room_;
  char *larger = new char[room];
  __builtin_memcpy(larger, data_, size_);
  if (data_ != small_)
    delete[] data_;
  data_ = larger;
  room_ = room;
}

Text &Text::operator=(const Text &o) {
  if (this != &o) {
    size_ = 0;
    append(o.data_, o.size_);
  }
  return *this;
}

Text &Text::append(const char *s, size_type n) {
  reserve(size_ + n);
  __builtin_memcpy(data_ + size_, s, n);
  size_ += n;
  return *this;
}

Text &Text::append_number(long value, int base) {
  char digits[66];
  int at = 66;
  unsigned long rest = value < 0 ? 0 - static_cast<unsigned long>(value)
                                 : static_cast<unsigned long>(value);
  unsigned long divisor = base >= 2 && base <= 16 ? static_cast<unsigned long>(base) : 10;
  do {
    digits[--at] = "0123456789abcdef"[rest % divisor];
    rest /= divisor;
  } while (rest);
  if (value < 0)
    digits[--at] = '-';
  return append(digits + at, static_cast<size_type>(66 - at));
}

// The magnitude of the value is below 1e15.
Text &Text::append_real(double value, int digits) {
  if (value < 0) {
    append('-');
    value = -value;
  }
  long whole = static_cast<long>(value);
  append_number(whole, 10).append('.');
  double rest = value - static_cast<double>(whole);
  for (int i = 0; i < digits; i++) {
    rest *= 10;
    int digit = static_cast<int>(rest);
    append(static_cast<char>('0' + digit));
    rest -= digit;
  }
  return *this;
}

int Text::compare(const Text &o) const {
  size_type n = size_ < o.size_ ? size_ : o.size_;
  for (size_type i = 0; i < n; i++)
    if (data_[i] != o.data_[i])
      return static_cast<unsigned char>(data_[i]) - static_cast<unsigned char>(o.data_[i]);
  return size_ < o.size_ ? -1 : size_ > o.size_;
}

Text Text::substring(size_type from, size_type n) const {
  Text part;
  if (from < size_)
    part.append(data_ + from, n < size_ - from ? n : size_ - from);
  return part;
}

size_type Text::find(char c, size_type from) const {
  while (from < size_ && data_[from] != c)
    from++;
  return from;
}

Text join(const Text *parts, int n, const char *separator) {
  Text all;
  for (int i = 0; i < n; i++) {
    if (i > 0)
      all.append(separator);
    all.append(parts[i].substring(0, 100).size() ? "x" : "-").append_number(i, 16);
  }
  return all;
}

int count_fields(const Text &line, char separator) {
  int fields = 0;
  for (size_type at = 0; at <= line.size(); at = line.find(separator, at) + 1)
    fields++;
  return fields;
}

Text describe(const char *name, int x, int y, double weight) {
  Text result(name);
  result.append(": ").append_number(x, 10).append(", ").append_number(y, 10);
  return result.append(" weighs ").append_real(weight, 3);
}

const Text *smallest(const Text *texts, int n) {
  const Text *best = texts;
  for (int i = 1; i < n; i++)
    if (texts[i].compare(*best) < 0)
      best = texts + i;
  return best;
}
