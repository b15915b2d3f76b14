"""The parts of a run, one a module.

What one module became, kept in the DATA_DIR's working folder so that a run can be resumed.

A part is `<key>.json` (the marker, written last) and, for a module that compiled, `<key>.arrow` (its functions, see
`part_functions`). The marker names the headers that the module read with their hashes: a part counts only while they
are the same. It is sealed, and holds the sha256 of the Arrow file, which is compared whenever that is read: what a
power cut or a bad disk has left of a part is none. So nobody waits for the disk when a part is written.

Markers of 0.1.0 have neither seal nor sha256. They count, so that a dataset of then is resumed without
compiling it again, and `part_functions` holds their functions to what can be checked.
"""

from __future__ import annotations

import functools
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rl4real_data.core.atomic_files import publish
from rl4real_data.core.failure import Failure, FailureKind
from rl4real_data.core.regular_files import sha256_of_regular
from rl4real_data.core.sealed_text import BrokenSeal, read_plain, seal, unseal
from rl4real_data.corpus.cache import contents_of, forget_tree


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
    sha256: str = ""  # of the Arrow file; a part of an earlier release has none
    seconds: float
    failure: Failure | None = None

    @property
    def function_count(self) -> int:
        return len(self.functions)


@dataclass(frozen=True, slots=True, kw_only=True)
class DistantPart(Part):
    """A part that lies elsewhere: of its functions only the number is known here."""

    distant_functions: int

    @property
    def function_count(self) -> int:
        return self.distant_functions


_UNSEALED_FIELDS: Final = {"key", "source_sha256", "headers", "functions", "size", "seconds", "failure"}
"""Exactly what a marker of an earlier release holds; no damage to one of today leaves just that."""


class FileHashes:
    """sha256 of files, each read once: the modules of a corpus read the same headers. None for an unreadable file.

    HostError for a file of the cache that is not what it was when it came there.
    """

    def __init__(self) -> None:
        self._known: dict[str, str | None] = {}
        self._promised: dict[str, str] = {}
        self._roots: set[Path] = set()
        self._checked: set[Path] = set()

    def expect(self, root: Path) -> None:
        """Holds what is read below `root` to what the cache says of it."""
        if root not in self._roots:
            self._roots.add(root)
            self._promised.update(contents_of(root))

    def of(self, path: str) -> str | None:
        if path not in self._known:
            digest = _sha256_of_state(path)
            if self._promised:
                self._compare(os.path.normpath(path), digest)
            self._known[path] = digest
        return self._known[path]

    def check_all(self, root: Path) -> None:
        """Reads all that the cache promises below `root`, once: a module that does not compile names no header."""
        if root not in self._checked:
            for path in [path for path in self._promised if path.startswith(f"{root}/")]:
                self.of(path)
            self._checked.add(root)

    def _compare(self, path: str, digest: str | None) -> None:
        name = path if path in self._promised else os.path.realpath(path)
        if self._promised.get(name, digest) != digest:
            raise forget_tree(Path(name))


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
    with publish(marker_path(folder, part.key), is_sealed=True) as draft, draft.open("wb") as stream:
        stream.write(sealed_marker(part))


def sealed_marker(part: Part) -> bytes:
    """What a marker's file holds."""
    return seal(json.dumps(part, default=_fields_of, separators=(",", ":")))


def parse_marker(content: bytes) -> Part | None:
    """The part of a marker of today; None for bytes that are none."""
    try:
        return _parse(json.loads(unseal(content)))
    except (BrokenSeal, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def find_part(folder: Path, key: str, *, root: Path, hashes: FileHashes) -> Part | None:
    """The part of that key if it is whole and its headers have not changed.

    Whether the Arrow file is whole is seen when it is read; here only its size is.
    """
    try:
        part = _read_marker(marker_path(folder, key))
        if part.size and arrow_path(folder, key).lstat().st_size != part.size:
            return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    base = f"{root}/"
    if part.key != key or any(
        hashes.of(path if path.startswith("/") else base + path) != digest for path, digest in part.headers
    ):
        return None
    return part


def _read_marker(path: Path) -> Part:
    content = read_plain(path)
    try:
        return _parse(json.loads(unseal(content)))
    except BrokenSeal:
        raw = json.loads(content)
        if raw.keys() != _UNSEALED_FIELDS:
            raise
        return _parse({**raw, "sha256": ""})


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
        sha256=raw["sha256"],
        seconds=raw["seconds"],
        failure=Failure(**{**failure, "kind": FailureKind(failure["kind"])}) if failure else None,
    )
