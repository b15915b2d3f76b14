"""The bits of an LLVM bitcode file, one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LONGEST_NUMBER: Final = 64


class BitcodeError(ValueError):
    """The bytes are no LLVM bitcode, or are cut off."""


@dataclass(slots=True)
class BitStream:
    """A cursor over a bit stream; the least significant bit of a byte comes first."""

    data: memoryview
    position: int = 0

    def take(self, width: int) -> int:
        begin, end = self.position >> 3, (self.position + width + 7) >> 3
        if end > len(self.data):
            raise BitcodeError("the bitcode is cut off")
        value = int.from_bytes(self.data[begin:end], "little") >> (self.position & 7)
        self.position += width
        return value & ((1 << width) - 1)

    def take_vbr(self, width: int) -> int:
        """A number in groups of `width` bits, of which the highest says that another follows."""
        more, value, shift = 1 << (width - 1), 0, 0
        while shift <= LONGEST_NUMBER:
            group = self.take(width)
            value |= (group & (more - 1)) << shift
            if not group & more:
                return value
            shift += width - 1
        raise BitcodeError("the bitcode has a number without end")

    def align(self) -> None:
        self.position = (self.position + 31) & ~31
