// Hash tables: open addressing with Robin Hood moves, chained buckets through an
// external allocator, and a small bloom filter. Loops with calls and early returns.

typedef unsigned long long u64;

typedef struct {
  u64 key, value;
  unsigned distance;
  unsigned used;
} slot;

typedef struct {
  slot *slots;
  u64 mask, count;
} table;

typedef struct node {
  struct node *next;
  u64 key, value;
} node;

extern void *sample_allocate(u64 bytes);
extern void sample_release(void *memory);

__attribute__((noinline)) static u64 hash_key(u64 key) {
  key *= 0x9e3779b97f4a7c15ull;
  return key ^ key >> 29;
}

slot *table_find(const table *t, u64 key) {
  u64 at = hash_key(key) & t->mask;
  for (unsigned distance = 0;; distance++, at = (at + 1) & t->mask) {
    slot *s = &t->slots[at];
    if (!s->used || s->distance < distance)
      return 0;
    if (s->key == key)
      return s;
  }
}

int table_insert(table *t, u64 key, u64 value) {
  if (t->count > t->mask - t->mask / 8)
    return 0;
  slot carried = {key, value, 0, 1};
  for (u64 at = hash_key(key) & t->mask;; at = (at + 1) & t->mask, carried.distance++) {
    slot *s = &t->slots[at];
    if (!s->used) {
      *s = carried;
      t->count++;
      return 1;
    }
    if (s->key == carried.key) {
      s->value = carried.value;
      return 1;
    }
    if (s->distance < carried.distance) {
      slot kept = *s;
      *s = carried;
      carried = kept;
    }
  }
}

int table_erase(table *t, u64 key) {
  slot *s = table_find(t, key);
  if (!s)
    return 0;
  u64 at = (u64)(s - t->slots);
  for (;;) {
    u64 next = (at + 1) & t->mask;
    if (!t->slots[next].used || t->slots[next].distance == 0)
      break;
    t->slots[at] = t->slots[next];
    t->slots[at].distance--;
    at = next;
  }
  t->slots[at].used = 0;
  t->count--;
  return 1;
}

int table_grow(table *t) {
  table larger = {sample_allocate((t->mask + 1) * 2 * sizeof(slot)), t->mask * 2 + 1, 0};
  if (!larger.slots)
    return 0;
  for (u64 i = 0; i <= larger.mask; i++)
    larger.slots[i].used = 0;
  for (u64 i = 0; i <= t->mask; i++)
    if (t->slots[i].used)
      table_insert(&larger, t->slots[i].key, t->slots[i].value);
  sample_release(t->slots);
  *t = larger;
  return 1;
}

node *chain_find(node *const *buckets, u64 mask, u64 key) {
  node *n = buckets[hash_key(key) & mask];
  while (n && n->key != key)
    n = n->next;
  return n;
}

node *chain_insert(node **buckets, u64 mask, u64 key, u64 value) {
  node *found = chain_find(buckets, mask, key);
  if (!found) {
    found = sample_allocate(sizeof(node));
    if (!found)
      return 0;
    node **bucket = &buckets[hash_key(key) & mask];
    found->next = *bucket;
    found->key = key;
    *bucket = found;
  }
  found->value = value;
  return found;
}

int chain_erase(node **buckets, u64 mask, u64 key) {
  for (node **link = &buckets[hash_key(key) & mask]; *link; link = &(*link)->next)
    if ((*link)->key == key) {
      node *gone = *link;
      *link = gone->next;
      sample_release(gone);
      return 1;
    }
  return 0;
}

void bloom_add(u64 *bits, unsigned log2_bits, u64 key) {
  u64 hash = hash_key(key), step = hash >> 32 | 1;
  for (int i = 0; i < 5; i++, hash += step) {
    u64 bit = hash & ((1ull << log2_bits) - 1);
    bits[bit / 64] |= 1ull << bit % 64;
  }
}

int bloom_may_contain(const u64 *bits, unsigned log2_bits, u64 key) {
  u64 hash = hash_key(key), step = hash >> 32 | 1;
  for (int i = 0; i < 5; i++, hash += step) {
    u64 bit = hash & ((1ull << log2_bits) - 1);
    if (!(bits[bit / 64] >> bit % 64 & 1))
      return 0;
  }
  return 1;
}

u64 sum_of_values(const table *t) {
  u64 total = 0;
  for (u64 i = 0; i <= t->mask; i++)
    total += t->slots[i].used ? t->slots[i].value : 0;
  return total;
}
