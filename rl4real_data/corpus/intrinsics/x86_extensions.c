// Small extensions of x86: tiles besides products of bytes, VNNI and conversions without AVX-512, SHA-512, SM3, SM4,
// AVX10.2, atomic and conditional additions, shadow stacks, cache control, x87. What LLVM 19 lacks stands under #if.
#include <immintrin.h>

typedef int tile __attribute__((__vector_size__(1024), __aligned__(64)));

__attribute__((target("amx-tile,amx-int8"))) void tiles_from_zero(const char *a, const char *b, char *out,
                                                                  unsigned short rows, unsigned short bytes, long n) {
  tile sum = __builtin_ia32_tilezero_internal(rows, bytes);
  _Pragma("nounroll") for (long i = 0; i < n; i++) {
    tile left = __builtin_ia32_tileloadd64_internal(rows, bytes, a + i * 1024, 64);
    tile right = __builtin_ia32_tileloadd64_internal(rows, bytes, b + i * 1024, 64);
    sum = __builtin_ia32_tdpbssd_internal(rows, bytes, rows, sum, left, right);
  }
  __builtin_ia32_tilestored64_internal(rows, bytes, out, 64, sum);
}

// Tiles of fixed numbers.
#define NUMBERED(NAME, ISA, PRODUCT)                                                                          \
  __attribute__((target("amx-tile," ISA))) void NAME(const void *shapes, const char *in, char *out, long n) { \
    _tile_loadconfig(shapes);                                                                                 \
    _tile_zero(0);                                                                                            \
    for (long i = 0; i < n; i++) {                                                                            \
      _tile_loadd(1, in + i * 2048, 64);                                                                      \
      _tile_stream_loadd(2, in + i * 2048 + 1024, 64);                                                        \
      PRODUCT(0, 1, 2);                                                                                       \
    }                                                                                                         \
    _tile_stored(0, out, 64);                                                                                 \
    _tile_storeconfig(out + 1024);                                                                            \
    _tile_release();                                                                                          \
  }
NUMBERED(numbered_mixed, "amx-int8", _tile_dpbsud)
NUMBERED(numbered_mixed_too, "amx-int8", _tile_dpbusd)
NUMBERED(numbered_unsigned, "amx-int8", _tile_dpbuud)
NUMBERED(numbered_brain, "amx-bf16", _tile_dpbf16ps)
NUMBERED(numbered_halves, "amx-fp16", _tile_dpfp16ps)
NUMBERED(numbered_real, "amx-complex", _tile_cmmrlfp16ps)
NUMBERED(numbered_imaginary, "amx-complex", _tile_cmmimfp16ps)
#if __clang_major__ >= 20
NUMBERED(numbered_eighths, "amx-fp8", _tile_dpbf8ps)
NUMBERED(numbered_eighths_mixed, "amx-fp8", _tile_dpbhf8ps)
NUMBERED(numbered_eighths_mixed_too, "amx-fp8", _tile_dphbf8ps)
NUMBERED(numbered_eighths_half, "amx-fp8", _tile_dphf8ps)
NUMBERED(numbered_tensor_floats, "amx-tf32", _tile_mmultf32ps)

__attribute__((target("amx-tile,amx-avx512,avx10.2,amx-movrs"))) void tile_rows(const char *in, __m512i *out,
                                                                                unsigned row) {
  _tile_loaddrs(1, in, 64);
  _tile_stream_loaddrs(2, in + 1024, 64);
  out[0] = _tile_movrow(1, row);
  out[1] = _tile_movrowi(2, 3);
  out[2] = _mm512_castps_si512(_tile_cvtrowd2ps(1, row));
  out[3] = _mm512_castps_si512(_tile_cvtrowd2psi(2, 5));
  out[4] = (__m512i)_tile_cvtrowps2phh(1, row) ^ (__m512i)_tile_cvtrowps2phl(2, row);
  out[5] = (__m512i)_tile_cvtrowps2bf16h(1, row) ^ (__m512i)_tile_cvtrowps2bf16l(2, row);
}
#endif

// The sum, then two sources: registers, then one in memory.
#define SUMS(NAME, ISA, V, OP)                                                                                \
  __attribute__((target(ISA))) void NAME(V *restrict out, const V *restrict a, const V *restrict b, long n) { \
    V x = a[0];                                                                                               \
    for (long i = 0; i < n; i++)                                                                              \
      out[i] = OP(OP(out[i], x, b[i]), a[i], x);                                                              \
  }
