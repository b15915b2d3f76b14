// Values made opaque with empty inline assembly: tied operands, several outputs,
// memory clobbers, and values forced to be live over a loop or a call.

typedef unsigned long word;

extern word sample_step(word);

#define HIDE(x) __asm__ volatile("" : "+r"(x))
#define KEEP(x) __asm__ volatile("" : : "r"(x))
#define FORGET_MEMORY() __asm__ volatile("" : : : "memory")

word hide_one(word x) {
  HIDE(x);
  return x + 1;
}

word hide_chain(word a, word b) {
  for (int i = 0; i < 8; i++) {
    a += b;
    HIDE(a);
    b ^= a >> 3;
    HIDE(b);
  }
  return a ^ b;
}

word four_outputs(word a, word b, word c, word d) {
  __asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d));
  a += d, b ^= c;
  __asm__ volatile("" : "+r"(b), "+r"(a), "+r"(d), "+r"(c) : : "memory");
  return a * b + c * d;
}

word tied_operands(word a, word b) {
  word x, y;
  __asm__ volatile("" : "=r"(x), "=r"(y) : "0"(a), "1"(b));
  return x - y;
}

// Twelve values computed before the call and needed after it.
word live_over_call(const word *v) {
  word a = v[0], b = v[1], c = v[2], d = v[3], e = v[4], f = v[5];
  word g = v[6], h = v[7], i = v[8], j = v[9], k = v[10], l = v[11];
  __asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e), "+r"(f));
  __asm__ volatile("" : "+r"(g), "+r"(h), "+r"(i), "+r"(j), "+r"(k), "+r"(l));
  word r = sample_step(a ^ l);
  return r + a + (b ^ c) + (d ^ e) * f + (g ^ h) + (i ^ j) * k + l;
}

word live_over_loop(const word *v, int n) {
  word a = v[0], b = v[1], c = v[2], d = v[3], sum = 0;
  HIDE(a);
  HIDE(b);
  HIDE(c);
  HIDE(d);
  for (int i = 0; i < n; i++) {
    sum += v[i] * 3;
    sum ^= sum >> 5;
    FORGET_MEMORY();
  }
  return sum ^ a ^ (b + c) ^ d;
}

word rare_path(const word *v, int n) {
  word sum = 0, mixed = 1;
  for (int i = 0; i < n; i++) {
    word x = v[i];
    HIDE(x);
    if (__builtin_expect(x == 0, 0)) {
      sum ^= sample_step(sum);
      mixed = sample_step(mixed);
    }
    sum += x;
    mixed *= x | 1;
  }
  return sum ^ mixed;
}

void keep_all(const word *v) {
  word a = v[0] * 3, b = v[1] * 5, c = v[2] * 7, d = v[3] * 9, e = a ^ b, f = c ^ d;
  KEEP(a);
  KEEP(b);
  KEEP(c);
  KEEP(d);
  KEEP(e + f);
  __asm__ volatile("" : : "r"(a), "r"(b), "r"(c), "r"(d), "r"(e), "r"(f) : "memory");
}

word reload_each_time(const word *v) {
  word sum = v[0];
  FORGET_MEMORY();
  sum += v[0] * 2;
  FORGET_MEMORY();
  sum += v[0] * 4;
  return sum;
}

word select_without_branch(word condition, word a, word b) {
  word mask = 0 - (word)(condition != 0);
  HIDE(mask);
  return (a & mask) | (b & ~mask);
}

word constants_in_registers(word x) {
  word big = 0x123456789abcdef1ul, other = 0x0fedcba987654321ul;
  HIDE(big);
  HIDE(other);
  for (int i = 0; i < 16; i++) {
    x = (x ^ big) * other;
    HIDE(x);
  }
  return x + big + other;
}
