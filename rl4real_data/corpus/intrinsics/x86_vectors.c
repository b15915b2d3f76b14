// Vector instructions of x86 that compilers emit when they are asked by name: SSE4.2, AVX2, FMA, F16C and AVX-512.
#include <immintrin.h>

#define MAP(NAME, ISA, T, EXPRESSION)                                                                   \
  __attribute__((target(ISA))) void NAME(T *restrict out, const T *a, const T *b, const T *c, long n) { \
    for (long i = 0; i < n; i++) {                                                                      \
      T x = a[i], y = b[i], z = c[i];                                                                   \
      out[i] = EXPRESSION;                                                                              \
    }                                                                                                   \
  }

#define SSE "sse4.2,popcnt,ssse3"
MAP(sse_bytes, SSE, __m128i, _mm_shuffle_epi8(_mm_max_epi8(_mm_adds_epu8(x, y), _mm_subs_epi8(y, z)), _mm_abs_epi8(z)))
MAP(sse_words, SSE, __m128i, _mm_hadd_epi16(_mm_maddubs_epi16(x, y), _mm_mulhrs_epi16(_mm_sign_epi16(y, z), x)))
MAP(sse_longs, SSE, __m128i, _mm_blendv_epi8(_mm_mullo_epi32(x, y), _mm_mul_epi32(y, z), _mm_cmpgt_epi64(x, z)))
MAP(sse_packs, SSE, __m128i, _mm_packus_epi32(_mm_minpos_epu16(x), _mm_mpsadbw_epu8(_mm_alignr_epi8(x, y, 5), z, 3)))
MAP(sse_extends, SSE, __m128i,
    _mm_add_epi64(_mm_cvtepi8_epi64(x), _mm_add_epi64(_mm_cvtepu16_epi64(y), _mm_cvtepi32_epi64(z))))
MAP(sse_floats, SSE, __m128,
    _mm_dp_ps(_mm_round_ps(_mm_addsub_ps(x, y), 9), _mm_insert_ps(_mm_hsub_ps(y, z), x, 0x92), 0xf1))
MAP(sse_doubles, SSE, __m128d, _mm_blend_pd(_mm_hadd_pd(_mm_floor_pd(x), y), _mm_sqrt_pd(_mm_movedup_pd(z)), 2))

#define AVX "avx2,fma,f16c,bmi2"
MAP(avx_bytes, AVX, __m256i,
    _mm256_shuffle_epi8(_mm256_adds_epu8(x, y), _mm256_avg_epu8(_mm256_sad_epu8(y, z), _mm256_unpackhi_epi8(x, z))))
MAP(avx_words, AVX, __m256i,
    _mm256_madd_epi16(_mm256_mulhi_epu16(x, y), _mm256_packs_epi32(_mm256_srai_epi32(y, 3), _mm256_slli_epi32(z, 2))))
MAP(avx_longs, AVX, __m256i,
    _mm256_blend_epi32(_mm256_sllv_epi32(x, y), _mm256_srav_epi32(_mm256_mullo_epi32(y, z), x), 0x5a))
MAP(avx_quads, AVX, __m256i,
    _mm256_permute4x64_epi64(_mm256_permute2x128_si256(_mm256_mul_epu32(x, y), _mm256_srlv_epi64(y, z), 0x21), 0x1b))
MAP(avx_floats, AVX, __m256,
    _mm256_fmadd_ps(_mm256_permutevar8x32_ps(x, _mm256_castps_si256(y)), _mm256_rsqrt_ps(y),
                    _mm256_blendv_ps(x, z, _mm256_cmp_ps(x, y, 17))))
MAP(avx_doubles, AVX, __m256d,
    _mm256_fnmsub_pd(_mm256_unpacklo_pd(x, y), _mm256_div_pd(y, z),
                     _mm256_min_pd(_mm256_fmaddsub_pd(x, y, z), _mm256_permute_pd(z, 6))))

__attribute__((target(AVX))) void avx_gather(float *out, const float *table, const __m256i *index, long n) {
  for (long i = 0; i < n; i++) {
    __m256 found = _mm256_i32gather_ps(table, index[i], 4);
    __m256i mask = _mm256_castps_si256(_mm256_cmp_ps(found, _mm256_broadcast_ss(table), 30));
    _mm256_maskstore_ps(out + 8 * i, mask,
                        _mm256_mask_i32gather_ps(found, table + 1, index[i], _mm256_castsi256_ps(mask), 4));
  }
}
__attribute__((target(AVX))) long avx_search(const __m256i *text, __m256i letter, long n) {
  for (long i = 0; i < n; i++)
    if (!_mm256_testz_si256(text[i], letter))
      return 32 * i + __builtin_ctz(_mm256_movemask_epi8(_mm256_cmpeq_epi8(text[i], letter)));
  return -1;
}
__attribute__((target(AVX))) void avx_halves(__m128i *out, const __m128i *in, __m256 factor, long n) {
  for (long i = 0; i < n; i++)
    out[i] = _mm256_cvtps_ph(_mm256_mul_ps(_mm256_cvtph_ps(in[i]), factor), 0);
}

#define WIDE                                                                                               \
  "avx512f,avx512vl,avx512bw,avx512dq,avx512cd,avx512vbmi,avx512vbmi2,avx512vnni,avx512ifma,avx512bitalg," \
  "avx512vpopcntdq"
MAP(wide_bytes, WIDE, __m512i,
    _mm512_permutex2var_epi8(_mm512_adds_epu8(x, y), z,
                             _mm512_avg_epu8(_mm512_multishift_epi64_epi8(y, z), _mm512_popcnt_epi8(x))))
