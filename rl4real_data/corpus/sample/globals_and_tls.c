// Global, static, constant and thread-local variables: address computations,
// values reloaded around calls, volatile accesses, tables.

typedef unsigned int u32;

extern int sample_tick(void);
extern int sample_setting;
extern __thread long sample_thread_total;

int counter;
double running_mean;
u32 random_state[4] = {1, 2, 3, 4};
static int cache_keys[64], cache_values[64];
_Thread_local int thread_depth;
static _Thread_local u32 thread_random = 88172645u;
volatile int device_register;
static const unsigned char square_digits[16] = {0, 1, 4, 9, 6, 5, 6, 9, 4, 1, 0, 1, 4, 9, 6, 5};

int next_identifier(void) { return counter = (counter + 1) & 0xffffff; }

void update_mean(const double *v, int n) {
  for (int i = 0; i < n; i++) {
    counter = (counter + 1) & 0xffff;
    running_mean += (v[i] - running_mean) / (counter + 1);
  }
}

u32 next_random(void) {
  u32 t = random_state[3], s = random_state[0];
  random_state[3] = random_state[2];
  random_state[2] = random_state[1];
  random_state[1] = s;
  t ^= t << 11;
  t ^= t >> 8;
  return random_state[0] = t ^ s ^ s >> 19;
}

u32 next_thread_random(void) {
  thread_random ^= thread_random << 13;
  thread_random ^= thread_random >> 17;
  thread_random ^= thread_random << 5;
  return thread_random;
}

__attribute__((noinline)) static int compute_slowly(int key) {
  u32 x = (u32)key;
  for (int i = 0; i < 100; i++)
    x = x * 7 + (x >> 3) + square_digits[x & 15];
  return (int)(x & 0x7fffffff);
}

int cached_value(int key) {
  int at = key & 63;
  if (cache_keys[at] != key) {
    cache_values[at] = compute_slowly(key);
    cache_keys[at] = key;
  }
  return cache_values[at];
}

int nested_depth(int n) {
  thread_depth++;
  int result = n > 0 ? sample_tick() + nested_depth(n - 1) / 2 : thread_depth;
  thread_depth--;
  return result;
}

void add_to_thread_total(const long *v, int n) {
  for (int i = 0; i < n; i++)
    sample_thread_total ^= v[i] + sample_tick();
}

int wait_for_device(int limit) {
  int polls = 0;
  device_register = 1;
  while (device_register & 1) {
    if (++polls >= limit)
      return -1;
    device_register = polls & 0xff;
  }
  return polls;
}

int static_call_count(int step) {
  static int calls;
  static int history[8];
  history[calls++ & 7] = step;
  calls &= 0xffff;
  int sum = 0;
  for (int i = 0; i < 8; i++)
    sum ^= history[i];
  return sum;
}

int depends_on_setting(const int *v, int n) {
  int found = 0;
  for (int i = 0; i < n; i++) {
    if (v[i] > sample_setting)
      found += sample_tick() & 1;
    if (v[i] < -sample_setting / 2)
      found ^= 1;
  }
  return found;
}

int *address_of_slot(int which) {
  return which == 0 ? &counter : which == 1 ? &sample_setting : &cache_values[which & 63];
}

void reset_everything(void) {
  counter = 0;
  running_mean = 0;
  thread_depth = 0;
  for (int i = 0; i < 64; i++)
    cache_keys[i] = cache_values[i] = 0;
}
