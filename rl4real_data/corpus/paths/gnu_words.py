"""Command lines as words, and response files.

The rules are those that GNU tools and clang share.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from rl4real_data.core.regular_files import read_regular_text

_SPACE: Final = " \t\n\r\f\v"
_DEEPEST: Final = 16
_MOST_WORDS: Final = 100_000
_MOST_BYTES: Final = 16 << 20
"""Of a response file: the longest commands of real builds have some thousand words."""


class WordsError(ValueError):
    """A command line that cannot be split, or a response file that leads to itself."""


def split_words(text: str, *, is_file: bool = False) -> list[str]:
    """The words of a command line; WordsError for a quote that nobody closes.

    A backslash takes the next character as it is, in single quotes only in response files (`is_file`).
    """
    words: list[str] = []
    word: list[str] | None = None  # None between words: '' is a word, too
    quote = ""
    characters = iter(text)
    for character in characters:
        if character == "\\" and (quote != "'" or is_file):
            word = [*(word or []), next(characters, "\\")]
        elif quote:
            if character == quote:
                quote = ""
            elif word is not None:
                word.append(character)
        elif character in "\"'":
            quote, word = character, word or []
        elif character in _SPACE:
            if word is not None:
                words.append("".join(word))
            word = None
        else:
            word = word if word is not None else []
            word.append(character)
    if quote:
        raise WordsError(f"the quote {quote} is not closed")
    return words if word is None else [*words, "".join(word)]


def expand_response_files(words: list[str], folder: Path, *, depth: int = 0) -> list[str]:
    """`words` with each `@file` replaced by the words in it; one that cannot be read stays, as GNU tools do it.

    Paths are relative to `folder`, also inside of response files.
    """
    expanded: list[str] = []
    for word in words:
        content = _read(folder / word[1:]) if word.startswith("@") and len(word) > 1 else None
        if content is None:
            expanded.append(word)
        elif depth == _DEEPEST:
            raise WordsError(f"response files lead to each other: {word}")
        else:
            expanded += expand_response_files(split_words(content, is_file=True), folder, depth=depth + 1)
        if len(expanded) > _MOST_WORDS:
            raise WordsError(f"response files make more than {_MOST_WORDS:,} words of it")
    return expanded


def _read(path: Path) -> str | None:
    try:
        return read_regular_text(path, errors="surrogateescape", most_bytes=_MOST_BYTES)
    except (OSError, ValueError):
        return None
