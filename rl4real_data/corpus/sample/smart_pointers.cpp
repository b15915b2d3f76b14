// Ownership types: unique and shared pointers, intrusive lists, an arena.
// Destructor calls on every path, reference counts, moves.

typedef __SIZE_TYPE__ size_type;

template <typename T> class Unique {
  T *raw_;

public:
  explicit Unique(T *raw = nullptr) noexcept : raw_(raw) {}
  Unique(Unique &&o) noexcept : raw_(o.raw_) { o.raw_ = nullptr; }
  Unique &operator=(Unique &&o) noexcept {
    T *old = raw_;
    raw_ = o.raw_;
    o.raw_ = nullptr;
    if (old != raw_)
      delete old;
    return *this;
  }
  ~Unique() { delete raw_; }
  T *operator->() const { return raw_; }
  T *get() const { return raw_; }
  explicit operator bool() const { return raw_; }
};

template <typename T> class Shared {
  struct Block {
    long count;
    T value;
  };
  Block *block_;

  void drop() {
    if (block_ && --block_->count == 0)
      delete block_;
  }

public:
  explicit Shared(T value) : block_(new Block{1, value}) {}
  Shared(const Shared &o) : block_(o.block_) { ++block_->count; }
  Shared &operator=(const Shared &o) {
    ++o.block_->count;
    drop();
    block_ = o.block_;
    return *this;
  }
  ~Shared() { drop(); }
  T &operator*() const { return block_->value; }
  long count() const { return block_->count; }
};

struct ListNode {
  int value;
  Unique<ListNode> next;
  explicit ListNode(int v) : value(v), next() {}
};

extern void sample_observe(const Shared<double> &);

Unique<ListNode> build_list(const int *v, int n) {
  Unique<ListNode> head;
  for (int i = n; i-- > 0;) {
    Unique<ListNode> fresh(new ListNode(v[i]));
    fresh->next = static_cast<Unique<ListNode> &&>(head);
    head = static_cast<Unique<ListNode> &&>(fresh);
  }
  return head;
}

int remove_from_list(Unique<ListNode> &head, int value) {
  int removed = 0;
  for (Unique<ListNode> *link = &head; *link;) {
    if ((*link)->value == value) {
      Unique<ListNode> rest(static_cast<Unique<ListNode> &&>((*link)->next));
      *link = static_cast<Unique<ListNode> &&>(rest);
      removed++;
    } else {
      link = &(*link)->next;
    }
  }
  return removed;
}

long list_checksum(const Unique<ListNode> &head) {
  unsigned long sum = 0;
  for (const ListNode *n = head.get(); n; n = n->next.get())
    sum = sum * 31 + static_cast<unsigned long>(n->value);
  return static_cast<long>(sum);
}

void reverse_list(Unique<ListNode> &head) {
  Unique<ListNode> done;
  while (head) {
    Unique<ListNode> rest(static_cast<Unique<ListNode> &&>(head->next));
    head->next = static_cast<Unique<ListNode> &&>(done);
    done = static_cast<Unique<ListNode> &&>(head);
    head = static_cast<Unique<ListNode> &&>(rest);
  }
  head = static_cast<Unique<ListNode> &&>(done);
}

double share_around(double start, int n) {
  Shared<double> first(start), second(first);
  for (int i = 0; i < n; i++) {
    sample_observe(second);
    Shared<double> third(*second * 0.5 + i);
    first = second;
    second = third;
  }
  return *first + *second + static_cast<double>(first.count());
}

Shared<double> larger_of(const Shared<double> &a, const Shared<double> &b) {
  return *a < *b ? b : a;
}

class Arena {
  char *at_, *end_;

public:
  Arena(char *memory, size_type size) : at_(memory), end_(memory + size) {}
  void *take(size_type size, size_type align);
  int *copy_integers(const int *v, int n);
};

void *Arena::take(size_type size, size_type align) {
  size_type misfit = reinterpret_cast<size_type>(at_) & (align - 1);
  size_type skip = misfit ? align - misfit : 0;
  size_type room = static_cast<size_type>(end_ - at_);
  if (skip > room || size > room - skip)
    return nullptr;
  char *result = at_ + skip;
  at_ = result + size;
  return result;
}

int *Arena::copy_integers(const int *v, int n) {
  auto *copy = static_cast<int *>(take(static_cast<size_type>(n) * sizeof(int), alignof(int)));
  for (int i = 0; copy && i < n; i++)
    copy[i] = v[i];
  return copy;
}
