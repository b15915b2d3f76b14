// Vector instructions of aarch64 that compilers emit when they are asked by name: NEON and cryptography.
#include <arm_neon.h>

#define MAP(NAME, ISA, T, EXPRESSION)                                                                   \
  __attribute__((target(ISA))) void NAME(T *restrict out, const T *a, const T *b, const T *c, long n) { \
    for (long i = 0; i < n; i++) {                                                                      \
      T x = a[i], y = b[i], z = c[i];                                                                   \
      out[i] = EXPRESSION;                                                                              \
    }                                                                                                   \
  }

MAP(neon_bytes, "arch=armv8-a", uint8x16_t,
    vqtbl1q_u8(vqaddq_u8(x, y), vabdq_u8(vrhaddq_u8(y, z), vrev64q_u8(vcntq_u8(z)))))
MAP(neon_words, "arch=armv8-a", int16x8_t,
    vqrdmulhq_s16(vmlaq_s16(x, y, z), vpaddq_s16(vqshlq_s16(x, y), vsriq_n_s16(y, z, 3))))
MAP(neon_longs, "arch=armv8-a", int32x4_t,
    vbslq_s32(vcgtq_s32(x, y), vzip1q_s32(vmulq_s32(x, z), y), vuzp2q_s32(vminq_s32(y, z), vclzq_s32(x))))
MAP(neon_widened, "arch=armv8-a", int64x2_t,
    vaddw_high_s32(vmull_s32(vmovn_s64(x), vqmovn_s64(y)), vreinterpretq_s32_s64(vshrq_n_s64(z, 5))))
MAP(neon_floats, "arch=armv8-a", float32x4_t,
    vfmaq_lane_f32(vrsqrteq_f32(x), vmaxnmq_f32(y, z), vget_low_f32(vrndaq_f32(vrecpsq_f32(x, y))), 1))
MAP(neon_doubles, "arch=armv8-a", float64x2_t,
    vfmsq_f64(vsqrtq_f64(x), vdivq_f64(y, z), vcvtq_f64_s64(vcvtnq_s64_f64(vtrn1q_f64(x, y)))))
MAP(halves, "arch=armv8.2-a+fp16", float16x8_t,
    vfmaq_f16(vabdq_f16(x, y), vrecpeq_f16(z), vextq_f16(vsqrtq_f16(x), y, 3)))
MAP(complexes, "arch=armv8.3-a", float32x4_t, vcmlaq_rot90_f32(vcmlaq_f32(x, y, z), vcaddq_rot270_f32(y, z), z))

__attribute__((target("arch=armv8.2-a+dotprod+i8mm+bf16"))) void
dots(int32x4_t *out, const int8x16_t *a, const int8x16_t *b, float32x4_t *real, const bfloat16x8_t *brain, long n) {
  for (long i = 0; i < n; i++) {
    out[i] = vmmlaq_s32(vdotq_laneq_s32(vdotq_s32(out[i], a[i], b[i]), b[i], a[i], 2), a[i], b[i]);
    out[i] = vusdotq_s32(out[i], vreinterpretq_u8_s8(a[i]), b[i]);
    real[i] = vbfmlalbq_f32(vbfmmlaq_f32(vbfdotq_f32(real[i], brain[i], brain[i + 1]), brain[i], brain[i]), brain[i],
                            brain[i + 1]);
  }
}
__attribute__((target("arch=armv8-a"))) void interleaved(uint8_t *out, const uint8_t *in, long n) {
  for (long i = 0; i < n; i += 16) {
    uint8x16x4_t pixels = vld4q_u8(in + 4 * i);
    uint8x16x2_t pair = {{pixels.val[0], pixels.val[3]}};
    uint8x16x3_t opaque = {
        {vqtbl2q_u8(pair, pixels.val[1]), vqtbx1q_u8(pair.val[1], pair.val[0], pixels.val[3]), pixels.val[2]}};
    vst3q_u8(out + 3 * i, opaque);
    uint8x8_t low = vmovn_u16(vreinterpretq_u16_u8(pixels.val[0]));
    pair.val[0] = vshrn_high_n_u16(low, vreinterpretq_u16_u8(pixels.val[1]), 4);
    vst2q_u8(out + 4 * i, pair);
  }
}
__attribute__((target("arch=armv8-a"))) uint64_t reduced(const uint16x8_t *in, uint8x16_t letter, long n) {
  uint64_t sum = 0;
  for (long i = 0; i < n; i++)
    sum += vaddlvq_u16(in[i]) + vmaxvq_u16(in[i]) - vminvq_u8(vtstq_u8(vreinterpretq_u8_u16(in[i]), letter)) +
           vaddvq_u32(vpaddlq_u16(in[i]));
  return sum;
}
__attribute__((target("arch=armv8.2-a+crypto+sha3+sm4+crc"))) void cipher(uint8x16_t *text, const uint8x16_t *keys,
                                                                          uint32x4_t *state, uint64x2_t *wide, long n) {
  for (long i = 0; i < n; i++) {
    text[i] = vaesdq_u8(vaesmcq_u8(vaeseq_u8(text[i], keys[0])), vaesimcq_u8(keys[1]));
    state[0] = vsha256hq_u32(state[0], vsha256h2q_u32(state[1], state[0], state[2]),
                             vsha256su1q_u32(vsha256su0q_u32(state[2], state[3]), state[1], state[0]));
    state[1] =
        vsha1cq_u32(state[1], vsha1h_u32(i), vsha1su1q_u32(vsha1su0q_u32(state[1], state[2], state[3]), state[0]));
    state[2] =
        vsha1pq_u32(vsha1mq_u32(state[2], i, state[0]), i, vsm4eq_u32(state[3], vsm4ekeyq_u32(state[0], state[1])));
    wide[0] = vsha512hq_u64(wide[0], vsha512h2q_u64(wide[1], wide[2], wide[0]),
                            vsha512su1q_u64(vsha512su0q_u64(wide[1], wide[2]), wide[0], wide[1]));
    wide[1] =
        veor3q_u64(vrax1q_u64(wide[1], wide[2]), vbcaxq_u64(wide[0], wide[1], wide[2]), vxarq_u64(wide[1], wide[2], 9));
    wide[2] ^= vreinterpretq_u64_p128(vmull_p64((poly64_t)wide[0][0], (poly64_t)wide[1][1]));
  }
}
