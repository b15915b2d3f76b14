"""A file of decisions, one JSON object a function and line, which the plugin carries out."""

from __future__ import annotations

__all__ = ["decisions_line", "read_decisions"]

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rl4real_data.core.errors import UsageError
from rl4real_data.labels.decisions import NoDecision, require_decision


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
        try:
            require_decision(one)
        except NoDecision as error:
            raise UsageError(f"{where}: {error}", hint=error.hint) from error
    return function, decisions
