; A function that asks not to be optimised says so in its record.
; RUN: %llc-mlra -O3 -mtriple=x86_64-unknown-linux-gnu %s -o /dev/null -mlra-dump=%t
; RUN: FileCheck %s < %t
; CHECK: "function":"asks"{{.*}}"optnone":true
; CHECK: "function":"asks_not"{{.*}}"optnone":false

define i32 @asks(i32 %a) noinline optnone {
  ret i32 %a
}

define i32 @asks_not(i32 %a) {
  ret i32 %a
}
