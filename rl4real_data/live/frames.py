"""Frames of MLCompilerBridge's pipes.

Eight bytes of length, little endian, stand before each payload.
"""

from __future__ import annotations

from typing import BinaryIO, Final

LENGTH_BYTES: Final = 8
MOST_BYTES: Final = 200 << 20
"""As many as MLCompilerBridge's gRPC server takes; a longer one is no message but a fault."""


class FrameError(Exception):
    """What came is no frame."""


def write_frame(file: BinaryIO, payload: bytes) -> None:
    """One write for both parts: the reader then wakes once."""
    file.write(len(payload).to_bytes(LENGTH_BYTES, "little") + payload)
    file.flush()


def read_frame(file: BinaryIO) -> bytes | None:
    """The next payload; None where the other side has closed between two frames. FrameError if it is none."""
    head = file.read(LENGTH_BYTES)
    if not head:
        return None
    length = int.from_bytes(head, "little")
    if len(head) < LENGTH_BYTES or length > MOST_BYTES:
        raise FrameError(f"a frame of {length} bytes" if len(head) == LENGTH_BYTES else "a frame without its length")
    payload = file.read(length)
    if len(payload) < length:
        raise FrameError(f"{len(payload)} of {length} bytes of a frame")
    return payload
