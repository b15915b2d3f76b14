"""Finds code that two corpora share: vendored copies, which would carry what training saw into the evaluation.

Hashes of the compiled functions miss a copy of another version, or one with other constants. So sources are compared:
runs of lines, without comments, white space, directives and lines of punctuation, whatever the files are called.
Only what is compiled counts: modules, and what they include from their own tree.
"""

from __future__ import annotations

import hashlib
import itertools
import posixpath
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from rl4real_data.corpus.module import Corpus

RUN_LINES: Final = 5
"""Shorter runs are alike by chance: `switch`, `case`, `break`."""
MIN_RUNS: Final = 20
MIN_SHARE: Final = 0.2
MIN_SHARE_SAME_NAME: Final = 0.05

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
    """Two files of different corpora with common code; `share` is the part of the smaller one that the larger has."""

    left: SourceFile
    right: SourceFile
    runs: int
    share: float

    @property
    def same_name(self) -> bool:
        return self.left.path.name == self.right.path.name

    def __str__(self) -> str:
        return f"{self.left} and {self.right} share {self.share:.0%} of the smaller file ({self.runs} runs of lines)"


def find_shared_code(left: Iterable[Corpus], right: Iterable[Corpus]) -> tuple[SharedCode, ...]:
    """Every file of `left` that has much in common with one of `right`, sorted; a corpus is not compared with itself.

    Much is MIN_SHARE of the smaller file, or MIN_SHARE_SAME_NAME if both have one name, and MIN_RUNS runs.
    """
    left_runs = {file: runs for corpus in left for file, runs in _runs_of_corpus(corpus).items()}
    right_runs = {file: runs for corpus in right for file, runs in _runs_of_corpus(corpus).items()}
    places = _places(right_runs)
    found = []
    for file, runs in left_runs.items():
        common = Counter(other for run in runs for other in places.get(run, ()) if other.corpus != file.corpus)
        for other, count in common.items():
            pair = SharedCode(left=file, right=other, runs=count, share=count / min(len(runs), len(right_runs[other])))
            if _is_much(pair):
                found.append(pair)
    return tuple(sorted(found))


def code_lines(text: str) -> list[str]:
    """The lines of C or C++ that say something: no comments, white space, directives, or lines of punctuation."""
    text = _COMMENT_OR_LITERAL.sub(lambda match: match[1] or " ", _CONTINUED.sub(" ", text))
    lines = ("".join(line.split()) for line in text.splitlines())
    return [line for line in lines if _WORD.search(line) and not line.startswith("#")]


def _is_much(pair: SharedCode) -> bool:
    return pair.runs >= MIN_RUNS and pair.share >= (MIN_SHARE_SAME_NAME if pair.same_name else MIN_SHARE)


def _places(runs_of: Mapping[SourceFile, Set[bytes]]) -> Mapping[bytes, Sequence[SourceFile]]:
    places: dict[bytes, list[SourceFile]] = defaultdict(list)
    for file, runs in runs_of.items():
        for run in runs:
            places[run].append(file)
    return places


def _runs_of_corpus(corpus: Corpus) -> Mapping[SourceFile, Set[bytes]]:
    runs_of = {}
    for path, text in _compiled_files(corpus):
        lines = code_lines(text)
        starts = range(len(lines) - RUN_LINES + 1)
        runs = {_digest(lines[start : start + RUN_LINES]) for start in starts}
        if len(runs) >= MIN_RUNS:
            runs_of[SourceFile(corpus=corpus.name, path=path)] = runs
    return runs_of


def _digest(lines: Sequence[str]) -> bytes:
    return hashlib.blake2b("\n".join(lines).encode(), digest_size=8).digest()


def _compiled_files(corpus: Corpus) -> Iterator[tuple[PurePosixPath, str]]:
    """The modules and what they include, directly or not, each once."""
    folders = sorted({folder for module in corpus.modules for folder in _include_folders(module.flags)})
    waiting = sorted({module.path for module in corpus.modules}, reverse=True)
    seen = set(waiting)
    while waiting:
        path = waiting.pop()
        text = (corpus.root / path).read_text(encoding="utf-8", errors="replace")
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
