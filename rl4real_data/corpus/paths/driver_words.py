"""The words of a build's compiler command that belong to a module.

They are its language and the flags that decide its code.

The recipe decides the optimisation level and the target, so a build's `-O`, `-mtune`, `--target`, `-m64` and sysroot
are dropped. Single processor features (`-mavx2`) stay: sources with intrinsics do not compile without them. `-Ofast`
leaves `-ffast-math` behind. Also dropped: inputs, outputs, dependency files, link options, warnings, debug information,
LTO (which would stop before registers are allocated), coverage and profiles. What is left is for `flags/guard.py` to
judge, and for the compiler (`flags/acceptance.py`): nothing here makes a flag safe, nor known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from rl4real_data.corpus.flags.option_table import DRIVER, Said, option_table
from rl4real_data.corpus.paths.launchers import program_name
from rl4real_data.corpus.paths.path_names import PathNames

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
        *("--param", "-framework", "-gcc-toolchain", "-rpath", "--output", "--language"),
    }
)
_GCC_ONLY_WITH_VALUE: Final = frozenset(
    {
        *("-aux-info", "-dumpbase", "-dumpdir", "-dumpbase-ext", "-wrapper", "-imultilib", "-imultiarch", "-auxbase"),
        *("-auxbase-strip", "-specs"),
    }
)
_PATHS: Final = ("-isystem", "-iquote", "-idirafter", "-cxx-isystem", "-iframework", "-ivfsoverlay", "-I", "-F", "-B")
_PRECOMPILED: Final = "-include-pch"
_FILES: Final = ("-include", "-imacros", _PRECOMPILED)
"""Relative to the working folder if they are there, looked for as `#include "…"` else."""


def is_cxx_driver(compiler: str) -> bool:
    """True for a compiler that takes a `.c` file for C++."""
    return "++" in program_name(compiler)


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


def module_flags(words: Sequence[str], names: PathNames) -> tuple[str, ...]:
    """The flags to keep of the words after the compiler, with their paths under those names."""
    read = option_table(DRIVER).read(list(_without_gcc_words(_unwrap(words))))
    return tuple(flag for said in with_headers(read, names.exists) for flag in _keep(said, names))


def _without_gcc_words(words: Iterator[str]) -> Iterator[str]:
    """What only GCC reads as two words would lead the reader of clang's options astray."""
    for word in words:
        if word in _GCC_ONLY_WITH_VALUE:
            next(words, "")
        else:
            yield word


def with_headers(read: Iterator[Said], exists: Callable[[str], bool]) -> Iterator[Said]:
    """Each precompiled header as the header that it was made from: only the compiler of the build can read it."""
    said = list(read)
    included = {each.value for each in said if each.option and each.option.root == "-include"}
    for each in said:
        if each.option is None or each.option.root != _PRECOMPILED:
            yield each
            continue
        header = each.value.removesuffix(".pch").removesuffix(".gch")
        if header == each.value or not exists(header):
            yield from () if included else (each,)
        elif header not in included:
            included.add(header)
            yield from option_table(DRIVER).read(["-include", header])


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
    if word in ("-include", _PRECOMPILED):
        next(rest, "")  # the second -Xclang
        yield from (word, next(rest, ""))
    elif word != "-emit-pch":
        yield from ("-Xclang", word)


def _keep(said: Said, names: PathNames) -> Iterator[str]:
    word, option = said.words[0], said.option
    if word in _DROPPED_WITH_VALUE or word == "--":  # only inputs follow
        return
    if option is not None and option.root in (*_PATHS, *_FILES):
        yield from _named(option.root, said.value, names)
    elif word == "-Ofast":
        yield "-ffast-math"
    elif len(said.words) > 1 or _stays(word):
        yield from map(names.word, said.words)


def _stays(word: str) -> bool:
    if word.startswith("@"):  # a file of further words that could not be read
        return True
    return word.startswith("-") and word not in _DROPPED and not word.startswith(_DROPPED_PREFIXES)


def _named(option: str, value: str, names: PathNames) -> Iterator[str]:
    """An option that names a folder or a file, as one word or as two."""
    if option in _FILES and not names.exists(value):
        yield from (option, names.word(value))
    elif option in ("-I", "-F", "-B"):
        yield option + names.path(value)
    else:
        yield from (option, names.path(value))
