"""Decisions in front of the allocator, in the figures of a dataset."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import episode_builder as build
import pytest

from rl4real_data.statistics.collection import collect_stats
from rl4real_data.statistics.decision_tally import Decisions
from rl4real_data.statistics.text import render_text


def decided(number: int, decider: str, counts: tuple[int, ...]) -> dict[str, Any]:
    names = ("made", "illegal", "kept", "moved", "lost", "forced_away")
    columns = {f"decisions_{name}": count for name, count in zip(names, counts, strict=True)}
    return build.make_episode(number, decider=decider, **columns)


def test_who_decided_and_what_became_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [decided(1, "policy", (9, 2, 5, 2, 1, 3)), decided(2, "policy", (1, 0, 1, 0, 0, 0))]
    index = build.write_dataset(tmp_path, {"train": [rows], "test": [[decided(3, "", (0,) * 6)]]})
    index = replace(index, toolchain={**index.toolchain, "expert": "scores.onnx"})
    monkeypatch.setattr("rl4real_data.statistics.collection.read_index", lambda _: index)

    stats = collect_stats(tmp_path)

    both = Decisions(episodes=2, made=10, illegal=2, kept=6, moved=2, lost=1, forced_away=3)
    assert [stats.splits[split].decisions for split in ("train", "test")] == [both, None]
    assert stats.overall.decisions == both
    assert json.loads(stats.to_json())["splits"]["train"]["decisions"]["kept"] == 6
    text = render_text(stats)
    begin = text.index("  decisions by scores.onnx")
    assert [" ".join(line.split()) for line in text[begin:].splitlines()[:8]] == [
        "decisions by scores.onnx train test all",
        "episodes 2 0 2",
        "made 10 0 10",
        "illegal 2 0 2",
        "of assigned registers kept 6 0 6",
        "of assigned registers moved 2 0 2",
        "of assigned registers lost 1 0 1",
        "forced away 3 0 3",
    ]


def test_nothing_is_said_where_nobody_decided(tmp_path: Path) -> None:
    build.write_dataset(tmp_path, {"train": [[build.make_episode(1)]]})

    assert collect_stats(tmp_path).overall.decisions is None
    assert "decisions" not in render_text(collect_stats(tmp_path))
