"""The comparison of a dataset's files with its index.

Whoever reads a dataset to write something new compares first: what is damaged must not get a new checksum.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from rl4real_data.core import interruption
from rl4real_data.core.errors import DatasetError
from rl4real_data.core.open_folder import OpenFolder
from rl4real_data.episodes.file_names import INDEX_NAME
from rl4real_data.episodes.index import FileEntry, ListsFiles

_PIECE: Final = 1 << 20
_ALONE: Final = 32 << 20
"""Bytes that one thread hashes in 20 ms: fewer are not worth starting others."""
_THREADS: Final = 4


def difference(folder: OpenFolder, name: str, entry: FileEntry) -> str:
    """What tells the file from its entry, in words; empty if it is the same, byte for byte."""
    try:
        with folder.opened(name) as descriptor:
            size = os.fstat(descriptor).st_size
            if size != entry.size:
                return f"has {size:,} bytes, not {entry.size:,}"
            digest = sha256_of(descriptor)
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read ({error.strerror or error})"
    return "" if digest == entry.sha256 else f"has sha256 {digest}, not {entry.sha256}"


def sha256_of(descriptor: int) -> str:
    """Of the whole file, whose position it leaves at the end."""
    digest = hashlib.sha256()
    os.lseek(descriptor, 0, os.SEEK_SET)
    while piece := os.read(descriptor, _PIECE):
        interruption.check()
        digest.update(piece)
    return digest.hexdigest()


def differences(data_dir: Path, index: ListsFiles, names: Iterable[str] | None = None) -> dict[str, str]:
    """The files that are not what the index says (of `names`, else of all), in order, and what each differs in."""
    listed = sorted(index.files if names is None else names)
    total = sum(index.files[name].size for name in listed)
    with OpenFolder(data_dir) as folder:
        if total <= _ALONE:
            found = [difference(folder, name, index.files[name]) for name in listed]
        else:
            with ThreadPoolExecutor(max_workers=_THREADS) as pool:  # hashing leaves the interpreter to others
                found = list(pool.map(lambda name: difference(folder, name, index.files[name]), listed))
    return {name: what for name, what in zip(listed, found, strict=True) if what}


def require_listed(data_dir: Path, index: ListsFiles, names: Iterable[str] | None = None) -> None:
    """DatasetError that names the first file which is not the one that the index lists."""
    wanted = None if names is None else list(names)
    hint = index.made_anew.format(index=data_dir / INDEX_NAME)
    for name in wanted or ():
        if name not in index.files:
            raise DatasetError(f"{data_dir}: {INDEX_NAME} lists no {name}", hint=hint)
    for name, what in differences(data_dir, index, wanted).items():
        raise DatasetError(f"{data_dir / name}: lost or damaged (it {what})", hint=hint)
