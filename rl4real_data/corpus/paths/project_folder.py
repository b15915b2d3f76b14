"""The project's folder of a compilation database, which is the root of its corpus.

A database says where its sources lie and where its build ran, not where the project begins. Guessed is the deepest
folder above the database that is no build folder and holds a fair share of the sources; what such a folder is does not
depend on where it lies, so the same project is the same corpus wherever it was unpacked. Folders that people and
packages share (`/home`, a home itself, `/usr/src`) are no project.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

_SHARED: Final = frozenset(
    map(
        Path,
        (
            *("/", "/home", "/Users", "/root", "/tmp", "/var", "/var/tmp", "/opt", "/mnt", "/media", "/srv", "/usr"),
            *("/usr/src", "/usr/local", "/usr/local/src", "/usr/share", "/usr/lib", "/usr/include", "/data"),
        ),
    )
)
_HOMES: Final = frozenset(map(Path, ("/home", "/Users")))
_HISTORY: Final = (".git", ".hg", ".svn")
_BUILT: Final = ("CMakeCache.txt", "build.ninja", "meson-info", "config.status")
_BUILD_NAMES: Final = re.compile(r"(?i)(cmake-)?_?(build|builddir|out|obj|objs|debug|release)([-_.].*)?|.*[-_]build")
_WRITTEN: Final = ("CMakeLists.txt", "meson.build", "configure", "configure.ac", *_HISTORY)
_FAIR_SHARE: Final = 0.1
"""Of all sources. What a build has generated or fetched beside its database is mostly more than what lies above it."""


def project_folder(beside: Path, sources: Iterable[Path]) -> Path:
    """The folder of the project whose database lies in `beside`."""
    folders = [source.parent for source in sources]
    above = [folder for folder in (beside, *beside.parents) if not is_shared(folder) and not _is_build(folder)]
    held = {folder: _count_in(folder, folders) for folder in above}
    fair = [folder for folder in above if held[folder] >= max(1, _FAIR_SHARE * len(folders))]
    found = next((folder for folder in above if held[folder] and _has_any(folder, _HISTORY)), None)
    if found or fair or any(held.values()):
        return found or next(iter(fair), None) or next(folder for folder in above if held[folder])
    return _apart_from_database(folders) or beside


def is_shared(folder: Path) -> bool:
    """True for a folder that holds more than a project, whoever owns it."""
    return folder in _SHARED or folder.parent in _HOMES


def _apart_from_database(folders: Sequence[Path]) -> Path | None:
    """Where the sources lie that no folder above the database holds; None if that is all over the machine."""
    common = Path(os.path.commonpath(folders))
    if is_shared(common):
        return None
    return next((above for above in (common, *common.parents) if _has_any(above, _HISTORY)), common)


def _count_in(folder: Path, folders: Sequence[Path]) -> int:
    return sum(f"{each}/".startswith(f"{folder}/") for each in folders)


def _is_build(folder: Path) -> bool:
    is_named = _BUILD_NAMES.fullmatch(folder.name) is not None
    return (is_named or _has_any(folder, _BUILT)) and not _has_any(folder, _WRITTEN)


def _has_any(folder: Path, names: Sequence[str]) -> bool:
    return any((folder / name).exists() for name in names)
