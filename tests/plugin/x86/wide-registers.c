// APX has 32 general registers, AVX-512 has 32 vectors and 8 masks, and one function may ask for more than its file: the
// object file is the stock one's, and what is recorded comes out the same again.
//
// RUN: mkdir -p %t && cd %t
// RUN: %clang %x86 -O3 -c %s -o stock.o
// RUN: %clang-plugin -mllvm -mlra %x86 -O3 -c %s -o ours.o %{record}
// RUN: cmp stock.o ours.o
// RUN: %show dump | FileCheck %s
// RUN: %replay dump | FileCheck %s --check-prefix=REPLAYED
// CHECK: function many
// CHECK: function masked
// CHECK: end: 2 functions
// REPLAYED: 2 functions replayed

__attribute__((target("egpr,ndd,nf,ccmp"))) long many(long *p, long n) {
  long v[20], sum = 0;
  for (int k = 0; k < 20; k++)
    v[k] = p[k];
  for (long x = 0; x < n; x++)
    for (int k = 0; k < 20; k++)
      v[k] = v[(k + 1) % 20] * x ^ (v[(k + 7) % 20] + k);
  for (int k = 0; k < 20; k++)
    sum ^= v[k];
  return sum;
}

typedef float floats __attribute__((vector_size(64), aligned(4)));
typedef int ints __attribute__((vector_size(64), aligned(4)));

__attribute__((target("avx512f,avx512vl,avx512bw,avx512dq"))) void masked(floats *p, const floats *q, long n) {
  floats v[34];
  for (int k = 0; k < 34; k++)
    v[k] = q[k];
  for (long x = 0; x < n; x++)
    for (int k = 0; k < 34; k++) {
      ints less = v[k] < p[x];
      v[k] = (floats)(((ints)(v[k] * p[x] + v[(k + 3) % 34]) & less) | ((ints)v[(k + 1) % 34] & ~less));
    }
  for (int k = 0; k < 34; k++)
    p[k] = v[k];
}
