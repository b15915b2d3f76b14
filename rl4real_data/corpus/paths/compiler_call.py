"""The call of a compiler that an entry of a compilation database tells of.

It says where that ran, on what source, with which words. Whatever compiler an entry calls, its words are said in the
language of clang's driver.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rl4real_data.core.regular_files import read_regular_text
from rl4real_data.corpus.paths.cl_words import is_cl, words_of_cl
from rl4real_data.corpus.paths.gnu_words import expand_response_files, split_words
from rl4real_data.corpus.paths.inner_words import is_assembler, is_inner, words_of_inner
from rl4real_data.corpus.paths.launchers import drop_launchers, program_name
from rl4real_data.corpus.paths.nvcc_words import words_of_nvcc
from rl4real_data.corpus.paths.windows_words import is_windows_command, split_windows_words

_NVCC: Final = "nvcc"
_CONFIG: Final = "--config"
_WORKING_FOLDER: Final = "-working-directory"
_MOST_CONFIG_BYTES: Final = 1 << 20


class BadEntry(ValueError):
    """An entry without the fields that it must have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`words` follow the compiler; `is_inner`: a driver wrote it, whose own call may stand beside it."""

    folder: Path
    source: Path
    compiler: str
    words: tuple[str, ...]
    is_inner: bool = False


def read_call(value: Any, beside: Path) -> Call:
    """The call of an entry in a database that lies in `beside`; BadEntry or WordsError for one that is none."""
    folder, file, command = _fields(value)
    folder = Path(os.path.normpath(beside / folder))
    words = expand_response_files(drop_launchers(_split(command)), folder)
    if not words:
        raise BadEntry(f"the command of {file} is empty")
    source = Path(os.path.normpath(folder / file))
    program, rest = program_name(words[0]), words[1:]
    inner = is_inner(program, rest)
    if inner:
        rest = words_of_inner(program, rest)
    elif is_assembler(rest):
        rest = ["-x", "assembler"]
    elif is_cl(program):
        rest = words_of_cl(rest, file)
    elif program == _NVCC:
        rest = words_of_nvcc(rest)
    rest = list(_with_configuration(rest, folder))
    moved, rest = _working_folder(rest)
    return Call(
        folder=Path(os.path.normpath(folder / moved)),
        source=source,
        compiler=words[0],
        words=tuple(rest),
        is_inner=inner or is_assembler(words[1:]),
    )


def _split(command: str | list[str]) -> list[str]:
    if isinstance(command, list):
        return list(command)
    return split_windows_words(command) if is_windows_command(command) else split_words(command)


def _fields(value: Any) -> tuple[Path, str, str | list[str]]:
    """(directory, file, command or arguments) of an entry."""
    if not isinstance(value, Mapping):
        raise BadEntry("it is no object")
    file, directory = value.get("file"), value.get("directory", ".")
    if not isinstance(file, str) or not file or not isinstance(directory, str):
        raise BadEntry('"file" and "directory" must be texts')
    if "\0" in file + directory:
        raise BadEntry(f"{file!a} has a character NUL, which no file's name has")
    arguments, command = value.get("arguments"), value.get("command")
    if isinstance(arguments, list) and all(isinstance(word, str) for word in arguments):
        return Path(directory), file, arguments
    if arguments is not None or not isinstance(command, str):
        raise BadEntry(f'{file} needs "command", a text, or "arguments", a list of texts')
    return Path(directory), file, command


def _with_configuration(words: Sequence[str], folder: Path) -> Iterator[str]:
    """The words with those of clang's configuration files in the place of the files, as far as they can be read."""
    rest = iter(words)
    for word in rest:
        name, equals, path = word.partition("=")
        if name != _CONFIG:
            yield word
            continue
        path = path if equals else next(rest, "")
        found = _configuration(folder / path) if "/" in path else None
        yield from (f"{_CONFIG}={path}",) if found is None else found


def _configuration(path: Path) -> list[str] | None:
    """The words of a configuration file: a line that begins with `#` is none."""
    try:
        text = read_regular_text(path, most_bytes=_MOST_CONFIG_BYTES)
    except (OSError, ValueError):
        return None
    lines = text.replace("\\\n", " ").splitlines()
    return split_words("\n".join(line for line in lines if not line.lstrip().startswith("#")), is_file=True)


def _working_folder(words: Sequence[str]) -> tuple[str, list[str]]:
    """(the folder that the words say to work in, the other words)."""
    folder, others = "", []
    rest = iter(words)
    for word in rest:
        name, equals, value = word.lstrip("-").partition("=")
        if word.startswith("-") and f"-{name}" == _WORKING_FOLDER:
            folder = value if equals else next(rest, "")
        else:
            others.append(word)
    return folder, others
