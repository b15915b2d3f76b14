"""The archive inside a Debian package.

A `.deb` is an `ar` archive whose `data.tar.*` holds the files.

Only that one file is written; nothing else of the package reaches the disk, and none of its scripts is run.
"""

from __future__ import annotations

import io
from pathlib import Path, PurePosixPath
from typing import IO, Final

from rl4real_data.core import interruption
from rl4real_data.core.errors import SourceError
from rl4real_data.corpus.unpacking import DEFAULT_LIMITS, Limits, open_tar

_MAGIC: Final = b"!<arch>\n"
_HEADER_BYTES: Final = 60
_HEADER_END: Final = b"`\n"
_BLOCK_BYTES: Final = 1 << 20


def extract_inner(package: Path, inner: str, target: Path, *, limits: Limits = DEFAULT_LIMITS) -> None:
    """Write the file `inner` of `package` to `target`; SourceError if the package is damaged or has no such file."""
    with package.open("rb") as stream:
        name, size_bytes = _find_data(stream, package.name)
        data = _Slice(stream, size_bytes)
        with open_tar(io.BufferedReader(data), f"{package.name}: {name}", size_bytes, limits) as tar:
            for member in tar:
                if PurePosixPath(member.name) != PurePosixPath(inner):
                    continue
                content = tar.extractfile(member) if member.isreg() else None
                if content is None:
                    break
                with target.open("wb") as out:
                    while block := content.read(_BLOCK_BYTES):
                        interruption.check()
                        out.write(block)
                return
    raise SourceError(f"{package.name} has no file {inner}", hint="correct `inner` in the manifest")


def _find_data(stream: IO[bytes], package: str) -> tuple[str, int]:
    """Name and size of the `data.tar.*`; the stream then stands at its beginning."""
    if stream.read(len(_MAGIC)) != _MAGIC:
        raise SourceError(f"{package} is no Debian package")
    while header := stream.read(_HEADER_BYTES):
        if len(header) < _HEADER_BYTES or header[58:] != _HEADER_END or not header[48:58].strip().isdigit():
            raise SourceError(f"{package} is damaged: it has a bad header")
        name, size_bytes = header[:16].decode("ascii", "replace").strip().rstrip("/"), int(header[48:58])
        if name.startswith("data.tar"):
            return name, size_bytes
        stream.seek(size_bytes + size_bytes % 2, io.SEEK_CUR)
    raise SourceError(f"{package} is damaged: it has no data.tar")


class _Slice(io.RawIOBase):
    """The next `size_bytes` of a stream, and not a byte more."""

    def __init__(self, stream: IO[bytes], size_bytes: int) -> None:
        self._stream = stream
        self._left_bytes = size_bytes

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        block = self._stream.read(min(len(buffer), self._left_bytes))
        self._left_bytes -= len(block)
        buffer[: len(block)] = block
        return len(block)
