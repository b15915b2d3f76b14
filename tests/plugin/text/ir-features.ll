; The MIR text of functions that use the rarer parts of LLVM IR is accepted by llc and gives the same record again.
;
; RUN: %llc-mlra -O3 -mtriple=x86_64-unknown-linux-gnu -mlra-dump=%t.x86 -mlra-dump-mir -mlra-verify %s -o /dev/null
; RUN: %replay %t.x86 | FileCheck %s
; RUN: %llc-mlra -O3 -mtriple=aarch64-unknown-linux-gnu -mlra-dump=%t.a64 -mlra-dump-mir -mlra-verify %s -o /dev/null
; RUN: %replay %t.a64 | FileCheck %s
; RUN: %llc-mlbasicra -O3 -mtriple=x86_64-unknown-linux-gnu -mlra-dump=%t.basic -mlra-dump-mir -mlra-verify %s -o /dev/null
; RUN: %replay %t.basic mlbasicra | FileCheck %s
; CHECK: 29 functions replayed

@plain = global i32 0
@local = dso_local global i32 0
@"a b\22c" = global i32 0
@"caf\C3\A9" = global i32 0
@"dollar$sign" = global i32 0
@0 = private global i32 7
@1 = internal global [4 x i32] zeroinitializer
@tls = thread_local global i32 0
@hidden_tls = external hidden thread_local(localexec) global i32
@weak = extern_weak global i32
@alias = alias i32, ptr @plain

declare i32 @external(i32, ...)
declare void @__cxa_end_catch()
declare i32 @__gxx_personality_v0(...)
declare void @stop() noreturn

define i32 @"name with \22quotes\22 and 'more'"(i32 %x) {
  %p = load i32, ptr @"a b\22c"
  %q = load i32, ptr @"caf\C3\A9"
  %r = load i32, ptr @"dollar$sign"
  %s = add i32 %p, %q
  %t = add i32 %s, %r
  %c = call i32 (i32, ...) @external(i32 %t, i32 %x)
  ret i32 %c
}

define i32 @"caf\C3\A9_function"(i32 %x) {
  %y = mul i32 %x, 77
  ret i32 %y
}

; What clang makes of `__asm__("renamed")`.
define i32 @"\01renamed"(i32 %x) {
  %y = call i32 @"\01renamed"(i32 %x)
  %z = add i32 %y, 1
  ret i32 %z
}

define i32 @"colon: # and - {yaml}"(i32 %x) {
  %y = mul i32 %x, 77
  ret i32 %y
}

define i32 @unnamed_globals(i64 %i) {
  %p = getelementptr [4 x i32], ptr @1, i64 0, i64 %i
  %x = load i32, ptr %p
  %y = load i32, ptr @0
  store volatile i32 %x, ptr @0
  %z = add i32 %x, %y
  ret i32 %z
}

define internal i32 @2(i32 %x) noinline {
  %y = mul i32 %x, 5
  ret i32 %y
}

define i32 @calls_unnamed(i32 %x) {
  %y = call i32 @2(i32 %x)
  %z = add i32 %y, %x
  ret i32 %z
}

define void @pointers(ptr %p) {
  store <2 x ptr> <ptr @plain, ptr @weak>, ptr %p
  ret void
}

define i32 @thread_locals() {
  %p = call ptr @llvm.threadlocal.address.p0(ptr @tls)
  %x = load i32, ptr %p
  %q = call ptr @llvm.threadlocal.address.p0(ptr @hidden_tls)
  %y = load i32, ptr %q
  %z = add i32 %x, %y
  ret i32 %z
}
declare ptr @llvm.threadlocal.address.p0(ptr)

define i32 @weak_and_alias() {
  %x = load i32, ptr @weak
  %y = load i32, ptr @alias
  %z = add i32 %x, %y
  ret i32 %z
}

define i32 @variable_arguments(i32 %n, ...) {
  %list = alloca [32 x i8], align 8
  call void @llvm.va_start.p0(ptr %list)
  %x = load i32, ptr %list
  call void @llvm.va_end.p0(ptr %list)
  ret i32 %x
}
declare void @llvm.va_start.p0(ptr)
declare void @llvm.va_end.p0(ptr)

define i32 @catches(i32 %x) personality ptr @__gxx_personality_v0 {
  %r = invoke i32 (i32, ...) @external(i32 %x) to label %normal unwind label %pad
normal:
  %s = add i32 %r, %x
  ret i32 %s
pad:
  %l = landingpad { ptr, i32 } catch ptr null
  %v = extractvalue { ptr, i32 } %l, 1
  call void @__cxa_end_catch()
  %w = add i32 %v, %x
  ret i32 %w
}

define i64 @atomics(ptr %p, i64 %v) {
  %old = atomicrmw add ptr %p, i64 %v seq_cst
  %pair = cmpxchg ptr %p, i64 %old, i64 %v acq_rel monotonic
  %got = extractvalue { i64, i1 } %pair, 0
  fence syncscope("singlethread") seq_cst
  store atomic i64 %got, ptr %p release, align 8
  ret i64 %got
}

