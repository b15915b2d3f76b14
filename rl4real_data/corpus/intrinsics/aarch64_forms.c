// Forms of scalable operations that are an opcode of their own in aarch64: by element, merging and zeroing.
#include <arm_sve.h>

#define SCALABLE __attribute__((target("arch=armv9-a+sve2+sve2-bitperm+sve2-aes+sve2-sha3+sve2-sm4+bf16+i8mm+f64mm")))

// Two sources under a predicate: kept, zeroed, or any where it is false; a vector, and a constant.
#define BINARY(OP, KIND, V)                                            \
  SCALABLE V OP##_##KIND(V x, V y, V z, svbool_t some, svbool_t all) { \
    x = sv##OP##_##KIND##_m(some, x, y);                               \
    x = sv##OP##_##KIND##_z(some, x, z);                               \
    x = sv##OP##_##KIND##_x(some, y, x);                               \
    x = sv##OP##_n_##KIND##_m(some, x, 3);                             \
    x = sv##OP##_n_##KIND##_z(some, x, 5);                             \
    return sv##OP##_##KIND##_m(all, z, x);                             \
  }
#define SIGNED(OP) \
  BINARY(OP, s8, svint8_t) BINARY(OP, s16, svint16_t) BINARY(OP, s32, svint32_t) BINARY(OP, s64, svint64_t)
#define UNSIGNED(OP) \
  BINARY(OP, u8, svuint8_t) BINARY(OP, u16, svuint16_t) BINARY(OP, u32, svuint32_t) BINARY(OP, u64, svuint64_t)
#define FLOATS(OP) BINARY(OP, f16, svfloat16_t) BINARY(OP, f32, svfloat32_t) BINARY(OP, f64, svfloat64_t)
#define SIGNED_LONG(OP) BINARY(OP, s32, svint32_t) BINARY(OP, s64, svint64_t)
#define UNSIGNED_LONG(OP) BINARY(OP, u32, svuint32_t) BINARY(OP, u64, svuint64_t)

SIGNED(add) SIGNED(sub) SIGNED(subr) SIGNED(mul) SIGNED(max) SIGNED(min) SIGNED(abd) SIGNED(mulh)
SIGNED(and) SIGNED(orr) SIGNED(eor) SIGNED(bic) SIGNED(qadd) SIGNED(qsub) SIGNED(hadd) SIGNED(hsub) SIGNED(rhadd)
UNSIGNED(max) UNSIGNED(min) UNSIGNED(abd) UNSIGNED(mulh) UNSIGNED(qadd) UNSIGNED(qsub) UNSIGNED(hadd) UNSIGNED(hsub)
UNSIGNED(rhadd) SIGNED_LONG(div) SIGNED_LONG(divr) UNSIGNED_LONG(div) UNSIGNED_LONG(divr)
UNSIGNED(lsl) UNSIGNED(lsr) FLOATS(add) FLOATS(sub) FLOATS(subr) FLOATS(mul) FLOATS(div) FLOATS(divr) FLOATS(max)
FLOATS(min) FLOATS(maxnm) FLOATS(minnm) FLOATS(abd) FLOATS(mulx)

// Shifts, whose second source is unsigned.
#define SHIFT(OP, KIND, V, U)                                                 \
  SCALABLE V OP##_##KIND(V x, U y, svbool_t some) {                           \
    x = sv##OP##_##KIND##_m(some, sv##OP##_##KIND##_z(some, x, y), y);        \
    return sv##OP##_n_##KIND##_z(some, sv##OP##_n_##KIND##_m(some, x, 3), 2); \
  }
SHIFT(asr, s8, svint8_t, svuint8_t) SHIFT(asr, s16, svint16_t, svuint16_t) SHIFT(asr, s32, svint32_t, svuint32_t)
SHIFT(asr, s64, svint64_t, svuint64_t)

// One source under a predicate.
#define UNARY(OP, KIND, V)                                                                        \
  SCALABLE V OP##_##KIND(V x, V y, svbool_t some) {                                               \
    return sv##OP##_##KIND##_m(sv##OP##_##KIND##_x(some, y), some, sv##OP##_##KIND##_z(some, x)); \
  }
#define SIGNED_ONE(OP) \
  UNARY(OP, s8, svint8_t) UNARY(OP, s16, svint16_t) UNARY(OP, s32, svint32_t) UNARY(OP, s64, svint64_t)
#define FLOATS_ONE(OP) UNARY(OP, f16, svfloat16_t) UNARY(OP, f32, svfloat32_t) UNARY(OP, f64, svfloat64_t)
SIGNED_ONE(abs) SIGNED_ONE(neg) SIGNED_ONE(not) SIGNED_ONE(cnot) SIGNED_ONE(qabs) SIGNED_ONE(qneg) SIGNED_ONE(rbit)
FLOATS_ONE(abs) FLOATS_ONE(neg) FLOATS_ONE(sqrt) FLOATS_ONE(recpx) FLOATS_ONE(rinta) FLOATS_ONE(rinti)
FLOATS_ONE(rintm) FLOATS_ONE(rintn) FLOATS_ONE(rintp) FLOATS_ONE(rintx) FLOATS_ONE(rintz)

// Multiplications that add, and multiplications of one element.
#define PRODUCT(KIND, V)                                                      \
  SCALABLE V product_##KIND(V sum, V x, V y, svbool_t some) {                 \
    sum = svmla_##KIND##_m(some, sum, x, y);                                  \
    sum = svmls_##KIND##_z(some, sum, x, y);                                  \
    sum = svmad_##KIND##_m(some, x, sum, y);                                  \
    return svmsb_##KIND##_z(some, svmla_##KIND##_x(some, y, x, sum), sum, y); \
  }
