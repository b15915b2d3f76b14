// SME's streaming mode brings the matrix ZA, which is spilled lazily around calls, and vectors whose size no one knows:
// the object file is the stock one's, and what is recorded comes out the same again (LLVM 19's reader of MIR refuses
// memory operands of such a size).
//
// RUN: mkdir -p %t && cd %t
// RUN: %clang %aarch64 -march=armv9-a+sme2 -O3 -c %s -o stock.o
// RUN: %clang-plugin -mllvm -mlra %aarch64 -march=armv9-a+sme2 -O3 -c %s -o ours.o %{record}
// RUN: cmp stock.o ours.o
// RUN: %show dump | FileCheck %s
// RUN: %if llvm-22 %{ %replay dump | FileCheck %s --check-prefix=REPLAYED %}
// CHECK: function outer
// CHECK: function mixed
// CHECK: end: 2 functions
// REPLAYED: 2 functions replayed

#include <arm_sme.h>

void ask(float *);

__arm_new("za") __arm_locally_streaming void outer(const float *a, const float *b, float *out, unsigned n) {
  svbool_t all = svptrue_b32();
  svzero_za();
  for (unsigned k = 0; k < n; k++) {
    svmopa_za32_f32_m(0, all, all, svld1(all, a + k * svcntw()), svld1(all, b + k * svcntw()));
    svmopa_za32_f32_m(1, all, all, svld1(all, b + k), svld1(all, a + k));
  }
  ask(out);
  for (unsigned row = 0; row < svcntw(); row++)
    svst1_hor_za32(0, row, all, out + row * svcntw());
}

void mixed(float *p, const float *q, long n) __arm_streaming_compatible {
  for (long k = 0; k < n; k++)
    p[k] += q[k] * p[n - k];
  ask(p);
}
