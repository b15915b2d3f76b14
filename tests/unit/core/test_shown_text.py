"""Text from elsewhere on a terminal."""

from __future__ import annotations

import pytest

from rl4real_data.core.errors import DatasetError
from rl4real_data.core.shown_text import shown, shown_lines


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a plain name", "a plain name"),
        ("größer … —", "größer … —"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x9b2J", r"\x9b2J"),
        ("two\nlines\tand\r", r"two\nlines\tand\r"),
        ("\u202eevil", r"\u202eevil"),
        ("\ud800", r"\ud800"),
        ("\x7f\0", r"\x7f\x00"),
    ],
)
def test_what_cannot_be_printed_is_shown(text: str, expected: str) -> None:
    assert shown(text) == expected
    assert shown(text).isprintable()


def test_lines_stay_lines() -> None:
    assert shown_lines("a\n\x1bb\n") == "a\n\\x1bb\n"


def test_errors_show_what_they_quote() -> None:
    error = DatasetError("it is called \x1b]0;x\x07", hint="look\nat \x9b2J")

    assert str(error) == r"it is called \x1b]0;x\x07"
    assert error.hint == "look\nat \\x9b2J"
    assert error.__notes__ == ["next: look\nat \\x9b2J"]