#define BOTH(OP, ISA) SUMS(short_##OP, ISA, __m128i, _mm_##OP) SUMS(long_##OP, ISA, __m256i, _mm256_##OP)
BOTH(dpbssd_epi32, "avxvnniint8") BOTH(dpbssds_epi32, "avxvnniint8") BOTH(dpbsud_epi32, "avxvnniint8")
BOTH(dpbsuds_epi32, "avxvnniint8") BOTH(dpbuud_epi32, "avxvnniint8") BOTH(dpbuuds_epi32, "avxvnniint8")
BOTH(dpwsud_epi32, "avxvnniint16") BOTH(dpwsuds_epi32, "avxvnniint16") BOTH(dpwusd_epi32, "avxvnniint16")
BOTH(dpwusds_epi32, "avxvnniint16") BOTH(dpwuud_epi32, "avxvnniint16") BOTH(dpwuuds_epi32, "avxvnniint16")
BOTH(dpbusd_avx_epi32, "avxvnni") BOTH(dpbusds_avx_epi32, "avxvnni") BOTH(dpwssd_avx_epi32, "avxvnni")
BOTH(dpwssds_avx_epi32, "avxvnni") BOTH(madd52lo_avx_epu64, "avxifma") BOTH(madd52hi_avx_epu64, "avxifma")
SUMS(short_dpbusds_epi32, "avx512vnni,avx512vl", __m512i, _mm512_dpbusds_epi32)
SUMS(short_dpwssd_epi32, "avx512vnni,avx512vl", __m512i, _mm512_dpwssd_epi32)
SUMS(short_dpwssds_epi32, "avx512vnni,avx512vl", __m512i, _mm512_dpwssds_epi32)

__attribute__((target("avxneconvert"))) void narrow_floats(__m256 *out, const void *in, __m128bh *brain) {
  out[0] = _mm256_bcstnebf16_ps(in) + _mm256_bcstnesh_ps(in);
  out[1] = _mm256_cvtneebf16_ps(in) + _mm256_cvtneeph_ps(in);
  out[2] = _mm256_cvtneobf16_ps(in) + _mm256_cvtneoph_ps(in);
  brain[0] = _mm256_cvtneps_avx_pbh(out[3]);
}
__attribute__((target("sha512,sm3,sm4,avx2"))) void chinese_and_long_hashes(__m256i *v, __m128i *w, long n) {
  for (long i = 0; i < n; i++) {
    v[i] = _mm256_sha512rnds2_epi64(_mm256_sha512msg2_epi64(v[i], v[i + 1]), v[i + 2],
                                    _mm_xor_si128(w[i], _mm256_castsi256_si128(v[i + 3])));
    v[i] = _mm256_sha512msg1_epi64(v[i], w[i]);
    v[i] = _mm256_sm4rnds4_epi32(_mm256_sm4key4_epi32(v[i], v[i + 2]), v[i + 1]);
    w[i + 3] = _mm_sm3msg2_epi32(w[i + 1], w[i], w[i]);
    w[i] = _mm_sm3rnds2_epi32(_mm_sm3msg1_epi32(w[i], w[i + 1], w[i + 2]), w[i + 3], w[i], 3);
    w[i] = _mm_sm4rnds4_epi32(_mm_sm4key4_epi32(w[i], w[i + 2]), w[i + 1]);
  }
}
#if __clang_major__ >= 20
#define NEXT __attribute__((target("avx10.2")))
NEXT void next_brain(__m256bh *out, const __m256bh *a, const __m256bh *b, const __mmask16 *some, long n) {
  for (long i = 0; i < n; i++) {
    __m256bh x = _mm256_fmadd_pbh(_mm256_add_pbh(a[i], b[i]), _mm256_mul_pbh(a[i], b[i + 1]), b[i]);
    x = _mm256_mask_fnmadd_pbh(_mm256_sub_pbh(x, a[i]), some[i], _mm256_div_pbh(x, b[i]), _mm256_sqrt_pbh(a[i]));
    x = _mm256_fmsub_pbh(_mm256_max_pbh(x, a[i]), _mm256_min_pbh(x, b[i]), _mm256_getexp_pbh(x));
    x = _mm256_maskz_scalef_pbh(_mm256_cmp_pbh_mask(x, a[i], 1), _mm256_rcp_pbh(x), _mm256_rsqrt_pbh(b[i]));
    out[i] = _mm256_minmax_pbh(_mm256_reduce_pbh(x, 3), _mm256_roundscale_pbh(_mm256_getmant_pbh(x, 0, 0), 5), 2);
  }
}
NEXT void next_converted(__m256i *out, const __m256h *a, const __m256 *b, const __m512i *c, long n) {
  for (long i = 0; i < n; i++) {
    out[0] ^= _mm256_cvt2ph_bf8(a[i], a[i + 1]) ^ _mm256_cvt2ph_hf8(a[i + 1], a[i]);
    out[1] ^= _mm256_cvts_2ph_bf8(a[i], a[i + 1]) ^ _mm256_cvts_2ph_hf8(a[i + 1], a[i]);
    out[2] ^= (__m256i)_mm256_cvtx2ps_ph(b[i], b[i + 1]) ^ (__m256i)_mm256_cvthf8_ph(_mm256_cvtph_bf8(a[i]));
    out[3] ^= _mm256_ipcvts_ph_epi8(a[i]) ^ _mm256_ipcvts_ph_epu8(a[i]) ^ _mm256_ipcvtts_ph_epi8(a[i]);
    out[4] ^= _mm256_ipcvts_ps_epi8(b[i]) ^ _mm256_ipcvts_ps_epu8(b[i]) ^ _mm256_ipcvtts_ps_epu8(b[i]);
    out[5] ^= (__m256i)_mm256_minmax_ps(b[i], b[i + 1], 1) ^ (__m256i)_mm256_minmax_ph(a[i], a[i + 1], 2);
    out[6] = (__m256i)_mm256_dpph_ps((__m256)out[6], a[i], a[i + 1]) ^ _mm256_mpsadbw_epu8(out[6], out[5], 3);
    __m512i dots = _mm512_dpbssd_epi32(c[i], c[i + 1], c[i + 2]) ^ _mm512_dpwusd_epi32(c[i], c[i], c[i]);
    out[7] ^= _mm512_castsi512_si256(dots);
  }
}
NEXT double next_scalars(const __m128d *a, const __m128 *b, const __m128h *c) {
  __m128d found = _mm_minmax_sd(a[0], a[1], 1);
  float low = _mm_minmax_ss(b[0], b[1], 2)[0];
  return found[0] < a[2][0] ? low : (double)_mm_minmax_sh(c[0], c[1], 3)[0] + _mm_cvttsd_si64(a[3]);
}
#endif

