"""A file of decisions, one JSON object a function and line, which the plugin carries out."""

from __future__ import annotations

__all__ = ["decisions_line", "read_decisions"]

import json
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from rl4real_data.core.errors import UsageError

_WORDS: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {
        **{"assign": (2, 2), "hint": (2, 2), "spill": (1, 1), "split": (2, 3), "loop": (2, 3)},
        **{"first": (1, 1), "last": (1, 1), "keep": (1, 1), "weight": (2, 2), "set": (2, 2)},
    }
)
"""How many words, at least and at most, follow each kind of decision."""


def decisions_line(function: str, decisions: Sequence[Sequence[Any]]) -> str:
    """The line of one function: `{"function": "f", "decisions": [["split", 5, 2], ["assign", "5.1", "rbx"]]}`."""
    return json.dumps({"function": function, "decisions": [list(one) for one in decisions]}, ensure_ascii=False) + "\n"


def read_decisions(path: Path) -> dict[str, list[list[Any]]]:
    """Function -> its decisions; several lines of one add up. UsageError that names the line for what is none."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text in UTF-8"
        raise UsageError(f"{path}: no file of decisions: {reason}", hint="docs/decisions.md shows one") from error
    found: dict[str, list[list[Any]]] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            function, decisions = _read_line(line, f"{path}:{number}")
            found.setdefault(function, []).extend(decisions)
    return found


def _read_line(line: str, where: str) -> tuple[str, list[list[Any]]]:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise UsageError(f"{where}: no JSON: {error}", hint='a line is {"function": …, "decisions": […]}') from error
    function, decisions = (value.get("function"), value.get("decisions")) if isinstance(value, dict) else (None, None)
    if not isinstance(function, str) or not isinstance(decisions, list):
        raise UsageError(
            f'{where}: "function", a text, and "decisions", a list, are expected', hint="docs/decisions.md shows them"
        )
    for one in decisions:
        _require_decision(one, where)
    return function, decisions


def _require_decision(one: Any, where: str) -> None:
    if not isinstance(one, list) or not one or not isinstance(one[0], str):
        raise UsageError(
            f"{where}: {json.dumps(one)} is no decision", hint='one is a list: ["assign", 12, "rbx"], ["spill", 7]'
        )
    if one[0] not in _WORDS:
        near = get_close_matches(one[0], _WORDS, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(_WORDS)}"
        raise UsageError(f"{where}: {json.dumps(one)}: no kind of decision is called {one[0]}", hint=hint)
    fewest, most = _WORDS[one[0]]
    if not fewest <= len(one) - 1 <= most:
        wanted = str(fewest) if fewest == most else f"{fewest} or {most}"
        raise UsageError(
            f"{where}: {json.dumps(one)}: {one[0]} takes {wanted} more, not {len(one) - 1}",
            hint="docs/decisions.md shows them",
        )
