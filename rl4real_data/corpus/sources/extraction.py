"""Modules that lie inside another file.

They are taken out into the cache, once for all runs, beside an index of them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from rl4real_data.core import interruption
from rl4real_data.core.errors import SourceError
from rl4real_data.core.regular_files import read_regular_text, sha256_of_regular
from rl4real_data.corpus.cache import MARKER, Cache
from rl4real_data.corpus.module import Language
from rl4real_data.corpus.paths.path_corpus import FoundModule

_INDEX_NAME: Final = ".modules.ndjson"
_MOST_BYTES: Final = 1 << 40
"""The whole of ComPile has 2.4 TB, in parts of some gigabytes."""

_VERSION: Final = 2
"""Raise it when other files, or other lines of the index, are written for the same container."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """One module of a container, with its bytes."""

    path: PurePosixPath
    content: bytes
    flags: tuple[str, ...] = ()
    license: str


def extract(
    container: Path, kind: str, cache: Cache, read: Callable[[Path], Iterable[Extracted]]
) -> tuple[Path, tuple[FoundModule, ...]]:
    """The folder in the cache with all modules of `container`, and what they are. SourceError if it cannot be read.

    `read` gives them one by one; none is kept in memory.
    """
    try:
        identity = _identity(container)
    except OSError as error:
        raise SourceError(f"{container} cannot be read: {error.strerror}") from error
    for _ in range(2):
        root = cache.tree(kind, identity, lambda folder: _write(container, folder, read))
        modules = _read_index(root / _INDEX_NAME)
        if modules is not None:
            return root, modules
        (root / MARKER).unlink(missing_ok=True)  # an index that is damaged is none: once more
    raise SourceError(f"{root} changes while it is read", hint="free the cache folder of other programs")


def _identity(container: Path) -> str:
    """What the folder is made from: the container's bytes and name, by the rules of this version."""
    digest = sha256_of_regular(container, most_bytes=_MOST_BYTES)
    return hashlib.sha256(f"{_VERSION} {digest} {container.name}".encode()).hexdigest()


def _write(container: Path, folder: Path, read: Callable[[Path], Iterable[Extracted]]) -> None:
    folder.mkdir()
    digest = hashlib.sha256()
    with (folder / _INDEX_NAME).open("w", encoding="utf-8") as index:
        for module in read(container):
            interruption.check()
            file = folder / module.path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(module.content)
            line = {"path": str(module.path), "flags": module.flags, "license": module.license}
            text = json.dumps(line) + "\n"
            digest.update(text.encode())
            index.write(text)
        index.write(digest.hexdigest() + "\n")


def _read_index(path: Path) -> tuple[FoundModule, ...] | None:
    """The modules; None for an index that is not what was written."""
    try:
        text, _, digest = read_regular_text(path).removesuffix("\n").rpartition("\n")
        lines = f"{text}\n" if text else ""
    except (OSError, ValueError):
        return None
    if hashlib.sha256(lines.encode()).hexdigest() != digest:
        return None
    return tuple(_module(json.loads(line)) for line in lines.splitlines())


def _module(line: dict[str, str | list[str]]) -> FoundModule:
    return FoundModule(
        path=PurePosixPath(str(line["path"])),
        language=Language.IR,
        flags=tuple(line["flags"]),
        license=str(line["license"]),
    )
