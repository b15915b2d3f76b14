"""The log of a long run over a dataset's episodes, from which a killed one goes on.

Each entry has a checksum, so that one which was cut off counts as none, with all behind it. What is in it is checked
again when it is read as a dump: the log may have come with a downloaded dataset.
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pyarrow as pa

from rl4real_data.core.open_folder import OpenFolder
from rl4real_data.flow.working_folder import UPGRADE_NAME, WORK_NAME, WorkDir

KEY_BYTES: Final = 32
_HEAD: Final = struct.Struct("<IQ32s32s")  # bytes of the entry, of its content unpacked, key, checksum of both
_MOST_BYTES: Final = 1 << 31
_CODEC: Final = "zstd"


class ReplayLog:
    """What came of each episode's text, by a key of the text and of all that the result depends on."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._places: dict[bytes, tuple[int, int, int]] = {}
        self._end = 0
        self._scan()

    def __contains__(self, key: bytes) -> bool:
        return key in self._places

    def _scan(self) -> None:
        """Finds the entries; cuts off what is behind the last one that is whole."""
        size = os.fstat(self._descriptor).st_size
        while self._end + _HEAD.size <= size:
            length, unpacked, key, checksum = _HEAD.unpack(os.pread(self._descriptor, _HEAD.size, self._end))
            place = self._end + _HEAD.size
            if place + length > size or unpacked > _MOST_BYTES:
                break
            if _checksum(key, unpacked, os.pread(self._descriptor, length, place)) != checksum:
                break
            self._places[key] = place, length, unpacked
            self._end = place + length
        os.ftruncate(self._descriptor, self._end)

    def add(self, key: bytes, record: bytes) -> None:
        """Writes an entry. OSError if it cannot be written."""
        packed = pa.compress(record, codec=_CODEC, asbytes=True)
        entry = _HEAD.pack(len(packed), len(record), key, _checksum(key, len(record), packed)) + packed
        view = memoryview(entry)
        while view:
            view = view[os.write(self._descriptor, view) :]
        self._places[key] = self._end + _HEAD.size, len(packed), len(record)
        self._end += len(entry)

    def record(self, key: bytes) -> pa.Buffer:
        """What `add` was given. KeyError for an unknown key, OSError or ArrowException for what cannot be unpacked."""
        place, length, unpacked = self._places[key]
        return pa.decompress(os.pread(self._descriptor, length, place), decompressed_size=unpacked, codec=_CODEC)


def _checksum(key: bytes, unpacked: int, packed: bytes) -> bytes:
    return hashlib.sha256(key + unpacked.to_bytes(8, "little") + packed).digest()


@contextmanager
def open_log(work: WorkDir, name: str = UPGRADE_NAME) -> Iterator[ReplayLog]:
    """The log of that name (`LOG_NAMES`) of the DATA_DIR, which stays until `forget_log`."""
    with OpenFolder(work.data_dir) as root, root.folder(WORK_NAME) as folder:
        descriptor = folder.open_appending(name)
        try:
            yield ReplayLog(descriptor)
        finally:
            os.close(descriptor)


def forget_log(work: WorkDir, name: str = UPGRADE_NAME) -> None:
    """What the dataset holds needs no log any more."""
    with OpenFolder(work.data_dir) as root, root.folder(WORK_NAME) as folder:
        folder.remove(name)
