// Instructions of x86 besides vectors: tiles (AMX), cryptography, bit manipulation, long additions, and APX's
// registers.
#include <immintrin.h>

typedef int tile __attribute__((__vector_size__(1024), __aligned__(64)));

#define PRODUCT(NAME, ISA, BUILTIN)                                                                                \
  __attribute__((target("amx-tile," ISA))) void NAME(const char *a, const char *b, char *out, unsigned short rows, \
                                                     unsigned short bytes, long stride, long n) {                  \
    tile sum = __builtin_ia32_tileloadd64_internal(rows, bytes, out + 64, stride);                                 \
    tile other = __builtin_ia32_tileloadd64_internal(rows, bytes, out, stride);                                    \
    _Pragma("nounroll") for (long i = 0; i < n; i++) {                                                             \
      tile left = __builtin_ia32_tileloadd64_internal(rows, bytes, a + i * stride, stride);                        \
      tile right = __builtin_ia32_tileloaddt164_internal(rows, bytes, b + i * stride, stride);                     \
      sum = BUILTIN(rows, bytes, rows, sum, left, right);                                                          \
      other = BUILTIN(rows, bytes, rows, other, right, left);                                                      \
    }                                                                                                              \
    __builtin_ia32_tilestored64_internal(rows, bytes, out, stride, sum);                                           \
    __builtin_ia32_tilestored64_internal(rows, bytes, out + 64, stride, other);                                    \
  }
PRODUCT(tiles_signed, "amx-int8", __builtin_ia32_tdpbssd_internal)
PRODUCT(tiles_mixed, "amx-int8", __builtin_ia32_tdpbsud_internal)
PRODUCT(tiles_mixed_too, "amx-int8", __builtin_ia32_tdpbusd_internal)
PRODUCT(tiles_unsigned, "amx-int8", __builtin_ia32_tdpbuud_internal)
PRODUCT(tiles_brain_floats, "amx-bf16", __builtin_ia32_tdpbf16ps_internal)
PRODUCT(tiles_half_floats, "amx-fp16", __builtin_ia32_tdpfp16ps_internal)
__attribute__((target("amx-tile,amx-int8"))) void tiles_by_number(const void *configuration, const char *a, char *out) {
  _tile_loadconfig(configuration);
  _tile_zero(0);
  _tile_loadd(1, a, 64);
  _tile_stream_loadd(2, a + 1024, 64);
  _tile_dpbssd(0, 1, 2);
  _tile_stored(0, out, 64);
  _tile_release();
}

__attribute__((target("aes,pclmul,sse4.2"))) __m128i encrypt(__m128i text, const __m128i *keys, int rounds) {
  text ^= keys[0];
  for (int i = 1; i < rounds; i++)
    text = _mm_aesdec_si128(_mm_aesenc_si128(text, keys[i]), _mm_aesimc_si128(keys[i]));
  text = _mm_clmulepi64_si128(_mm_aesdeclast_si128(text, keys[1]), _mm_aeskeygenassist_si128(keys[2], 5), 0x10);
  return _mm_aesenclast_si128(text, keys[rounds]);
}
__attribute__((target("sha,sse4.2"))) void sha_rounds(__m128i *state, const __m128i *data, long n) {
  for (long i = 0; i + 2 < n; i++) {
    state[0] = _mm_sha256rnds2_epu32(state[0], state[1], _mm_sha256msg1_epu32(data[i], data[i + 1]));
    state[1] = _mm_sha256msg2_epu32(state[1], data[i + 2]);
    state[2] = _mm_sha1rnds4_epu32(_mm_sha1nexte_epu32(state[2], data[i]), _mm_sha1msg1_epu32(state[0], data[i]), 2);
    state[2] = _mm_sha1msg2_epu32(state[2], data[i + 1]);
  }
}
__attribute__((target("vaes,vpclmulqdq,gfni,avx512f,avx512bw,avx512vl"))) void
wide_cipher(__m512i *text, const __m512i *keys, long n) {
  for (long i = 0; i < n; i++) {
    __m512i mixed = _mm512_aesenc_epi128(_mm512_gf2p8mul_epi8(text[i], keys[1]), keys[0]);
    mixed = _mm512_clmulepi64_epi128(_mm512_gf2p8affine_epi64_epi8(mixed, keys[2], 3), keys[3], 0x11);
    text[i] = _mm512_aesdeclast_epi128(_mm512_gf2p8affineinv_epi64_epi8(mixed, keys[1], 1), keys[0]);
  }
}

#define BITS "bmi,bmi2,lzcnt,popcnt,movbe,adx,crc32,rdrnd,rdseed"
__attribute__((target(BITS))) unsigned long bits(unsigned long *v, long n) {
  unsigned long sum = 0, high;
  for (long i = 0; i < n; i++) {
    sum ^= _pdep_u64(_pext_u64(v[i], sum), _bzhi_u64(v[i], (unsigned)i)) + _lzcnt_u64(v[i]) + _tzcnt_u64(sum);
    sum += _blsr_u64(v[i]) ^ _blsi_u64(sum) ^ _blsmsk_u64(v[i]) ^ _bextr_u64(sum, 3, 9) ^ _andn_u64(sum, v[i]);
    sum = _mulx_u64(sum, v[i], (unsigned long long *)&high) + __builtin_bswap64(v[i]) + high;
    sum = __builtin_ia32_crc32di(sum, v[i]) + __builtin_popcountl(sum) + __builtin_rotateleft64(sum, 7);
  }
  return sum;
}
__attribute__((target(BITS))) void add_long(unsigned long long *out, const unsigned long long *a,
                                            const unsigned long long *b, long n) {
  unsigned char carry = 0, borrow = 0;
  for (long i = 0; i < n; i += 4)
    for (long k = i; k < i + 4; k++) {
      carry = _addcarry_u64(carry, a[k], b[k], out + k);
      borrow = _subborrow_u64(borrow, out[k], a[k], out + k);
    }
}
__attribute__((target(BITS))) int random_bits(unsigned long long *out) {
  unsigned auxiliary;
  out[1] = __builtin_ia32_rdtsc() + __builtin_ia32_rdtscp(&auxiliary);
  return _rdrand64_step(out) && _rdseed64_step(out + 2);
}

__attribute__((target("egpr,ndd,nf,ccmp,push2pop2,ppx"))) long many_registers(long *p, long n) {
  long v[24], sum = 0;
  for (int k = 0; k < 24; k++)
    v[k] = p[k];
  for (long x = 0; x < n; x++)
    for (int k = 0; k < 24; k++)
      v[k] = (v[(k + 1) % 24] * x ^ (v[(k + 7) % 24] + k)) - (v[(k + 3) % 24] >> (k & 7));
  for (int k = 0; k < 24; k++)
    sum ^= v[k] > n && v[k] < sum ? v[k] : p[k];
  return sum;
}
