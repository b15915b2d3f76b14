"""Flags that may make a module compile.

From the project's build files, its version, and what old code needs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from rl4real_data.core.regular_files import read_regular_text

_BUILD_FILES: Final = ("Makefile*", "*.mk", "CMakeLists.txt", "meson.build", "configure.ac", "setup.py", "binding.gyp")
_MOST_WORDS: Final = 16
_DEPTH: Final = ("", "*/", "*/*/")
_MACRO: Final = re.compile(r"""(?:^|[\s"'(=])-D\s?([A-Za-z_]\w*(?:=[\w.+-]+)?)(?=[\s"'),;]|$)""", re.MULTILINE)
_CMAKE: Final = re.compile(r"(?:target_compile_definitions|add_compile_definitions)\s*\(([^)$]*)\)")
_CMAKE_MACRO: Final = re.compile(r"\b[A-Z_][A-Z0-9_]*(?:=[\w.+-]+)?(?=\s|$)")
_CMAKE_WORDS: Final = frozenset(("PUBLIC", "PRIVATE", "INTERFACE"))
_NEVER: Final = re.compile(
    r"CMAKE_.*|NDEBUG|HAVE_CONFIG_H|.*(_DLL|_EXPORTS?|_SHARED)|DLL.*|_?WIN(32|64).*|_?MSC.*|.*(TEST|DEBUG|COVERAGE|FUZZ).*"
)

OLD_C: Final = (
    "-std=gnu89",
    "-Wno-implicit-function-declaration",
    "-Wno-implicit-int",
    "-Wno-int-conversion",
    "-Wno-incompatible-pointer-types",
    "-Wno-return-mismatch",
)
"""For C from before 1999, whose habits are errors to clang today."""

_VERSION_PARTS: Final = {"MAJOR": 0, "MINOR": 1, "PATCH": 2, "MICRO": 2, "REVISION": 2}


def flag_candidates(root: Path) -> Iterator[tuple[str, ...]]:
    """Sets of flags worth a trial, the likeliest first."""
    yield ("-D_GNU_SOURCE",)
    for word in _build_words(root):
        yield (f"-D{word}",)
    yield ("-std=c++20",)
    yield ("-std=c++11",)
    yield ("-std=gnu11",)
    yield OLD_C


def version_macros(undeclared: Iterable[str], *, name: str, version: str) -> tuple[str, ...]:
    """Definitions of those undeclared names that a configured build sets to the project's name or version."""
    flags = []
    for word in dict.fromkeys(undeclared):
        value = _version_value(word, name=name, version=version)
        if value:
            flags.append(f"-D{word}={value}")
    return tuple(flags)


def _version_value(word: str, *, name: str, version: str) -> str:
    numbers = re.findall(r"\d+", version)
    last = word.rsplit("_", 1)[-1]
    if "VERSION" in word and last in _VERSION_PARTS and _VERSION_PARTS[last] < len(numbers):
        return str(numbers[_VERSION_PARTS[last]])
    if version and re.fullmatch(r"(\w+_)?VERSION(_STRING|_STR)?", word):
        return f'"{version}"'
    if word in ("PACKAGE", "PACKAGE_NAME", "PACKAGE_TARNAME"):
        return f'"{name}"'
    return f'"{name} {version}"' if word == "PACKAGE_STRING" else ""


def _build_words(root: Path) -> list[str]:
    """Macros of the build files near the top, the most frequent first."""
    counts: Counter[str] = Counter()
    files = sorted({path for pattern in _BUILD_FILES for depth in _DEPTH for path in root.glob(depth + pattern)})
    for path in files:
        if path.is_file():
            text = read_regular_text(path, errors="replace")
            words = {*_MACRO.findall(text)}
            for inside in _CMAKE.findall(text):
                words |= set(_CMAKE_MACRO.findall(inside)) - _CMAKE_WORDS
            counts.update(word for word in words if not _NEVER.fullmatch(word.split("=")[0]))
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    return ranked[:_MOST_WORDS]
