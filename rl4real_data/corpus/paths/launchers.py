"""The programs that stand before the compiler in a build's command, such as caches, wrappers, shells and timers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from rl4real_data.corpus.module import LANGUAGE_OF_SUFFIX
from rl4real_data.corpus.paths.gnu_words import split_words

_CACHES: Final = frozenset(
    {
        *("ccache", "ccache-swig", "distcc", "sccache", "icecc", "buildcache", "gomacc", "rewrapper", "fccache"),
        *("recc", "fastbuild", "firebuild"),
    }
)
"""They know a compiler to start where the command names none."""

_RUNNERS: Final = frozenset(
    {
        *("env", "nice", "ionice", "time", "timeout", "taskset", "strace", "sh", "bash", "dash", "cd", "libtool"),
        *("python", "python3", "perl", "cmake", "bear", "intercept-cc", "wine"),
    }
)
_SHELLS: Final = frozenset({"sh", "bash", "dash"})
_COMPILER: Final = re.compile(
    r"([\w.+-]*-)?(gcc|g\+\+|cc|c\+\+|clang|clang\+\+|clang-cl|cl|icc|icpc|icx|icpx|icl|dpcpp|nvcc|hipcc|emcc|em\+\+|tcc"
    r"|armclang|c89|c99|cc1|cc1plus|xlc|pgcc|pgc\+\+|nvc|nvc\+\+|gfortran|gnat|as|ld)(-[\d.]+(-\w+)?)?"
)
_IMPLIED: Final = "cc"


def program_name(word: str) -> str:
    """The name of a program without its folder, whose system may be Windows."""
    name = re.split(r"[/\\]", word)[-1]
    return name[:-4] if name.lower().endswith(".exe") else name


def drop_launchers(words: Sequence[str]) -> list[str]:
    """The command from its compiler on; one that only a cache knows is called `cc`."""
    if not words or _is_compiler(words[0]):
        return list(words)
    first = program_name(words[0])
    is_known = first in _CACHES or first in _RUNNERS or "=" in words[0]
    if first in _SHELLS and len(words) > 2 and words[1] == "-c" and " " in words[2]:
        return drop_launchers(split_words(words[2]))
    for place, word in enumerate(words[1:], 1):
        if _is_source(word) or (word.startswith("-") and not is_known):
            break
        if _is_compiler(word):
            return list(words[place:])
    if not is_known:
        return list(words)
    return _without_settings(words[1:], is_cache=first in _CACHES)


def _without_settings(words: Sequence[str], *, is_cache: bool) -> list[str]:
    """What follows a launcher where no compiler is known by its name."""
    rest = list(words)
    while rest and ("=" in rest[0] or rest[0] == "--" or (rest[0].startswith("-") and not is_cache)):
        if is_cache and rest[0].startswith("-"):
            break
        rest = rest[1:]
    if is_cache and rest and (rest[0].startswith("-") or _is_source(rest[0])):
        return [_IMPLIED, *rest]
    return drop_launchers(rest) if len(rest) < len(words) or rest else rest


def _is_compiler(word: str) -> bool:
    return _COMPILER.fullmatch(program_name(word)) is not None


def _is_source(word: str) -> bool:
    return word.endswith(tuple(LANGUAGE_OF_SUFFIX))
