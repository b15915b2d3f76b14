// Masked, broadcast and folded forms of AVX-512: an opcode of its own each, of which code written for masks uses all.
#include <immintrin.h>

#define WIDE \
  "avx512f,avx512vl,avx512bw,avx512dq,avx512cd,avx512vbmi,avx512vbmi2,avx512vnni,avx512ifma,avx512bitalg,avx512fp16"

// Two sources, of which the second is a register, memory, or one element of memory; all, some, or some and zero.
#define BINARY(OP, KIND, V, ELEMENT, MASK, SET)                                                                       \
  __attribute__((target(WIDE))) void OP##_##KIND(V *out, const V *in, const ELEMENT *one, const MASK *some, long n) { \
    for (long i = 0; i < n; i++) {                                                                                    \
      V x = in[8 * i], y = in[8 * i + 1];                                                                             \
      out[8 * i] = _mm512_##OP##_##KIND(_mm512_##OP##_##KIND(y, x), in[8 * i + 2]);                                   \
      out[8 * i + 1] = _mm512_##OP##_##KIND(y, SET(one[i]));                                                          \
      out[8 * i + 2] = _mm512_mask_##OP##_##KIND(in[8 * i + 6], some[i], y, out[8 * i]);                              \
      out[8 * i + 3] = _mm512_mask_##OP##_##KIND(y, some[i + 1], x, in[8 * i + 3]);                                   \
      out[8 * i + 4] = _mm512_mask_##OP##_##KIND(y, some[i + 2], x, SET(one[i + 1]));                                 \
      out[8 * i + 5] = _mm512_maskz_##OP##_##KIND(some[i + 3], x, in[8 * i + 4]);                                     \
      out[8 * i + 6] = _mm512_maskz_##OP##_##KIND(some[i + 4], out[8 * i + 3], y);                                    \
      out[8 * i + 7] = _mm512_maskz_##OP##_##KIND(some[i + 5], x, SET(one[i + 2]));                                   \
    }                                                                                                                 \
  }
#define FLOATS(OP)                                         \
  BINARY(OP, ps, __m512, float, __mmask16, _mm512_set1_ps) \
  BINARY(OP, pd, __m512d, double, __mmask8, _mm512_set1_pd)
#define LONGS(OP) BINARY(OP, epi32, __m512i, int, __mmask16, _mm512_set1_epi32)
#define QUADS(OP) BINARY(OP, epi64, __m512i, long, __mmask8, _mm512_set1_epi64)
#define WORDS(OP) BINARY(OP, epi16, __m512i, short, __mmask32, _mm512_set1_epi16)
#define BYTES(OP) BINARY(OP, epi8, __m512i, char, __mmask64, _mm512_set1_epi8)
#define HALVES(OP) BINARY(OP, ph, __m512h, _Float16, __mmask32, _mm512_set1_ph)

FLOATS(add) FLOATS(sub) FLOATS(mul) FLOATS(div) FLOATS(min) FLOATS(max)
FLOATS(and) FLOATS(andnot) FLOATS(or) FLOATS(xor) FLOATS(scalef) FLOATS(unpacklo) FLOATS(unpackhi)
HALVES(add) HALVES(sub) HALVES(mul) HALVES(div) HALVES(min) HALVES(max) HALVES(scalef)
LONGS(add) LONGS(sub) LONGS(mullo) LONGS(min) LONGS(max) LONGS(and) LONGS(andnot) LONGS(or) LONGS(xor)
LONGS(sllv) LONGS(srlv) LONGS(srav) LONGS(rolv) LONGS(rorv) LONGS(unpacklo) LONGS(unpackhi) LONGS(permutexvar)
QUADS(add) QUADS(sub) QUADS(mullo) QUADS(min) QUADS(max) QUADS(and) QUADS(andnot) QUADS(or) QUADS(xor)
QUADS(sllv) QUADS(srlv) QUADS(srav) QUADS(rolv) QUADS(rorv) QUADS(unpacklo) QUADS(unpackhi) QUADS(permutexvar)
WORDS(add) WORDS(adds) WORDS(sub) WORDS(subs) WORDS(mullo) WORDS(mulhi) WORDS(mulhrs) WORDS(min) WORDS(max)
WORDS(sllv) WORDS(srlv) WORDS(srav) WORDS(unpacklo) WORDS(unpackhi) WORDS(permutexvar) WORDS(packs) WORDS(packus)
BYTES(add) BYTES(adds) BYTES(sub) BYTES(subs) BYTES(min) BYTES(max) BYTES(shuffle) BYTES(unpacklo) BYTES(unpackhi)
BYTES(permutexvar)

