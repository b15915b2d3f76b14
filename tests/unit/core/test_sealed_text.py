"""Sealed text: what comes back is what was written, or nothing does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rl4real_data.core.sealed_text import BrokenSeal, read_plain, seal, unseal

TEXT = '{"key": "ä"}\nsecond line'


@pytest.mark.parametrize("text", [TEXT, "", "\n", "sha256 "])
def test_it_comes_back(text: str) -> None:
    assert unseal(seal(text)) == text


def test_nothing_else_comes_back() -> None:
    whole = seal(TEXT)
    for position in range(len(whole)):
        for damaged in (whole[:position], whole[position + 1 :], whole + whole[: position + 1], bytes(len(whole))):
            with pytest.raises(BrokenSeal, match=r"damaged, or was cut off"):
                unseal(damaged)
        flipped = bytearray(whole)
        flipped[position] ^= 1
        with pytest.raises(BrokenSeal, match=r"damaged, or was cut off"):
            unseal(bytes(flipped))


def test_the_seal_is_the_sha256_of_the_text() -> None:
    # sha256("abc"), from FIPS 180-2
    assert seal("abc") == b"abc\nsha256 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n"


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"abc")
    (tmp_path / "link").symlink_to(file)
    os.mkfifo(tmp_path / "pipe")

    assert read_plain(file) == b"abc"
    for name in ("link", "pipe", ".", "nothing"):
        with pytest.raises(OSError, match=r"link|pipe|regular|nothing"):
            read_plain(tmp_path / name)
