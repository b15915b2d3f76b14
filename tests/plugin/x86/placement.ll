; How blocks begin, end and follow each other, and where code can be placed in them.
;
; RUN: %llc-mlra -O3 -mlra-dump=%t -mlra-dump-registers=%t.registers -mlra-verify %s -o /dev/null
; RUN: %problem %t %t.registers | FileCheck %s --match-full-lines
;
; Instruction 4 is the call that may leave for the landing pad; the label behind it is instruction 7. The pad's label must
; lead. It ends in a call that does not return.
; CHECK-LABEL: function pads
; CHECK-NEXT:    bb.0 -> 1:0.999999 2:9.53674e-07 split 0 to 4 flags -
; CHECK-NEXT:    bb.1 -> - split 9 to 11 flags return no_successor
; CHECK-NEXT:    bb.2 -> - split 13 to 22 flags no_successor landing_pad
;
; Instruction 3 is the assembly.
; CHECK-LABEL: function asm_goto
; CHECK-NEXT:    bb.0 -> 1:1 2:0 split 0 to 3 flags -
; CHECK-NEXT:    bb.1 -> - split 5 to 6 flags return no_successor
; CHECK-NEXT:    bb.2 -> - split 7 to 10 flags no_successor asm_goto_target
;
; CHECK-LABEL: function indirect
; CHECK-NEXT:    bb.0 -> 1:0.5 2:0.5 split 0 to 2 flags indirect_branch
; CHECK-NEXT:    bb.1 -> - split 3 to 4 flags return no_successor
; CHECK-NEXT:    bb.2 -> - split 5 to 6 flags return no_successor
;
; A tail call is a return.
; CHECK-LABEL: function tail
; CHECK-NEXT:    bb.0 -> - split 0 to 2 flags return no_successor
target triple = "x86_64-unknown-linux-gnu"

declare i32 @may_throw(i32)
declare void @clean_up(i32)
declare void @stop() noreturn
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

define i32 @asm_goto(i32 %a, i32 %b) {
  %c = mul i32 %a, %b
  callbr void asm sideeffect "# $0 $1", "r,!i,~{dirflag},~{fpsr},~{flags}"(i32 %c) to label %on [label %off]
on:
  ret i32 %c
off:
  call void @stop()
  unreachable
}

define i32 @indirect(ptr %where, i32 %a) {
  indirectbr ptr %where, [label %one, label %two]
one:
  ret i32 %a
two:
  ret i32 2
}

define i32 @tail(i32 %a) {
  %b = tail call i32 @may_throw(i32 %a)
  ret i32 %b
}
