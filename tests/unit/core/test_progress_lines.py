"""When a line tells how far a work is. The thread is waited for, never slept for."""

from __future__ import annotations

import threading

import pytest

from rl4real_data.core.counted import counted, noun
from rl4real_data.core.progress_lines import LINE_INTERVAL_S, ProgressLines, still_at


def lines_of(*steps: int, total: int) -> list[str]:
    """What is said while the steps are told one after the other, none of them half a minute long."""
    done = 0
    said: list[str] = []
    with ProgressLines(said.append, lambda: str(done)) as lines:
        for done in steps:
            lines.tell(done, total)
    return said


def test_every_tenth_is_a_line() -> None:
    assert lines_of(*range(1, 1001), total=1000) == [str(hundreds) for hundreds in range(100, 1001, 100)]
    assert lines_of(*range(1, 26), total=25) == ["3", "5", "8", "10", "13", "15", "18", "20", "23", "25"]
    assert lines_of(1, 2, 3, total=3) == ["1", "2", "3"]


def test_a_step_over_several_tenths_is_one_line() -> None:
    assert lines_of(7, 7, 9, total=10) == ["7", "9"]


def test_what_nobody_can_count_has_no_tenths() -> None:
    assert lines_of(1, 2, total=0) == []


def test_a_long_step_is_told_of_by_the_clock() -> None:
    said, came = [], threading.Event()

    def say(line: str) -> None:
        said.append(line)
        if len(said) == 2:
            came.set()

    with ProgressLines(say, lambda: "still at it", interval_s=0.001):
        assert came.wait(60)

    assert set(said) == {"still at it"}
    assert LINE_INTERVAL_S == 30


def test_the_clock_ends_with_the_work() -> None:
    before = threading.active_count()
    with pytest.raises(ZeroDivisionError), ProgressLines(print, str):
        _ = 1 / 0

    assert threading.active_count() == before


def test_counted() -> None:
    assert [counted(n, "episode") for n in (0, 1, 2, 1_000)] == [
        "0 episodes",
        "1 episode",
        "2 episodes",
        "1,000 episodes",
    ]
    assert [noun(n, "entry", "entries") for n in (1, 2)] == ["entry", "entries"]


def test_work_that_nobody_can_count_says_how_long_it_lasts() -> None:
    said: list[str] = []
    with still_at("packing", said.append) as lines:
        lines.tell(1, 1)

    assert said == ["packing: 0 s so far"]
