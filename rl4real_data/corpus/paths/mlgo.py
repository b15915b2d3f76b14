"""An MLGO corpus.

`corpus_description.json` and, for each module that it names, a `.bc` and a `.cmd` file. A `.bc` that holds several is
as many modules.

A module of ThinLTO is compiled by itself from its `.bc`, into which the functions that it imports are merged already;
its `.thinlto.bc` holds summaries for the linker, which decide nothing more.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from rl4real_data.core import interruption
from rl4real_data.core.errors import UsageError
from rl4real_data.core.regular_files import MOST_TEXT_BYTES, read_regular, read_regular_text
from rl4real_data.core.toml_tables import path_problem
from rl4real_data.corpus.cache import Cache
from rl4real_data.corpus.license import license_problem, read_license
from rl4real_data.corpus.module import Corpus, Language
from rl4real_data.corpus.paths.cc1_flags import driver_flags, split_command
from rl4real_data.corpus.paths.path_corpus import UNKNOWN_LICENSE, FoundModule, check_names, make_corpus
from rl4real_data.corpus.paths.split_modules import split_found

DESCRIPTION_NAME: Final = "corpus_description.json"
LICENSES_NAME: Final = "licenses.json"
"""Ours, beside the description: the SPDX expression of each module."""

_OVERRIDE: Final = "global_command_override"
_PROBLEMS_SHOWN: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundMlgo:
    """The corpus in the folder `path`."""

    path: Path
    modules: tuple[FoundModule, ...]

    @property
    def name(self) -> str:
        return self.path.name or "root"

    def corpus(self, name: str, cache: Cache) -> Corpus:
        return make_corpus(name, self.path, split_found(self.modules, self.path, cache))


def find_mlgo(folder: Path) -> FoundMlgo:
    """The modules of the corpus in `folder`; one UsageError with all of its problems."""
    description_path = folder / DESCRIPTION_NAME
    try:
        root = folder.resolve(strict=True)
        description = json.loads(read_regular_text(description_path))
    except (OSError, RuntimeError, ValueError) as error:
        raise UsageError(f"{description_path} cannot be read: {error}") from error
    problems: list[str] = []
    names = _names(description, problems)
    licenses = _licenses(root / LICENSES_NAME, problems)
    override = _override(description, problems)
    modules = []
    for name in names:
        interruption.check()
        if not path_problem(name):
            _note_links(root, name, problems)
        arguments = _command(root / f"{name}.cmd", problems) if override is None else override
        modules.append(
            FoundModule(
                path=PurePosixPath(f"{name}.bc"),
                language=Language.IR,
                flags=driver_flags(arguments),
                license=licenses.get(name, UNKNOWN_LICENSE),
            )
        )
    if problems:
        shown = problems[:_PROBLEMS_SHOWN]
        more = [f"and {len(problems) - len(shown)} more"] if len(problems) > len(shown) else []
        raise UsageError("\n".join(f"{description_path}: {problem}" for problem in [*shown, *more]))
    check_names(folder, (root.name, *names))
    return FoundMlgo(path=root, modules=tuple(modules))


def _note_links(root: Path, name: str, problems: list[str]) -> None:
    """A link that leads out is somebody else's file."""
    for suffix in (".bc", ".cmd"):
        file = root / f"{name}{suffix}"
        if not file.resolve().is_relative_to(root):
            problems.append(f"{name}{suffix} is a link that leads out of the corpus")


def _names(description: object, problems: list[str]) -> list[str]:
    names = description.get("modules") if isinstance(description, Mapping) else None
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        problems.append('"modules" must be a list of names')
        return []
    for name in names:
        interruption.check()
        if problem := path_problem(name):
            problems.append(f'the module "{name}" {problem}')
    counts = Counter(names)
    problems += [f'the module "{name}" is named {count} times' for name, count in counts.items() if count > 1]
    return names


def _override(description: Any, problems: list[str]) -> tuple[str, ...] | None:
    """The arguments of all modules; None if each has its own."""
    if not isinstance(description, Mapping) or _OVERRIDE not in description:
        return None
    override = description[_OVERRIDE]
    if not isinstance(override, list) or not all(isinstance(word, str) for word in override):
        problems.append(f'"{_OVERRIDE}" must be a list of arguments')
        return ()
    return tuple(override)  # "<UNSPECIFIED>", which stands there until somebody fills it in, is no option


def _licenses(path: Path, problems: list[str]) -> dict[str, str]:
    try:
        licenses = json.loads(read_regular_text(path))
    except FileNotFoundError:
        return {}
    except (OSError, RuntimeError, ValueError) as error:
        problems.append(f"{path.name} cannot be read: {error}")
        return {}
    if not isinstance(licenses, dict):
        problems.append(f"{path.name} must be an object")
        return {}
    wrong = [name for name, text in licenses.items() if not isinstance(text, str) or license_problem(text)]
    problems += [f"{path.name}: the licence of {name} is no SPDX expression" for name in wrong]
    return {name: read_license(text) for name, text in licenses.items() if name not in wrong}


def _command(path: Path, problems: list[str]) -> tuple[str, ...]:
    try:
        return split_command(read_regular(path, most_bytes=MOST_TEXT_BYTES))
    except OSError as error:
        problems.append(f"{path.name} cannot be read: {error.strerror}")
        return ()
