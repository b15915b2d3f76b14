; LLVM IR may name a function with any bytes, MIR text and records are UTF-8: names that are none are kept as LLVM prints
; them in quotes, and replay to the same. A name that begins with a quote is printed so, too: no two names become one.
;
; RUN: %llc-mlra -O3 -mtriple=x86_64-unknown-linux-gnu -mlra-dump=%t.x86 -mlra-dump-mir -mlra-verify %s -o /dev/null
; RUN: %show %t.x86 | FileCheck %s --check-prefix=NAMES
; RUN: %replay %t.x86 | FileCheck %s
; RUN: %llc-mlra -O3 -mtriple=aarch64-unknown-linux-gnu -mlra-dump=%t.a64 -mlra-dump-mir -mlra-verify %s -o /dev/null
; RUN: %show %t.a64 | FileCheck %s --check-prefix=NAMES
; RUN: %replay %t.a64 | FileCheck %s
; RUN: %llc-mlbasicra -O3 -mtriple=x86_64-unknown-linux-gnu -mlra-dump=%t.basic -mlra-dump-mir -mlra-dump-columns=%t.columns %s -o /dev/null
; RUN: %replay %t.basic mlbasicra | FileCheck %s
; RUN: %columns %t.basic %t.columns
; CHECK: 8 functions replayed

@"\FE\FFglobal" = global i32 0
@"glob\09tab\0Aline" = global i32 1
@"\C3tls" = thread_local global i32 0
declare i32 @"\80callee"(i32)
declare i32 @"\ED\A0\80personality"(...)

; NAMES: function "latin\E9" id 1
define i32 @"latin\E9"(i32 %x) {
  %p = load i32, ptr @"\FE\FFglobal"
  %q = load i32, ptr @"glob\09tab\0Aline"
  %t = load i32, ptr @"\C3tls"
  %c = call i32 @"\80callee"(i32 %p)
  %r = add i32 %c, %q
  %s = mul i32 %r, %x
  %u = mul i32 %s, %t
  ret i32 %u
}

; NAMES: function latin\E9 id 2
define i32 @"latin\\E9"(i32 %x) {
  %c = call i32 @"latin\E9"(i32 %x)
  %r = add i32 %c, %x
  ret i32 %r
}

; NAMES: function "\22latin\\E9\22" id 3
define i32 @"\22latin\\E9\22"(i32 %x) {
  %c = call i32 @"latin\\E9"(i32 %x)
  %r = add i32 %c, %x
  ret i32 %r
}

; A function that names itself: in a call, in an address, and in a constant that goes into memory.
; NAMES: function "\C3(\22itself\22 \\ it's)" id 4
define i32 @"\C3(\22itself\22 \5C it's)"(i32 %x, ptr %to) {
  %c = call i32 @"\C3(\22itself\22 \5C it's)"(i32 %x, ptr @"\C3(\22itself\22 \5C it's)")
  store <2 x ptr> <ptr @"\C3(\22itself\22 \5C it's)", ptr @"latin\E9">, ptr %to
  %r = add i32 %c, %x
  ret i32 %r
}

; NAMES: function "\ED\A0\80half of a pair" id 5
define i32 @"\ED\A0\80half of a pair"(i32 %x) personality ptr @"\ED\A0\80personality" {
  %c = invoke i32 @"\80callee"(i32 %x) to label %"\FFgood" unwind label %"\FFbad"
"\FFgood":
  %r = add i32 %c, %x
  ret i32 %r
"\FFbad":
  %pad = landingpad { ptr, i32 } cleanup
  ret i32 %x
}

; NAMES: function "\FF" id 6
define i32 @"\FF"(i32 %x) "\FEkey"="\FEvalue" {
  call void asm sideeffect "# \FE", ""()
  %r = add i32 %x, 3
  ret i32 %r
}

; NAMES: function café "2" id 7
define i32 @"caf\C3\A9 \222\22"(i32 %x) {
  %r = add i32 %x, 4
  ret i32 %r
}

@"\FFaddresses" = global [1 x ptr] [ptr blockaddress(@"\FFtaken", %"\FFplace")]

; NAMES: function "\FFtaken" id 8
define void @"\FFtaken"(ptr %to, ptr %x) {
  indirectbr ptr %to, [label %"\FFplace", label %other]
"\FFplace":
  store ptr blockaddress(@"\FFtaken", %"\FFplace"), ptr %x
  ret void
other:
  ret void
}