MAP(wide_words, WIDE, __m512i,
    _mm512_shldv_epi16(_mm512_mulhi_epi16(x, y), _mm512_permutexvar_epi16(y, z), _mm512_srav_epi16(x, z)))
MAP(wide_longs, WIDE, __m512i,
    _mm512_ternarylogic_epi32(_mm512_dpbusd_epi32(x, y, z), _mm512_rolv_epi32(y, z),
                              _mm512_conflict_epi32(_mm512_lzcnt_epi32(z)), 0x96))
MAP(wide_quads, WIDE, __m512i,
    _mm512_madd52lo_epu64(_mm512_mullo_epi64(x, y), _mm512_ror_epi64(y, 7),
                          _mm512_popcnt_epi64(_mm512_alignr_epi64(z, x, 3))))
MAP(wide_floats, WIDE, __m512,
    _mm512_fmadd_ps(_mm512_rcp14_ps(x), _mm512_scalef_ps(y, z), _mm512_getexp_ps(_mm512_roundscale_ps(z, 3))))
MAP(wide_doubles, WIDE, __m512d,
    _mm512_fixupimm_pd(_mm512_rsqrt14_pd(x), _mm512_range_pd(y, z, 5),
                       _mm512_castpd_si512(_mm512_shuffle_f64x2(x, z, 0x4e)), 3))
MAP(wide_half_floats, WIDE, __m256,
    _mm256_mask_reduce_ps(_mm256_permutex2var_ps(x, _mm256_castps_si256(y), z), _mm256_fpclass_ps_mask(x, 0x81), y, 5))
MAP(wide_quarter, WIDE, __m128i,
    _mm_mask_rorv_epi32(_mm_ternarylogic_epi64(x, y, z, 0x1e), _mm_cmpneq_epu32_mask(x, y), z,
                        _mm_shrdv_epi32(x, y, z)))

__attribute__((target(WIDE))) long wide_filter(int *out, const int *in, long n, int least) {
  long kept = 0;
  for (long i = 0; i < n; i += 16) {
    __mmask16 inside = _cvtu32_mask16(n - i < 16 ? (1u << (n - i)) - 1 : 0xffff);
    __m512i values = _mm512_maskz_loadu_epi32(inside, in + i);
    __mmask16 keep = _kand_mask16(inside, _knot_mask16(_mm512_cmplt_epi32_mask(values, _mm512_set1_epi32(least))));
    _mm512_mask_compressstoreu_epi32(out + kept, keep, values);
    kept += __builtin_popcount(_cvtmask16_u32(keep));
  }
  return kept;
}
__attribute__((target(WIDE))) void wide_scatter(double *out, const double *in, const __m256i *places,
                                                const __m512d *add, long n) {
  for (long i = 0; i < n; i++) {
    __mmask8 chosen = _kxnor_mask8(_mm512_cmp_pd_mask(add[i], _mm512_setzero_pd(), 30), (__mmask8)i);
    __m512d found = _mm512_mask_i32gather_pd(add[i], chosen, places[i], in, 8);
    _mm512_mask_i32scatter_pd(out, _kshiftri_mask8(chosen, 1), places[i], _mm512_mask_expand_pd(found, chosen, add[i]),
                              8);
  }
}
__attribute__((target(WIDE))) void wide_converts(__m256i *out, const __m512i *in, __m512d *floats, long n) {
  for (long i = 0; i < n; i++) {
    out[i] = _mm256_xor_si256(_mm512_cvtsepi32_epi16(in[i]), _mm512_mask_cvtepi16_epi8(out[i], (__mmask32)i, in[i]));
    floats[i] = _mm512_add_pd(_mm512_cvtepi64_pd(in[i]), _mm512_cvtepu32_pd(out[i]));
    floats[i] = _mm512_mask_sqrt_pd(floats[i], _mm512_movepi64_mask(in[i]), _mm512_cvt_roundepi64_pd(in[i], 11));
  }
}
__attribute__((target(WIDE))) unsigned long wide_masks(const __m512i *in, long n) {
  __mmask64 all = -1, any = 0;
  for (long i = 0; i < n; i++) {
    all = _kadd_mask64(_kandn_mask64(any, all), _mm512_test_epi8_mask(in[i], in[i + 1]));
    any = _kor_mask64(_kshiftli_mask64(any, 3), _mm512_bitshuffle_epi64_mask(in[i], in[n - i]));
    any = _kxor_mask64(any, _mm512_kunpackd(all, any));
  }
  return _kortestc_mask64_u8(all, any) ? _cvtmask64_u64(all) : _cvtmask64_u64(any);
}

__attribute__((target("avx512bf16,avx512vl"))) void brain_floats(__m512 *out, const __m512bh *a, const __m512 *b,
                                                                 long n) {
  for (long i = 0; i < n; i++)
    out[i] = _mm512_dpbf16_ps(out[i], a[i], _mm512_cvtne2ps_pbh(b[i], out[i]));
}
__attribute__((target("avx512fp16,avx512vl"))) void half_floats(__m512h *out, const __m512h *a, const __m512h *b,
                                                                long n) {
  for (long i = 0; i < n; i++) {
    __m512h sum = _mm512_fmadd_ph(a[i], b[i], _mm512_fcmul_pch(out[i], b[i]));
    out[i] = _mm512_mask_sqrt_ph(sum, _mm512_cmp_ph_mask(a[i], b[i], 1), _mm512_div_ph(_mm512_rcp_ph(a[i]), sum));
  }
}
__attribute__((target("avxvnni,avx2"))) void short_dots(__m256i *out, const __m256i *a, const __m256i *b, long n) {
  for (long i = 0; i < n; i++)
    out[i] = _mm256_dpwssds_avx_epi32(_mm256_dpbusd_avx_epi32(out[i], a[i], b[i]), b[i], a[i]);
}
