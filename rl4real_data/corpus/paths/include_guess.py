"""The include folders of a source tree that nobody has described, guessed from what its files include.

No compiler is asked. A header that does not lie beside the file that includes it, nor in a folder that was found
before, is looked for in the whole tree: as `corpus add` does it, nearest to those that want it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from rl4real_data.core import interruption
from rl4real_data.core.regular_files import read_regular_text
from rl4real_data.corpus.paths.headers import HeaderIndex, index_headers, is_standard

_INCLUDE: Final = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^">\n]+)[">]', re.MULTILINE)
_MOST_BYTES: Final = 64 << 20
"""Of a file: SQLite's amalgamation has 9 MB."""


def guess_include_folders(root: Path, modules: Iterable[PurePosixPath]) -> tuple[str, ...]:
    """Folders for `-I`, relative to `root`, those first that most files want."""
    search = _Search(root)
    search.read(sorted(modules))
    while folders := search.folders_to_add():
        search.folders += folders
        search.read(search.found_in(folders))
    return tuple(search.folders)


class _Search:
    """The files that were read, and the headers that some of them lack, with those that want them."""

    def __init__(self, root: Path) -> None:
        self.folders: list[str] = []
        self._root = root
        self._index: HeaderIndex | None = None
        self._seen: set[PurePosixPath] = set()
        self._wanted: dict[str, list[PurePosixPath]] = {}

    def read(self, paths: Iterable[PurePosixPath]) -> None:
        """Reads the files, and all that they include and that is found."""
        waiting = [path for path in paths if path not in self._seen]
        self._seen.update(waiting)
        while waiting:
            interruption.check()
            path = waiting.pop(0)
            for is_quoted, header in self._included_by(path):
                found = self._find(header, path.parent if is_quoted else None)
                if found is None:
                    self._wanted.setdefault(header, []).append(path)
                elif found not in self._seen:
                    self._seen.add(found)
                    waiting.append(found)

    def folders_to_add(self) -> list[str]:
        """Where the headers lie that are still wanted; empty if no more are found."""
        self._wanted = {header: paths for header, paths in self._wanted.items() if self._find(header, None) is None}
        if not self._wanted:
            return []
        if self._index is None:
            self._index = index_headers(self._root)
        folders: dict[str, None] = {}
        for header, paths in sorted(self._wanted.items(), key=lambda item: (-len(item[1]), item[0])):
            folder = None if is_standard(header) else self._index.folder_of(header, wanted_by=paths)
            if folder is not None and str(folder) not in self.folders:
                folders[str(folder)] = None
        return list(folders)

    def found_in(self, folders: Iterable[str]) -> list[PurePosixPath]:
        """The wanted headers that the folders hold."""
        there = (PurePosixPath(folder, header) for header in sorted(self._wanted) for folder in folders)
        return [path for path in there if (self._root / path).is_file()]

    def _included_by(self, path: PurePosixPath) -> Iterator[tuple[bool, str]]:
        try:
            text = read_regular_text(self._root / path, errors="replace", most_bytes=_MOST_BYTES)
        except OSError:  # whoever compiles it says so
            return
        for bracket, header in _INCLUDE.findall(text):
            yield bracket == '"', header.strip()

    def _find(self, header: str, beside: PurePosixPath | None) -> PurePosixPath | None:
        """The file of the tree that `#include` finds, None if it finds none there."""
        for folder in (*([str(beside)] if beside is not None else []), *self.folders):
            path = PurePosixPath(posixpath.normpath(posixpath.join(folder, header)))
            if not path.is_absolute() and path.parts[:1] != ("..",) and (self._root / path).is_file():
                return path
        return None
