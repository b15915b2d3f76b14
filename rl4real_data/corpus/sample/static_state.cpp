// Static state: global constructors and destructors, function-local statics with
// guards, class statics, thread-local objects, constexpr tables.

extern int sample_register(const char *);
extern void sample_unregister(int) noexcept;

class Registration {
  int id_;

public:
  explicit Registration(const char *name) : id_(sample_register(name)) {}
  Registration(const Registration &) = delete;
  Registration &operator=(const Registration &) = delete;
  ~Registration() { sample_unregister(id_); }
  int id() const { return id_; }
};

Registration first_registration("first");
static Registration second_registration("second");
thread_local Registration thread_registration("thread");

struct CrcTable {
  unsigned entries[256];
  constexpr CrcTable() : entries{} {
    for (unsigned i = 0; i < 256; i++) {
      unsigned c = i;
      for (int k = 0; k < 8; k++)
        c = c & 1 ? 0xedb88320u ^ c >> 1 : c >> 1;
      entries[i] = c;
    }
  }
};

static constexpr CrcTable crc_table;

class Statistics {
  static long calls_;
  static double total_;
  double own_ = 0;

public:
  void add(double value);
  static double mean();
  double share() const;
};

long Statistics::calls_ = 0;
double Statistics::total_ = 0;

void Statistics::add(double value) {
  calls_++;
  total_ += value;
  own_ += value;
}

double Statistics::mean() { return calls_ ? total_ / static_cast<double>(calls_) : 0; }
double Statistics::share() const { return total_ != 0 ? own_ / total_ : 0; }

unsigned crc_by_table(const unsigned char *bytes, int n) {
  unsigned crc = ~0u;
  for (int i = 0; i < n; i++)
    crc = crc_table.entries[(crc ^ bytes[i]) & 255] ^ crc >> 8;
  return ~crc;
}

Registration &lazy_registration() {
  static Registration registration("lazy");
  return registration;
}

int identifier_of(int which) {
  switch (which) {
  case 0: return first_registration.id();
  case 1: return second_registration.id();
  case 2: return thread_registration.id();
  default: return lazy_registration().id();
  }
}

int lazy_table_entry(unsigned i) {
  static const int *table = [] {
    static int entries[64];
    int seed = sample_register("table") & 0xffff;
    for (int &entry : entries) {
      seed = (seed * 75 + 74) % 65537;
      entry = seed;
    }
    return entries;
  }();
  return table[i & 63];
}

int sum_identifiers(int n) {
  int sum = 0;
  for (int i = 0; i < n; i++)
    sum ^= identifier_of(i & 3) + i;
  return sum;
}

double feed_statistics(Statistics *groups, int count, const double *v, int n) {
  for (int i = 0; i < n; i++)
    groups[i % (count > 0 ? count : 1)].add(v[i]);
  return Statistics::mean() + groups[0].share();
}
