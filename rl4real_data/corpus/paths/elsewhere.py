"""The folders outside of a project that its database names, and the names that stand for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from rl4real_data.corpus.flags.option_table import DRIVER, option_table
from rl4real_data.corpus.paths.project_folder import is_shared
from rl4real_data.corpus.places import ELSEWHERE, Place

_SYSTEM: Final = ("/usr/", "/lib", "/bin/", "/sbin/", "/etc/", "/proc/", "/dev/", "/sys/", ELSEWHERE)
"""What these hold is called the same on every machine, but for `/usr/src`."""
_SOURCES_OF_SYSTEM: Final = "/usr/src/"
_NO_PATHS: Final = frozenset({"-D", "-U", "-W", "-x"})
"""By their roots."""


def places_elsewhere(root: Path, folders: Iterable[Path]) -> tuple[Place, ...]:
    """A place for each of the folders outside of `root`, in their order; one for all that lie in each other.

    Folders side by side, such as `src` and `include`, are one place: the folder that holds them.
    """
    found = dict.fromkeys(folder for folder in folders if not folder.is_relative_to(root) and folder != Path("/"))
    beside = Counter(folder.parent for folder in found)
    joined = dict.fromkeys(
        folder.parent if beside[folder.parent] > 1 and _may_be_joined(folder.parent, root) else folder
        for folder in found
    )
    outermost = [folder for folder in joined if not any(other in folder.parents for other in joined)]
    taken: Counter[str] = Counter()
    places = []
    for folder in outermost:
        taken[folder.name] += 1
        number = f"-{taken[folder.name]}" if taken[folder.name] > 1 else ""
        places.append(Place(name=f"{ELSEWHERE}/{folder.name}{number}", path=folder))
    return tuple(places)


def _may_be_joined(folder: Path, root: Path) -> bool:
    return not is_shared(folder) and not root.is_relative_to(folder)


def named_folders(words: Iterable[str]) -> Iterator[Path]:
    """The folders that options of a command name by where they lie on this machine, those of the system left out."""
    for said in option_table(DRIVER).read(list(words)):
        option = said.option
        if option is None or option.root in _NO_PATHS or not said.value.startswith("/"):
            continue
        path = Path(said.value)
        if str(path).startswith(_SYSTEM) and not str(path).startswith(_SOURCES_OF_SYSTEM):
            continue
        yield path.parent if path.is_file() or path.suffix else path
