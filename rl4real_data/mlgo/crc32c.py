"""CRC-32C, the checksum of TFRecord files, over whole arrays at a time.

A checksum is linear: that of a long text is made of those of its pieces, which numpy reads side by side.
"""

from __future__ import annotations

import functools
from typing import Final

import numpy as np
import numpy.typing as npt

_POLYNOMIAL: Final = 0x82F63B78  # Castagnoli's, its bits reversed
_ALL_ONES: Final = 0xFFFFFFFF
_SHORTEST_IN_PIECES: Final = 4096
"""Below this a byte at a time is faster."""

_Table = npt.NDArray[np.uint32]


def masked_crc32c(data: bytes) -> int:
    """TFRecord's: turned by 15 bits and with a constant added, so that checksums of checksums differ."""
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & _ALL_ONES


def crc32c(data: bytes) -> int:
    """The checksum of all of it."""
    pieces = min(1024, len(data) // 64) if len(data) >= _SHORTEST_IN_PIECES else 0
    if not pieces:
        return _bytewise(data, _ALL_ONES) ^ _ALL_ONES
    length = len(data) // pieces
    rows = np.frombuffer(data, np.uint8, pieces * length).reshape(pieces, length)
    sums = np.zeros(pieces, np.uint32)
    table = _byte_table()
    for column in rows.T:
        sums = table[(sums ^ column) & 0xFF] ^ (sums >> np.uint32(8))
    state = _ALL_ONES
    shift = _shift_tables(length)
    for piece in sums.tolist():
        state = _shifted(state, shift) ^ piece
    return _bytewise(data[pieces * length :], state) ^ _ALL_ONES


def _bytewise(data: bytes, state: int) -> int:
    table = _byte_list()
    for byte in data:
        state = table[(state ^ byte) & 0xFF] ^ state >> 8
    return state


@functools.cache
def _byte_table() -> _Table:
    """What each byte does to an empty state."""
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = (table >> np.uint32(1)) ^ np.where(table & 1, np.uint32(_POLYNOMIAL), np.uint32(0))
    return table


@functools.cache
def _byte_list() -> list[int]:
    return [int(one) for one in _byte_table()]


@functools.lru_cache(maxsize=64)
def _shift_tables(length: int) -> tuple[list[int], ...]:
    """What `length` zero bytes make of each value of each of a state's four bytes."""
    columns = np.uint32(1) << np.arange(32, dtype=np.uint32)  # one state for each bit
    power = _byte_table()[columns & 0xFF] ^ (columns >> np.uint32(8))  # after one zero byte
    result = columns
    while length:
        if length & 1:
            result = _applied(power, result)
        power = _applied(power, power)
        length >>= 1
    values = np.arange(256, dtype=np.uint32)
    return tuple(_applied(result, values << np.uint32(8 * place)).tolist() for place in range(4))


def _applied(matrix: _Table, states: _Table) -> _Table:
    """A linear map, given by what it makes of each bit, of all states."""
    out = np.zeros_like(states)
    for bit in range(32):
        out ^= np.where(states >> np.uint32(bit) & np.uint32(1), matrix[bit], np.uint32(0))
    return out


def _shifted(state: int, tables: tuple[list[int], ...]) -> int:
    low, second, third, high = tables
    return low[state & 0xFF] ^ second[state >> 8 & 0xFF] ^ third[state >> 16 & 0xFF] ^ high[state >> 24]
