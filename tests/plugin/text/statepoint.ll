; Values that a garbage collector may move: the text keeps the collector's name, without which llc rejects a statepoint.
;
; RUN: %llc-mlra -O3 -mtriple=x86_64-unknown-linux-gnu -mlra-dump=%t -mlra-dump-mir -mlra-verify %s -o /dev/null
; RUN: %replay %t | FileCheck %s
; RUN: FileCheck %s --check-prefix=TEXT < %t
; CHECK: 1 functions replayed
; TEXT: gc \"statepoint-example\"

declare void @collects()

define ptr addrspace(1) @moved(ptr addrspace(1) %object) gc "statepoint-example" {
  %token = call token (i64, i32, ptr, i32, i32, ...) @llvm.experimental.gc.statepoint.p0(i64 0, i32 0, ptr elementtype(void ()) @collects, i32 0, i32 0, i32 0, i32 0) ["gc-live"(ptr addrspace(1) %object)]
  %moved = call ptr addrspace(1) @llvm.experimental.gc.relocate.p1(token %token, i32 0, i32 0)
  ret ptr addrspace(1) %moved
}

declare token @llvm.experimental.gc.statepoint.p0(i64 immarg, i32 immarg, ptr, i32 immarg, i32 immarg, ...)
declare ptr addrspace(1) @llvm.experimental.gc.relocate.p1(token, i32 immarg, i32 immarg)
