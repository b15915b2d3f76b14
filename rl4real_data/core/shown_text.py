"""Text from elsewhere as it may be sent to a terminal.

Control characters, signs that turn the direction of writing and halves of characters are shown, not obeyed.
"""

from __future__ import annotations


def shown(text: str) -> str:
    """One name or reason on one line: whatever cannot be printed becomes its escape, a line break too."""
    return text if text.isprintable() else "".join(map(_escape, text))


def shown_lines(text: str) -> str:
    """The same for text of several lines, whose breaks stay."""
    return "\n".join(map(shown, text.split("\n")))


def _escape(letter: str) -> str:
    return letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii")
