; The entry of a landing pad clobbers registers: a mask at its first instruction, which stands in front of it.
;
; RUN: %llc-mlra -O3 -mlra-dump=%t -mlra-dump-registers=%t.registers -mlra-verify %s -o /dev/null
; RUN: %problem %t %t.registers | FileCheck %s --match-full-lines
;
; CHECK-LABEL: function pads
; CHECK:         mask 4 csr_aarch64_aapcs
; CHECK-NEXT:    mask 11 csr_aarch64_aapcs
; CHECK-NEXT:    mask 15 csr_aarch64_aapcs
; CHECK-NEXT:    mask 19 csr_aarch64_aapcs
target triple = "aarch64-unknown-linux-gnu"

declare i32 @may_throw(i32)
declare void @clean_up(i32)
declare i32 @__gxx_personality_v0(...)

define i32 @pads(i32 %a) personality ptr @__gxx_personality_v0 {
  %r = invoke i32 @may_throw(i32 %a) to label %ok unwind label %pad
ok:
  %s = add i32 %r, %a
  ret i32 %s
pad:
  %l = landingpad { ptr, i32 } cleanup
  call void @clean_up(i32 %a)
  resume { ptr, i32 } %l
}
