// Tagged unions and visitors: JSON-like values with nested
// ownership, visitors made of lambdas and of a function object.

enum class Kind : unsigned char { Null, Integer, Real, Text, List };

class Value {
  Kind kind_ = Kind::Null;
  int length_ = 0;
  union Payload {
    long integer;
    double real;
    const char *text;
    Value *items;
  } payload_;

public:
  Value() : payload_{0} {}
  explicit Value(long v) : kind_(Kind::Integer), payload_{v} {}
  explicit Value(double v) : kind_(Kind::Real) { payload_.real = v; }
  explicit Value(const char *v) : kind_(Kind::Text) { payload_.text = v; }
  Value(const Value *items, int n);
  Value(const Value &other);
  Value &operator=(Value other) noexcept;
  ~Value();

  template <typename V> auto visit(V &&v) const {
    switch (kind_) {
    case Kind::Integer: return v(payload_.integer);
    case Kind::Real: return v(payload_.real);
    case Kind::Text: return v(payload_.text);
    case Kind::List: return v(payload_.items, length_);
    case Kind::Null: break;
    }
    return v();
  }
};

Value::Value(const Value *items, int n) : kind_(Kind::List), length_(n), payload_{0} {
  payload_.items = new Value[static_cast<unsigned>(n)];
  for (int i = 0; i < n; i++)
    payload_.items[i] = items[i];
}

Value::Value(const Value &other)
    : kind_(other.kind_), length_(other.length_), payload_(other.payload_) {
  if (kind_ == Kind::List) {
    payload_.items = new Value[static_cast<unsigned>(length_)];
    for (int i = 0; i < length_; i++)
      payload_.items[i] = other.payload_.items[i];
  }
}

Value &Value::operator=(Value other) noexcept {
  Kind kind = kind_;
  int length = length_;
  Payload payload = payload_;
  kind_ = other.kind_, length_ = other.length_, payload_ = other.payload_;
  other.kind_ = kind, other.length_ = length, other.payload_ = payload;
  return *this;
}

Value::~Value() {
  if (kind_ == Kind::List)
    delete[] payload_.items;
}

template <typename... F> struct Overloaded : F... {
  using F::operator()...;
};
template <typename... F> Overloaded(F...) -> Overloaded<F...>;

double sum_of_numbers(const Value &value) {
  return value.visit(Overloaded{
      [] { return 0.0; },
      [](long v) { return static_cast<double>(v); },
      [](double v) { return v; },
      [](const char *) { return 0.0; },
      [](const Value *items, int n) {
        double sum = 0;
        for (int i = 0; i < n; i++)
          sum += sum_of_numbers(items[i]);
        return sum;
      },
  });
}

unsigned hash_of_value(const Value &value) {
  return value.visit(Overloaded{
      [] { return 7u; },
      [](long v) { return static_cast<unsigned>(v ^ v >> 32) * 2654435761u; },
      [](double v) { return v > 0 ? 11u : 13u; },
      [](const char *s) {
        unsigned h = 0;
        while (*s)
          h = h * 31 + static_cast<unsigned char>(*s++);
        return h;
      },
      [](const Value *items, int n) {
        unsigned h = 17;
        for (int i = 0; i < n; i++)
          h = (h << 5 | h >> 27) ^ hash_of_value(items[i]);
        return h;
      },
  });
}

int depth_of_value(const Value &value) {
  struct Depth {
    int operator()() const { return 0; }
    int operator()(long) const { return 1; }
    int operator()(double) const { return 1; }
    int operator()(const char *) const { return 1; }
    int operator()(const Value *items, int n) const {
      int deepest = 0;
      for (int i = 0; i < n; i++) {
        int depth = depth_of_value(items[i]);
        deepest = depth > deepest ? depth : deepest;
      }
      return deepest + 1;
    }
  };
  return value.visit(Depth{});
}

Value nest_values(int levels) {
  Value result(1L);
  for (int i = 0; i < levels; i++) {
    Value parts[3] = {result, Value(i * 0.5), Value("level")};
    result = Value(parts, 3);
  }
  return result;
}
