"""TFRecord files.

Records with their lengths and checksums, one after the other.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

from rl4real_data.mlgo.crc32c import masked_crc32c


def write_record(stream: BinaryIO, data: bytes) -> None:
    """OSError if it cannot be written."""
    length = struct.pack("<Q", len(data))
    stream.write(length + struct.pack("<I", masked_crc32c(length)))
    stream.write(data)
    stream.write(struct.pack("<I", masked_crc32c(data)))
