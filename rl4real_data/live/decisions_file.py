"""A file of decisions, one JSON object a function and line, which the plugin carries out.

A line may name the source of its function: then a file holds the decisions of a whole build.
"""

from __future__ import annotations

__all__ = ["decisions_line", "read_decisions"]

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rl4real_data.core.errors import UsageError
from rl4real_data.labels.decisions import NoDecision, require_decision


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedFunction:
    """A line: a function by its name in the object file, and the source that it is of; None: of any."""

    function: str
    decisions: Sequence[Sequence[Any]]
    source: str | None = None


def decisions_line(function: str, decisions: Sequence[Sequence[Any]], *, source: str | None = None) -> str:
    """The line of one function: `{"function": "f", "decisions": [["split", 5, 2], ["assign", "5.1", "rbx"]]}`."""
    told = {"function": function, "decisions": [list(one) for one in decisions]}
    bound = {} if source is None else {"source": source}
    return json.dumps({**bound, **told}, ensure_ascii=False) + "\n"


def read_decisions(path: Path) -> dict[str, list[list[Any]]]:
    """Function -> its decisions; several lines of one add up. UsageError that names the line for what is none."""
    found: dict[str, list[list[Any]]] = {}
    for one in read_decided_functions(path):
        found.setdefault(one.function, []).extend(map(list, one.decisions))
    return found


def read_decided_functions(path: Path) -> tuple[DecidedFunction, ...]:
    """The lines of a file. UsageError that names the line for what is none."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text in UTF-8"
        raise UsageError(f"{path}: no file of decisions: {reason}", hint="docs/decisions.md shows one") from error
    lines = enumerate(text.split("\n"), 1)
    return tuple(_read_line(line, f"{path}:{number}") for number, line in lines if line.strip())


def _read_line(line: str, where: str) -> DecidedFunction:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise UsageError(f"{where}: no JSON: {error}", hint='a line is {"function": …, "decisions": […]}') from error
    value = value if isinstance(value, dict) else {}
    function, decisions, source = value.get("function"), value.get("decisions"), value.get("source")
    if not isinstance(function, str) or not isinstance(decisions, list):
        raise UsageError(
            f'{where}: "function", a text, and "decisions", a list, are expected', hint="docs/decisions.md shows them"
        )
    if source is not None and (not isinstance(source, str) or not source.strip("/.")):
        raise UsageError(f'{where}: "source" is no path of a source', hint='"source": "src/lvm.c", the end of its path')
    for one in decisions:
        try:
            require_decision(one)
        except NoDecision as error:
            raise UsageError(f"{where}: {error}", hint=error.hint) from error
    return DecidedFunction(function=function, decisions=decisions, source=source)
