"""Trajectories as `tf.train.SequenceExample`, the form that MLGO's trainers read; without TensorFlow.

A protocol buffer with one list a feature, in which each step has numbers of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rl4real_data.traces.features import ADVICE, Task
from rl4real_data.traces.trajectory import Trajectory

REWARD: Final = "reward"
_FLOAT_LIST: Final = 2
_INT64_LIST: Final = 3
_ONE_BYTE: Final = 0x80
"""Smaller integers are one byte."""


def sequence_example(task: Task, trajectory: Trajectory) -> bytes:
    """One example: all features, the decision and the reward, which is the same at every step."""
    reward = np.full(trajectory.steps, trajectory.reward, np.float32)
    lists = {**trajectory.features, ADVICE[task].name: trajectory.decision, REWARD: reward}
    return encoded(lists)


def encoded(lists: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """Of each list one row a step."""
    return _field(2, b"".join(_entry(name, lists[name]) for name in sorted(lists)))


def _entry(name: str, rows: npt.NDArray[Any]) -> bytes:
    features = b"".join(_field(1, feature) for feature in _features(rows))
    return _field(1, _field(1, name.encode()) + _field(2, features))


def _features(rows: npt.NDArray[Any]) -> Iterator[bytes]:
    """A Feature for each row: what is a float in a float_list, all else in an int64_list, both packed."""
    flat = rows.reshape(len(rows), -1)
    if flat.dtype.kind == "f":
        yield from (_field(_FLOAT_LIST, _field(1, row.tobytes())) for row in flat.astype("<f4"))
    elif flat.size and flat.min() >= 0 and flat.max() < _ONE_BYTE:
        yield from (_field(_INT64_LIST, _field(1, row.tobytes())) for row in flat.astype(np.uint8))
    else:
        yield from (_field(_INT64_LIST, _field(1, b"".join(map(_varint, row)))) for row in flat.tolist())


def _field(number: int, payload: bytes) -> bytes:
    """A field that has a length."""
    return _varint(number << 3 | 2) + _varint(len(payload)) + payload


def _varint(number: int) -> bytes:
    number &= 0xFFFFFFFFFFFFFFFF
    out = bytearray()
    while number >= _ONE_BYTE:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
