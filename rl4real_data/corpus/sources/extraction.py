"""Modules that lie inside another file.

They are taken out into the cache, once for all runs, beside an index of them.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from rl4real_data.core import interruption
from rl4real_data.core.errors import SourceError
from rl4real_data.core.regular_files import read_regular_text, sha256_of_regular
from rl4real_data.corpus.cache import MARKER, Cache
from rl4real_data.corpus.module import Language
from rl4real_data.corpus.other_languages import OtherLanguage
from rl4real_data.corpus.paths.path_corpus import FoundModule

_INDEX_NAME: Final = ".modules.ndjson"
_MOST_BYTES: Final = 1 << 40
"""The whole of ComPile has 2.4 TB, in parts of some gigabytes."""

_VERSION: Final = 4
"""Raise it when other files, or other lines of the index, are written for the same container."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """One module of a container, with its bytes.

    There are none of what is left out, for whatever reason.
    """

    path: PurePosixPath
    content: bytes = b""
    flags: tuple[str, ...] = ()
    license: str
    language: Language | OtherLanguage = Language.IR
    refusal: str = ""
    left_out: str = ""


def extract(
    container: Path,
    kind: str,
    cache: Cache,
    read: Callable[[Path], Iterable[Extracted]],
    *,
    beside: Iterable[Path] = (),
    below: str = "",
    which: str = "",
) -> tuple[Path, tuple[FoundModule, ...]]:
    """The folder in the cache with all modules of `container`, and what they are. SourceError if it cannot be read.

    `read` gives them one by one; none is kept in memory. It may also read the files `beside` the container; all paths
    that it gives are `below` that folder. `which` says which of the modules it gives, if not all.
    """
    try:
        identity = _identity(container, beside, below, which)
    except OSError as error:
        raise SourceError(f"{container} cannot be read: {error.strerror}") from error
    return _extracted(kind, identity, cache, lambda: read(container))


def extract_remote(
    words: Iterable[str], kind: str, cache: Cache, read: Callable[[], Iterable[Extracted]]
) -> tuple[Path, tuple[FoundModule, ...]]:
    """The same of what lies elsewhere; `words` say which state of what it is. SourceError as `read` raises it."""
    identity = hashlib.sha256(json.dumps([_VERSION, *words]).encode()).hexdigest()
    return _extracted(kind, identity, cache, read)


def _extracted(
    kind: str, identity: str, cache: Cache, read: Callable[[], Iterable[Extracted]]
) -> tuple[Path, tuple[FoundModule, ...]]:
    for _ in range(2):
        root = cache.tree(kind, identity, lambda folder: _write(folder, read()))
        modules = _read_index(root / _INDEX_NAME)
        if modules is not None:
            return root, modules
        (root / MARKER).unlink(missing_ok=True)  # an index that is damaged is none: once more
    raise SourceError(f"{root} changes while it is read", hint="free the cache folder of other programs")


def _identity(container: Path, beside: Iterable[Path], below: str, which: str) -> str:
    """What the folder is made from: the container's bytes and name, by the rules of this version."""
    digest = sha256_of_regular(container, most_bytes=_MOST_BYTES)
    more = [_sha256_or_nothing(path) for path in beside]
    named = [below, *more] if below or more else []
    identity = " ".join([str(_VERSION), digest, f"{container.name}{which}", *named])
    return hashlib.sha256(os.fsencode(identity)).hexdigest()


def _sha256_or_nothing(path: Path) -> str:
    try:
        return sha256_of_regular(path, most_bytes=_MOST_BYTES)
    except OSError:
        return "-"


def _write(folder: Path, modules: Iterable[Extracted]) -> None:
    folder.mkdir()
    digest = hashlib.sha256()
    with (folder / _INDEX_NAME).open("w", encoding="utf-8") as index:
        for module in modules:
            interruption.check()
            if not (module.refusal or module.left_out):
                file = folder / module.path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(module.content)
            text = json.dumps(_line(module)) + "\n"
            digest.update(text.encode())
            index.write(text)
        index.write(digest.hexdigest() + "\n")


def _line(module: Extracted) -> dict[str, object]:
    line: dict[str, object] = {"path": str(module.path), "flags": module.flags, "license": module.license}
    more: dict[str, object] = {"language": str(module.language), "refusal": module.refusal, "left_out": module.left_out}
    return line | (more if module.refusal or module.left_out else {})


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


def _module(line: dict[str, Any]) -> FoundModule:
    language = line.get("language", Language.IR)
    return FoundModule(
        path=PurePosixPath(line["path"]),
        language=Language.IR if language == Language.IR else OtherLanguage(language),
        flags=tuple(line["flags"]),
        license=line["license"],
        refusal=line.get("refusal", ""),
        left_out=line.get("left_out", ""),
    )
