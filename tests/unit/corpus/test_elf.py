"""Sections of object files by name."""

from __future__ import annotations

import pytest
from bitcode_builder import elf

from rl4real_data.corpus.elf import ElfError, find_sections

SECTIONS = {".text": b"\xc3", ".llvmbc": b"bitcode", ".llvmcmd": b"-cc1\0"}


@pytest.mark.parametrize("is_64", [True, False])
@pytest.mark.parametrize("order", ["<", ">"])
def test_sections_by_name(is_64: bool, order: str) -> None:
    data = elf(SECTIONS, is_64=is_64, order=order)

    assert find_sections(data, ".llvmbc", ".llvmcmd", ".none") == {".llvmbc": b"bitcode", ".llvmcmd": b"-cc1\0"}


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
