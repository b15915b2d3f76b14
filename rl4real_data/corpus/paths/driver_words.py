"""The words of a build's compiler command that belong to a module.

They are its language and the flags that decide its code.

The recipe decides the optimisation level and the target, so a build's `-O`, `-mtune`, `--target`, `-m64` and sysroot
are dropped. Single processor features (`-mavx2`) stay: sources with intrinsics do not compile without them. `-Ofast`
leaves `-ffast-math` behind. Also dropped: inputs, outputs, dependency files, link options, warnings, debug information,
LTO (which would stop before registers are allocated), coverage and profiles. What is left is for `flags/guard.py` to
judge, and for the compiler (`flags/acceptance.py`): nothing here makes a flag safe, nor known.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from rl4real_data.corpus.flags.option_table import DRIVER, Said, option_table

_LAUNCHERS: Final = frozenset(
    {
        *("ccache", "distcc", "sccache", "icecc", "buildcache", "gomacc", "rewrapper", "fccache", "recc"),
        *("env", "nice", "time", "libtool"),
    }
)

_DROPPED: Final = frozenset(
    {
        *("-c", "-S", "-E", "-M", "-MM", "-MD", "-MMD", "-MG", "-MP", "-MV", "-H", "-P", "-C", "-v", "-s", "-Q", "-w"),
        *("-pipe", "-static", "-shared", "-pie", "-no-pie", "-static-pie", "-rdynamic", "-pg", "-p", "--coverage"),
        *("-nostdlib", "-nostartfiles", "-nodefaultlibs", "-nolibc", "-fsyntax-only", "-emit-llvm", "-time"),
        *("-m64", "-pedantic", "-pedantic-errors", "-fno-lto", "-ftest-coverage"),
        *("-fcolor-diagnostics", "-fno-color-diagnostics", "-fansi-escape-codes", "-fwhole-program-vtables"),
        *("-fsplit-lto-unit", "-frecord-gcc-switches", "-fpch-instantiate-templates", "-fpch-preprocess", "-###"),
    }
)
_DROPPED_PREFIXES: Final = (
    *("-O", "-o", "-g", "-W", "-L", "-l", "-R", "-MF", "-MT", "-MQ", "-MJ", "-d", "-x", "-print"),
    *(
        "--target=",
        "-mtune=",
        "--sysroot",
        "-isysroot",
        "--gcc-toolchain",
        "--gcc-install-dir",
        "-specs=",
    ),
    *("-flto", "-fembed-bitcode", "-fthinlto", "-fprofile", "-fcoverage", "-fauto-profile", "-fbranch-probabilities"),
    *("-fdiagnostics", "-fdebug-", "-fmacro-prefix-map", "-ffile-prefix-map", "-ferror-limit", "-fmessage-length"),
    *("-fmax-errors", "-fuse-ld", "-fdump-", "-frandom-seed", "-fno-diagnostics", "-fdeps-"),
)
_DROPPED_WITH_VALUE: Final = frozenset(
    {
        *("-o", "-MF", "-MT", "-MQ", "-MJ", "-Xlinker", "-Xassembler", "-L", "-l", "-T", "-u", "-z", "-A", "-e"),
        *("-target", "-arch", "-isysroot", "--sysroot", "-serialize-diagnostics", "--serialize-diagnostics", "-x"),
        *("-include-pch", "--param", "-framework", "-gcc-toolchain", "-rpath", "--output", "--language"),
    }
)
_GCC_ONLY_WITH_VALUE: Final = frozenset({"-aux-info", "-dumpbase", "-dumpdir", "-dumpbase-ext", "-wrapper"})
_PATHS: Final = ("-isystem", "-iquote", "-idirafter", "-cxx-isystem", "-iframework", "-ivfsoverlay", "-I", "-F", "-B")
_FILES: Final = ("-include", "-imacros")
"""Relative to the working folder if they are there, looked for as `#include "…"` else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a build ran its compiler, and where ours runs."""

    folder: Path
    root: Path

    def move(self, path: str) -> str:
        """The path for a compiler that runs in `root`: relative if it lies there."""
        if path.startswith("="):  # below the sysroot
            return path
        full = os.path.normpath(self.folder / path)
        return os.path.relpath(full, self.root) if Path(full).is_relative_to(self.root) else full


def drop_launchers(words: Sequence[str]) -> list[str]:
    """The command from its compiler on: launchers go, with their own options and variables."""
    rest = list(words)
    while rest and PurePosixPath(rest[0]).name in _LAUNCHERS:
        rest = rest[1:]
        while rest and (rest[0].startswith("-") or "=" in rest[0]):
            rest = rest[1:]
    if len(rest) > 2 and PurePosixPath(rest[0]).name == "cmake" and rest[1] == "-E":
        separator = rest.index("--") if "--" in rest else 2
        return drop_launchers(rest[separator + 1 :])
    return rest


def is_cxx_driver(compiler: str) -> bool:
    """True for a compiler that takes a `.c` file for C++."""
    return "++" in PurePosixPath(compiler).name


def stated_language(words: Sequence[str]) -> str:
    """The last word of `-x`, or nothing."""
    stated = ""
    rest = iter(words)
    for word in rest:
        if word == "-x":
            stated = next(rest, "")
        elif word.startswith("-x"):
            stated = word[2:]
    return "" if stated == "none" else stated


def module_flags(words: Sequence[str], place: Place) -> tuple[str, ...]:
    """The flags to keep of the words after the compiler, for a compiler that runs in `place.root`."""
    read = option_table(DRIVER).read(list(_without_gcc_words(_unwrap(words))))
    return tuple(flag for said in read for flag in _keep(said, place))


def _without_gcc_words(words: Iterator[str]) -> Iterator[str]:
    """What only GCC reads as two words would lead the reader of clang's options astray."""
    for word in words:
        if word in _GCC_ONLY_WITH_VALUE:
            next(words, "")
        else:
            yield word


