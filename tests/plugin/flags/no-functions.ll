; A module without a function that reaches the allocator: the closing record alone, and no register file.
;
; RUN: rm -f %t.registers
; RUN: %llc-mlra -mtriple=x86_64-unknown-linux-gnu -mlra-dump=%t -mlra-dump-registers=%t.registers -mlra-verify %s -o /dev/null
; RUN: %show %t | FileCheck %s
; RUN: not test -e %t.registers
; RUN: %clang-mlra %x86 -O3 -c %s -o %t.o -mllvm -mlra-dump=%t.clang
; RUN: %show %t.clang | FileCheck %s
; RUN: %clang-mlra %x86 -O3 -c -x c /dev/null -o %t.o -mllvm -mlra-dump=%t.empty
; RUN: %show %t.empty | FileCheck %s
; CHECK-NOT: function {{.*}} id
; CHECK: end: 0 functions

@data = global i32 1
declare void @declared()

define available_externally void @elsewhere() {
  ret void
}
