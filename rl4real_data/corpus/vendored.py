"""Code that two corpora share.

Vendored copies would carry what training saw into the evaluation.

Hashes of the compiled functions miss a copy of another version, or one with other constants. So sources are compared,
without comments, white space, directives and lines of punctuation: by runs of lines, whatever the files are called, and
files of the same name by single lines too, which finds versions that are far apart (the xxhash in lz4 and in zstd).
Only what is compiled counts: modules, and what they include from their own tree.
"""

from __future__ import annotations

import hashlib
import itertools
import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from rl4real_data.core import interruption
from rl4real_data.core.regular_files import read_regular_text
from rl4real_data.corpus.module import Corpus

RUN_LINES: Final = 5
"""Shorter runs are alike by chance: `switch`, `case`, `break`."""
MIN_RUNS: Final = 20
MIN_SHARE_OF_RUNS: Final = 0.2

LONG_LINE: Final = 20
"""Characters of a line that tells something on its own."""
MIN_LINES: Final = 15
MIN_SHARE_OF_LINES: Final = 0.1

_COMMENT_OR_LITERAL: Final = re.compile(r'//[^\n]*|/\*.*?\*/|("(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\')', re.DOTALL)
_CONTINUED: Final = re.compile(r"\\\r?\n")
_INCLUDE: Final = re.compile(r'^[ \t]*#[ \t]*include[ \t]*["<]([^">\n]+)[">]', re.MULTILINE)
_WORD: Final = re.compile(r"\w")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class SourceFile:
    """A file of a corpus; `path` is relative to the top of its source."""

    corpus: str
    path: PurePosixPath

    def __str__(self) -> str:
        return f"{self.corpus}: {self.path}"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class SharedCode:
    """Two files of different corpora with common code; `share` is the part of the smaller one that the larger has.

    It counts runs of lines, or single lines where files of the same name have more of these in common.
    """

    left: SourceFile
    right: SourceFile
    share: float

    def to_json(self) -> dict[str, object]:
        return {"left": str(self.left), "right": str(self.right), "share": round(self.share, 4)}

    def __str__(self) -> str:
        return f"{self.left} and {self.right} share {self.share:.0%} of the smaller file"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prints:
    """What is compared of a file."""

    runs: Set[bytes]
    lines: Set[bytes]


def find_shared_code(left: Iterable[Corpus], right: Iterable[Corpus]) -> tuple[SharedCode, ...]:
    """Every file of `left` with much in common with one of `right`, sorted; a corpus is not compared with itself."""
    left_files = {file: prints for corpus in left for file, prints in _prints_of_corpus(corpus).items()}
    right_files = {file: prints for corpus in right for file, prints in _prints_of_corpus(corpus).items()}
    places = _places(right_files)
    by_stem = defaultdict(list)
    for file in right_files:
        by_stem[file.path.stem].append(file)
    found = []
    for file, prints in left_files.items():
        interruption.check()
        others = {other for run in prints.runs for other in places.get(run, ())} | set(by_stem[file.path.stem])
        for other in others:
            share = _share(prints, right_files[other], same_name=file.path.stem == other.path.stem)
            if share and other.corpus != file.corpus:
                found.append(SharedCode(left=file, right=other, share=share))
    return tuple(sorted(found))


def code_lines(text: str) -> list[str]:
    """The lines of C or C++ that say something: no comments, white space, directives, or lines of punctuation."""
    text = _COMMENT_OR_LITERAL.sub(lambda match: match[1] or " ", _CONTINUED.sub(" ", text))
    lines = ("".join(line.split()) for line in text.splitlines())
    return [line for line in lines if _WORD.search(line) and not line.startswith("#")]


def _share(left: _Prints, right: _Prints, *, same_name: bool) -> float:
    """The part of the smaller file that both have; 0 if it is not much."""
    of_runs = _common_part(left.runs, right.runs, at_least=MIN_RUNS)
    of_lines = _common_part(left.lines, right.lines, at_least=MIN_LINES) if same_name else 0.0
    if of_runs < MIN_SHARE_OF_RUNS and of_lines < MIN_SHARE_OF_LINES:
        return 0.0
    return max(of_runs, of_lines)


def _common_part(left: Set[bytes], right: Set[bytes], *, at_least: int) -> float:
    common = len(left & right)
    return common / min(len(left), len(right)) if common >= at_least else 0.0


def _places(files: Mapping[SourceFile, _Prints]) -> Mapping[bytes, Sequence[SourceFile]]:
    places: dict[bytes, list[SourceFile]] = defaultdict(list)
    for file, prints in files.items():
        for run in prints.runs:
            places[run].append(file)
    return places


def _prints_of_corpus(corpus: Corpus) -> Mapping[SourceFile, _Prints]:
    prints_of = {}
    for path, text in _compiled_files(corpus):
        interruption.check()
        lines = code_lines(text)
        starts = range(len(lines) - RUN_LINES + 1)
        prints_of[SourceFile(corpus=corpus.name, path=path)] = _Prints(
            runs={_digest(lines[start : start + RUN_LINES]) for start in starts},
            lines={_digest([line]) for line in lines if len(line) >= LONG_LINE},
        )
    return prints_of


def _digest(lines: Sequence[str]) -> bytes:
    return hashlib.blake2b("\n".join(lines).encode(), digest_size=8).digest()


def _compiled_files(corpus: Corpus) -> Iterator[tuple[PurePosixPath, str]]:
    """The modules and what they include, directly or not, each once."""
    folders = sorted({folder for module in corpus.modules for folder in _include_folders(module.flags)})
    modules = [module for module in corpus.modules if module.root == corpus.root and not module.left_out]
    waiting = sorted({module.path for module in modules}, reverse=True)
    seen = set(waiting)
    while waiting:
        path = waiting.pop()
        try:
            text = read_regular_text(corpus.root / path, errors="replace")
        except OSError:  # a link to a file that is gone, say
            continue
        yield path, text
        for name in _INCLUDE.findall(text):
            found = _resolve(corpus, name, (str(path.parent), *folders))
            if found is not None and found not in seen:
                seen.add(found)
                waiting.append(found)


def _include_folders(flags: Sequence[str]) -> Iterator[str]:
    """The folders after -I, in one word or in two."""
    for flag, following in itertools.zip_longest(flags, flags[1:], fillvalue=""):
        if flag == "-I":
            yield following
        elif flag.startswith("-I"):
            yield flag.removeprefix("-I")


def _resolve(corpus: Corpus, name: str, folders: Sequence[str]) -> PurePosixPath | None:
    """The file of the tree that `#include` finds first; None for one from elsewhere."""
    for folder in folders:
        path = PurePosixPath(posixpath.normpath(posixpath.join(folder, name)))
        if not path.is_absolute() and path.parts[:1] != ("..",) and (corpus.root / path).is_file():
            return path
    return None


def without_mirrored(pairs: Iterable[SharedCode]) -> tuple[SharedCode, ...]:
    """Each pair once, whichever of its files came first; sorted."""
    found = {tuple(sorted((pair.left, pair.right))): pair for pair in pairs}
    return tuple(found[key] for key in sorted(found))
