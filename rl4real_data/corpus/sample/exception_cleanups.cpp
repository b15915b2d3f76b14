// Cleanups: destructors that run on normal and exceptional paths, scope guards,
// partly built objects and arrays, several live resources per function.

typedef __SIZE_TYPE__ size_type;

extern void *sample_open(int);
extern void sample_close(void *) noexcept;
extern int sample_read(void *, int);
extern void sample_count(int) noexcept;

class Handle {
  void *raw_;

public:
  explicit Handle(int id) : raw_(sample_open(id)) {
    if (!raw_)
      throw id;
  }
  Handle(const Handle &) = delete;
  Handle &operator=(const Handle &) = delete;
  Handle(Handle &&other) noexcept : raw_(other.raw_) { other.raw_ = nullptr; }
  ~Handle() {
    if (raw_)
      sample_close(raw_);
  }
  int read(int n) { return sample_read(raw_, n); }
};

template <typename Action> class Guard {
  Action action_;

public:
  explicit Guard(Action action) : action_(action) {}
  ~Guard() { action_(); }
};
template <typename Action> Guard(Action) -> Guard<Action>;

class Buffer {
  int *data_;
  int size_;

public:
  explicit Buffer(int n);
  Buffer(const Buffer &other);
  ~Buffer();
  int sum() const;
  void fill_from(Handle &source);
};

Buffer::Buffer(int n)
    : data_(new int[static_cast<size_type>(n > 0 ? n : 0)]), size_(n > 0 ? n : 0) {
  for (int i = 0; i < size_; i++)
    data_[i] = 0;
}

Buffer::Buffer(const Buffer &other) : Buffer(other.size_) {
  for (int i = 0; i < size_; i++)
    data_[i] = other.data_[i];
}

Buffer::~Buffer() { delete[] data_; }

int Buffer::sum() const {
  unsigned total = 0;
  for (int i = 0; i < size_; i++)
    total += static_cast<unsigned>(data_[i]);
  return static_cast<int>(total);
}

void Buffer::fill_from(Handle &source) {
  for (int i = 0; i < size_; i++)
    data_[i] = source.read(i);
}

int read_two(int a, int b) {
  Handle first(a);
  Handle second(b);
  return first.read(1) ^ second.read(2);
}

int read_into_buffer(int id, int n) {
  Handle source(id);
  Buffer buffer(n);
  buffer.fill_from(source);
  Buffer copy(buffer);
  return buffer.sum() ^ copy.sum();
}

int read_many(const int *ids, int n) {
  int total = 0;
  for (int i = 0; i < n; i++) {
    Handle handle(ids[i]);
    int got = handle.read(i);
    if (got == 0)
      continue;
    if (got < 0)
      return total;
    total ^= got;
  }
  return total;
}

int guarded_steps(int a, int b, int c) {
  int done = 0;
  Guard report([&] { sample_count(done); });
  Handle first(a);
  done = 1;
  Guard again([=] { sample_count(a - 1); });
  Handle second(b);
  done = 2;
  Handle third(c);
  done = 3;
  return first.read(0) ^ second.read(1) ^ third.read(2);
}

struct Session {
  Handle input, output;
  Buffer cache;
  Session(int id, int n);
};

Session::Session(int id, int n) : input(id), output(id ^ 1), cache(n) { cache.fill_from(input); }

Session *open_session(int id) { return new Session(id, 64); }

int read_with_recovery(int id) {
  try {
    Handle handle(id);
    Buffer buffer(16);
    buffer.fill_from(handle);
    return buffer.sum();
  } catch (int failed) {
    Handle spare(failed ^ 1);
    return spare.read(failed);
  }
}

Handle open_first_of(int a, int b) {
  try {
    return Handle(a);
  } catch (...) {
    return Handle(b);
  }
}
