"""Frames of the pipes: whole, cut, and with a length that is none."""

from __future__ import annotations

import io

import pytest

from rl4real_data.live.frames import MOST_BYTES, FrameError, read_frame, write_frame


@pytest.mark.parametrize("payload", [b"", b"a", b"\x00" * 8, b"x" * 100_000], ids=len)
def test_what_is_written_is_read(payload: bytes) -> None:
    file = io.BytesIO()
    write_frame(file, payload)
    write_frame(file, b"next")
    file.seek(0)

    assert [read_frame(file), read_frame(file), read_frame(file)] == [payload, b"next", None]


def test_length_is_eight_bytes_little_endian() -> None:
    """As MLCompilerBridge has it."""
    file = io.BytesIO()
    write_frame(file, b"abc")

    assert file.getvalue() == b"\x03\0\0\0\0\0\0\0abc"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x03\0\0", "a frame without its length"),
        (b"\x03\0\0\0\0\0\0\0ab", "2 of 3 bytes of a frame"),
        ((MOST_BYTES + 1).to_bytes(8, "little"), "a frame of 209715201 bytes"),
        (b"\xff" * 8, "a frame of 18446744073709551615 bytes"),
    ],
)
def test_what_is_no_frame(data: bytes, words: str) -> None:
    with pytest.raises(FrameError, match=words):
        read_frame(io.BytesIO(data))
