// Exceptions: throw, several catch clauses, rethrow, nested try blocks, and
// loops that go on after a failure. Values that live into landing pads.

extern int sample_may_throw(int);
extern void sample_log(const char *, int);

struct Error {
  int code;
  explicit Error(int c) : code(c) {}
  virtual ~Error();
  virtual int severity() const;
};

struct FatalError : Error {
  const char *reason;
  FatalError(int c, const char *r) : Error(c), reason(r) {}
  int severity() const override;
};

Error::~Error() {}
int Error::severity() const { return code & 7; }
int FatalError::severity() const { return 100 + (code & 7); }

int checked_divide(int a, int b) {
  if (b == 0)
    throw Error(1);
  if (b == -1 && a < -2147483647)
    throw FatalError(2, "overflow");
  return a / b;
}

int divide_or(int a, int b, int fallback) {
  try {
    return checked_divide(a, b);
  } catch (const Error &) {
    return fallback;
  }
}

int classify_failure(int x) {
  try {
    return sample_may_throw(x);
  } catch (const FatalError &e) {
    sample_log(e.reason, e.code);
    return -e.severity();
  } catch (const Error &e) {
    return -e.severity();
  } catch (int code) {
    return code;
  } catch (const char *text) {
    sample_log(text, x);
    return -1;
  } catch (...) {
    return -2;
  }
}

int retry(int x, int attempts) {
  for (int i = 0; i < attempts; i++) {
    try {
      return sample_may_throw(x ^ i);
    } catch (const Error &e) {
      sample_log("retry", e.code);
      if (i + 1 == attempts)
        throw;
    }
  }
  return 0;
}

long sum_ignoring_failures(const int *v, int n) {
  long sum = 0;
  int failures = 0;
  for (int i = 0; i < n; i++) {
    try {
      sum += sample_may_throw(v[i]);
    } catch (int code) {
      sum -= code;
      failures++;
    }
  }
  return failures > n / 2 ? -1 : sum;
}

int nested_handlers(int a, int b) {
  int stage = 0;
  try {
    stage = 1;
    int first = sample_may_throw(a);
    try {
      stage = 2;
      return first ^ sample_may_throw(b);
    } catch (int code) {
      stage = 3;
      return first + sample_may_throw(code);
    }
  } catch (const Error &e) {
    return stage * 100 + (e.code & 63);
  }
}

int translate_error(int x) {
  try {
    return sample_may_throw(x);
  } catch (int code) {
    throw FatalError(code, "translated");
  }
}

int no_escape(int x) noexcept { return sample_may_throw(x) + 1; }

[[noreturn]] void fail(int code) {
  if (code > 10)
    throw FatalError(code, "large");
  throw code;
}

int parse_digits(const char *s) {
  unsigned value = 0;
  for (; *s; s++) {
    if (*s < '0' || *s > '9')
      fail(*s);
    value = value * 10 + static_cast<unsigned>(*s - '0');
    if (value > 100000000u)
      fail(5);
  }
  return static_cast<int>(value);
}

int search_by_throwing(const int *v, int n, int wanted) {
  try {
    for (int i = 0; i < n; i++)
      if (sample_may_throw(v[i]) == wanted)
        throw i;
  } catch (int where) {
    return where;
  }
  return -1;
}
