// X86 allocates its tile registers before all others and configures them, unless -regalloc names an allocator: -mlra names
// none, and the object file is the stock one's, byte by byte. Ten tiles live at once do not fit into eight registers, so
// some are spilled, and calls clobber them all.
//
// RUN: mkdir -p %t && cd %t
// RUN: %clang --target=x86_64-linux-gnu -march=sapphirerapids -O3 -c %s -o stock.o
// RUN: %clang-plugin -mllvm -mlra --target=x86_64-linux-gnu -march=sapphirerapids -O3 -c %s -o ours.o %{record}
// RUN: cmp stock.o ours.o
// RUN: %clang --target=x86_64-linux-gnu -march=sapphirerapids -Os -g -c %s -o stock.o
// RUN: %clang-plugin -mllvm -mlra --target=x86_64-linux-gnu -march=sapphirerapids -Os -g -c %s -o ours.o %{record}
// RUN: cmp stock.o ours.o
//
// What was allocated before is no node, and the text names its registers: llc meets the same problem.
// RUN: %clang-plugin -mllvm -mlra --target=x86_64-linux-gnu -march=sapphirerapids -O3 -c %s -o ours.o %{record} -mllvm -mlra-dump-registers=registers
// RUN: %show dump registers | FileCheck %s --check-prefix=NODES
// RUN: %replay dump | FileCheck %s --check-prefix=REPLAYED
// NODES: function matrices
// NODES-NOT: {{^  %[0-9]+ tile }}
// NODES: function across_calls
// NODES-NOT: {{^  %[0-9]+ tile }}
// NODES: end: 3 functions
// REPLAYED: 3 functions replayed
//
// llc takes the text with the default allocator, too, whose pipeline begins with the tiles.
// RUN: %python -c "import json; print(json.loads(open('dump').readline())['mir'])" > text.mir
// RUN: %llc-plugin -mlra -mlra-verify -start-before=greedy text.mir -o text.s

typedef int tile __attribute__((__vector_size__(1024), __aligned__(64)));
#define LOAD(base) __builtin_ia32_tileloadd64_internal(rows, bytes, base, stride)

void matrices(const char *a, const char *b, char *out, unsigned short rows, unsigned short bytes, long stride, int count) {
  tile t0 = LOAD(a), t1 = LOAD(a + 1), t2 = LOAD(a + 2), t3 = LOAD(a + 3), t4 = LOAD(a + 4);
  tile u0 = LOAD(b), u1 = LOAD(b + 1), u2 = LOAD(b + 2), u3 = LOAD(b + 3), u4 = LOAD(b + 4);
#pragma nounroll
  for (int i = 0; i < count; i++) {
    t0 = __builtin_ia32_tdpbssd_internal(rows, bytes, rows, t0, u0, u1);
    t1 = __builtin_ia32_tdpbssd_internal(rows, bytes, rows, t1, u2, u3);
    t2 = __builtin_ia32_tdpbssd_internal(rows, bytes, rows, t2, u4, u0);
    t3 = __builtin_ia32_tdpbssd_internal(rows, bytes, rows, t3, u1, u2);
    t4 = __builtin_ia32_tdpbssd_internal(rows, bytes, rows, t4, u3, u4);
  }
  __builtin_ia32_tilestored64_internal(rows, bytes, out, stride, t0);
  __builtin_ia32_tilestored64_internal(rows, bytes, out + 1, stride, t1);
  __builtin_ia32_tilestored64_internal(rows, bytes, out + 2, stride, t2);
  __builtin_ia32_tilestored64_internal(rows, bytes, out + 3, stride, t3);
  __builtin_ia32_tilestored64_internal(rows, bytes, out + 4, stride, t4);
}

void ask(const char *);

void across_calls(const char *a, char *out, unsigned short rows, unsigned short bytes, long stride) {
  tile t = LOAD(a), u = LOAD(a + 64);
  if (rows > bytes)
    ask(a);
  t = __builtin_ia32_tdpbssd_internal(rows, bytes, rows, t, u, u);
  ask(out);
  __builtin_ia32_tilestored64_internal(rows, bytes, out, stride, t);
}

long without_tiles(const long *v, long n) {
  long sum = 0;
  for (long i = 0; i < n; i++)
    sum += v[i] * v[n - i];
  return sum;
}
