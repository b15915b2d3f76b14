// Containers: a growing array with moves, a ring buffer, a bit set and a heap,
// instantiated for several element types. Growth is the rare path.

typedef __SIZE_TYPE__ size_type;

template <typename T> class Array {
  T *data_ = nullptr;
  size_type size_ = 0, room_ = 0;

public:
  Array() = default;
  Array(const Array &) = delete;
  Array &operator=(const Array &) = delete;
  ~Array() { delete[] data_; }

  size_type size() const { return size_; }
  T &operator[](size_type i) { return data_[i]; }
  const T &operator[](size_type i) const { return data_[i]; }

  __attribute__((noinline)) void grow() {
    size_type room = room_ ? room_ * 2 : 8;
    T *larger = new T[room];
    for (size_type i = 0; i < size_; i++)
      larger[i] = data_[i];
    delete[] data_;
    data_ = larger;
    room_ = room;
  }
  void push(const T &value) {
    T kept = value;
    if (size_ == room_)
      grow();
    data_[size_++] = kept;
  }
  T pop() { return data_[--size_]; }
};

template <typename T> class MinHeap {
  Array<T> items_;

public:
  bool empty() const { return items_.size() == 0; }
  void push(T value) {
    items_.push(value);
    size_type at = items_.size() - 1;
    for (; at > 0 && value < items_[(at - 1) / 2]; at = (at - 1) / 2)
      items_[at] = items_[(at - 1) / 2];
    items_[at] = value;
  }
  T pop() {
    T top = items_[0], last = items_.pop();
    size_type n = items_.size(), at = 0;
    for (size_type child = 1; child < n; child = 2 * at + 1) {
      if (child + 1 < n && items_[child + 1] < items_[child])
        child++;
      if (!(items_[child] < last))
        break;
      items_[at] = items_[child];
      at = child;
    }
    if (n > 0)
      items_[at] = last;
    return top;
  }
};

struct Event {
  double time;
  int kind, target;
  bool operator<(const Event &o) const { return time < o.time; }
};

template class Array<int>;
template class Array<double>;
template class Array<Event>;
template class MinHeap<Event>;

int collect_multiples(int limit, int factor, Array<int> &out) {
  if (factor > 0)
    for (int i = factor; i < limit; i += factor)
      out.push(i);
  return static_cast<int>(out.size());
}

void heap_sort_doubles(double *v, int n) {
  MinHeap<double> heap;
  for (int i = 0; i < n; i++)
    heap.push(v[i]);
  for (int i = 0; !heap.empty(); i++)
    v[i] = heap.pop();
}

double simulate(MinHeap<Event> &events, double until) {
  double now = 0;
  unsigned state = 1;
  while (!events.empty()) {
    Event e = events.pop();
    if (e.time > until)
      break;
    now = e.time;
    state = state * 1103515245u + 12345u;
    if (e.kind > 0)
      events.push({now + 0.001 * (1 + state % 1000), e.kind - 1, e.target ^ 1});
  }
  return now;
}

template <typename T, unsigned N> class Ring {
  T items_[N];
  unsigned head_ = 0, count_ = 0;

public:
  bool put(T value) {
    if (count_ == N)
      return false;
    items_[(head_ + count_++) % N] = value;
    return true;
  }
  bool take(T &value) {
    if (count_ == 0)
      return false;
    value = items_[head_];
    head_ = (head_ + 1) % N;
    count_--;
    return true;
  }
};
template class Ring<short, 12>;
template class Ring<double, 16>;

int pass_through_ring(const double *in, double *out, int n) {
  Ring<double, 16> ring;
  int written = 0;
  for (int i = 0; i < n; i++)
    while (!ring.put(in[i]))
      ring.take(out[written++]);
  for (double rest; ring.take(rest);)
    out[written++] = rest;
  return written;
}
