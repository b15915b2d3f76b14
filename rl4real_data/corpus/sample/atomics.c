// Atomics: compare-and-swap loops, fetch-and-op, spin locks, reference counts
// and a bounded queue. Instruction pairs that must stay together.

typedef unsigned int u32;
typedef unsigned long long u64;

typedef struct {
  u32 head, tail;
  u64 items[256];
} queue;

typedef struct stack_node {
  struct stack_node *next;
  int value;
} stack_node;

int retain(int *count) { return __atomic_add_fetch(count, 1, __ATOMIC_RELAXED); }

int release(int *count, void (*destroy)(void *), void *object) {
  if (__atomic_sub_fetch(count, 1, __ATOMIC_ACQ_REL) != 0)
    return 0;
  destroy(object);
  return 1;
}

void lock_spin(u32 *lock) {
  while (__atomic_exchange_n(lock, 1, __ATOMIC_ACQUIRE))
    while (__atomic_load_n(lock, __ATOMIC_RELAXED))
      __asm__ volatile("" ::: "memory");
}

void unlock_spin(u32 *lock) { __atomic_store_n(lock, 0, __ATOMIC_RELEASE); }

void add_under_lock(u32 *lock, u64 *values, int n, u64 amount) {
  for (int i = 0; i < n; i++) {
    lock_spin(lock);
    values[i] += amount;
    unlock_spin(lock);
  }
}

u64 atomic_maximum(u64 *place, u64 value) {
  u64 seen = __atomic_load_n(place, __ATOMIC_RELAXED);
  while (seen < value &&
         !__atomic_compare_exchange_n(place, &seen, value, 1, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
  }
  return seen;
}

void atomic_add_double(double *place, double amount) {
  double seen, wanted;
  __atomic_load(place, &seen, __ATOMIC_RELAXED);
  do
    wanted = seen + amount;
  while (!__atomic_compare_exchange(place, &seen, &wanted, 1, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
}

void push_node(stack_node **top, stack_node *fresh) {
  fresh->next = __atomic_load_n(top, __ATOMIC_RELAXED);
  while (!__atomic_compare_exchange_n(top, &fresh->next, fresh, 1, __ATOMIC_RELEASE,
                                      __ATOMIC_RELAXED)) {
  }
}

int drain_stack(stack_node **top) {
  int sum = 0;
  for (stack_node *n = __atomic_exchange_n(top, 0, __ATOMIC_ACQUIRE); n; n = n->next)
    sum ^= n->value;
  return sum;
}

// One producer and one consumer.
int enqueue(queue *q, u64 item) {
  u32 tail = __atomic_load_n(&q->tail, __ATOMIC_RELAXED);
  if (tail - __atomic_load_n(&q->head, __ATOMIC_ACQUIRE) == 256)
    return 0;
  q->items[tail & 255] = item;
  __atomic_store_n(&q->tail, tail + 1, __ATOMIC_RELEASE);
  return 1;
}

int dequeue(queue *q, u64 *item) {
  u32 head = __atomic_load_n(&q->head, __ATOMIC_RELAXED);
  if (head == __atomic_load_n(&q->tail, __ATOMIC_ACQUIRE))
    return 0;
  *item = q->items[head & 255];
  __atomic_store_n(&q->head, head + 1, __ATOMIC_RELEASE);
  return 1;
}

u32 take_ticket(u32 *next, u32 *serving) {
  u32 ticket = __atomic_fetch_add(next, 1, __ATOMIC_RELAXED);
  for (u32 seen; (seen = __atomic_load_n(serving, __ATOMIC_ACQUIRE)) != ticket;)
    for (u32 i = 0; i < (ticket - seen) * 16; i++)
      __asm__ volatile("" : "+r"(i));
  return ticket;
}

int claim_bit(u64 *map) {
  u64 seen = __atomic_load_n(map, __ATOMIC_RELAXED);
  while (~seen) {
    u64 bit = ~seen & (seen + 1);
    if (__atomic_compare_exchange_n(map, &seen, seen | bit, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
      return __builtin_ctzll(bit);
  }
  return -1;
}

void full_fences(int *flag_a, const int *flag_b, int *result) {
  __atomic_store_n(flag_a, 1, __ATOMIC_RELAXED);
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  *result = __atomic_load_n(flag_b, __ATOMIC_RELAXED);
}