__attribute__((target("avx512fp16,avx512vl"))) _Float16 half_scalars(_Float16 *v, const int *numbers, long n) {
  _Float16 sum = 0;
  for (long i = 0; i < n; i++) {
    sum = __builtin_elementwise_max(sum * v[i], v[i] / 3) + (_Float16)numbers[i] - (_Float16)(float)sum;
    sum = v[i] > sum ? __builtin_sqrtf16(v[i]) : -sum;
    v[i] = (_Float16)((double)v[i] + (int)sum) + __builtin_floorf16(v[i]);
  }
  return sum;
}
__attribute__((target("avx512vp2intersect,avx512vl,avx512vbmi2"))) unsigned intersected(const __m512i *v,
                                                                                        __m512i *out) {
  __mmask16 left, right;
  _mm512_2intersect_epi32(v[0], v[1], &left, &right);
  out[0] = _mm512_mask_expand_epi8(v[2], left, _mm512_maskz_compress_epi16(right, v[3]));
  return left + right;
}

__attribute__((target("cmpccxadd"))) long added_if(int *word, long long *wide, int least, int more) {
  return _cmpccxadd_epi32(word, least, more, 2) + _cmpccxadd_epi64(wide, least, more, 15);
}
__attribute__((target("raoint,movdiri,movdir64b,enqcmd"))) int remote(int *word, long long *wide, void *page,
                                                                      const void *line) {
  _aadd_i32(word, 3), _aand_i64(wide, 5), _aor_i32(word, 9), _axor_i64(wide, 17);
  _directstoreu_u32(page, *word), _directstoreu_u64(page, *wide), _movdir64b(page, line);
  return _enqcmd(page, line) + _enqcmds(page, line);
}
__attribute__((target("shstk"))) unsigned long shadow(unsigned long *at, unsigned steps) {
  _inc_ssp(steps);
  __builtin_ia32_saveprevssp();
  __builtin_ia32_rstorssp(at);
  __builtin_ia32_wrssq(*at, at), __builtin_ia32_wrssd(steps, at + 1);
  return _get_ssp();
}
__attribute__((target("waitpkg,serialize,rtm,tsxldtrk,rdpid,pku,fsgsbase,ptwrite,uintr"))) unsigned system_words(
    void *line, unsigned long until) {
  unsigned status = _xbegin();
  if (status == _XBEGIN_STARTED && _xtest()) {
    _xsusldtrk(), _xresldtrk();
    _xend();
  } else
    _xabort(7);
  _umonitor(line);
  status += _umwait(1, until) + _tpause(0, until) + _rdpid_u32() + _rdpkru_u32();
  _serialize(), _wrpkru(status), _ptwrite64(until);
  _writefsbase_u64(_readgsbase_u64() + until);
  _clui(), _stui(), _senduipi(until);
  return status + _testui();
}
__attribute__((target("clflushopt,clwb,cldemote,prfchw,wbnoinvd,sse4.1,xsave,xsaveopt,xsavec,fxsr"))) void caches(
    char *line, __m128i *out, long wide) {
  _mm_clflush(line), _mm_clflushopt(line + 64), _mm_clwb(line + 128), _mm_cldemote(line + 192);
  _mm_prefetch(line, 3), _mm_prefetch(line, 2), _mm_prefetch(line, 1), _mm_prefetch(line, 0);
  __builtin_prefetch(line + 256, 1);
  _mm_lfence(), _mm_mfence(), _mm_sfence(), _mm_pause();
  _mm_stream_si128(out, _mm_stream_load_si128(out + 1)), _mm_stream_si64((long long *)line, wide);
  _mm_stream_ps((float *)out, _mm_castsi128_ps(out[2])), _mm_stream_pd((double *)out, _mm_castsi128_pd(out[2]));
  _mm_maskmoveu_si128(out[0], out[1], line);
  _fxsave64(line), _fxrstor64(line), _xsave64(line, wide), _xsaveopt64(line, wide), _xsavec64(line, wide);
  _xrstor64(line, wide), _mm_setcsr(_mm_getcsr() | 0x8040);
}
__attribute__((target("kl,widekl"))) unsigned keys(__m128i *text, void *handle) {
  return _mm_aesenc128kl_u8(text, text[0], handle) + _mm_aesdec256kl_u8(text + 1, text[1], handle) +
         _mm_aesencwide128kl_u8(text, text + 8, handle) + _mm_encodekey128_u32(1, text[2], handle);
}

