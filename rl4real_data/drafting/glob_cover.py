"""A set of files said by as few globs and excludes as it takes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

_SPECIAL: Final = re.compile(r"([*?[])")
_NO_UTF8: Final = re.compile(r"[\udc80-\udcff]")
_FEW: Final = 3
"""Up to so many files of a folder are named one by one if most of the folder is not wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GlobCover:
    """Globs and excludes of a manifest, sorted."""

    globs: tuple[str, ...]
    excludes: tuple[str, ...]


def cover(wanted: Iterable[PurePosixPath], everything: Iterable[PurePosixPath]) -> GlobCover:
    """The cover that matches `wanted` and nothing else of `everything`, which are all files of the tree."""
    kept = set(wanted)
    groups: dict[tuple[PurePosixPath, str], list[PurePosixPath]] = defaultdict(list)
    for path in sorted({*everything, *kept}):
        groups[path.parent, path.suffix].append(path)
    globs: list[str] = []
    excludes: list[str] = []
    for (folder, suffix), paths in groups.items():
        chosen = [path for path in paths if path in kept]
        if not chosen:
            continue
        if len(chosen) * 2 < len(paths) or (len(chosen) == 1 and len(paths) <= _FEW):
            globs += [literal(path) for path in chosen]
        else:
            globs.append(literal(folder / "x").removesuffix("x") + f"*{suffix}")
            excludes += [literal(path) for path in paths if path not in kept]
    return GlobCover(globs=tuple(sorted(globs)), excludes=tuple(sorted(excludes)))


def literal(path: PurePosixPath) -> str:
    """A glob that matches this path, and unless it is no UTF-8, which a manifest is, no other."""
    return _NO_UTF8.sub("?", _SPECIAL.sub(r"[\1]", str(path)))
