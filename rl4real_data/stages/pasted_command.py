"""The command of a module as a line for a shell.

The line that a dataset stores tells no path of a machine: where the corpus, what it takes from elsewhere, the plugin
and the compiler lie is asked of the program when the line is run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Final

from rl4real_data.core.stored_names import shell_word
from rl4real_data.corpus.module import Module
from rl4real_data.corpus.places import ELSEWHERE, rename
from rl4real_data.corpus.whereabouts import Whereabouts
from rl4real_data.stages.compile import dump_flags, recorded_command, source_command
from rl4real_data.stages.job import Compilation

_MARK: Final = "\0"
"""Around what the shell is to expand in a word that is not quoted yet: no word of a command holds it."""
_CLANG: Final = '"$(rl4real-data path clang)"'
_PLUGIN: Final = f"{_MARK}(rl4real-data path plugin){_MARK}"
_ROOT: Final = "ROOT"
_OUTPUT: Final = ("-o", "/dev/null")
_FOLDER: Final = 'cd "${CORPUS:-.}"'
"""The reader's folder for what was named after `--corpus`, else the one that the line is pasted in."""


def pasteable_command(compilation: Compilation, module: Module) -> str:
    """The recorded compilation, for whoever has the corpus: `CORPUS` says where, else the reader is there.

    A line that begins in a folder of the reader's leaves the reader's shell where it is.
    """
    told = module.whereabouts
    names = {place.name: _variable(module, place.name) for place in module.places} if told else {}
    expanded = {name: f"{_MARK}{variable}{_MARK}" for name, variable in names.items() if name.startswith("/")}
    _, *plain = recorded_command(compilation, module)
    decisions = compilation.decider.shown if compilation.decider else ()
    words = (
        *rename(plain, expanded),
        *(f"-ffile-prefix-map={_MARK}{variable}{_MARK}={name}" for name, variable in names.items()),
        *dump_flags(compilation, records="/dev/null", plugin=_PLUGIN, decisions=decisions),
        *_OUTPUT,
    )
    folder = _quoted(rename([str(module.folder)], expanded)[0])
    steps = (
        *(_to_corpus(told, names) if told else ()),
        *((f"cd {folder}",) if module.folder.parts else ()),
        " ".join((_CLANG, *map(_quoted, words))),
    )
    line = " && ".join(steps)
    return f"({line})" if told and not told.is_shipped else line


def command_here(compilation: Compilation, module: Module) -> str:
    """The same with the paths of this machine, from the current folder."""
    _, *plain = source_command(compilation, module)
    decisions = compilation.decider.flags if compilation.decider else ()
    words = (
        *(*plain, *(place.prefix_map for place in module.places)),
        *dump_flags(compilation, records="/dev/null", plugin=_PLUGIN, decisions=decisions),
        *_OUTPUT,
    )
    folder = shell_word(os.path.relpath(module.working_folder))
    return f"(cd {folder} && {' '.join((_CLANG, *map(_quoted, words)))})"


def _variable(module: Module, name: str) -> str:
    """The shell's variable for a place of the module."""
    elsewhere = [place.name for place in module.places if place.name.startswith(ELSEWHERE)]
    return f"ELSEWHERE{elsewhere.index(name) + 1}" if name in elsewhere else _ROOT


def _to_corpus(told: Whereabouts, places: Mapping[str, str]) -> Iterator[str]:
    """The steps into the folder of the corpus; the places are asked for on the way."""
    if not told.is_shipped:
        yield _FOLDER
    for name, variable in places.items():
        within = "" if variable == _ROOT else name
        yield f"{variable}={_asked(told, within)}"
    if places:
        yield f'cd "${_ROOT}"'
    elif not told.is_here:
        yield f"cd {_asked(told, told.within)}"


def _asked(told: Whereabouts, within: str) -> str:
    options = ("--allow-build",) if told.is_built else ()
    names = ("--", told.word, within) if within.startswith("-") else (told.word, within)
    words = ("rl4real-data", "path", "corpus", *options, *filter(None, names))
    return f'"$({" ".join(map(shell_word, words))})"'


def _quoted(word: str) -> str:
    """The word for a shell, which expands what stands between marks."""
    pieces = word.split(_MARK)
    return "".join(f'"${piece}"' if i % 2 else shell_word(piece) for i, piece in enumerate(pieces) if piece) or "''"
