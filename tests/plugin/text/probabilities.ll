; LLVM's probabilities of a block's successors do not always add up to one exactly, and a reader scales them. The text holds
; numbers that the reader turns back into the compilation's: three cases of six lead to %a, 0x40000000 and three times
; 0x15555555, one short of 0x80000000.
;
; RUN: %llc-mlra -O3 -mtriple=x86_64-unknown-linux-gnu -mlra-dump=%t -mlra-dump-mir -mlra-verify %s -o /dev/null
; RUN: %replay %t | FileCheck %s
; CHECK: 1 functions replayed

declare i32 @external(i32, ...)

define i32 @uneven(i32 %x, i32 %y) {
  switch i32 %x, label %other [
    i32 0, label %a
    i32 1, label %c1
    i32 2, label %a
    i32 3, label %c3
    i32 4, label %a
    i32 5, label %c5
  ]
other:
  ret i32 %y
a:
  %v0 = call i32 (i32, ...) @external(i32 0, i32 %y)
  br label %join
c1:
  %v1 = call i32 (i32, ...) @external(i32 1, i32 %y)
  br label %join
c3:
  %v2 = call i32 (i32, ...) @external(i32 2, i32 %y)
  br label %join
c5:
  %v3 = call i32 (i32, ...) @external(i32 3, i32 %y)
  br label %join
join:
  %r = phi i32 [%v0, %a], [%v1, %c1], [%v2, %c3], [%v3, %c5]
  %s = add i32 %r, %y
  ret i32 %s
}
