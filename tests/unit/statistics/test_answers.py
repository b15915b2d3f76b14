"""Costs by kind, fates, parts and the score in `stats`, against the episodes drawn in `whole_episode`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from episode_builder import UNTOLD, make_episode, write_dataset
from whole_episode import make_edited_episode, make_whole_episode, write_whole_dataset

from rl4real_data.show.stats_page import make_stats_page
from rl4real_data.statistics.collection import Stats, collect_stats
from rl4real_data.statistics.distribution import Distribution, describe, describe_counts
from rl4real_data.statistics.text import render_text


@pytest.fixture
def stats(tmp_path: Path) -> Stats:
    train = [make_whole_episode(1), make_edited_episode(2, node_fate=[1, 3, 4])]
    write_whole_dataset(tmp_path, {"train": [train, [make_episode(3, **UNTOLD)]], "test": [[make_edited_episode(4)]]})
    return collect_stats(tmp_path)


def test_fates_are_told_apart(stats: Stats) -> None:
    answer = stats.overall.answer
    assert answer is not None
    assert answer.episodes == 3
    assert {fate: nodes for fate, nodes in answer.fates.items() if nodes} == {
        "one register": 4, "split": 2, "spilled": 1, "split and spilled": 1, "rematerialized": 1,
    }  # fmt: skip


def test_costs_have_counts_and_shares(stats: Stats) -> None:
    train = stats.splits["train"].answer
    assert train is not None
    # the copy of the first costs 0.5; of the second: spill 1, reload 1, copy 1, callee-saved 1.5
    told = {kind: (cost.count, cost.cost, cost.share) for kind, cost in train.costs.items() if cost.count}
    assert told == {
        "spills": (1, 1.0, 0.2), "reloads": (1, 1.0, 0.2), "copies": (2, 1.5, 0.3), "callee_saved": (1, 1.5, 0.3),
    }  # fmt: skip
    assert train.score == pytest.approx(5.4)


def test_parts_are_counted_a_node(stats: Stats) -> None:
    assert stats.overall.answer is not None
    assert stats.overall.answer.parts == Distribution(minimum=2, median=2, p90=3, p99=3, maximum=3)


def test_quantiles_of_a_histogram_are_those_of_its_counts() -> None:
    counts = np.random.default_rng(1).integers(0, 30, 237)
    assert describe_counts(np.bincount(counts)) == describe(counts)
    assert describe_counts(np.zeros(1, np.int64)) is None


def test_json_text_and_page_say_it(stats: Stats, tmp_path: Path) -> None:
    found = json.loads(stats.to_json())["overall"]["answer"]
    text, page = render_text(stats), make_stats_page(tmp_path)

    assert found["costs"]["spills"] == {"count": 2, "cost": 2.0, "share": pytest.approx(2 / 9.5)}
    assert "cost of callee-saved registers" in text
    assert "nodes: split and spilled" in text
    assert max(map(len, text.splitlines())) <= 80
    for word in ("cost of callee-saved registers", "nodes: split and spilled", "score"):
        assert f">{word}<" in page


def test_frames(stats: Stats) -> None:
    frames = stats.to_frames()

    costs = frames["costs"]
    assert costs[(costs.split == "test") & (costs.kind == "callee_saved")]["cost"].tolist() == [1.5]
    assert frames["fates"]["nodes"].sum() == 18  # train, test and both together


def test_a_dataset_of_version_0_shows_what_it_has(tmp_path: Path) -> None:
    write_dataset(tmp_path, {"train": [[make_episode(1, **UNTOLD)]]})
    stats = collect_stats(tmp_path)

    assert stats.overall.answer is None
    assert "part by part" not in render_text(stats)
    assert "rl4real-data upgrade" in make_stats_page(tmp_path)