define i128 @wide(i128 %a, i128 %b) {
  %c = mul i128 %a, %b
  %d = add i128 %c, %a
  ret i128 %d
}

define <4 x float> @vectors(<4 x float> %a, ptr %p) {
  %b = load <4 x float>, ptr %p
  %c = fmul nnan contract <4 x float> %a, %b
  %d = fadd <4 x float> %c, <float 1.0, float 2.0, float 3.0, float 4.5>
  ret <4 x float> %d
}

define double @constant_pool(double %x) {
  %y = fmul double %x, 0x3FF3C083126E978D
  %z = fadd double %y, 0x40026978D4FDF3B6
  ret double %z
}

define i32 @protected(i32 %n) ssp "stack-protector-buffer-size"="8" {
  %buffer = alloca [64 x i8], align 16
  call void @use(ptr %buffer)
  ret i32 %n
}
declare void @use(ptr)

define i32 @variable_sized(i64 %n) "frame-pointer"="all" {
  %"stack name, (odd)" = alloca [16 x i8], align 32
  %more = alloca i8, i64 %n, align 64
  call void @use(ptr %more)
  store i32 1, ptr %"stack name, (odd)"
  call void @use(ptr %"stack name, (odd)")
  %x = load i32, ptr %"stack name, (odd)"
  ret i32 %x
}

define swiftcc i64 @swift(ptr swiftself %self, i64 %x, ptr swifterror %error) {
  %y = load i64, ptr %self
  %z = add i64 %x, %y
  store ptr %self, ptr %error
  ret i64 %z
}

define preserve_mostcc void @preserves_most(ptr %p, i32 %x) {
  %c = call i32 (i32, ...) @external(i32 %x)
  store i32 %c, ptr %p
  ret void
}

define fastcc i32 @fast(i32 %x) {
  %c = call preserve_mostcc i32 (i32, ...) @external(i32 %x)
  %d = add i32 %c, %x
  ret i32 %d
}

define void @bare() naked {
  call void asm sideeffect "nop", ""()
  unreachable
}

define void @never_returns(i32 %x) noreturn {
  %c = call i32 (i32, ...) @external(i32 %x)
  call void @stop()
  unreachable
}

define i32 @unoptimised(i32 %x) noinline optnone {
  %p = alloca i32
  store i32 %x, ptr %p
  %y = load i32, ptr %p
  %z = sdiv i32 %y, 7
  ret i32 %z
}

define i32 @small(i32 %x, i32 %y) minsize optsize {
  %z = sdiv i32 %x, %y
  %w = mul i32 %z, 100
  ret i32 %w
}

define i32 @assembly(i32 %x, ptr %p) {
  %a = call i32 asm "nop /* $0, $1 \22quoted\22 */\0A\09nop", "=&r,r,~{memory}"(i32 %x), !srcloc !0
  %b = call i32 asm "nop /* $0 */", "=r,0"(i32 %a)
  call void asm sideeffect "nop /* $0 */", "i"(ptr @local)
  call void asm sideeffect "nop /* $0 */", "*m"(ptr elementtype(i32) %p)
  ret i32 %b
}
!0 = !{i64 1234}

define i32 @jump_table(i32 %x, i32 %y) {
  switch i32 %x, label %other [i32 0, label %a  i32 1, label %b  i32 2, label %c  i32 3, label %d  i32 4, label %e]
a:
  %va = mul i32 %y, 3
  br label %join
b:
  %vb = sub i32 %y, 3
  br label %join
c:
  %vc = call i32 (i32, ...) @external(i32 %y)
  br label %join
d:
  %vd = xor i32 %y, 3
  br label %join
e:
  %ve = shl i32 %y, 3
  br label %join
other:
  br label %join
join:
  %r = phi i32 [%va, %a], [%vb, %b], [%vc, %c], [%vd, %d], [%ve, %e], [%y, %other]
  ret i32 %r
}

define i32 @computed_goto(i64 %i, i32 %x) {
entry:
  %table = alloca [3 x ptr]
  store ptr blockaddress(@computed_goto, %"odd, (name)"), ptr %table
  %second = getelementptr [3 x ptr], ptr %table, i64 0, i64 1
  store ptr blockaddress(@computed_goto, %even), ptr %second
  %third = getelementptr [3 x ptr], ptr %table, i64 0, i64 2
  store ptr blockaddress(@computed_goto, %0), ptr %third
  %p = getelementptr [3 x ptr], ptr %table, i64 0, i64 %i
  %target = load ptr, ptr %p
  indirectbr ptr %target, [label %"odd, (name)", label %even, label %0]
"odd, (name)":
  %y = mul i32 %x, 3
  ret i32 %y
even:
  ret i32 %x
0:
  %z = sub i32 %x, 4
  ret i32 %z
}

define void @nothing() {
  ret void
}
