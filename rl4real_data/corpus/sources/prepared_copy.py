"""Folders of this machine.

Used as they lie, or as a prepared copy when the manifest has steps.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from rl4real_data.core import interruption
from rl4real_data.core.errors import SourceError
from rl4real_data.corpus.sources.source import Fetch


def prepared_copy(wanted: Fetch, root: Path) -> Path:
    """`root` itself if there is nothing to prepare, else a copy in the cache that follows changes of `root`."""
    if not wanted.steps:
        return root

    def copy(target: Path) -> None:
        try:
            shutil.copytree(root, target, symlinks=True)
        except shutil.Error as error:
            raise SourceError(f"corpus {wanted.corpus}: {root} cannot be copied: {error.args[0][0][2]}") from error

    return wanted.tree(_listing_hash(root), copy)


def _listing_hash(root: Path) -> str:
    """Over the names, sizes and times of all files: the content of a large tree would take long to read."""
    digest = hashlib.sha256(os.fsencode(root))
    for parent, folders, names in os.walk(root):
        interruption.check()
        folders.sort()
        for name in sorted(names):
            path = Path(parent) / name
            status = path.lstat()
            digest.update(os.fsencode(path.relative_to(root)))
            digest.update(f"\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
