"""The answers that a compiler may be given.

LLVM believes what it reads: a column of eviction out of range ends in a segmentation fault, a masked one in wrong
allocations. So each answer is checked before it is sent.
"""

from __future__ import annotations

import math
import struct
from typing import Final, Protocol

import numpy as np

from rl4real_data.core.errors import UsageError
from rl4real_data.mlgo.tensors import FormatError, Header
from rl4real_data.traces.features import ADVICE, Task

_MEND: Final = "mend the policy: no answer that the compiler cannot carry out is sent"
_MASK: Final = "mask"
LARGEST_PRIORITY: Final = 4294967040.0
"""The last float below 2^32."""
_LARGEST_FLOAT: Final = float(np.finfo(np.float32).max)


class AdviceRule(Protocol):
    """Which answers one task takes, and their bytes."""

    def begin(self, header: Header) -> None:
        """FormatError if the header is another task's."""
        ...

    def checked(self, decision: float, observation: bytes) -> float:
        """The decision; UsageError for one that may not be sent."""
        ...

    def packed(self, decision: float) -> bytes: ...

    def legal(self, observation: bytes) -> list[float]:
        """All answers of a task that has finitely many; else one that is always right."""
        ...


class InliningRule:
    """0 or 1."""

    _BYTES: Final = (struct.pack("=q", 0), struct.pack("=q", 1))

    def begin(self, header: Header) -> None:
        _check_advice(header, Task.INLINING)

    def checked(self, decision: float, observation: bytes) -> float:  # noqa: ARG002 - all observations take both
        if decision not in (0, 1):
            raise UsageError(f"the policy answers {decision!r} where inlining takes 0 or 1", hint=_MEND)
        return int(decision)

    def packed(self, decision: float) -> bytes:
        return self._BYTES[int(decision)]

    def legal(self, observation: bytes) -> list[float]:  # noqa: ARG002
        return [0, 1]


class EvictionRule:
    """A column whose mask is 1."""

    def begin(self, header: Header) -> None:
        _check_advice(header, Task.EVICTION)
        self._offset = header.layout.offset(_MASK)
        self._columns = next(math.prod(one.shape) for one in header.layout.tensors if one.name == _MASK)

    def _mask(self, observation: bytes) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.frombuffer(observation, np.int64, self._columns, self._offset)

    def checked(self, decision: float, observation: bytes) -> float:
        if decision not in range(self._columns):
            said = f"where eviction takes a column, 0 to {self._columns - 1}"
            raise UsageError(f"the policy answers {decision!r} {said}", hint=_MEND)
        if not self._mask(observation)[int(decision)]:
            raise UsageError(f"the policy answers column {int(decision)}, which the mask forbids", hint=_MEND)
        return int(decision)

    def packed(self, decision: float) -> bytes:
        return struct.pack("=q", int(decision))

    def legal(self, observation: bytes) -> list[float]:
        return list(np.flatnonzero(self._mask(observation)).tolist())


class PriorityRule:
    """A finite number."""

    def begin(self, header: Header) -> None:
        _check_advice(header, Task.PRIORITY)

    def checked(self, decision: float, observation: bytes) -> float:  # noqa: ARG002
        if not abs(decision) <= _LARGEST_FLOAT:
            raise UsageError(f"the policy answers {decision!r} where a priority is a finite number", hint=_MEND)
        return float(np.float32(decision))

    def packed(self, decision: float) -> bytes:
        return struct.pack("=f", decision)

    def legal(self, observation: bytes) -> list[float]:  # noqa: ARG002
        return [0.0]


class QueuePriorityRule(PriorityRule):
    """What greedy's queue holds: 0 to below 2^32, of which the part before the point counts."""

    def checked(self, decision: float, observation: bytes) -> float:  # noqa: ARG002
        if not 0 <= decision <= LARGEST_PRIORITY:
            said = f"where greedy's queue takes a priority from 0 to {LARGEST_PRIORITY:.0f}"
            raise UsageError(f"the policy answers {decision!r} {said}", hint=_MEND)
        return float(np.float32(decision))


def plugin_rule(task: Task) -> AdviceRule:
    """The same for answers to the plugin, which refuses what LLVM leaves undefined. A new one."""
    return QueuePriorityRule() if task is Task.PRIORITY else rule_of(task)


def rule_of(task: Task) -> AdviceRule:
    """A new one: it remembers the header of one compiler."""
    rules: dict[Task, type[AdviceRule]] = {
        Task.INLINING: InliningRule,
        Task.EVICTION: EvictionRule,
        Task.PRIORITY: PriorityRule,
    }
    return rules[task]()


def _check_advice(header: Header, task: Task) -> None:
    expected = ADVICE[task]
    if (header.advice.llvm_type, header.advice.step_shape) != (expected.llvm_type, expected.shape):
        raise FormatError(f"the compiler asks for {header.advice.described()}, which is no {expected.name}")
