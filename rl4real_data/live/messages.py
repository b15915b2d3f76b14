"""Messages between a compiler and a policy, whatever carries them."""

from __future__ import annotations

__all__ = ["Advice", "Message", "NoAdvice", "Policy", "Value"]

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

Value: TypeAlias = int | float | str | Sequence[Any]
"""A sequence holds numbers (a list, or an `array` where raw bytes came), rows of numbers, or a message's own pairs.

Raw bytes do not tell a number from a list of one: there, every number is a sequence.
"""

Message: TypeAlias = list[tuple[str, Value]]
"""What a compiler says, in the order of the wire and with its names ("regID_12" in JSON, "regID" in raw bytes)."""

Advice: TypeAlias = int | float | Sequence[int] | Sequence[float]

Policy: TypeAlias = Callable[[Message], Advice]


class NoAdvice(Exception):
    """A policy has nothing to say of this message: the compiler's own heuristic decides."""


GIVE_UP = [-1]
"""What stands for no advice on every wire."""


def answer(policy: Policy, message: Message) -> list[int] | list[float]:
    """The policy's advice as a list; -1 alone if it has none."""
    try:
        advice = policy(message)
    except NoAdvice:
        return GIVE_UP
    return [advice] if isinstance(advice, int | float) else list(advice)
