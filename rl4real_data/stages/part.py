"""The parts of a run, one a module.

What one module became, kept in the DATA_DIR's working folder so that a run can be resumed.

A part is `<key>.json` (the marker, written last) and, for a module that compiled, `<key>.arrow` (its functions, see
`part_functions`). The marker names the headers that the module read with their hashes: a part counts only while they
are the same.
"""

from __future__ import annotations

import functools
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rl4real_data.core.atomic_files import publish
from rl4real_data.core.failure import Failure, FailureKind
from rl4real_data.core.regular_files import sha256_of_regular


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionFacts:
    """What decides whether a function becomes an episode."""

    content_hash: str
    nodes: int
    max_uses: int
    eh_pads: bool
    optnone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The marker of one module."""

    key: str
    source_sha256: str
    headers: tuple[tuple[str, str], ...]  # path (relative to the corpus where it lies in it), sha256
    functions: tuple[FunctionFacts, ...]
    size: int  # of the Arrow file; 0 for a failed module
    seconds: float
    failure: Failure | None = None


class FileHashes:
    """sha256 of files, each read once: the modules of a corpus read the same headers. None for an unreadable file."""

    def __init__(self) -> None:
        self._known: dict[str, str | None] = {}

    def of(self, path: str) -> str | None:
        if path not in self._known:
            self._known[path] = _sha256_of_state(path)
        return self._known[path]


def _sha256_of_state(path: str) -> str | None:
    try:
        state = os.stat(path)
        return _sha256(path, state.st_size, state.st_mtime_ns) if stat.S_ISREG(state.st_mode) else None
    except OSError:
        return None


@functools.lru_cache(maxsize=65536)
def _sha256(path: str, size: int, mtime_ns: int) -> str:  # noqa: ARG001 - the state is part of the key
    return sha256_of_regular(path)


def arrow_path(folder: Path, key: str) -> Path:
    return folder / f"{key}.arrow"


def marker_path(folder: Path, key: str) -> Path:
    return folder / f"{key}.json"


def write_marker(folder: Path, part: Part) -> None:
    """Publishes the marker; the Arrow file must lie there already."""
    with publish(marker_path(folder, part.key)) as draft:
        draft.write_text(json.dumps(part, default=_fields_of, separators=(",", ":")), encoding="utf-8")


def find_part(folder: Path, key: str, *, root: Path, hashes: FileHashes) -> Part | None:
    """The part of that key if it is whole and its headers have not changed."""
    try:
        part = _parse(json.loads(marker_path(folder, key).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if part.size:
        try:
            if arrow_path(folder, key).stat().st_size != part.size:
                return None
        except OSError:
            return None
    base = f"{root}/"
    if any(hashes.of(path if path[0] == "/" else base + path) != digest for path, digest in part.headers):
        return None
    return part


def _fields_of(value: Any) -> dict[str, Any]:
    """A dataclass with slots for json.dumps: asdict would copy every hash of every header."""
    return {name: getattr(value, name) for name in value.__slots__}


def _parse(raw: Mapping[str, Any]) -> Part:
    failure = raw["failure"]
    return Part(
        key=raw["key"],
        source_sha256=raw["source_sha256"],
        headers=tuple((path, digest) for path, digest in raw["headers"]),
        functions=tuple(FunctionFacts(**facts) for facts in raw["functions"]),
        size=raw["size"],
        seconds=raw["seconds"],
        failure=Failure(**{**failure, "kind": FailureKind(failure["kind"])}) if failure else None,
    )
