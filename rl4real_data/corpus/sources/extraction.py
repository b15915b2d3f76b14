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
from rl4real_data.corpus.cache import Cache
from rl4real_data.corpus.module import Language
from rl4real_data.corpus.paths.path_corpus import FoundModule

_INDEX_NAME: Final = ".modules.ndjson"
_VERSION: Final = 1
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
    root = cache.tree(kind, identity, lambda folder: _write(container, folder, read))
    lines = (root / _INDEX_NAME).read_text(encoding="utf-8").splitlines()
    return root, tuple(_module(json.loads(line)) for line in lines)


def _identity(container: Path) -> str:
    """What the folder is made from: the container's bytes and name, by the rules of this version."""
    with container.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return hashlib.sha256(f"{_VERSION} {digest} {container.name}".encode()).hexdigest()


def _write(container: Path, folder: Path, read: Callable[[Path], Iterable[Extracted]]) -> None:
    folder.mkdir()
    with (folder / _INDEX_NAME).open("w", encoding="utf-8") as index:
        for module in read(container):
            interruption.check()
            file = folder / module.path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(module.content)
            line = {"path": str(module.path), "flags": module.flags, "license": module.license}
            index.write(json.dumps(line) + "\n")


def _module(line: dict[str, str | list[str]]) -> FoundModule:
    return FoundModule(
        path=PurePosixPath(str(line["path"])),
        language=Language.IR,
        flags=tuple(line["flags"]),
        license=str(line["license"]),
    )
