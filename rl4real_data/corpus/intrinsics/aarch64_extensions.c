// Small extensions of aarch64: atomic operations of LSE by size and order, memory tags, signed return addresses, half
// floats, FP8. What LLVM 19 lacks stands under #if.
#include <arm_acle.h>
#include <arm_fp16.h>
#include <arm_neon.h>

// Atomic operations of every size and order.
#define ORDERED(OP, TYPE, SIZE, ORDER) __atomic_##OP((TYPE *)at + SIZE * ORDER, (TYPE)v, ORDER)
#define ATOMICS(TYPE, SIZE)                                                                                 \
  __attribute__((target("arch=armv8.1-a+lse"))) long atomics_##TYPE(void *at, long v) {                     \
    long sum = 0;                                                                                           \
    ATOMICS_IN(TYPE, SIZE, 0) ATOMICS_IN(TYPE, SIZE, 2) ATOMICS_IN(TYPE, SIZE, 3) ATOMICS_IN(TYPE, SIZE, 5) \
    TYPE expected = v;                                                                                      \
    sum += __atomic_compare_exchange_n((TYPE *)at, &expected, sum, 0, 0, 0);                                \
    sum += __atomic_compare_exchange_n((TYPE *)at + 1, &expected, sum, 0, 2, 0);                            \
    sum += __atomic_compare_exchange_n((TYPE *)at + 2, &expected, sum, 0, 3, 0);                            \
    sum += __atomic_compare_exchange_n((TYPE *)at + 3, &expected, sum, 0, 5, 5);                            \
    __atomic_store_n((TYPE *)at, sum, 3);                                                                   \
    return sum + __atomic_load_n((TYPE *)at + 9, 2);                                                        \
  }
#define ATOMICS_IN(TYPE, SIZE, ORDER)                                                    \
  sum += ORDERED(fetch_add, TYPE, SIZE, ORDER) + ORDERED(fetch_or, TYPE, SIZE, ORDER);   \
  sum += ORDERED(fetch_xor, TYPE, SIZE, ORDER) + ORDERED(exchange_n, TYPE, SIZE, ORDER); \
  sum += ORDERED(fetch_and, TYPE, SIZE, ORDER) + ORDERED(fetch_sub, TYPE, SIZE, ORDER);  \
  sum += ORDERED(fetch_max, TYPE, SIZE, ORDER) + ORDERED(fetch_min, TYPE, SIZE, ORDER);  \
  sum += ORDERED(fetch_max, unsigned TYPE, SIZE, ORDER) + ORDERED(fetch_min, unsigned TYPE, SIZE, ORDER);
ATOMICS(char, 9) ATOMICS(short, 9) ATOMICS(int, 9) ATOMICS(long, 9)
__attribute__((target("arch=armv8.4-a+lse+rcpc"))) long pairs(__int128 *at, long *word) {
  __int128 expected = 3, other = 4;
  int swapped = __atomic_compare_exchange_n(at, &expected, other, 0, 0, 0);
  swapped += __atomic_compare_exchange_n(at + 1, &expected, other, 0, 2, 0);
  swapped += __atomic_compare_exchange_n(at + 2, &expected, other, 0, 5, 5);
  return swapped + __atomic_load_n(word, 2) + *(volatile int *)word;
}

__attribute__((target("arch=armv8.5-a+memtag"))) int *tagged(int *at, unsigned long mask) {
  int *other = __arm_mte_create_random_tag(at, __arm_mte_exclude_tag(at, mask));
  __arm_mte_set_tag(__arm_mte_increment_tag(other, 3));
  return __arm_mte_get_tag(at) + __arm_mte_ptrdiff(other, at);
}
__attribute__((target("branch-protection=pac-ret+leaf+bti"))) long protected_calls(long (*next)(long), long v) {
  return next(v) + 1;
}
__attribute__((target("arch=armv8.5-a+rng+crc"))) double others(unsigned long *out, const double *in, long n) {
  double sum = __rndr(out) + __rndrrs(out + 1);
  for (long i = 0; i < n; i++) {
    sum += __rint32z(in[i]) + __rint64x(in[i]) + __rint32zf(sum) + __jcvt(in[i]);
    out[i] = __crc32d(__crc32cw(out[i], i), out[i]) + __crc32b(i, 3) + __crc32ch(i, 7) + __rbitll(out[i]) + __clsl(i);
  }
  __dmb(11), __dsb(15), __isb(15), __yield(), __wfe(), __sev(), __pldx(0, 1, 0, in);
  return sum + __builtin_round(sum) + __builtin_roundeven(sum) + __builtin_nearbyint(sum) + __builtin_trunc(sum);
}
__attribute__((target("arch=armv8.2-a+fp16+fp16fml"))) _Float16 half_floats(
    _Float16 *v, const int *w, float32x4_t *wide, const float16x8_t *narrow, long n) {
  _Float16 sum = 0;
  for (long i = 0; i < n; i++) {
    sum = vfmah_f16(sum, v[i], v[i + 1]) / vabdh_f16(v[i], sum) + (_Float16)w[i] - vsqrth_f16(v[i]);
    sum = v[i] > sum ? vmaxnmh_f16(sum, v[i]) : vminh_f16(vnegh_f16(sum), vabsh_f16(v[i]));
    v[i] = vrndnh_f16(vrndah_f16(sum)) * (int)sum + (_Float16)(double)sum + vrecpeh_f16(sum) + vrsqrtsh_f16(sum, v[i]);
    wide[i] = vfmlslq_high_f16(vfmlalq_low_f16(wide[i], narrow[i], narrow[i + 1]), narrow[i], narrow[i]);
    wide[i] = vfmlalq_lane_high_f16(wide[i], narrow[i], vget_low_f16(narrow[i]), 2);
  }
  return sum;
}
#if __clang_major__ >= 20
__attribute__((target("arch=armv9.2-a+fp8+fp8fma+fp8dot2+fp8dot4"))) void eighths(float32x4_t *out, float16x8_t *half,
                                                                                 const mfloat8x16_t *v, fpm_t mode,
                                                                                 long n) {
  for (long i = 0; i < n; i++) {
    out[i] = vdotq_f32_mf8_fpm(out[i], v[i], v[i + 1], mode);
    out[i] = vmlallbbq_f32_mf8_fpm(vmlallttq_f32_mf8_fpm(out[i], v[i], v[i + 1], mode), v[i], v[i + 1], mode);
    half[i] = vmlalbq_f16_mf8_fpm(vdotq_f16_mf8_fpm(half[i], v[i], v[i + 1], mode), v[i + 2], v[i], mode);
    half[i] = vreinterpretq_f16_mf8(vcvtq_mf8_f16_fpm(half[i], vcvt1_low_f16_mf8_fpm(v[i], mode), mode));
  }
}
#endif