PRODUCT(s8, svint8_t) PRODUCT(s16, svint16_t) PRODUCT(s32, svint32_t) PRODUCT(s64, svint64_t)
PRODUCT(f16, svfloat16_t) PRODUCT(f32, svfloat32_t) PRODUCT(f64, svfloat64_t)
#define NEGATIVE_PRODUCT(KIND, V)                                            \
  SCALABLE V negative_product_##KIND(V sum, V x, V y, svbool_t some) {       \
    sum = svnmla_##KIND##_m(some, sum, x, y);                                \
    sum = svnmls_##KIND##_m(some, sum, svmul_lane_##KIND(x, y, 1), y);       \
    sum = svnmad_##KIND##_m(some, svmla_lane_##KIND(x, y, sum, 0), sum, y);  \
    return svnmsb_##KIND##_m(some, svmls_lane_##KIND(y, x, sum, 1), sum, y); \
  }
NEGATIVE_PRODUCT(f16, svfloat16_t) NEGATIVE_PRODUCT(f32, svfloat32_t) NEGATIVE_PRODUCT(f64, svfloat64_t)

// Comparisons, whose result is a predicate; elements moved about; sums of all elements.
#define COMPARISON(KIND, V, BITS)                                                                            \
  SCALABLE svbool_t compared_##KIND(V x, V y, svbool_t some) {                                               \
    svbool_t found = sveor_z(some, svcmpeq_##KIND(some, x, y), svcmpne_##KIND(some, x, y));                  \
    found = svorr_z(found, svcmpge_##KIND(found, x, y), svcmpgt_##KIND(some, x, y));                         \
    found = svand_z(some, found, svcmple_n_##KIND(some, x, 3));                                              \
    found = svbic_z(found, svcmplt_n_##KIND(found, y, 5), svcmpeq_n_##KIND(found, x, 0));                    \
    return svorn_z(svtrn1_b##BITS(found, some), svcmpgt_n_##KIND(some, y, 1), svcmpne_n_##KIND(some, x, 2)); \
  }                                                                                                          \
  SCALABLE V moved_##KIND(V x, V y, svbool_t some) {                                                         \
    x = svzip1_##KIND(svzip2_##KIND(x, y), svuzp1_##KIND(y, x));                                             \
    x = svtrn1_##KIND(svuzp2_##KIND(x, y), svtrn2_##KIND(y, x));                                             \
    x = svsplice_##KIND(some, svrev_##KIND(x), svsel_##KIND(some, x, y));                                    \
    x = svinsr_n_##KIND(svdup_lane_##KIND(x, 2), svlasta_##KIND(some, y));                                   \
    return svclasta_##KIND(some, svext_##KIND(x, y, 1), svclastb_##KIND(some, x, y));                        \
  }
COMPARISON(s8, svint8_t, 8) COMPARISON(s16, svint16_t, 16) COMPARISON(s32, svint32_t, 32) COMPARISON(s64, svint64_t, 64)
COMPARISON(u8, svuint8_t, 8) COMPARISON(u16, svuint16_t, 16) COMPARISON(u32, svuint32_t, 32)
COMPARISON(u64, svuint64_t, 64) COMPARISON(f16, svfloat16_t, 16) COMPARISON(f32, svfloat32_t, 32)
COMPARISON(f64, svfloat64_t, 64)

// Long products, and narrow results.
#define WIDENED(T, S, WIDE, NARROW)                                                                               \
  SCALABLE WIDE widened_##S(WIDE sum, NARROW x, NARROW y) {                                                       \
    sum = svmlalb_##S(svmlalt_##S(sum, x, y), y, x);                                                              \
    sum = svmlslb_##S(svmlslt_##S(sum, x, y), y, x);                                                              \
    sum = svabalb_##S(svabalt_##S(sum, x, y), y, x);                                                              \
    sum = svaddwb_##S(svaddwt_##S(sum, x), y);                                                                    \
    sum = svsubwb_##S(svsubwt_##S(sum, y), svshrnb_n_##S(sum, 3));                                                \
    sum = svadd_##S##_x(svptrue_b8(), svaddlb_##S(x, y), svaddlt_##S(svaddhnt_##S(y, sum, sum), y));              \
    return svsub_##S##_x(svptrue_b8(), svsublb_##S(x, svqxtnb_##S(sum)), svsublt_##S(y, svrshrnb_n_##S(sum, 2))); \
  }
WIDENED(s, s16, svint16_t, svint8_t) WIDENED(s, s32, svint32_t, svint16_t) WIDENED(s, s64, svint64_t, svint32_t)
WIDENED(u, u16, svuint16_t, svuint8_t) WIDENED(u, u32, svuint32_t, svuint16_t) WIDENED(u, u64, svuint64_t, svuint32_t)

// Numbers of another kind.
SCALABLE void converted(svfloat16_t *h, svfloat32_t *f, svfloat64_t *d, svint32_t *w, svint64_t *l, svbool_t some) {
  *h = svcvt_f16_m(*h, some, svcvt_f32_z(some, *d));
  *d = svcvt_f64_m(*d, some, svcvt_f32_z(some, *h));
  *f = svadd_z(some, svcvt_f32_z(some, *w), svcvt_f32_m(*f, some, *l));
  *d = svsub_m(some, svcvt_f64_z(some, *w), svcvt_f64_x(some, *l));
  *w = svsub_z(some, svcvt_s32_z(some, *f), svcvt_s32_z(some, *d));
  *l = svadd_m(some, svcvt_s64_m(*l, some, *f), svcvt_s64_z(some, *d));
}
