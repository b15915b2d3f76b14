"""The words of Microsoft's compiler, `cl`, and of `clang-cl` as clang's own.

What decides code is translated. What only cl knows beside that is left out with its name, as GCC's own flags are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

_COMPILERS: Final = frozenset({"cl", "clang-cl", "icl"})

_WORDS: Final = {
    "TC": ("-x", "c"),
    "TP": ("-x", "c++"),
    "J": ("-funsigned-char",),
    "GR-": ("-fno-rtti",),
    "GS-": ("-fno-stack-protector",),
    "Gw": ("-fdata-sections",),
    "Gy": ("-ffunction-sections",),
    "Oi-": ("-fno-builtin",),
    "X": ("-nostdinc",),
    "fp:fast": ("-ffast-math",),
    "fp:strict": ("-ffp-model=strict",),
    "openmp": ("-fopenmp",),
    "arch:AVX": ("-mavx",),
    "arch:AVX2": ("-mavx2", "-mfma", "-mbmi", "-mbmi2", "-mlzcnt", "-mf16c"),
    "arch:AVX512": ("-mavx512f", "-mavx512cd", "-mavx512bw", "-mavx512dq", "-mavx512vl"),
    "MT": ("-D_MT",),
    "MTd": ("-D_MT", "-D_DEBUG"),
    "MD": ("-D_MT", "-D_DLL"),
    "MDd": ("-D_MT", "-D_DLL", "-D_DEBUG"),
    "std:c++latest": ("-std=c++23",),
    "std:clatest": ("-std=c23",),
}
_WITH_VALUE: Final = {
    "external:I": "-isystem",
    "imsvc": "-isystem",
    "clang:": "",
    "std:": "-std=",
    "Zp": "-fpack-struct=",
    "FI": "-include",
    "D": "-D",
    "U": "-U",
    "I": "-I",
}
"""What follows in the same word or in the next; longer words first."""

_WITHOUT_CODE: Final = re.compile(
    r"nologo|c|E|EP|P|O.*|W.*|w.*|F[AadempoRrx].*|F\d+|Z.*|G[^R]?.*|Y.*|M.*|L.*|EH.*|RTC.*|Q.*|H.*|V.*|X.*|T.*|fp:.*"
    r"|showIncludes.*|bigobj|sdl-?|utf-8|validate-charset-?|source-charset:.*|execution-charset:.*|analyze.*|permissive-?"
    r"|diagnostics:.*|errorReport:.*|external:.*|experimental:.*|await.*|volatile:.*|favor:.*|guard:.*|hotpatch|kernel.*"
    r"|homeparams|arch:.*|vm.|vd.|cgthreads.*|d[12].*|link|doc.*|reference.*|ifc.*|scanDependencies.*|interface"
)
_SEPARATE_OUTPUTS: Final = frozenset({"Fo", "Fe", "Fd", "Fp", "Fa", "Fr", "FR", "Fm", "doc", "o"})
_MICROSOFT: Final = "-fms-extensions"
"""What cl takes without being told."""


def is_cl(program: str) -> bool:
    """True for the name of a compiler whose options begin with a slash."""
    return program.lower() in _COMPILERS


def words_of_cl(words: Sequence[str], file: str) -> list[str]:
    """The words after the compiler in clang's language; `file` is the source, whatever its name looks like."""
    return [_MICROSOFT, *_translated(words, file)]


def _translated(words: Sequence[str], file: str) -> Iterator[str]:
    rest = iter(words)
    for word in rest:
        if word in ("--", "/link", "-link"):
            return
        name = word[1:]
        if word[:1] not in ("/", "-") or word == file or not name:
            continue
        if word.startswith("/") and word.count("/") > 1 and not name.startswith(tuple(_WITH_VALUE)):
            continue  # a path
        if name in _SEPARATE_OUTPUTS and word != "-o":
            next(rest, "")
        elif name in _WORDS:
            yield from _WORDS[name]
        elif option := next((each for each in _WITH_VALUE if name.startswith(each)), ""):
            yield from _with_value(option, name.removeprefix(option) or next(rest, ""))
        elif _is_of_cl(word):
            continue
        else:
            yield word if word.startswith("-") else f"-{word}"  # a name that no clang knows


def _is_of_cl(word: str) -> bool:
    """True for an option that decides no code; behind a hyphen clang's own come first."""
    if word.startswith("-") and len(word) > 2 and word[1] in "fmsWXOdvE":
        return False
    return _WITHOUT_CODE.fullmatch(word[1:]) is not None


def _with_value(option: str, value: str) -> Iterator[str]:
    kind = _WITH_VALUE[option]
    if option in ("I", "FI", "imsvc", "external:I"):
        value = value.replace("\\", "/")
    if option == "D" and "=" not in value:
        value = value.replace("#", "=", 1)
    if kind in ("-isystem", "-include"):
        yield from (kind, value)
    else:
        yield kind + value
