"""Command lines as GNU tools and clang split them."""

from __future__ import annotations

from pathlib import Path

import pytest

from rl4real_data.corpus.paths.gnu_words import WordsError, expand_response_files, split_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("  cc\t-c \n a.c ", ["cc", "-c", "a.c"]),
        (r"-DX=\"a\"", ['-DX="a"']),
        (r'"-DX=\"hello world\""', ['-DX="hello world"']),
        (r'-DP="C:\\x"', [r"-DP=C:\x"]),
        (r"'-DX=\"a b\"'", [r"-DX=\"a b\""]),
        (r"a\ b", ["a b"]),
        ("a\"b c\"'d e'f", ["ab cd ef"]),
        ("'' \"\" x", ["", "", "x"]),
        ('"it\'s"', ["it's"]),
        ("end\\", ["end\\"]),
    ],
)
def test_words_of_a_command(text: str, words: list[str]) -> None:
    assert split_words(text) == words


def test_backslash_in_single_quotes_of_a_response_file() -> None:
    assert split_words(r"'a\'b'", is_file=True) == ["a'b"]


@pytest.mark.parametrize("text", ["'a", 'a"b'])
def test_quote_that_nobody_closes(text: str) -> None:
    with pytest.raises(WordsError, match=r"the quote ['\"] is not closed"):
        split_words(text)


def test_response_files_may_name_others(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/one.rsp").write_text('-DA "-DB=x y"\n@two.rsp')
    (tmp_path / "two.rsp").write_text("-DC\n-DD")

    words = expand_response_files(["cc", "@sub/one.rsp", "-c", "@missing", "@"], tmp_path)

    assert words == ["cc", "-DA", "-DB=x y", "-DC", "-DD", "-c", "@missing", "@"]


def test_response_file_that_leads_to_itself(tmp_path: Path) -> None:
    (tmp_path / "loop").write_text("-DA @loop")
    with pytest.raises(WordsError, match="lead to each other: @loop"):
        expand_response_files(["@loop"], tmp_path)
