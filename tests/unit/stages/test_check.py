"""LLVM IR that the clang of a run cannot use fails before clang sees it."""

from __future__ import annotations

import pytest
from bitcode_builder import bitcode
from world import World

LINUX = "x86_64-unknown-linux-gnu"


def write_ir(world: World, name: str, data: bytes) -> None:
    world.write("a.c", "// function one")
    world.write(name, "").write_bytes(data)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (
            bitcode(triple="aarch64-unknown-linux-gnu"),
            "written for aarch64-unknown-linux-gnu, not for x86_64-linux-gnu",
        ),
        (bitcode(triple="x86_64-pc-windows-msvc"), "written for x86_64-pc-windows-msvc, not for x86_64-linux-gnu"),
        (
            bitcode(triple="x86_64-apple-macosx11.0.0"),
            "written for x86_64-apple-macosx11.0.0, not for x86_64-linux-gnu",
        ),
        (
            bitcode(triple="x86_64-unknown-linux-gnux32"),
            "written for x86_64-unknown-linux-gnux32, not for x86_64-linux",
        ),
        (bitcode(triple="x86_64-linux-muslx32"), "written for x86_64-linux-muslx32, not for x86_64-linux-gnu"),
        (bitcode(triple="x86_64-linux-gnu_ilp32"), "written for x86_64-linux-gnu_ilp32, not for x86_64-linux-gnu"),
        (bitcode(layout="e-m:e-p:32:32-i64:64"), "written for pointers of 32 bits, not for x86_64-linux-gnu"),
        (
            b'target datalayout = "e-m:e-p:32:32-p270:32:32"\ndefine void @f() { ret void }\n',
            "written for pointers of 32 bits, not for x86_64-linux-gnu",
        ),
        (b'  target  triple="x86_64-linux-gnux32"\n', "written for x86_64-linux-gnux32, not for x86_64-linux-gnu"),
        (bitcode(producer="LLVM23.0.0git"), "bitcode of LLVM23.0.0git, which is newer than clang 22.1.8"),
        (bitcode()[:60], "x.bc: the bitcode is cut off"),
        (b"", "x.bc: neither LLVM bitcode nor LLVM IR as text"),
        (b"\x7fELF\0\0", "x.bc: neither LLVM bitcode nor LLVM IR as text"),
        (
            b'target triple = "riscv64-unknown-linux-gnu"\n',
            "written for riscv64-unknown-linux-gnu, not for x86_64-linux",
        ),
    ],
)
def test_ir_that_cannot_be_used_is_a_row(world: World, data: bytes, reason: str) -> None:
    write_ir(world, "x.bc", data)
    world.run()

    row = world.modules()["x.bc"]
    assert (row["status"], row["kind"]) == ("failed", "rejected")
    assert row["reason"].startswith(reason)
    assert world.fake.compiled() == ["a.c"]


@pytest.mark.parametrize(
    "data",
    [
        bitcode(triple=LINUX),
        bitcode(producer="LLVM17.0.6"),
        bitcode(producer="APPLE_1_1500.3"),
        bitcode(triple=None),
        bitcode(layout="e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64"),
        bitcode(triple="x86_64-linux-musl"),
        bitcode(triple="x86_64-linux-android30"),
        bitcode(triple="x86_64"),
        bitcode(triple="amd64-unknown-unknown"),
        b"define void @f() { ret void }\n",
        b'target triple = ""\n',
    ],
)
def test_other_ir_is_compiled(world: World, data: bytes) -> None:
    write_ir(world, "x.bc", data)
    world.run()

    assert sorted(world.fake.compiled()) == ["a.c", "x.bc"]
