; The content hash is that of the problem: names do not count, but whether two of them are the same does.
;
; RUN: %llc-mlra -O3 -mtriple=x86_64-unknown-linux-gnu -mlra-dump=%t %s -o /dev/null
; RUN: FileCheck %s < %t
; CHECK: "function":"first",{{.*}}"content_hash":"[[ONE:[0-9a-f]*]]"
; CHECK: "function":"renamed",{{.*}}"content_hash":"[[ONE]]"
; CHECK-NOT: [[ONE]]
; CHECK: "function":"same_global_twice"
; CHECK-NOT: [[ONE]]
; CHECK: "function":"other_constant"
; CHECK-NOT: [[ONE]]

@a = global i32 0
@b = global i32 0

define i32 @first(i32 %x) {
  %p = load volatile i32, ptr @a
  %q = load volatile i32, ptr @b
  %r = mul i32 %p, %q
  %s = mul i32 %r, 77
  ret i32 %s
}

define i32 @renamed(i32 %y) {
  %p = load volatile i32, ptr @b
  %q = load volatile i32, ptr @a
  %r = mul i32 %p, %q
  %s = mul i32 %r, 77
  ret i32 %s
}

define i32 @same_global_twice(i32 %x) {
  %p = load volatile i32, ptr @a
  %q = load volatile i32, ptr @a
  %r = mul i32 %p, %q
  %s = mul i32 %r, 77
  ret i32 %s
}

define i32 @other_constant(i32 %x) {
  %p = load volatile i32, ptr @a
  %q = load volatile i32, ptr @b
  %r = mul i32 %p, %q
  %s = mul i32 %r, 78
  ret i32 %s
}
