"""Names as a dataset stores them, which are UTF-8.

A file system and LLVM take any bytes for a name. One that is no UTF-8 is stored as LLVM prints it in quotes
(`"caf\\E9.c"`). So is one that begins with a quote: each stored name stands for one name. The plugin does the same with
the names of functions (FunctionNames.h). Within the program such a name is a text of `os.fsdecode`.
"""

from __future__ import annotations

import os
import re
import shlex
from typing import Final

_QUOTE: Final = '"'
_PRINTABLE: Final = range(0x20, 0x7F)
_ESCAPE: Final = re.compile(rb"\\(\\|[0-9A-F]{2})")


def stored_name(name: str) -> str:
    """The name itself, or as LLVM prints it in quotes."""
    return name if is_utf8(name) and not name.startswith(_QUOTE) else f"{_QUOTE}{_escape(os.fsencode(name))}{_QUOTE}"


def stored_bytes(name: bytes) -> str:
    """The same of a name that is bytes yet."""
    return stored_name(name.decode("utf-8", "surrogateescape"))


def stored_once(name: bytes) -> str:
    """The same of a name that may be stored already, in a file that was made of a dataset."""
    text = name.decode("utf-8", "surrogateescape")
    return text if _is_stored(text) else stored_name(text)


def original_name(stored: str) -> str:
    """What the stored name stands for, as a text of `os.fsdecode`; what is no stored name is one itself."""
    return os.fsdecode(_unescape(stored[1:-1])) if _is_stored(stored) else stored


def encoded(text: str) -> bytes:
    """The bytes of a text of `os.fsdecode`, or of JSON, which may hold other halves of characters."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def is_utf8(name: str) -> bool:
    """False for a name of `os.fsdecode` that was no UTF-8."""
    return name.isascii() or not any("\udc80" <= letter <= "\udcff" for letter in name)


def is_file_name(name: str) -> bool:
    """False for what no file can be called: a NUL, or half of a character."""
    try:
        return b"\0" not in os.fsencode(name)
    except UnicodeEncodeError:
        return False


def shell_word(word: str) -> str:
    """The word for bash and its like, in UTF-8: other bytes stand in `$'…'`."""
    if is_utf8(word):
        return shlex.quote(word)
    return "$'" + "".join(map(_in_shell, os.fsencode(word))) + "'"


def _is_stored(text: str) -> bool:
    """True for what only a stored name looks like: in quotes, and needing them."""
    if len(text) < 2 or not (text.startswith(_QUOTE) and text.endswith(_QUOTE) and text.isascii()):
        return False
    return stored_bytes(_unescape(text[1:-1])) == text


def _unescape(quoted: str) -> bytes:
    return _ESCAPE.sub(lambda found: b"\\" if found[1] == b"\\" else bytes([int(found[1], 16)]), quoted.encode())


def _escape(name: bytes) -> str:
    return "".join(_in_quotes(byte) for byte in name)


def _in_quotes(byte: int) -> str:
    if byte == ord("\\"):
        return "\\\\"
    return chr(byte) if byte in _PRINTABLE and byte != ord(_QUOTE) else f"\\{byte:02X}"


def _in_shell(byte: int) -> str:
    """Octal, for the digits that may follow a hexadecimal escape would belong to it."""
    return chr(byte) if byte in _PRINTABLE and byte not in b"'\\" else f"\\{byte:03o}"
