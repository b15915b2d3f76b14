"""Producer and triple of bitcode, and where one file ends and the next begins."""

from __future__ import annotations

import struct

import pytest
from bitcode_builder import BitWriter, bitcode, block

from rl4real_data.corpus.bitcode import BitcodeError, BitcodeHead, is_bitcode, read_head, split_modules


def test_producer_and_triple() -> None:
    head = read_head(bitcode(producer="LLVM22.1.8", triple="aarch64-unknown-linux-gnu"))

    assert head == BitcodeHead(producer="LLVM22.1.8", triple="aarch64-unknown-linux-gnu")
    assert head.major == 22


@pytest.mark.parametrize(
    ("producer", "major"),
    [("LLVM3.9.1", 3), ("LLVM 19.1.7", 19), ("LLVM20.1.8-rust-1.90.0", 20), ("APPLE_1_1500.3", None), ("", None)],
)
def test_release_of_a_producer(producer: str, major: int | None) -> None:
    assert BitcodeHead(producer=producer).major == major


def test_bitcode_without_a_triple() -> None:
    assert read_head(bitcode(triple=None)).triple == ""


def test_blocks_and_abbreviations_before_the_triple_are_passed_over() -> None:
    types = block(17, 4, BitWriter().record(1, [0, 7, 300], width=4), outer_width=3)
    before = BitWriter()
    # abbreviation 4: fixed of 7 bits, a vbr of 6, a blob
    before.fixed(2, 3).vbr(3, 5).fixed(0, 1).fixed(1, 3).vbr(7, 5).fixed(0, 1).fixed(2, 3).vbr(6, 5).fixed(0, 1).fixed(
        5, 3
    )
    before.fixed(4, 3).fixed(99, 7).vbr(1000, 6).vbr(3, 6)
    after = BitWriter().record(2, b"riscv64-linux", width=3).fixed(0, 3)
    body = types + _aligned(before, b"abc\0") + after.bytes()
    module = BitWriter().fixed(1, 2).vbr(8, 8).vbr(3, 4).bytes() + struct.pack("<I", len(body) // 4) + body

    assert read_head(b"BC\xc0\xde" + module).triple == "riscv64-linux"


def _aligned(bits: BitWriter, blob: bytes) -> bytes:
    return bits.bytes() + blob


def test_apples_wrapper() -> None:
    inner = bitcode()
    wrapped = struct.pack("<5I", 0x0B17C0DE, 0, 20, len(inner), 7) + inner + bytes(12)

    assert is_bitcode(wrapped)
    assert read_head(wrapped).triple == "x86_64-unknown-linux-gnu"


def test_every_truncation_is_an_error_or_the_same_answer() -> None:
    whole = bitcode()
    for size_bytes in range(len(whole)):
        with pytest.raises(BitcodeError):
            read_head(whole[:size_bytes])


@pytest.mark.parametrize("data", [b"", b"; ModuleID = 'a'", b"BC\xc0\xde", b"\xde\xc0\x17\x0b"])
def test_no_bitcode(data: bytes) -> None:
    with pytest.raises(BitcodeError, match=r"no LLVM bitcode|holds no module"):
        read_head(data)


def test_files_that_a_linker_put_together() -> None:
    first, second = bitcode(triple="first-linux"), bitcode(triple="second-linux")

    assert split_modules(first + second) == (first, second)
    assert split_modules(first + bytes(8) + second + bytes(4)) == (first, second)
    assert split_modules(b"") == ()


def test_something_else_between_files() -> None:
    with pytest.raises(BitcodeError, match="no bitcode at byte 4"):
        split_modules(b"\0\0\0\0what")


def operand(encoding: int) -> BitWriter:
    """An abbreviation of one operand, as far as its encoding."""
    return BitWriter().fixed(2, 5).vbr(1, 5).fixed(0, 1).fixed(encoding, 3)


def array() -> BitWriter:
    """An abbreviation of a literal and an array, as far as the array's element."""
    return BitWriter().fixed(2, 5).vbr(3, 5).fixed(1, 1).vbr(1, 8).fixed(0, 1).fixed(3, 3)


def hostile(identification: BitWriter) -> bytes:
    return b"BC\xc0\xde" + block(13, 5, identification)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "content",
    [
        BitWriter().fixed(3, 5).vbr(1, 6).vbr(1 << 40, 6),  # a record with more values than there are bits
        # An array whose elements take no bits, as many as one likes: a literal, then a number of no width.
        array().fixed(1, 1).vbr(7, 8).fixed(4, 5).vbr(1 << 50, 6),
        array().fixed(0, 1).fixed(1, 3).vbr(0, 5).fixed(4, 5).vbr(1 << 50, 6),
        BitWriter().fixed(2, 5).vbr(1 << 40, 5),  # an abbreviation of so many operands
        operand(1).vbr(1 << 30, 5).fixed(4, 5),  # a number of so many bits
        operand(2).vbr(1, 5).fixed(4, 5).fixed((1 << 3000) - 1, 3000),  # one in groups of one bit
        BitWriter().fixed(3, 5).fixed((1 << 6000) - 1, 6000),  # a code that goes on and on
        operand(5).fixed(4, 5).vbr(1 << 60, 6),  # a blob of so many bytes
    ],
)
def test_numbers_that_would_keep_the_reader_busy(content: BitWriter) -> None:
    with pytest.raises(BitcodeError):
        read_head(hostile(content))


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "data", [b"BC\xc0\xde" * 100_000, b"BC\xc0\xde" + b"\0" * 40_000_000, b"\0" * 100_000_000 + b"x"]
)
def test_much_of_nothing_is_no_module(data: bytes) -> None:
    with pytest.raises(BitcodeError):
        split_modules(data)
