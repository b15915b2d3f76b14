"""A list of decisions, and its text in a table or a file."""

from __future__ import annotations

__all__ = ["Decisions", "decisions_of", "decisions_text"]

import json
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Final

Decisions = Sequence[Sequence[str | int | float]]
"""As a decisions file has them: `[["spill", 7], ["assign", 12, "rbx"]]`."""

DECISION_WORDS: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {
        **{"assign": (2, 2), "hint": (2, 2), "spill": (1, 1), "split": (2, 3), "loop": (2, 3)},
        **{"first": (1, 1), "last": (1, 1), "keep": (1, 1), "weight": (2, 2), "set": (2, 2)},
    }
)
"""How many words, at least and at most, follow each kind of decision."""


class NoDecision(ValueError):
    """What is none, in words, and what one would be in `hint`."""

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def decisions_text(decisions: Decisions) -> str:
    """JSON; equal decisions are equal texts."""
    return json.dumps([list(one) for one in decisions], ensure_ascii=False, allow_nan=False)


def decisions_of(text: str) -> tuple[tuple[str | int | float, ...], ...]:
    """The decisions of a text. ValueError for what is none."""
    try:
        found = json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(found, list):
        raise ValueError("it is no list")
    for one in found:
        require_decision(one)
    return tuple(map(tuple, found))


def require_decision(one: Any) -> None:
    """NoDecision for something else, or a kind that there is not, or too few or too many words behind it."""
    if not isinstance(one, list) or not one or not isinstance(one[0], str) or not all(map(_is_word, one)):
        raise NoDecision(f"{json.dumps(one)} is no decision", hint='one is a list: ["assign", 12, "rbx"], ["spill", 7]')
    if one[0] not in DECISION_WORDS:
        near = get_close_matches(one[0], DECISION_WORDS, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(DECISION_WORDS)}"
        raise NoDecision(f"{json.dumps(one)}: no kind of decision is called {one[0]}", hint=hint)
    fewest, most = DECISION_WORDS[one[0]]
    if not fewest <= len(one) - 1 <= most:
        wanted = str(fewest) if fewest == most else f"{fewest} or {most}"
        raise NoDecision(
            f"{json.dumps(one)}: {one[0]} takes {wanted} more, not {len(one) - 1}", hint="docs/decisions.md shows them"
        )


def _is_word(value: Any) -> bool:
    return type(value) in (str, int, float)
