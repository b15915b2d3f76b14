"""A part of a file, read where it is asked for.

Object files and archives are large, and little of them is wanted.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

from rl4real_data.core.regular_files import open_regular


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePart:
    """`size` bytes of an open file, from `begin` on."""

    stream: IO[bytes]
    begin: int
    size: int

    @classmethod
    def of(cls, content: bytes) -> Self:
        return cls(stream=io.BytesIO(content), begin=0, size=len(content))

    @classmethod
    def of_stream(cls, stream: IO[bytes]) -> Self:
        """All that the stream has now."""
        return cls(stream=stream, begin=0, size=stream.seek(0, io.SEEK_END))

    @classmethod
    def of_file(cls, path: Path) -> Self:
        """The whole file, whose stream the caller closes. OSError as `open_regular`."""
        return cls.of_stream(open_regular(path))

    def read(self, offset: int, size: int) -> bytes:
        """The bytes; EOFError unless all of them are there."""
        if offset < 0 or size < 0 or offset + size > self.size:
            raise EOFError
        self.stream.seek(self.begin + offset)
        content = self.stream.read(size)
        if len(content) != size:
            raise EOFError
        return content

    def part(self, offset: int, size: int) -> FilePart:
        """A part of this part; EOFError if it is larger."""
        if offset < 0 or size < 0 or offset + size > self.size:
            raise EOFError
        return FilePart(stream=self.stream, begin=self.begin + offset, size=size)

    def head(self, most_bytes: int) -> bytes:
        """The first bytes, fewer if there are not so many."""
        return self.read(0, min(most_bytes, self.size))

    def whole(self) -> bytes:
        return self.read(0, self.size)
