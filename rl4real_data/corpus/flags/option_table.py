"""The options of clang, as clang's own tables have them.

`preprocessing/v0/clang_options.tsv` is made of these tables by `.ci/clang-options`. A command line is read here as
clang reads it: the longest word of the table that begins a word of the command, then as many words as the option takes.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rl4real_data.core.shipped_files import preprocessing_dir

DRIVER: Final = "d"
CC1: Final = "c"
"""Who reads the command line: clang, or the compiler proper inside of it (`-Xclang`)."""

_FILE_NAME: Final = "clang_options.tsv"
_COLUMNS: Final = 9
_WHOLE_WORD: Final = frozenset({"Flag", "Separate", "MultiArg", "RemainingArgs"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One spelling of an option; `root` is the one that it stands for.

    `groups`: the innermost first. `where`: the part of clang that keeps its value, empty for what the driver turns
    into something else. `value`: flag, enum, number or text. `values`: those that there are, if the table names them.
    """

    word: str
    kind: str
    root: str
    groups: tuple[str, ...]
    where: str
    value: str
    words: int
    values: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a command line says with one option; `option` is None for a word that is none. `words` is all of it."""

    option: Option | None
    words: tuple[str, ...]
    value: str = ""
    is_cut_off: bool = False


class OptionTable:
    """The options that one reader of command lines knows."""

    def __init__(self, reader: str) -> None:
        """`reader`: `DRIVER` or `CC1`."""
        self._reader = reader
        self._lines = _lines_by_word()
        self._options: dict[str, tuple[Option, ...]] = {}
        self._longest = max(map(len, self._lines))

    def __iter__(self) -> Iterator[Option]:
        return (option for word in self._lines for option in self._of(word))

    def _of(self, word: str) -> tuple[Option, ...]:
        """The options of this spelling; as in clang, what must be the whole word goes before what may go on."""
        if word not in self._options:
            options = [option for line in self._lines.get(word, ()) if (option := _option(line, self._reader))]
            self._options[word] = tuple(sorted(options, key=lambda option: option.kind not in _WHOLE_WORD))
        return self._options[word]

    def read(self, words: Sequence[str]) -> Iterator[Said]:
        """All of the words, one option after the other."""
        position = 0
        while position < len(words):
            said = self._said(words, position)
            yield said
            position += len(said.words)

    def _said(self, words: Sequence[str], position: int) -> Said:
        word = words[position]
        if word.startswith("-") and word != "-":
            for length in range(min(len(word), self._longest), 0, -1):
                for option in self._of(word[:length]):
                    if said := _accept(option, words, position):
                        return said
        return Said(option=None, words=(word,))


def _accept(option: Option, words: Sequence[str], position: int) -> Said | None:
    """What is said if it is this option; None if its word is only the beginning of another."""
    rest = words[position].removeprefix(option.word)
    if rest and option.kind in _WHOLE_WORD:
        return None
    following = _words_that_follow(option, rest, len(words) - position - 1)
    taken = tuple(words[position : position + 1 + following])
    return Said(
        option=option,
        words=taken,
        value=rest or (taken[1] if len(taken) > 1 else ""),
        is_cut_off=len(taken) <= following,
    )


def _words_that_follow(option: Option, rest: str, left: int) -> int:
    if option.kind == "RemainingArgs":
        return left
    if option.kind == "JoinedOrSeparate":
        return 0 if rest else 1
    return {"Separate": 1, "JoinedAndSeparate": 1, "MultiArg": option.words}.get(option.kind, 0)


@functools.cache
def option_table(reader: str) -> OptionTable:
    """The table, read once."""
    return OptionTable(reader)


@functools.cache
def _lines_by_word() -> Mapping[str, list[str]]:
    lines: dict[str, list[str]] = {}
    for line in (preprocessing_dir() / _FILE_NAME).read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            lines.setdefault(line.partition("\t")[0], []).append(line)
    return lines


def _option(line: str, reader: str) -> Option | None:
    """The option of a line of the table, None if the reader does not know it."""
    columns = line.split("\t")
    word, kind, seen, root, groups, where, value, words, values = columns + [""] * (_COLUMNS - len(columns))
    if reader not in seen:
        return None
    return Option(
        word=word,
        kind=kind,
        root=root,
        groups=tuple(groups.split(">")) if groups else (),
        where=where,
        value=value,
        words=int(words or "0"),
        values=frozenset(values.split(",")) if values else frozenset(),
    )