// One source.
#define UNARY(OP, KIND, V, MASK)                                                                  \
  __attribute__((target(WIDE))) void OP##_##KIND(V *out, const V *in, const MASK *some, long n) { \
    for (long i = 0; i < n; i++) {                                                                \
      V x = _mm512_##OP##_##KIND(_mm512_##OP##_##KIND(in[i]));                                    \
      x = _mm512_mask_##OP##_##KIND(_mm512_mask_##OP##_##KIND(x, some[i], in[i]), some[i], x);    \
      out[i] = _mm512_maskz_##OP##_##KIND(some[i], _mm512_maskz_##OP##_##KIND(some[i], x));       \
    }                                                                                             \
  }
UNARY(sqrt, ps, __m512, __mmask16) UNARY(sqrt, pd, __m512d, __mmask8) UNARY(sqrt, ph, __m512h, __mmask32)
UNARY(rcp14, ps, __m512, __mmask16) UNARY(rcp14, pd, __m512d, __mmask8) UNARY(rcp, ph, __m512h, __mmask32)
UNARY(rsqrt14, ps, __m512, __mmask16) UNARY(rsqrt14, pd, __m512d, __mmask8) UNARY(rsqrt, ph, __m512h, __mmask32)
UNARY(getexp, ps, __m512, __mmask16) UNARY(getexp, pd, __m512d, __mmask8) UNARY(getexp, ph, __m512h, __mmask32)
UNARY(movehdup, ps, __m512, __mmask16) UNARY(moveldup, ps, __m512, __mmask16) UNARY(movedup, pd, __m512d, __mmask8)
UNARY(abs, epi32, __m512i, __mmask16) UNARY(abs, epi64, __m512i, __mmask8) UNARY(abs, epi16, __m512i, __mmask32)
UNARY(lzcnt, epi32, __m512i, __mmask16) UNARY(conflict, epi64, __m512i, __mmask8)
UNARY(popcnt, epi8, __m512i, __mmask64) UNARY(popcnt, epi16, __m512i, __mmask32)

// One source and a constant.
#define IMMEDIATE(OP, KIND, V, MASK, C)                                                                           \
  __attribute__((target(WIDE))) void OP##_##KIND(V *out, const V *in, const MASK *some, long n) {                 \
    for (long i = 0; i < n; i++) {                                                                                \
      V x = _mm512_##OP##_##KIND(_mm512_##OP##_##KIND(in[4 * i], C), C);                                          \
      x = _mm512_mask_##OP##_##KIND(_mm512_mask_##OP##_##KIND(x, some[i], in[4 * i + 1], C), some[i], x, C);      \
      out[i] = _mm512_maskz_##OP##_##KIND(some[i], _mm512_maskz_##OP##_##KIND(some[i], in[4 * i + 2], C) + x, C); \
    }                                                                                                             \
  }
IMMEDIATE(slli, epi32, __m512i, __mmask16, 3) IMMEDIATE(srli, epi32, __m512i, __mmask16, 3)
IMMEDIATE(srai, epi32, __m512i, __mmask16, 3) IMMEDIATE(rol, epi32, __m512i, __mmask16, 3)
IMMEDIATE(slli, epi64, __m512i, __mmask8, 3) IMMEDIATE(srli, epi64, __m512i, __mmask8, 3)
IMMEDIATE(srai, epi64, __m512i, __mmask8, 3) IMMEDIATE(rol, epi64, __m512i, __mmask8, 3)
IMMEDIATE(slli, epi16, __m512i, __mmask32, 3) IMMEDIATE(srli, epi16, __m512i, __mmask32, 3)
IMMEDIATE(srai, epi16, __m512i, __mmask32, 3) IMMEDIATE(shuffle, epi32, __m512i, __mmask16, 0x1b)
IMMEDIATE(shufflelo, epi16, __m512i, __mmask32, 0x1b) IMMEDIATE(shufflehi, epi16, __m512i, __mmask32, 0x1b)
IMMEDIATE(permutex, epi64, __m512i, __mmask8, 0x1b) IMMEDIATE(permutex, pd, __m512d, __mmask8, 0x1b)
IMMEDIATE(permute, ps, __m512, __mmask16, 0x1b) IMMEDIATE(permute, pd, __m512d, __mmask8, 0x55)
IMMEDIATE(roundscale, ps, __m512, __mmask16, 3) IMMEDIATE(roundscale, pd, __m512d, __mmask8, 3)
IMMEDIATE(roundscale, ph, __m512h, __mmask32, 3) IMMEDIATE(reduce, ps, __m512, __mmask16, 3)
IMMEDIATE(reduce, pd, __m512d, __mmask8, 3) IMMEDIATE(reduce, ph, __m512h, __mmask32, 3)

