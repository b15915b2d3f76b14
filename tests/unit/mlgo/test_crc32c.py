"""The checksum against its published values, and a byte at a time."""

from __future__ import annotations

import random

import pytest

from rl4real_data.mlgo.crc32c import crc32c


# RFC 3720, B.4: of 32 zeros, of 32 ones, of 0 to 31, of 31 to 0; and the check value of CRC-32C's catalogue entry.
@pytest.mark.parametrize(
    ("data", "crc"),
    [
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
        (bytes(reversed(range(32))), 0x113FDB5C),
        (b"123456789", 0xE3069283),
        (b"", 0),
    ],
)
def test_published_values(data: bytes, crc: int) -> None:
    assert crc32c(data) == crc


@pytest.mark.parametrize("size", [4095, 4096, 4097, 65536, 70001])
def test_pieces_make_the_same_as_bits(size: int) -> None:
    data = random.Random(size).randbytes(size)

    assert crc32c(data) == bit_by_bit(data)


def bit_by_bit(data: bytes) -> int:
    state = 0xFFFFFFFF
    for byte in data:
        state ^= byte
        for _ in range(8):
            state = state >> 1 ^ (0x82F63B78 if state & 1 else 0)
    return state ^ 0xFFFFFFFF
