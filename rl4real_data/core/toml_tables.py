"""TOML tables whose problems are gathered, so that one run shows all of them.

A `Table` knows a key as valid because somebody asked for it; `close()` then refuses the keys that nobody
asked for. A reader that finds a problem notes it and returns a placeholder; the caller raises at the end.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

_NAMES: Final[Mapping[type, str]] = {
    str: "a string",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    dict: "a table",
    list: "a list",
}
_HAS_NUL: Final = "has a character NUL, which no file and no command can have"


def nearest(word: str, known: Iterable[str], *, most: int = 1) -> str:
    """`; did you mean "x" or "y"?` for the known words, `most` at most, that are like `word`, or nothing."""
    found = difflib.get_close_matches(word, sorted(known), n=most, cutoff=0.6)
    words = " or ".join(f'"{name}"' for name in found)
    return f"; did you mean {words}?" if found else ""


@dataclass(slots=True, kw_only=True)
class Table:
    """One table of a TOML file; `problems` is shared by all tables of the file."""

    values: Mapping[str, object]
    prefix: str = ""
    problems: list[str]
    asked: set[str] = field(default_factory=set)

    def note(self, key: str, problem: str) -> None:
        """Record a problem of `key`."""
        self.problems.append(f"{self.prefix}{key}: {problem}")

    def text(self, key: str, *, default: str | None = None) -> str:
        """A string that is not empty; "" stands in for a bad one."""
        value = self._value(key, str, required=default is None)
        if value is None:
            return default or ""
        if isinstance(value, str) and not value.strip():
            self.note(key, "is empty")
        if isinstance(value, str) and "\0" in value:
            self.note(key, _HAS_NUL)
        return str(value)

    def whole_number(self, key: str) -> int:
        """A whole number above zero; 0 stands in for a bad one."""
        if key not in self.values:
            self._value(key, int, required=True)
        return self.optional_whole_number(key) or 0

    def optional_whole_number(self, key: str) -> int | None:
        """A whole number above zero, or None."""
        value = self._value(key, int, required=False)
        if not isinstance(value, int):
            return None
        if value <= 0:
            self.note(key, f"must be above zero, not {value}")
        return value

    def number(self, key: str, *, at_most: float = math.inf) -> float:
        """A number from 0 on; 0 stands in for a bad one."""
        value = self._value(key, float, required=True)
        if not isinstance(value, int | float):
            return 0.0
        if not 0 <= value <= at_most:
            self.note(key, f"must be from 0 {f'to {at_most:g}' if at_most < math.inf else 'on'}, not {value:g}")
        return float(value)

    def flag(self, key: str, *, default: bool) -> bool:
        """True or false."""
        value = self._value(key, bool, required=False)
        return value if isinstance(value, bool) else default

    def required_flag(self, key: str) -> bool:
        """True or false, which must be there; false stands in for a bad one."""
        return self._value(key, bool, required=True) is True

    def whole_numbers(self, key: str) -> tuple[int, ...]:
        """A list of whole numbers from 0 on, with at least one; empty stands in for a bad one."""
        value = self._value(key, list, required=True)
        if not isinstance(value, list):
            return ()
        if not value:
            self.note(key, "is empty")
        bad = [item for item in value if not isinstance(item, int) or isinstance(item, bool) or item < 0]
        if bad:
            self.note(key, f"must be whole numbers from 0 on, not {bad[0]!r}")
        return () if bad else tuple(value)

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """A list of strings, none of them empty; a required one has at least one."""
        value = self._value(key, list, required=required)
        if not isinstance(value, list):
            return ()
        if required and not value:
            self.note(key, "is empty")
        for index, item in enumerate(value):
            if not isinstance(item, str) or not item:
                self.note(f"{key}[{index}]", f"must be a string that is not empty, not {item!r}")
            elif "\0" in item:
                self.note(f"{key}[{index}]", _HAS_NUL)
        return tuple(item for item in value if isinstance(item, str))

    def table(self, key: str, *, required: bool = True) -> Table | None:
        """The table below `key`; None when it is missing or no table."""
        value = self._value(key, dict, required=required)
        if not isinstance(value, dict):
            return None
        return Table(values=value, prefix=f"{self.prefix}{key}.", problems=self.problems)

    def table_or_empty(self, key: str) -> Table:
        """The table below `key`; one without anything, whose problems nobody hears, for a bad one."""
        return self.table(key) or Table(values={}, problems=[])

    def tables(self, key: str) -> tuple[Table, ...]:
        """The tables of the array below `key` (`[[key]]`); none when it is missing or something else."""
        value = self._value(key, list, required=False)
        if not isinstance(value, list):
            return ()
        found = []
        for index, item in enumerate(value):
            if isinstance(item, dict):
                found.append(Table(values=item, prefix=f"{self.prefix}{key}[{index}].", problems=self.problems))
            else:
                self.note(f"{key}[{index}]", f"must be a table, not {item!r}")
        return tuple(found)

    def table_or_tables(self, key: str) -> tuple[Table, ...]:
        """At least one table below `key`, written as `[key]` or as `[[key]]`; none stands in for a bad one."""
        if not isinstance(self.values.get(key), list):
            table = self.table(key)
            return () if table is None else (table,)
        if not self.values[key]:
            self.note(key, "is empty")
        return self.tables(key)

    def content(self, key: str) -> str:
        """A string that may be empty."""
        value = self._value(key, str, required=True)
        return value if isinstance(value, str) else ""

    def text_by_text(self, key: str) -> dict[str, str]:
        """A table of strings by strings, with at least one."""
        table = self.table(key)
        if table is None:
            return {}
        if not table.values:
            self.note(key, "is empty")
        return {name: table.content(name) for name in table.values}

    def choice(self, key: str, known: Iterable[str], *, required: bool = True) -> str:
        """One of `known`; "" stands in for a bad one, or for one that need not be there."""
        word, known = self.text(key, default=None if required else ""), sorted(known)
        if word in known:
            return word
        if word:
            self.note(key, f'"{word}" is none of {", ".join(known)}{nearest(word, known)}')
        return ""

    def relative_path(self, key: str) -> str:
        """A path with `/` that stays below the folder it is relative to."""
        value = self.text(key)
        if value and (problem := path_problem(value)):
            self.note(key, f'"{value}" {problem}')
        return value

    def relative_paths(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """A list of such paths; globs are such paths too."""
        values = self.texts(key, required=required)
        for index, value in enumerate(values):
            if value and (problem := path_problem(value)):
                self.note(f"{key}[{index}]", f'"{value}" {problem}')
        return values

    def folder(self, key: str) -> str:
        """A folder below the top of the source, "." and nothing being the top itself."""
        value = self.text(key, default="")
        if value and (problem := folder_problem(value)):
            self.note(key, f'"{value}" {problem}')
        return value

    def folders(self, key: str) -> tuple[str, ...]:
        """A list of such folders."""
        values = self.texts(key)
        for index, value in enumerate(values):
            if value and (problem := folder_problem(value)):
                self.note(f"{key}[{index}]", f'"{value}" {problem}')
        return values

    def close(self) -> None:
        """Refuse the keys that nobody asked for."""
        for key in self.values:
            if key not in self.asked:
                hint = nearest(key, self.asked) or f"; valid here: {', '.join(sorted(self.asked))}"
                self.note(key, f"unknown key{hint}")

    def _value(self, key: str, kind: type, *, required: bool) -> object | None:
        self.asked.add(key)
        if key not in self.values:
            if required:
                self.note(key, "is missing")
            return None
        value = self.values[key]
        # A bool is an int in Python; `size = true` is still wrong.
        is_kind = isinstance(value, int | float if kind is float else kind)
        if not is_kind or (kind in (int, float) and isinstance(value, bool)):
            self.note(key, f"must be {_NAMES[kind]}, not {value!r}")
            return None
        return value


def path_problem(text: str) -> str:
    """Why `text` may leave the folder it is relative to, or nothing."""
    if problem := folder_problem(text):
        return problem
    return "" if PurePosixPath(text).parts else "names no file"


def folder_problem(text: str) -> str:
    """The same for a folder, which may be the one that `text` is relative to."""
    path = PurePosixPath(text)
    if any(character < " " or character == "\x7f" for character in text):
        return "has characters that nobody sees"
    if path.is_absolute():
        return "is absolute; it must be relative to the top of the source"
    if ".." in path.parts:
        return 'climbs out with ".."; it must stay below the top of the source'
    return ""
