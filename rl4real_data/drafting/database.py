"""The share of a compilation database in a first manifest.

It tells the modules, and the flags that they have in common.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from rl4real_data.core.errors import UsageError
from rl4real_data.corpus.flags.guard import guard_flags
from rl4real_data.corpus.paths.compile_commands import find_database
from rl4real_data.corpus.paths.path_corpus import FoundModule
from rl4real_data.drafting.origin import Origin, corpus_name

_KEPT: Final = ("-D", "-U", "-std=", "-f")


def origin_of_database(path: Path) -> Origin:
    """The folder of the database as a source. A flag counts if every module has it, an include folder if any has it."""
    found = find_database(path)
    own = [module for module in found.modules if not module.left_out and not _lies_elsewhere(module)]
    if not own:
        raise UsageError(
            f"{path} names no source in {found.root}, the project's folder",
            hint=f"`--corpus {path}` compiles what it names wherever that lies",
        )
    flags = [guard_flags(module.flags).passed for module in own]
    shared = set(flags[0]).intersection(*map(set, flags))
    includes = dict.fromkeys(folder for module in own for folder in _include_folders(module))
    return Origin(
        name=corpus_name(found.name),
        summary=f"{found.name}: the modules of a compilation database",
        source={"kind": "folder", "path": str(found.root)},
        modules=tuple(sorted({PurePosixPath(module.path) for module in own})),
        flags=tuple(word for word in flags[0] if word in shared and word.startswith(_KEPT)),
        other_flags=tuple(sorted({word for words in flags for word in words if word.startswith(_KEPT)} - shared)),
        notes=(
            f"each module gets the same flags here; `--corpus {path}` compiles each with its own",
            *_other_inputs(len(found.modules) - len(own)),
        ),
        includes=tuple(folder for folder in includes if (found.root / folder).is_dir()),
    )


def _lies_elsewhere(module: FoundModule) -> bool:
    return any(f"/{module.path}".startswith(f"{place.name}/") for place in module.places)


def _other_inputs(count: int) -> tuple[str, ...]:
    others = f"{count} other inputs are no modules here: they lie elsewhere, or are no C or C++"
    return (others,) if count else ()


def _include_folders(module: FoundModule) -> Iterator[str]:
    """The folders of its `-I` inside the project, relative to that, in their order."""
    for flag in module.flags:
        folder = posixpath.normpath(posixpath.join(module.folder, flag.removeprefix("-I")))
        if flag.startswith("-I") and not folder.startswith(("/", "..")):
            yield folder
