"""Archives of many small files in one object; the same files make the same bytes."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping

from rl4real_data.core.errors import StoreError


def make_archive(files: Mapping[str, bytes]) -> bytes:
    """A tar file, sorted by name, that tells neither time nor owner."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name in sorted(files):
            entry = tarfile.TarInfo(name)
            entry.size = len(files[name])
            archive.addfile(entry, io.BytesIO(files[name]))
    return stream.getvalue()


def offsets_in(data: bytes) -> dict[str, int]:
    """Where the files of `make_archive` begin in it, by name."""
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        return {entry.name: entry.offset_data for entry in archive}


def read_archive(data: bytes, *, name: str) -> dict[str, bytes]:
    """The plain files in it, by name. StoreError for what is no such archive."""
    files = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for entry in archive:
                stream = archive.extractfile(entry) if entry.isreg() else None
                if stream is not None:
                    files[entry.name] = stream.read()
    except (tarfile.TarError, OSError, ValueError) as error:
        raise StoreError(f"{name}: is damaged ({error})") from error
    return files
