"""Sections of object files by name."""

from __future__ import annotations

import struct

import pytest
from bitcode_builder import elf

from rl4real_data.corpus.elf import ElfError, code_size, find_sections

SECTIONS = {".text": b"\xc3", ".llvmbc": b"bitcode", ".llvmcmd": b"-cc1\0"}


@pytest.mark.parametrize("is_64", [True, False])
@pytest.mark.parametrize("order", ["<", ">"])
def test_sections_by_name(is_64: bool, order: str) -> None:
    data = elf(SECTIONS, is_64=is_64, order=order)

    assert find_sections(data, ".llvmbc", ".llvmcmd", ".none") == {".llvmbc": b"bitcode", ".llvmcmd": b"-cc1\0"}


@pytest.mark.parametrize("is_64", [True, False])
def test_code_is_what_is_executed(is_64: bool) -> None:
    sections = {".text": b"\xc3" * 5, ".rodata": b"words", ".text.unlikely": b"\x0f\x0b"}

    assert code_size(elf(sections, is_64=is_64)) == 7


def test_code_of_no_object_file_is_an_error() -> None:
    for data in (b"words", elf(SECTIONS)[:80]):
        with pytest.raises(ElfError, match=r"cut off|begins otherwise"):
            code_size(data)


def test_every_truncation_is_an_error() -> None:
    data = elf(SECTIONS)
    for size_bytes in range(len(data)):
        with pytest.raises(ElfError, match=r"cut off|begins otherwise"):
            find_sections(data[:size_bytes], ".llvmbc")


def test_compressed_section_is_refused() -> None:
    data = bytearray(elf({".llvmbc": b"z"}))
    at = data.index(b"\0.llvmbc\0") + len(b"\0.llvmbc\0.shstrtab\0") + 64  # the first section's header
    data[at + 8 : at + 16] = (0x800).to_bytes(8, "little")
    with pytest.raises(ElfError, match=r"\.llvmbc is compressed"):
        find_sections(bytes(data), ".llvmbc")


@pytest.mark.timeout(60)
def test_sections_without_number_are_no_end_of_work() -> None:
    """Sections of no size, as many as fit into 64 bits."""
    data = bytearray(elf({".llvmbc": b"x" * 100}))
    (offset,) = struct.unpack_from("<Q", data, 40)
    struct.pack_into("<HH", data, 58, 0, 0)
    struct.pack_into("<Q", data, offset + 32, 1 << 62)
    with pytest.raises(ElfError, match="cut off"):
        find_sections(bytes(data), ".llvmbc")


@pytest.mark.timeout(60)
def test_sections_over_each_other_are_no_memory() -> None:
    """A thousand sections of one name that lie in the same place."""
    data = bytearray(elf({".llvmbc": b"x" * 100_000}))
    (offset,) = struct.unpack_from("<Q", data, 40)
    entry_bytes, count, names = struct.unpack_from("<HHH", data, 58)
    entries = [bytes(data[offset + n * entry_bytes : offset + (n + 1) * entry_bytes]) for n in range(count)]
    wanted = next(entry for entry in entries if struct.unpack_from("<Q", entry, 32)[0] == 100_000)
    struct.pack_into("<Q", data, 40, len(data))
    struct.pack_into("<HHH", data, 58, entry_bytes, count + 1000, names)
    with pytest.raises(ElfError, match="lie over each other"):
        find_sections(bytes(data) + b"".join(entries) + wanted * 1000, ".llvmbc")
