"""Policies without a model.

LLVM's own decisions, random ones, recorded ones.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Sequence

from rl4real_data.core.errors import UsageError
from rl4real_data.mlgo.advice_rules import rule_of
from rl4real_data.mlgo.channel_host import Answer
from rl4real_data.mlgo.tensors import FormatError, Header
from rl4real_data.traces.features import Task

INLINING_DEFAULT = "inlining_default"
"""The column of LLVM's own decision, where the compiler is told to send it."""


class DefaultPolicy:
    """LLVM's own decision, which stands in a column of the observation."""

    def __init__(self, column: str = INLINING_DEFAULT) -> None:
        self._column = column

    def begin(self, header: Header) -> Answer:
        """FormatError if the compiler does not send its own decision."""
        if self._column not in header.layout.names:
            raise FormatError(f"the compiler sends no {self._column}")
        offset, one = header.layout.offset(self._column), struct.Struct("=q")

        def answer(observation: bytes) -> int:
            decision: int = one.unpack_from(observation, offset)[0]
            return decision

        return answer


class RandomPolicy:
    """One of the legal answers, all equally likely; of priorities any number from 0 to 1. The same for each module."""

    def __init__(self, task: Task, *, seed: int = 0) -> None:
        self._task, self._seed = task, seed

    def begin(self, header: Header) -> Answer:
        drawn = random.Random(self._seed)
        if self._task is Task.PRIORITY:
            return lambda _observation: drawn.random()
        rule = rule_of(self._task)
        rule.begin(header)
        return lambda observation: drawn.choice(rule.legal(observation))


class ReplayPolicy:
    """Decisions that were recorded, in their order. UsageError if the compiler asks for more."""

    def __init__(self, decisions: Sequence[float]) -> None:
        self._decisions = decisions

    def begin(self, header: Header) -> Answer:  # noqa: ARG002 - no feature is looked at
        left = iter(self._decisions)

        def answer(_observation: bytes) -> float:
            decision = next(left, None)
            if decision is None:
                raise UsageError(
                    f"the compiler asks more than the {len(self._decisions):,} decisions that were recorded",
                    hint="replay them with the clang, the code and the flags that they were recorded with",
                )
            return decision

        return answer