__attribute__((target("cx16"))) long atomics(long *word, int *small, char *byte, __int128 *wide, long v) {
  __atomic_fetch_add(word, v, 5), __atomic_fetch_and(word, v, 5), __atomic_fetch_or(small, v, 5);
  __atomic_fetch_xor(byte, v, 5), __atomic_fetch_sub(small, 1, 5), __atomic_fetch_add(byte, 1, 5);
  long sum = __atomic_fetch_add(word, v, 5) + __atomic_exchange_n(small, v, 5) + __atomic_fetch_nand(word, v, 5);
  sum += (__atomic_fetch_or(word, 1L << (v & 63), 5) >> (v & 63)) & 1;
  sum += (__atomic_fetch_and(small, ~(1 << 7), 5) >> 7) & 1;
  long expected = v;
  __int128 both = v;
  sum += __atomic_compare_exchange_n(word, &expected, sum, 0, 5, 5);
  sum += __atomic_compare_exchange_n(wide, &both, both + 1, 0, 5, 5);
  __atomic_store_n(word, sum, 5), __atomic_thread_fence(5);
  return __sync_fetch_and_add(byte, 1) + sum + (__atomic_sub_fetch(small, v, 5) == 0);
}
long double extended(long double *v, const int *small, const double *wide, long n) {
  long double sum = 1, least = v[0];
  for (long i = 0; i < n; i++) {
    sum = sum * v[i] + wide[i] / (v[i] - small[i]) - __builtin_sqrtl(v[i]) + __builtin_fabsl(sum) + (short)small[i];
    least = v[i] < least ? v[i] : -least;
    v[i] = __builtin_isnan(sum) ? 0 : sum == least ? __builtin_rintl(sum) : (long)sum + (float)least;
  }
  return sum + least + (unsigned long)v[0];
}
