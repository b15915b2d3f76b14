"""The frames of `stats`: every figure of the text, in types that tell "nobody knows" from 0."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import episode_builder as build
import pandas as pd
import pytest

from rl4real_data.statistics.collection import Stats, collect_stats


@pytest.fixture
def stats(tmp_path: Path) -> Stats:
    """Two episodes in train, one in test; a module failed and a function was left out."""
    build.write_dataset(
        tmp_path,
        {"train": [[build.make_episode(1), build.make_spilled_episode(2)]], "test": [[build.make_episode(3)]]},
        more_modules=[build.make_module()],
        books={"train": {"filtered": {"more than 5 nodes": 1}}},
    )
    return collect_stats(tmp_path)


def test_frames_are_the_tables_of_stats(stats: Stats) -> None:
    assert list(stats.to_frames()) == [
        *("splits", "reasons", "distributions", "expert", "outcomes", "fates", "costs", "decisions"),
        *("corpora", "licenses", "languages", "failed_modules", "disk", "labels", "label_kinds"),
    ]


def test_splits_have_the_counts(stats: Stats) -> None:
    frame = stats.to_frames()["splits"].set_index("split")

    assert frame.index.tolist() == ["train", "test", "all"]
    assert frame.loc["train", "episodes"] == 2
    assert frame.loc["all", "nodes"] == stats.overall.nodes
    assert set(map(str, frame.dtypes)) == {"Int64"}


def test_reasons_say_what_was_left_out_and_where(stats: Stats) -> None:
    rows = stats.to_frames()["reasons"].query("split == 'train'")[["kind", "reason", "count"]]

    assert rows.to_numpy().tolist() == [["failures", "rejected", 1], ["filtered", "more than 5 nodes", 1]]


def test_distributions_and_outcomes_are_long(stats: Stats) -> None:
    frames = stats.to_frames()
    nodes = frames["distributions"].query("split == 'all' and quantity == 'nodes'")
    spilled = frames["outcomes"].query("split == 'train' and outcome == 'spilled'")

    assert nodes[["minimum", "median", "p90", "p99", "maximum"]].to_numpy().tolist() == [[3] * 5]
    assert spilled["nodes"].tolist() == [1]


def test_groups_failures_and_disk_have_their_fields(stats: Stats) -> None:
    frames = stats.to_frames()

    assert frames["corpora"].to_dict("records") == [asdict(group) for group in stats.corpora]
    assert frames["languages"].to_dict("records") == [asdict(group) for group in stats.languages]
    assert frames["failed_modules"].to_dict("records") == [asdict(failed) for failed in stats.failed_modules]
    assert frames["disk"].to_dict("records") == [asdict(stats.disk)]


def test_what_no_episode_tells_is_no_zero(tmp_path: Path) -> None:
    build.write_dataset(tmp_path, {"train": [[build.make_fork_episode(1)]]}, instructions=[])
    frames = collect_stats(tmp_path).to_frames()

    assert frames["splits"]["instructions"][0] is pd.NA
    assert str(frames["splits"]["instructions"].dtype) == "Int64"
    assert list(frames["expert"].columns)[:2] == ["split", "episodes"]
    assert len(frames["expert"]) == len(frames["outcomes"]) == 0
