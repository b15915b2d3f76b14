// Scalable vectors and matrices of aarch64 that compilers emit when they are asked by name: SVE2 and SME2.
#include <arm_sme.h>
#include <arm_sve.h>

#define SCALABLE __attribute__((target("arch=armv9-a+sve2+sve2-bitperm+sve2-aes+sve2-sha3+bf16+i8mm")))
SCALABLE void sve_axpy(float *y, const float *x, float a, long n) {
  for (long i = 0; i < n; i += svcntw()) {
    svbool_t inside = svwhilelt_b32_s64(i, n);
    svst1(inside, y + i, svmla_m(inside, svld1(inside, y + i), svld1(inside, x + i), a));
  }
}
SCALABLE long sve_strlen(const uint8_t *text) {
  for (long i = 0;; i += svcntb()) {
    svsetffr();
    svuint8_t letters = svldff1(svptrue_b8(), text + i);
    svbool_t read = svrdffr();
    svbool_t ends = svcmpeq(read, letters, 0);
    if (svptest_any(read, ends))
      return i + svcntp_b8(read, svbrkb_z(read, ends));
  }
}
SCALABLE void sve_gathers(double *out, const double *table, const long *index, long n) {
  for (long i = 0; i < n; i += svcntd()) {
    svbool_t inside = svwhilelt_b64_s64(i, n);
    svint64_t places = svld1(inside, index + i);
    svfloat64_t found = svld1_gather_index(inside, table, places);
    found = svmax_x(inside, svsqrt_x(inside, found), svscale_x(inside, found, svlsl_x(inside, places, 2)));
    svst1_scatter_index(svcmpgt(inside, found, 0.5), out, places,
                        svrinta_x(inside, svdiv_x(inside, found, svabs_x(inside, found))));
  }
}
SCALABLE int64_t sve_integers(int32_t *out, const int32_t *a, const int8_t *bytes, long n) {
  svint32_t sum = svdup_s32(0);
  svint64_t total = svindex_s64(1, 3);
  for (long i = 0; i < n; i += svcntw()) {
    svbool_t inside = svwhilelt_b32_s64(i, n);
    svint32_t x = svld1(inside, a + i), y = svld1sb_s32(inside, bytes + i);
    sum = svsel(svcmplt(inside, x, y), svmad_x(inside, x, y, sum), svqrdmulh(svtbl(x, svreinterpret_u32(y)), svrev(y)));
    sum = sveor_z(inside, svadalp_x(inside, sum, svreinterpret_s16(x)), svasr_x(inside, svzip1(x, svuzp2(y, x)), 3));
    total = svadd_x(svptrue_b64(), svmlalb(total, x, y), svmullt(x, y));
    total = svreinterpret_s64(svbext(svreinterpret_u64(total), svbdep(svreinterpret_u64(x), svreinterpret_u64(y))));
    out[i] = svlastb(inside, svcompact(inside, x)) +
             (int32_t)svaddv(inside, svclz_x(inside, svreinterpret_u32(svnot_x(inside, y)))) +
             (int32_t)svcntp_b32(inside, svmatch(svptrue_b8(), svreinterpret_s8(x), svreinterpret_s8(y)));
    svst1b(inside, (int8_t *)out + i, svqabs_x(inside, svhadd_x(inside, x, svsplice(inside, x, y))));
  }
  return svaddv(svptrue_b64(), total) + svmaxv(svptrue_b32(), sum) + svandv(svptrue_b32(), sum);
}
SCALABLE void sve_dots(svint32_t *out, const int8_t *a, const int8_t *b, svfloat32_t *real, const bfloat16_t *brain,
                       long n) {
  svint32_t sum = *out;
  svfloat32_t floats = *real;
  for (long i = 0; i < n; i += svcntb()) {
    svint8x2_t pair = svld2(svptrue_b8(), a + 2 * i);
    svint8_t x = svget2(pair, 0), y = svld1rq(svptrue_b8(), b + i);
    sum = svmmla(svdot_lane(svdot(sum, x, y), svget2(pair, 1), y, 2), x, y);
    svbfloat16_t wide = svld1(svptrue_b16(), brain + i);
    floats = svbfmmla(svbfdot(floats, wide, wide), wide, svtrn1(wide, wide));
    svst2(svptrue_b8(), (int8_t *)a + 2 * i, svset2(pair, 1, svreinterpret_s8(svhistseg(x, y))));
  }
  *out = sum;
  *real = floats;
}
SCALABLE void sve_cipher(svuint8_t *text, svuint64_t *wide, long n) {
  for (long i = 0; i < n; i++) {
    *text = svaesmc(svaese(*text, svaesd(*text, svaesimc(*text))));
    *wide = sveor3(svrax1(*wide, svpmullb_pair(*wide, *wide)), svbcax(*wide, *wide, *wide), svxar(*wide, *wide, 3));
  }
}

