"""Command lines of Windows as words, by the rules of its C library."""

from __future__ import annotations

import re
from typing import Final

_WORD: Final = re.compile(r'(?:[^\s"\\]|\\+(?!["\\])|\\+"|"(?:[^"\\]|\\+"|\\+(?!["\\]))*(?:"|$))+')
_PIECE: Final = re.compile(r'(\\*)"|(\\+)|[^"\\]+')
_PROGRAM: Final = re.compile(r'\s*(?:"([^"]*)"|(\S+))')


def is_windows_command(text: str) -> bool:
    """Whether the program that the command begins with is named as on Windows: there, a backslash is no quote."""
    match = _PROGRAM.match(text)
    program = (match[1] or match[2]) if match else ""
    return re.match(r"[A-Za-z]:\\", program) is not None or program.lower().endswith(".exe")


def split_windows_words(text: str) -> list[str]:
    """The words of the command; a quote that nobody closes ends with it."""
    return [_unquoted(match[0]) for match in _WORD.finditer(text)]


def _unquoted(word: str) -> str:
    """Backslashes before a quote are half as many, and the quote is a letter after an odd number of them."""
    text = ""
    for match in _PIECE.finditer(word):
        if match[0].endswith('"'):
            slashes = len(match[1])
            text += "\\" * (slashes // 2) + ('"' if slashes % 2 else "")
        else:
            text += match[0]
    return text
