; The MIR text of functions with AArch64 SVE vectors. LLVM 19 cannot read `(store (<vscale x 1 x s128>))`, its own neither.
;
; REQUIRES: llvm-22
; RUN: %llc-mlra -O3 -mtriple=aarch64-unknown-linux-gnu -mattr=+sve -mlra-dump=%t -mlra-dump-mir -mlra-verify %s -o /dev/null
; RUN: %replay %t | FileCheck %s
; CHECK: 1 functions replayed

declare i32 @external(i32)

define void @scalable_vector(<vscale x 4 x float> %v, ptr %p, i32 %x) {
  %c = call i32 @external(i32 %x)
  store <vscale x 4 x float> %v, ptr %p
  ret void
}
