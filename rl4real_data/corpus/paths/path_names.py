"""The names of paths in a command that came with a build.

The command is run where the build ran it, so a path that is relative stays as it is. One that is not becomes relative
if it lies in the project, and gets the name of its place if it lies elsewhere: nothing tells of the machine. Where the
folder of the build is gone, the command is run at the top of the project, and what is known to be a path is moved.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from rl4real_data.corpus.places import PROJECT, Place, rename


@dataclass(frozen=True, kw_only=True)
class PathNames:
    """How the paths of one folder's commands are spelled; `places` are those outside of `root`."""

    ran_in: Path
    root: Path
    places: tuple[Place, ...] = ()
    is_kept: bool = True

    @cached_property
    def folder(self) -> PurePosixPath:
        """Where the command is run: relative to `root`, or below a place."""
        if not self.is_kept:
            return PurePosixPath()
        if self.ran_in.is_relative_to(self.root):
            return PurePosixPath(self.ran_in.relative_to(self.root))
        return PurePosixPath(rename([str(self.ran_in)], self._outside)[0])

    def places_in(self, words: Iterable[str]) -> tuple[Place, ...]:
        """The places that the words or the folder name, and the project's own."""
        text = "\n".join((*words, str(self.folder)))
        project = Place(name=PROJECT if self.folder.is_absolute() else ".", path=self.root)
        return (project, *(place for place in self.places if place.name in text))

    def word(self, word: str) -> str:
        """A word of the command, which may hold a path anywhere."""
        return rename([word], self._names)[0]

    def path(self, path: str) -> str:
        """A path that a compiler would look for in its working folder."""
        if path.startswith("="):  # below the sysroot
            return path
        if self.is_kept or path.startswith("/"):
            return self.word(path)
        full = os.path.normpath(self.ran_in / path)
        return os.path.relpath(full, self.root) if Path(full).is_relative_to(self.root) else self.word(full)

    def exists(self, path: str) -> bool:
        """Whether there is such a file in the build's folder."""
        return (self.ran_in / path).exists()

    def source(self, source: Path) -> PurePosixPath:
        """What the corpus calls a source."""
        if source.is_relative_to(self.root):
            return PurePosixPath(source.relative_to(self.root))
        return PurePosixPath(rename([str(source)], self._outside)[0].removeprefix("/"))

    @cached_property
    def _outside(self) -> dict[str, str]:
        return {str(place.path): place.name for place in self.places}

    @cached_property
    def _names(self) -> dict[str, str]:
        above = PROJECT if self.folder.is_absolute() else os.path.relpath(".", self.folder)
        here = {str(self.ran_in): ""} if self.is_kept and not self.folder.is_absolute() else {}
        return {**self._outside, str(self.root): "" if above == "." else above, **here}
