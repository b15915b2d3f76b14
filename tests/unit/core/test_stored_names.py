"""Names that are no UTF-8."""

from __future__ import annotations

import os

import pytest

from rl4real_data.core.stored_names import is_file_name, original_name, shell_word, stored_bytes, stored_name


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        (b"plain.c", "plain.c"),
        ("café.c".encode(), "café.c"),
        (b"a\\b \t'q'", "a\\b \t'q'"),
        (b"", ""),
        (b"caf\xe9.c", '"caf\\E9.c"'),
        (b"\xff\\ \t'q' \"z\" \x7f", "\"\\FF\\\\ \\09'q' \\22z\\22 \\7F\""),
        ("é\udce9".encode("utf-8", "surrogateescape"), '"\\C3\\A9\\E9"'),
        (b'"quoted"', '"\\22quoted\\22"'),
        (b'"caf\\E9.c"', '"\\22caf\\\\E9.c\\22"'),
        (b"\xed\xa0\x80", '"\\ED\\A0\\80"'),
    ],
)
def test_stored_name(name: bytes, stored: str) -> None:
    assert stored_bytes(name) == stored
    assert stored_name(os.fsdecode(name)) == stored
    stored.encode()


@pytest.mark.parametrize(
    "name", [b"a.c", b"d/caf\xe9.c", b'"quoted"', b'"caf\\E9.c"', b"\xed\xa0\x80\\", "grün".encode()]
)
def test_what_a_stored_name_stands_for(name: bytes) -> None:
    assert os.fsencode(original_name(stored_bytes(name))) == name


def test_every_byte_has_a_name_of_its_own() -> None:
    names = {stored_bytes(before + bytes([byte]) + after) for byte in range(1, 256) for before, after in EVERYWHERE}
    assert len(names) == 255 * len(EVERYWHERE)


EVERYWHERE = ((b"", b""), (b'"', b'"'), (b"\\", b""), (b"\xff", b"0"))


@pytest.mark.parametrize(
    ("word", "quoted"),
    [(b"a.c", "a.c"), (b"a b", "'a b'"), (b"-I\xe9 1'\\", "$'-I\\351 1\\047\\134'")],
)
def test_shell_word(word: bytes, quoted: str) -> None:
    assert shell_word(os.fsdecode(word)) == quoted


@pytest.mark.parametrize(("name", "is_one"), [("a\udce9", True), ("a\0b", False), ("a\ud800", False)])
def test_is_file_name(name: str, is_one: bool) -> None:
    assert is_file_name(name) is is_one
