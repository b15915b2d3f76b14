; A function without virtual registers has a record: no node, its instructions and blocks, and nothing to decide.
;
; RUN: %llc-mlra -O3 -mtriple=x86_64-unknown-linux-gnu -mlra-dump=%t -mlra-verify %s -o /dev/null
; RUN: %show %t | FileCheck %s --match-full-lines
; RUN: %llc-mlbasicra -O3 -mtriple=x86_64-unknown-linux-gnu -mlra-dump=%t -mlra-verify %s -o /dev/null
; RUN: %show %t | FileCheck %s --match-full-lines
; CHECK:      function nothing id 1 instructions 1
; CHECK-NEXT:  bb.0 at 0 freq 1 depth 0 -> -
; CHECK-NEXT:  edges -
; CHECK-NEXT:  spills 0 reloads 0 folded_spills 0 folded_reloads 0 copies 0 spill_cost 0 copy_cost 0
; CHECK-NEXT: end: 1 functions

define void @nothing() {
  ret void
}
