"""Decisions in front of the allocator, in the figures of a dataset."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import episode_builder as build
import pytest
from html_page import assert_self_contained

from rl4real_data.show.stats_page import make_stats_page
from rl4real_data.statistics.collection import collect_stats
from rl4real_data.statistics.text import render_text


def decided(number: int, decider: str, counts: tuple[int, ...]) -> dict[str, Any]:
    names = ("made", "illegal", "kept", "moved", "lost", "forced_away")
    columns = {f"decisions_{name}": count for name, count in zip(names, counts, strict=True)}
    return build.make_episode(number, decider=decider, **columns)


@pytest.fixture
def decided_dataset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of three functions about which somebody was asked, and one other."""
    rows = [
        decided(1, "policy", (9, 2, 5, 2, 1, 3)),
        decided(2, "policy", (1, 0, 1, 0, 0, 0)),
        decided(3, "random", (0,) * 6),
    ]
    index = build.write_dataset(tmp_path, {"train": [rows], "test": [[decided(4, "", (0,) * 6)]]})
    index = replace(index, toolchain={**index.toolchain, "expert": "scores.onnx"})
    monkeypatch.setattr("rl4real_data.statistics.collection.read_index", lambda _: index)
    return tmp_path


def test_who_decided_and_what_became_of_it(decided_dataset: Path) -> None:
    stats = collect_stats(decided_dataset)

    both = stats.overall.decisions
    assert both is not None
    assert stats.splits["test"].decisions is None
    assert stats.splits["train"].decisions == both
    assert (both.episodes, both.deciders, both.untouched) == (3, {"policy": 2, "random": 1}, 1)
    assert (both.made, both.illegal, both.kept, both.moved, both.lost, both.forced_away) == (10, 2, 6, 2, 1, 3)
    assert {kind: (one.count, one.cost) for kind, one in both.costs.items() if one.count} == {
        "copies": (3, 1.5),
        "callee_saved": (3, 4.5),
    }
    assert both.score == pytest.approx(0.9)
    assert json.loads(stats.to_json())["splits"]["train"]["decisions"]["kept"] == 6
    assert stats.to_frames()["decisions"].to_dict("records")[0]["forced_away"] == 3
    assert [" ".join(line.split()) for line in section_of(render_text(stats), "decisions by scores.onnx")] == [
        "decisions by scores.onnx train test all",
        "functions decided on 3 0 3",
        "by policy 2 - 2",
        "by random 1 - 1",
        "nothing carried out 1 33.3% - 1 33.3%",
        "decisions carried out 10 83.3% - 10 83.3%",
        "decisions that are illegal 2 16.7% - 2 16.7%",
        "assigned registers kept 6 66.7% - 6 66.7%",
        "assigned registers moved 2 22.2% - 2 22.2%",
        "assigned registers lost 1 11.1% - 1 11.1%",
        "assigned registers forced away 3 - 3",
        "cost of spills 0.0 0.0% - 0.0 0.0%",
        "cost of reloads 0.0 0.0% - 0.0 0.0%",
        "cost of folded spills 0.0 0.0% - 0.0 0.0%",
        "cost of folded reloads 0.0 0.0% - 0.0 0.0%",
        "cost of copies 1.5 25.0% - 1.5 25.0%",
        "cost of cheap rematerialisations 0.0 0.0% - 0.0 0.0%",
        "cost of dear rematerialisations 0.0 0.0% - 0.0 0.0%",
        "cost of callee-saved registers 4.5 75.0% - 4.5 75.0%",
        "score 0.9 - 0.9",
    ]


def section_of(text: str, title: str) -> list[str]:
    return text[text.index(title) :].partition("\n\n")[0].splitlines()


def test_no_heading_says_that_it_was_the_allocator_alone(decided_dataset: Path) -> None:
    text = render_text(collect_stats(decided_dataset))
    page = assert_self_contained(make_stats_page(decided_dataset))

    assert text.splitlines()[0].endswith(", decided by scores.onnx")
    for words in (text, page.words):
        assert "scores.onnx and LLVM, part by part" in words
        assert "LLVM's allocator" not in words
        assert "LLVM's answer" not in words


def test_the_page_has_the_figures_of_the_text(decided_dataset: Path) -> None:
    page = assert_self_contained(make_stats_page(decided_dataset))

    assert "decided by scores.onnx" in page.words
    for words in ("by policy", "nothing carried out", "10 83.3%", "assigned registers forced away"):
        assert words in " ".join(page.words.split())


def test_who_decided_is_shown_and_not_obeyed(decided_dataset: Path) -> None:
    stats = collect_stats(decided_dataset)
    stats = replace(stats, toolchain={**stats.toolchain, "expert": "<i>\x1b[31m"})

    assert "\x1b" not in render_text(stats)
    assert "<i>" not in make_stats_page(decided_dataset, stats)


def test_nothing_is_said_where_nobody_decided(tmp_path: Path) -> None:
    build.write_dataset(tmp_path, {"train": [[build.make_episode(1)]]})
    stats = collect_stats(tmp_path)

    assert stats.overall.decisions is None
    assert stats.to_frames()["decisions"].empty
    for words in (render_text(stats), make_stats_page(tmp_path, stats)):
        assert "decisions" not in words.lower()
        assert "decided" not in words
