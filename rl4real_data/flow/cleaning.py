"""The removal of what a DATA_DIR keeps for later runs.

`.work/` holds a part for each module, often several times the dataset's own size, so that nothing is compiled twice.
The dataset needs none of it, and without it the next run compiles again. As everywhere in a DATA_DIR, which may come
from elsewhere, no link is followed.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rl4real_data.core.open_folder import OpenFolder
from rl4real_data.episodes.index import read_index
from rl4real_data.flow.working_folder import (
    LOCK_NAME,
    LOG_NAMES,
    WORK_NAME,
    open_workdir,
    refuse_foreign,
    refused_links,
)

_MARKER: Final = ".json"
_PARTS: Final = "parts"
_KEPT: Final = (".state", LOCK_NAME)
"""Which splits are finished, and the lock that others may wait for: some bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """What was removed, or would be: so many bytes, among them the parts of so many modules."""

    size_bytes: int = 0
    modules: int = 0


def clean_workdir(data_dir: Path, *, dry_run: bool = False) -> Cleaned:
    """Removes all of `.work` but what says that the dataset is finished.

    DatasetError for a folder that is no dataset, or that another run is writing to, or with links inside.
    """
    refuse_foreign(data_dir)
    path = data_dir / WORK_NAME
    if not os.path.lexists(path / LOCK_NAME):  # which every run makes
        read_index(data_dir)  # an error where there is no dataset either: the folder is somebody else's
    if not os.path.lexists(path):
        return Cleaned()
    with refused_links(data_dir):
        found = _measure(data_dir)
    if not dry_run:
        with open_workdir(data_dir), OpenFolder(data_dir) as root, root.folder(WORK_NAME) as work:
            work.remove(_PARTS)
            for name in LOG_NAMES:
                work.remove(name)
            with work.folder(_PARTS, make=True):
                pass
            work.sync()
    return found


def _measure(data_dir: Path) -> Cleaned:
    size, modules = 0, 0
    with OpenFolder(data_dir) as root, root.folder(WORK_NAME) as work:
        for name, state in work.walk():
            if not name.endswith(_KEPT):
                size += state.st_size
        with contextlib.suppress(FileNotFoundError), work.folder(_PARTS) as parts:
            modules = sum(is_file and name.endswith(_MARKER) for name, is_file in parts.names())
    return Cleaned(size_bytes=size, modules=modules)
