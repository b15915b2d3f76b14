"""The places of a corpus, which are folders of this machine under names that are the same on every machine.

A build takes sources and headers from outside of its project, and names them by where they lie on its machine. In
flags, commands and names of modules such a folder is `/elsewhere/NAME`, so that a dataset tells nothing of the machine
and does not change with it. A compiler is given the real paths, and told to spell the names where code asks for a
file's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ELSEWHERE: Final = "/elsewhere"
"""Above the names of folders outside of the project."""
PROJECT: Final = "/project"
"""The project's own folder, for a compiler that runs outside of it."""

_BEFORE: Final = r"(^-[A-Za-z-]*|^|[=,:;\"'\s(<@])"
_AFTER: Final = r"(?=[/,:;\"'\s)>]|$)"
"""What stands around a path inside of a word: `-I/home/a` and `-DX="/home/a/b"`, but not `/home/ab`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A folder: `name` stands for `path`, `.` for the project's own."""

    name: str
    path: Path

    @property
    def prefix_map(self) -> str:
        """The flag that lets `__FILE__` say the name."""
        return f"-ffile-prefix-map={self.path}={self.name}"


def place_words(words: Sequence[str], places: Iterable[Place]) -> tuple[str, ...]:
    """The words with the real paths for the names."""
    return rename(words, {place.name: str(place.path) for place in places if place.name.startswith("/")})


def rename(words: Sequence[str], names: Mapping[str, str]) -> tuple[str, ...]:
    """The words with each folder of `names` called as it says, wherever it begins a path; the longest first.

    A folder that is to be called nothing is the working folder: what lies in it is named as from there.
    """
    if not names:
        return tuple(words)
    paths = "|".join(re.escape(path) for path in sorted(names, key=len, reverse=True))
    pattern = re.compile(f"{_BEFORE}({paths}){_AFTER}(/?)")

    def name_of(match: re.Match[str]) -> str:
        before, path, slash = match.groups()
        if names[path]:
            return before + names[path] + slash
        rest = match.string[match.end() :]
        return before if slash and re.match(r"[^/,:;\"'\s)>]", rest) else f"{before}."

    return tuple(pattern.sub(name_of, word) for word in words)