#define STREAMING __arm_locally_streaming __attribute__((target("arch=armv9-a+sme2+sme-f64f64+sme-i16i64")))
STREAMING __arm_new("za") void sme_product(const float *a, const float *b, float *out, unsigned n) {
  svbool_t all = svptrue_b32();
  svzero_za();
  for (unsigned k = 0; k < n; k++) {
    svmopa_za32_f32_m(0, all, all, svld1(all, a + k * svcntw()), svld1(all, b + k * svcntw()));
    svmops_za32_f32_m(1, all, svcmpgt(all, svld1(all, b + k), 0), svld1(all, b + k), svld1(all, a + k));
  }
  for (unsigned row = 0; row < svcntw(); row++) {
    svst1_hor_za32(0, row, all, out + row * svcntw());
    svst1_ver_za32(1, row, all, out + row * svcntw());
  }
}
STREAMING __arm_new("za") void sme_integers(const int8_t *a, const uint8_t *b, double *out, const double *c,
                                            unsigned n) {
  svzero_mask_za(0x0f);
  for (unsigned k = 0; k < n; k++) {
    svbool_t all = svptrue_b8();
    svmopa_za32_s8_m(0, all, all, svld1(all, a + k), svld1(all, a));
    svusmopa_za32_u8_m(1, all, all, svld1(all, b + k), svld1(all, a));
    svmopa_za64_f64_m(2, svptrue_b64(), svptrue_b64(), svld1(svptrue_b64(), c), svld1(svptrue_b64(), c + k));
    svaddha_za32_s32_m(3, svptrue_b32(), svptrue_b32(), svread_hor_za32_s32_m(svdup_s32(0), svptrue_b32(), 0, k));
    svwrite_ver_za64_f64_m(2, k, svptrue_b64(), svld1(svptrue_b64(), c + k));
  }
  svld1_hor_za64(3, 0, svptrue_b64(), c);
  svst1_hor_za64(2, n, svptrue_b64(), out);
  svstr_za(0, out);
  svldr_za(1, out);
}
STREAMING __arm_new("za", "zt0") void sme_groups(const float *a, float *out, const void *table, unsigned n) {
  svzero_za();
  svldr_zt(0, table);
  svcount_t all = svptrue_c32();
  for (unsigned k = 0; k < n; k++) {
    svfloat32x4_t four = svld1_x4(all, a + k * svcntw());
    svfloat32x2_t two = svld1_x2(all, a + k);
    svmla_za32_vg1x4(k, four, svget4(four, 2));
    svadd_za32_vg1x2(k, two);
    svst1(all, out + k * svcntw(), svclamp(four, svget2(two, 0), svget2(two, 1)));
    svst1(all, out, svread_za32_f32_vg1x4(k));
  }
  svst1(svptrue_b8(), (uint8_t *)out, svluti4_lane_zt_u8(0, svld1(svptrue_b8(), (const uint8_t *)a), 1));
}
