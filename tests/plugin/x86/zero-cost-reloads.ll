; What a stackmap, a patchpoint or a statepoint records of a value may be the slot where it lies: LLVM counts such a read as
; one that costs nothing, and so does the record. The remarks are the stock compiler's.
;
; RUN: %llc -O3 -use-registers-for-deopt-values %s -o /dev/null -pass-remarks-missed=regalloc 2>&1 | FileCheck %s --check-prefix=REMARK
; RUN: %llc-mlra -O3 -use-registers-for-deopt-values -mlra-dump=%t -mlra-dump-mir -mlra-verify %s -o /dev/null
; RUN: %show %t | FileCheck %s
; RUN: %replay %t | FileCheck %s --check-prefix=REPLAYED
; REPLAYED: 3 functions replayed

target triple = "x86_64-unknown-linux-gnu"

; REMARK: 9 spills 9.000000e+00 total spills cost 3 reloads 3.000000e+00 total reloads cost 6 zero cost folded reloads generated in function
; CHECK: function patched
; CHECK: spills 9 reloads 3 folded_spills 0 folded_reloads 0 copies 0 spill_cost 12 copy_cost 0
define i64 @patched(i64 %argument, ptr %p) {
  %v0 = load volatile i64, ptr %p
  %v1 = load volatile i64, ptr %p
  %v2 = load volatile i64, ptr %p
  %v3 = load volatile i64, ptr %p
  %v4 = load volatile i64, ptr %p
  %v5 = load volatile i64, ptr %p
  %v6 = load volatile i64, ptr %p
  %v7 = load volatile i64, ptr %p
  call void asm sideeffect "", "~{rax},~{rbx},~{rcx},~{rdx},~{rsi},~{rdi},~{r8},~{r9},~{r10},~{r11},~{r12},~{r13},~{r14},~{r15}"()
  call void (i64, i32, ...) @llvm.experimental.stackmap(i64 1, i32 0, i64 %v0, i64 %v1, i64 %v2, i64 %v0)
  %read = call anyregcc i64 (i64, i32, ptr, i32, ...) @llvm.experimental.patchpoint.i64(i64 2, i32 15, ptr null, i32 2, i64 %v3, i64 %v4, i64 %v5, i64 %v6, i64 %v7)
  %sum = add i64 %read, %v3
  %result = add i64 %sum, %argument
  ret i64 %result
}

; REMARK: 7 spills 7.000000e+00 total spills cost 2 folded reloads 2.000000e+00 total folded reloads cost 7 zero cost folded reloads 2 virtual registers copies 2.000000e+00 total copies cost generated in function
; CHECK: function deoptimized
; CHECK: spills 7 reloads 0 folded_spills 0 folded_reloads 2 copies 2 spill_cost 9 copy_cost 2
define i64 @deoptimized(i64 %a, i64 %b, i64 %c, i64 %d, ptr %p) gc "statepoint-example" {
  %v0 = load volatile i64, ptr %p
  %v1 = load volatile i64, ptr %p
  %v2 = load volatile i64, ptr %p
  %v3 = load volatile i64, ptr %p
  call void asm sideeffect "", "~{rax},~{rbx},~{rcx},~{rdx},~{rsi},~{rdi},~{r8},~{r9},~{r10},~{r11},~{r12},~{r13},~{r14},~{r15}"()
  %token = call token (i64, i32, ptr, i32, i32, ...) @llvm.experimental.gc.statepoint.p0(i64 0, i32 0, ptr elementtype(void ()) @collects, i32 0, i32 0, i32 0, i32 0) ["deopt"(i64 %a, i64 %b, i64 %c, i64 %d, i64 %v0, i64 %v1, i64 %v2, i64 %v3, i64 %v0)]
  %s0 = add i64 %a, %v0
  %s1 = add i64 %s0, %v3
  ret i64 %s1
}

; The slot that the called address is loaded from is read, whatever else the statepoint records of it.
; REMARK: 3 spills 3.000000e+00 total spills cost 3 reloads 3.000000e+00 total reloads cost 2 virtual registers copies 2.000000e+00 total copies cost generated in function
; CHECK: function called
; CHECK: spills 3 reloads 3 folded_spills 0 folded_reloads 0 copies 2 spill_cost 6 copy_cost 2
define i64 @called(i64 %a, ptr %target, ptr %p) gc "statepoint-example" {
  call void asm sideeffect "", "~{rax},~{rbx},~{rcx},~{rdx},~{rsi},~{rdi},~{r8},~{r9},~{r10},~{r11},~{r12},~{r13},~{r14},~{r15},~{rbp}"()
  %token = call token (i64, i32, ptr, i32, i32, ...) @llvm.experimental.gc.statepoint.p0(i64 0, i32 0, ptr elementtype(void (i64)) %target, i32 1, i32 0, i64 %a, i32 0, i32 0) ["deopt"(i64 %a, ptr %target)]
  %read = load i64, ptr %p
  %sum = add i64 %read, %a
  ret i64 %sum
}

declare i64 @llvm.experimental.patchpoint.i64(i64, i32, ptr, i32, ...)
declare void @llvm.experimental.stackmap(i64, i32, ...)
declare void @collects()
declare token @llvm.experimental.gc.statepoint.p0(i64 immarg, i32 immarg, ptr, i32 immarg, i32 immarg, ...)
