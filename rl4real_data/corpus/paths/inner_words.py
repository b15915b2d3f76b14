"""The words of a compiler proper, which a driver starts.

These are `clang -cc1`, and GCC's cc1 and cc1plus. Whoever records a build by watching its processes finds these beside
the driver's own command.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from rl4real_data.corpus.flags.judgement import READ_PATHS
from rl4real_data.corpus.flags.option_table import CC1, DRIVER, Said, option_table
from rl4real_data.corpus.paths.cc1_flags import driver_flags

CLANG: Final = "-cc1"
_ASSEMBLER: Final = "-cc1as"
_GCC: Final = {"cc1": "c", "cc1plus": "c++"}
_SET_BY_DRIVER: Final = frozenset({"-internal-isystem", "-internal-externc-isystem", "-resource-dir", "-isysroot"})
_SET_BY_RECIPE: Final = ("-fcoverage-compilation-dir=", "-fdebug-compilation-dir=", "-ferror-limit", "-fcolor-")
_OTHER_NAMES: Final = {"-relaxed-aliasing": "-fno-strict-aliasing"}
_PROTECTORS: Final = {"1": "-fstack-protector", "2": "-fstack-protector-strong", "3": "-fstack-protector-all"}
_FEATURE: Final = "-target-feature"


def is_inner(program: str, words: Sequence[str]) -> bool:
    """True for a command that a driver has written; `words` follow the program."""
    return program in _GCC or words[:1] == [CLANG]


def is_assembler(words: Sequence[str]) -> bool:
    """True for clang as an assembler: what it reads is no source of a module."""
    return words[:1] == [_ASSEMBLER]


def words_of_inner(program: str, words: Sequence[str]) -> list[str]:
    """The words that would let a driver write this command."""
    if program in _GCC:
        return ["-x", _GCC[program], *words]
    return list(_of_clang(words[1:]))


def _of_clang(words: Sequence[str]) -> Iterator[str]:
    said = list(option_table(CC1).read(words))
    language = next((each.value for each in said if each.option and each.option.root == "-x"), "")
    if language:
        yield from ("-x", language)
    for each in said:
        if each.option and each.option.root == _FEATURE and each.value[:1] in ("+", "-"):
            yield f"-m{'no-' if each.value[0] == '-' else ''}{each.value[1:]}"
        elif each.words[0] in _OTHER_NAMES:
            yield _OTHER_NAMES[each.words[0]]
        elif each.option and each.option.root == "-stack-protector" and each.value in _PROTECTORS:
            yield _PROTECTORS[each.value]
        elif _is_shared(each):
            yield from each.words
    yield from driver_flags(words)
    if language.startswith("c++") and "-fcxx-exceptions" not in words:
        yield "-fno-exceptions"


def _is_shared(said: Said) -> bool:
    """True for an option that driver and compiler proper know under the same name, and that no recipe sets."""
    option, word = said.option, said.words[0]
    if option is None or option.root in _SET_BY_DRIVER or word.startswith(_SET_BY_RECIPE):
        return False
    known = next(option_table(DRIVER).read(said.words)).option
    if known is None or known.root != option.root:
        return False
    return option.root in READ_PATHS | {"-D", "-U", "-std="} or option.root.startswith("-f") or word == "-pthread"