// Three sources; a multiplication keeps any of its sources where the mask is clear.
#define TERNARY(OP, KIND, V, ELEMENT, MASK, SET)                                                                      \
  __attribute__((target(WIDE))) void OP##_##KIND(V *out, const V *in, const ELEMENT *one, const MASK *some, long n) { \
    V sum = in[0];                                                                                                    \
    for (long i = 0; i < n; i++) {                                                                                    \
      V x = in[2 * i], y = in[2 * i + 1];                                                                             \
      MASK k = some[i];                                                                                               \
      sum = _mm512_##OP##_##KIND(sum, x, SET(one[i]));                                                                \
      sum = _mm512_mask_##OP##_##KIND(sum, k, x, in[2 * i + 2]);                                                      \
      sum = _mm512_mask3_##OP##_##KIND(x, y, sum, k);                                                                 \
      sum = _mm512_maskz_##OP##_##KIND(k, x, sum, y);                                                                 \
      sum = _mm512_mask_##OP##_##KIND(sum, k, y, SET(one[i + 1]));                                                    \
    }                                                                                                                 \
    *out = sum;                                                                                                       \
  }
#define PRODUCTS(OP)                                         \
  TERNARY(OP, ps, __m512, float, __mmask16, _mm512_set1_ps)  \
  TERNARY(OP, pd, __m512d, double, __mmask8, _mm512_set1_pd) \
  TERNARY(OP, ph, __m512h, _Float16, __mmask32, _mm512_set1_ph)
PRODUCTS(fmadd) PRODUCTS(fmsub) PRODUCTS(fnmadd) PRODUCTS(fnmsub) PRODUCTS(fmaddsub) PRODUCTS(fmsubadd)

// Comparisons, whose result is a mask.
#define COMPARISON(KIND, V, MASK, P)                                                                     \
  __attribute__((target(WIDE))) void compared_##KIND(MASK *out, const V *in, const MASK *some, long n) { \
    for (long i = 0; i < n; i++) {                                                                       \
      MASK k = _mm512_cmp_##KIND##_mask(in[2 * i], in[2 * i + 1], P);                                    \
      k = _mm512_mask_cmp_##KIND##_mask(some[i], in[2 * i + 1], in[2 * i + 2], P) ^ k;                   \
      V x = in[2 * i], y = in[2 * i + 3];                                                                \
      out[i] = _mm512_mask_cmp_##KIND##_mask(k, x, y, P + 1) + _mm512_cmp_##KIND##_mask(y, x, P + 1);    \
    }                                                                                                    \
  }
COMPARISON(ps, __m512, __mmask16, 1) COMPARISON(pd, __m512d, __mmask8, 1) COMPARISON(ph, __m512h, __mmask32, 1)
COMPARISON(epi8, __m512i, __mmask64, 1) COMPARISON(epu8, __m512i, __mmask64, 1) COMPARISON(epi16, __m512i, __mmask32, 1)
COMPARISON(epu16, __m512i, __mmask32, 1) COMPARISON(epi32, __m512i, __mmask16, 1)
COMPARISON(epu32, __m512i, __mmask16, 1) COMPARISON(epi64, __m512i, __mmask8, 1) COMPARISON(epu64, __m512i, __mmask8, 1)

// Moves of some elements.
#define MOVES(KIND, V, ELEMENT, MASK)                                                                          \
  __attribute__((target(WIDE))) void moved_##KIND(ELEMENT *out, const ELEMENT *in, const MASK *some, long n) { \
    for (long i = 0; i < n; i++) {                                                                             \
      V x = _mm512_maskz_loadu_##KIND(some[i], in + i);                                                        \
      x = _mm512_mask_loadu_##KIND(x, some[i + 1], in + 2 * i);                                                \
      x = _mm512_mask_mov_##KIND(x, some[i + 2], _mm512_maskz_mov_##KIND(some[i + 3], x));                     \
      _mm512_mask_storeu_##KIND(out + i, some[i], x);                                                          \
    }                                                                                                          \
  }
MOVES(ps, __m512, float, __mmask16) MOVES(pd, __m512d, double, __mmask8) MOVES(epi8, __m512i, char, __mmask64)
MOVES(epi16, __m512i, short, __mmask32) MOVES(epi32, __m512i, int, __mmask16) MOVES(epi64, __m512i, long, __mmask8)

// Whole registers, where the compiler cannot know that they are aligned, and elements by an index of their own.
#define PLAIN_MOVES(KIND, V, ELEMENT)                                                                               \
  __attribute__((target(WIDE))) void plain_##KIND(ELEMENT *out, const ELEMENT *in, const __m512i *places, long n) { \
    for (long i = 0; i < n; i++) {                                                                                  \
      V x = _mm512_loadu_##KIND(in + i), y = _mm512_permutexvar_##KIND(places[i], x);                               \
      y = _mm512_permutexvar_##KIND(places[i + 1], _mm512_permutex2var_##KIND(x, places[i + 2], y));                \
      _mm512_storeu_##KIND(out + i, y);                                                                             \
    }                                                                                                               \
  }
PLAIN_MOVES(ps, __m512, float) PLAIN_MOVES(pd, __m512d, double) PLAIN_MOVES(epi8, __m512i, char)
PLAIN_MOVES(epi16, __m512i, short) PLAIN_MOVES(epi32, __m512i, int) PLAIN_MOVES(epi64, __m512i, long)
