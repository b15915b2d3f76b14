; What lies behind the allocator asks a memory operand for its address: the text keeps the object by its kind, indices
; that nobody knows, and the constant offset. The problem, and so its hash, is the same without.
;
; RUN: %llc-mlra -O3 -mtriple=x86_64-unknown-linux-gnu -mlra-dump=%t -mlra-dump-mir -verify-machineinstrs %s -o /dev/null
; RUN: %replay %t
; RUN: %python -c "import json, sys; [print(json.loads(line).get('mir', '')) for line in open(sys.argv[1])]" %t > %t.mir
; RUN: FileCheck %s < %t.mir
; RUN: FileCheck %s --check-prefix=HASH < %t

%pair = type { i64, i64 }

@known = global [4 x i64] zeroinitializer
declare void @see(ptr)
declare noalias ptr @malloc(i64)

; Of a parameter, at an offset: shrink wrapping needs to know that no stack is meant.
; CHECK: define void @parameter(ptr %arg0) {{.*}}{
; CHECK-NEXT: %at0 = getelementptr i8, ptr %arg0, i64 8
; CHECK-NEXT: unreachable
; CHECK: MOV64rm %{{[0-9]+}}, 1, $noreg, 8, $noreg :: (load (s64) from %ir.at0)
; HASH: "function":"parameter",{{.*}}"content_hash":"[[ONE:[0-9a-f]*]]"
define i64 @parameter(ptr %p) {
  %at = getelementptr i64, ptr %p, i64 1
  %x = load i64, ptr %at
  %y = mul i64 %x, %x
  ret i64 %y
}

; The same problem, though the object is another.
; CHECK: define void @loaded() {{.*}}{
; CHECK-NEXT: %loaded0 = load ptr, ptr poison
; CHECK-NEXT: %at0 = getelementptr i8, ptr %loaded0, i64 8
; HASH: "function":"loaded",{{.*}}"content_hash":"[[ONE]]"
define i64 @loaded(i64 %n) {
  %p = inttoptr i64 %n to ptr
  %at = getelementptr i64, ptr %p, i64 1
  %x = load i64, ptr %at
  %y = mul i64 %x, %x
  ret i64 %y
}

; Two elements of one array lie side by side, whichever it is.
; CHECK: define void @neighbours(ptr noalias %arg0) {{.*}}{
; CHECK-NEXT: %i0 = freeze i64 poison
; CHECK-NEXT: %at0 = getelementptr [16 x i8], ptr %arg0, i64 %i0
; CHECK-NEXT: %at1 = getelementptr i8, ptr %at0, i64 24
; CHECK-NEXT: unreachable
; CHECK: :: (load (s64) from %ir.at0)
; CHECK: :: (store (s64) into %ir.at1)
define void @neighbours(ptr noalias %p, i64 %i) {
  %next = add i64 %i, 1
  %here = getelementptr %pair, ptr %p, i64 %i
  %there = getelementptr %pair, ptr %p, i64 %next, i32 1
  %x = load i64, ptr %here
  store i64 %x, ptr %there
  ret void
}

; A global is declared, a slot has its size and is known to others once it was shown, what is new is nobody's.
; CHECK: @known = external global i8
; CHECK: define dso_local void @kinds(ptr byval([16 x i8]) %arg0) {{.*}}{
; CHECK-NEXT: %at0 = getelementptr i8, ptr @known, i64 16
; CHECK-NEXT: %alloca0 = alloca [24 x i8]
; CHECK-NEXT: store ptr %alloca0, ptr poison
; CHECK-NEXT: %new0 = call noalias ptr null()
; CHECK-NEXT: unreachable
define dso_local i64 @kinds(ptr byval(%pair) %p) {
  %slot = alloca [3 x i64]
  %g = getelementptr i64, ptr @known, i64 2
  store volatile i64 1, ptr %g
  store volatile i64 2, ptr %slot
  call void @see(ptr %slot)
  %fresh = call noalias ptr @malloc(i64 8)
  store i64 3, ptr %fresh
  %x = load i64, ptr %p
  ret i64 %x
}

; One of two objects: whoever is neither does not overlap it.
; CHECK: define void @merged(ptr %arg0) {{.*}}{
; CHECK-NEXT: %i0 = freeze i64 poison
; CHECK-NEXT: %at0 = getelementptr i8, ptr @known, i64 %i0
; CHECK-NEXT: %i1 = freeze i64 poison
; CHECK-NEXT: %at1 = getelementptr i8, ptr %arg0, i64 %i1
; CHECK-NEXT: %which0 = freeze i1 poison
; CHECK-NEXT: %one0 = select i1 %which0, ptr %at1, ptr %at0
; CHECK-NEXT: unreachable
; CHECK: :: (volatile load (s64) from %ir.one0)
define i64 @merged(ptr %p, i1 %c) {
  %one = select i1 %c, ptr %p, ptr @known
  %x = load volatile i64, ptr %one
  ret i64 %x
}
