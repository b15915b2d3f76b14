"""The declared steps that stand in for a project's configure script.

None of them runs a command.

A step reads and writes files of the unpacked tree only; what it makes is part of the tree's identity in the cache.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import ClassVar, Final, Self

from rl4real_data.core.errors import SourceError
from rl4real_data.core.regular_files import read_regular
from rl4real_data.core.toml_tables import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyStep:
    """`copy = "config.h.generic"`, `to = "config.h"`."""

    KEY: ClassVar[str] = "copy"

    copy: str
    to: str

    @classmethod
    def read(cls, table: Table) -> Self:
        step = cls(copy=table.relative_path("copy"), to=table.relative_path("to"))
        if step.copy and PurePosixPath(step.copy) == PurePosixPath(step.to):
            table.note("to", f'"{step.to}" is the file itself')
        return step

    def apply(self, root: Path) -> None:
        source = _existing(root, self.copy)
        shutil.copyfile(source, _writable(root, self.to))

    def identity(self) -> Sequence[object]:
        return ("copy", self.copy, self.to)


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteStep:
    """`write = "config.h"`, `text = "..."`."""

    KEY: ClassVar[str] = "write"

    write: str
    text: str

    @classmethod
    def read(cls, table: Table) -> Self:
        return cls(write=table.relative_path("write"), text=table.content("text"))

    def apply(self, root: Path) -> None:
        _writable(root, self.write).write_bytes(self.text.encode())

    def identity(self) -> Sequence[object]:
        return ("write", self.write, self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubstituteStep:
    """`substitute = "version.h.in"`, `to = "version.h"`, `values = { "@MAJOR@" = "1" }`."""

    KEY: ClassVar[str] = "substitute"

    substitute: str
    to: str
    values: Mapping[str, str]

    @classmethod
    def read(cls, table: Table) -> Self:
        values = table.text_by_text("values")
        if "" in values:
            table.note("values", "has an empty string to look for")
        return cls(
            substitute=table.relative_path("substitute"),
            to=table.relative_path("to"),
            values=MappingProxyType(values),
        )

    def apply(self, root: Path) -> None:
        text = read_regular(_existing(root, self.substitute))
        values = {old.encode(): new.encode() for old, new in self.values.items()}
        missing = sorted(old.decode() for old in values if old not in text)
        if missing:
            raise SourceError(f"{self.substitute} does not hold {', '.join(missing)}", hint=_HINT)
        # One pass, the longest first: what one value brings in is not replaced by another.
        pattern = b"|".join(re.escape(old) for old in sorted(values, key=len, reverse=True))
        _writable(root, self.to).write_bytes(re.sub(pattern, lambda match: values[match[0]], text))

    def identity(self) -> Sequence[object]:
        return ("substitute", self.substitute, self.to, sorted(self.values.items()))


Step = CopyStep | WriteStep | SubstituteStep
_STEPS: Final[Mapping[str, Callable[[Table], Step]]] = MappingProxyType(
    {step.KEY: step.read for step in (CopyStep, WriteStep, SubstituteStep)}
)
STEP_KEYS: Final = tuple(_STEPS)
_HINT: Final = "the manifest's [[prepare]] steps do not fit its source; correct them"


def read_step(table: Table) -> Step | None:
    """The step of one `[[prepare]]` table; None, with the problem noted, for a table that is none."""
    kinds = [key for key in _STEPS if key in table.values]
    table.asked.update(_STEPS)
    if len(kinds) != 1:
        found = f"has {' and '.join(kinds)}" if kinds else "has none of them"
        table.problems.append(f"{table.prefix.rstrip('.')}: must be exactly one of {', '.join(_STEPS)}; {found}")
        return None
    step = _STEPS[kinds[0]](table)
    table.close()
    return step


def apply_steps(steps: Sequence[Step], root: Path) -> None:
    """Carry out `steps` in the tree `root`; SourceError names the step that does not fit the tree."""
    for number, step in enumerate(steps, start=1):
        try:
            step.apply(root)
        except SourceError as error:
            raise SourceError(f"step {number} of [[prepare]]: {error}", hint=error.hint) from error


def prepared_identity(identity: str, steps: Sequence[Step]) -> str:
    """The identity of the tree that `steps` make of the one with `identity`; both are hexadecimal sha256."""
    if not steps:
        return identity
    text = json.dumps([identity, [step.identity() for step in steps]])
    return hashlib.sha256(text.encode()).hexdigest()


def _existing(root: Path, name: str) -> Path:
    path = root / name
    if not path.is_file() or not path.resolve().is_relative_to(root.resolve()):
        raise SourceError(f"there is no file {name}", hint=_HINT)
    return path


def _writable(root: Path, name: str) -> Path:
    """The path of a file to write, its folder made; what lies there is replaced, a link not followed."""
    path = root / name
    if not path.parent.resolve().is_relative_to(root.resolve()):
        raise SourceError(f"{name} leads out of the source", hint=_HINT)
    if path.is_dir():
        raise SourceError(f"{name} is a folder", hint=_HINT)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise SourceError(f"{name} lies below a file", hint=_HINT) from error
    path.unlink(missing_ok=True)
    return path
