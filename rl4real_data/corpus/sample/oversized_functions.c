// Functions around the limits of the training filters: more than 1000 virtual
// registers, a register used at more than 200 points, and two below both limits.

typedef unsigned long word;

#define TEN(M, k) M(k##0) M(k##1) M(k##2) M(k##3) M(k##4) M(k##5) M(k##6) M(k##7) M(k##8) M(k##9)
#define HUNDRED(M, k)                                                                              \
  TEN(M, k##0) TEN(M, k##1) TEN(M, k##2) TEN(M, k##3) TEN(M, k##4)                                 \
  TEN(M, k##5) TEN(M, k##6) TEN(M, k##7) TEN(M, k##8) TEN(M, k##9)
#define FOUR_HUNDRED(M) HUNDRED(M, 1) HUNDRED(M, 2) HUNDRED(M, 3) HUNDRED(M, 4)

// k runs from 100 to 499. The empty assembly keeps the steps apart: nothing is
// merged or turned into a loop, and each step leaves three registers of its own.
#define INDEPENDENT_STEP(k)                                                                        \
  {                                                                                                \
    word x = in[k], y = in[k + 1], z;                                                              \
    __asm__ volatile("" : "=r"(z) : "r"(x), "r"(y));                                               \
    out[k] = (z ^ x) + (y >> 3) * (2 * k + 1);                                                     \
  }

void more_than_a_thousand_registers(const word *restrict in, word *restrict out) {
  FOUR_HUNDRED(INDEPENDENT_STEP)
}

#define USE_ONCE(k)                                                                                \
  last ^= last >> 5;                                                                               \
  last = last * 2 + k;                                                                             \
  __asm__ volatile("" : "+r"(last) : "r"(everywhere));

// `everywhere` stays in one register and is read three hundred times.
word more_than_two_hundred_uses(word everywhere, word last) {
  HUNDRED(USE_ONCE, 1)
  HUNDRED(USE_ONCE, 2)
  HUNDRED(USE_ONCE, 3)
  return last ^ everywhere;
}

#define BASE_STEP(k)                                                                               \
  if (state[k] > limit)                                                                            \
    state[k] -= limit;

// The address in `state` has about 160 uses over many blocks: below the limit.
void many_small_branches(word *state, word limit) {
  TEN(BASE_STEP, 10)
  TEN(BASE_STEP, 11)
  TEN(BASE_STEP, 12)
  TEN(BASE_STEP, 13)
  TEN(BASE_STEP, 14)
  TEN(BASE_STEP, 15)
  TEN(BASE_STEP, 16)
  TEN(BASE_STEP, 17)
}

#define SMALL_STEP(k)                                                                              \
  word v##k = in[k];                                                                               \
  __asm__ volatile("" : "+r"(v##k));
#define SMALL_SUM(k) sum = (sum ^ v##k) * 3;

// One hundred values live at once, well above any register file.
word one_hundred_live_values(const word *in) {
  HUNDRED(SMALL_STEP, 1)
  word sum = 0;
  HUNDRED(SMALL_SUM, 1)
  return sum;
}
