"""The list of figures that the text and the page of `stats` share."""

from __future__ import annotations

import re
from pathlib import Path

import episode_builder as build
import pytest

from rl4real_data.show.stats_page import make_stats_page
from rl4real_data.statistics.collection import collect_stats
from rl4real_data.statistics.figures import COUNTS, DISK, DISTRIBUTIONS, shown_bytes
from rl4real_data.statistics.text import render_text


@pytest.mark.parametrize(
    ("size_bytes", "shown"),
    [
        (0, "0 B"),
        (27.4, "27 B"),
        (999.4, "999 B"),
        (999.5, "1.00 kB"),
        (9_994, "9.99 kB"),
        (9_996, "10.0 kB"),
        (27_000, "27.0 kB"),
        (99_960, "100 kB"),
        (1_234_567, "1.23 MB"),
        (5e9, "5.00 GB"),
        (2e15, "2000 TB"),
    ],
)
def test_bytes_are_shown_with_three_digits(size_bytes: float, shown: str) -> None:
    assert shown_bytes(size_bytes) == shown


def holds_in_a_row(names: list[str], wanted: list[str]) -> bool:
    return any(names[begin : begin + len(wanted)] == wanted for begin in range(len(names)))


def test_text_and_page_show_the_same_figures_in_the_same_order(tmp_path: Path) -> None:
    build.write_dataset(tmp_path, {"train": [[build.make_episode(1)]]})
    in_text = re.findall(r"^  ( *\S.*?)  ", render_text(collect_stats(tmp_path)), re.MULTILINE)
    in_page = re.findall(r'<tr><td class="w">([^<]*)</td>', make_stats_page(tmp_path))

    for figures in (COUNTS, DISK):
        assert holds_in_a_row(in_text, [figure.brief for figure in figures]), in_text
        assert holds_in_a_row(in_page, [figure.name for figure in figures]), in_page
    assert holds_in_a_row(in_text, list(DISTRIBUTIONS.values())), in_text
    assert holds_in_a_row(in_page, list(DISTRIBUTIONS.values())), in_page
