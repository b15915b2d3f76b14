"""Functions that are the same but for constants, names and register classes.

Two functions are near-duplicates if they have the same opcodes in the same order, the same blocks with the same
successors, and the same interference graph.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

_PARTS = ("block_start", "block_succ", "edge_u", "edge_v")


def near_hashes(functions: pa.RecordBatch, opcodes: Sequence[str]) -> list[str]:
    """128 bits in hexadecimal digits, one a function; `inst` of the functions are indices into `opcodes`."""
    if not functions.num_rows:
        return []
    shapes, values = _lists(functions["inst"])
    known = np.array([_digest(opcode) for opcode in opcodes], dtype="S8")
    lists = [(shapes, known[values]), *(_lists(functions[name]) for name in _PARTS)]
    lengths = np.stack([np.diff(ends) for ends, _ in lists], axis=1)
    width = lengths.shape[1]
    lists.append((np.arange(len(lengths) + 1) * width, lengths.ravel()))
    pieces = [_cut(values.tobytes(), (ends * values.itemsize).tolist()) for ends, values in lists]
    return [hashlib.blake2b(b"".join(parts), digest_size=16).hexdigest() for parts in zip(*pieces, strict=True)]


def _cut(data: bytes, ends: list[int]) -> list[bytes]:
    return [data[begin:end] for begin, end in itertools.pairwise(ends)]


@functools.lru_cache(maxsize=65536)
def _digest(opcode: str) -> bytes:
    """Eight bytes, the last of them not 0, which NumPy would cut off; the same whatever else is in the module."""
    return hashlib.blake2b(opcode.encode(), digest_size=7).digest() + b"\1"


def _lists(column: pa.ListArray) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.generic]]:
    """Ends and values of a column of lists; lists of lists become lists with a -1 behind each."""
    ends, values = column.offsets.to_numpy(), column.values
    if not pa.types.is_list(values.type):
        return ends, values.to_numpy()
    inner, flat = values.offsets.to_numpy(), values.values.to_numpy()
    return ends + inner[ends], np.insert(flat, inner[1:], np.int32(-1))
