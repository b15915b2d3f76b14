// Multiple and virtual inheritance: pointer adjustments, thunks, virtual bases,
// member pointers and visitor double dispatch.

namespace devices {

struct Readable {
  virtual ~Readable();
  virtual int read() = 0;
};

struct Writable {
  virtual ~Writable();
  virtual bool write(int value) = 0;
};

struct Named {
  const char *name;
  explicit Named(const char *n) : name(n) {}
  virtual ~Named();
  virtual unsigned hash() const;
};

struct Pipe : Readable, Writable {
  int items[16];
  unsigned head = 0, tail = 0;
  int read() override;
  bool write(int value) override;
};

struct Source : virtual Named, Readable {
  int state;
  Source(const char *n, int s) : Named(n), state(s) {}
  int read() override;
};

struct Sink : virtual Named, Writable {
  long total = 0;
  explicit Sink(const char *n) : Named(n) {}
  bool write(int value) override;
};

struct Both : Source, Sink {
  Both(const char *n, int s) : Named(n), Source(n, s), Sink(n) {}
  bool write(int value) override;
  unsigned hash() const override;
};

Readable::~Readable() {}
Writable::~Writable() {}
Named::~Named() {}

unsigned Named::hash() const {
  unsigned h = 5381;
  for (const char *s = name; *s; s++)
    h = h * 33 + static_cast<unsigned char>(*s);
  return h;
}

int Pipe::read() { return head == tail ? -1 : items[head++ & 15]; }

bool Pipe::write(int value) {
  if (tail - head == 16)
    return false;
  items[tail++ & 15] = value;
  return true;
}

int Source::read() {
  state = (state * 75 + 74) % 65537;
  return state;
}

bool Sink::write(int value) {
  total += value;
  return total < 1000000;
}

bool Both::write(int value) {
  state ^= value & 0xff;
  return Sink::write(value + 1);
}

unsigned Both::hash() const { return Named::hash() * 31 + static_cast<unsigned>(state); }

int copy_items(Readable &from, Writable &to, int limit) {
  int copied = 0;
  for (; copied < limit; copied++) {
    int value = from.read();
    if (value < 0 || !to.write(value))
      break;
  }
  return copied;
}

int shuttle(Pipe &pipe, Both &both, int rounds) {
  int moved = 0;
  for (int i = 0; i < rounds; i++) {
    moved += copy_items(both, pipe, 5);
    moved -= copy_items(pipe, both, 3);
  }
  return moved;
}

unsigned hash_of_writable(Writable *w) {
  if (auto *named = dynamic_cast<Named *>(w))
    return named->hash();
  return 0;
}

Named *as_named(Both *b) { return b; }
Writable *as_writable(Both *b) { return b; }

using Step = bool (Writable::*)(int);

int apply_member(Writable &w, Step step, const int *v, int n) {
  int accepted = 0;
  for (int i = 0; i < n; i++)
    accepted += (w.*step)(v[i]);
  return accepted;
}

int read_field(Both &b, int Source::*field, int times) {
  int sum = 0;
  for (int i = 0; i < times; i++)
    sum ^= b.*field + b.read();
  return sum;
}

Both *make_both(const char *name, int seed) { return new Both(name, seed); }

}  // namespace devices
