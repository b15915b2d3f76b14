"""The text of a compilation database, as tools of all systems write it."""

from __future__ import annotations

import codecs
import json
import re
from pathlib import Path
from typing import Any, Final

from rl4real_data.core.regular_files import MOST_TEXT_BYTES, read_regular

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""What may stand before a text; PowerShell writes UTF-16 where a command's output goes into a file."""

_TEXT_OR_COMMA: Final = re.compile(r'"(?:[^"\\]|\\.)*"|,(?=\s*[\]}])', re.DOTALL)


def read_database(path: Path) -> Any:
    """The values of the file; ValueError or OSError if it cannot be read."""
    text = decode(read_regular(path, most_bytes=MOST_TEXT_BYTES))
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        mended = _TEXT_OR_COMMA.sub(lambda match: "" if match[0] == "," else match[0], text)
        if mended == text:
            raise
        try:
            return json.loads(mended)  # without commas that nothing follows
        except json.JSONDecodeError:
            raise error from None


def decode(data: bytes) -> str:
    """The text; UnicodeDecodeError for bytes that are none. Without a mark, zeros tell which half is which."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding)
    if data[1:2] == b"\0":
        return data.decode("utf-16-le")
    if data[:1] == b"\0" and data[1:2]:
        return data.decode("utf-16-be")
    return data.decode("utf-8", "surrogateescape")  # names of files may be any bytes