def _unwrap(words: Sequence[str]) -> Iterator[str]:
    """`-Wp,a,b`, `-Xpreprocessor a` and clang's way to include a header behind the driver's back, as plain words."""
    rest = iter(words)
    for word in rest:
        if word.startswith("-Wp,"):
            yield from word.split(",")[1:]
        elif word == "-Xpreprocessor":
            yield next(rest, "")
        elif word == "-Xclang":
            yield from _unwrap_clang(next(rest, ""), rest)
        else:
            yield word


def _unwrap_clang(word: str, rest: Iterator[str]) -> Iterator[str]:
    if word in ("-include", "-include-pch"):
        next(rest, "")  # the second -Xclang
        yield from (word, next(rest, ""))
    elif word != "-emit-pch":
        yield from ("-Xclang", word)


def _keep(said: Said, place: Place) -> Iterator[str]:
    word, option = said.words[0], said.option
    if word in _DROPPED_WITH_VALUE or word == "--":  # only inputs follow
        return
    if option is not None and option.root in (*_PATHS, *_FILES):
        yield from _moved(option.root, said.value, place)
    elif word == "-Ofast":
        yield "-ffast-math"
    elif len(said.words) > 1 or _stays(word):
        yield from said.words


def _stays(word: str) -> bool:
    if word.startswith("@"):  # a file of further words that could not be read
        return True
    return word.startswith("-") and word not in _DROPPED and not word.startswith(_DROPPED_PREFIXES)


def _moved(option: str, value: str, place: Place) -> Iterator[str]:
    """An option that names a folder or a file, as one word or as two."""
    if option in _FILES and not (place.folder / value).exists():
        yield from (option, value)
    elif option in ("-I", "-F", "-B"):
        yield option + place.move(value)
    else:
        yield from (option, place.move(value))
