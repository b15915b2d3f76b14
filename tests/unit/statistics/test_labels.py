"""What `stats` says of labels and candidates: as an object, as text, as a page, as frames."""

from __future__ import annotations

import json
import math
from pathlib import Path

import label_builder as build
import pytest

from rl4real_data.core.errors import DatasetError
from rl4real_data.episodes.label_values import Effect, LabelStatus
from rl4real_data.show.stats_page import make_stats_page
from rl4real_data.statistics.collection import Stats, collect_stats
from rl4real_data.statistics.label_tally import KindStats, LabelStats, Ratios
from rl4real_data.statistics.text import render_text


@pytest.fixture
def stats(tmp_path: Path) -> Stats:
    """Of a search one label is better, one equal, one failed; of a solver one is proven, worse than greedy."""
    build.write_labellable(tmp_path)
    ids = build.ids_of(tmp_path)
    split = (("split", 7, 2, "spill-tail"), ("set", "lcr-max-depth", 3))
    build.put_labels(
        tmp_path,
        [build.make_label(ids[0]), build.make_equal(ids[1]), build.make_failed(ids[2])],
        trials=[
            build.make_trial(ids[0], 0),
            build.make_failed_trial(ids[0], 1, decisions=split),
            build.make_trial(
                ids[1], 4, decisions=split, effect=Effect.BETTER, value=140.0, final=build.make_code(90.0)
            ),
        ],
    )
    build.put_labels(tmp_path, [build.make_proof(ids[0], value=9.0, bound=9.0)], origin=build.of_proofs())
    return collect_stats(tmp_path)


def test_a_dataset_without_labels_has_no_figures(tmp_path: Path) -> None:
    build.write_labellable(tmp_path)
    found = collect_stats(tmp_path)

    assert found.labels == ()
    assert "labels" not in render_text(found)
    assert "Labels of" not in make_stats_page(tmp_path, found)


def test_labels_are_counted_by_source_and_objective(stats: Stats) -> None:
    search, proof = stats.labels
    ratio = 130 / 150

    assert search == LabelStats(
        source="improve",
        objective="final",
        recipe={"candidates": 40, "seed": 1},
        labels=3,
        statuses={"better": 1, "equal": 1, "failed": 1},
        compared=2,
        improved=1,
        ratios=Ratios(
            geometric_mean=pytest.approx(math.sqrt(ratio)), minimum=ratio, p10=ratio, median=ratio, p90=1.0, maximum=1.0
        ),
        candidates=80,
        failed_candidates=2,
        trials=3,
        kinds={
            "assign": KindStats(labels=1, geometric_mean=pytest.approx(ratio)),
            "spill": KindStats(labels=1, geometric_mean=pytest.approx(ratio)),
            "first": KindStats(worse=1),
            "set lcr-max-depth": KindStats(better=1, failed=1),
            "split spill-tail": KindStats(better=1, failed=1),
        },
    )
    assert (proof.source, proof.statuses, proof.improved, proof.kinds) == ("static", {"optimal": 1}, 0, {})
    assert proof.ratios is not None
    assert proof.ratios.geometric_mean == pytest.approx(9 / 8)


def test_text_has_a_section_for_each(stats: Stats) -> None:
    text = render_text(stats)

    assert max(map(len, text.splitlines())) <= 80
    assert [line for line in text.splitlines() if line.startswith("  labels of")] == [
        "  labels of improve for final",
        "  labels of static for cost",
    ]
    words = [line.split() for line in text.splitlines()]
    assert ["better", "than", "greedy", "1", "(50.0%)"] in words
    assert ["best/greedy,", "geometric", "mean", "0.9309"] in words
    assert ["spill", "1", "0.867", "0", "0", "0", "0", "0"] in words
    assert ["set", "lcr-max-depth", "0", "-", "2", "1", "0", "0", "1"] in words
    assert ["sought", "with", "candidates", "40,", "seed", "1"] in words


def test_json_and_frames_have_the_same(stats: Stats) -> None:
    raw = json.loads(stats.to_json())["labels"][0]
    frames = stats.to_frames()
    row = frames["labels"].set_index("source").loc["improve"]

    assert (raw["improved"], raw["kinds"]["first"]["worse"]) == (1, 1)
    assert (row["improved"], row["trials"], row["minimum"]) == (1, 3, 130 / 150)
    kinds = frames["label_kinds"].set_index("kind")
    assert kinds.loc["set lcr-max-depth", "failed"] == 1
    assert math.isnan(kinds.loc["first", "geometric_mean"])


def test_the_page_has_a_section_for_each(tmp_path: Path, stats: Stats) -> None:
    page = make_stats_page(tmp_path, stats)

    assert "<h2>Labels of improve for final</h2>" in page
    assert "<h2>Labels of static for cost</h2>" in page
    assert "0.9309" in page
    assert "set lcr-max-depth" in page


def test_what_a_recipe_says_is_shown_and_not_obeyed(tmp_path: Path) -> None:
    build.write_labellable(tmp_path)
    evil = build.make_origin(recipe={"objective": "<script>\x1b[31m"})
    build.put_labels(tmp_path, [build.make_label(build.ids_of(tmp_path)[0])], origin=evil)
    found = collect_stats(tmp_path)

    assert "\x1b" not in render_text(found)
    assert "<script>" not in make_stats_page(tmp_path, found)


def test_answers_without_a_figure_of_greedy_are_not_compared(tmp_path: Path) -> None:
    build.write_labellable(tmp_path)
    ids = build.ids_of(tmp_path)
    nothing = build.make_proof(ids[2], status=LabelStatus.NONE, reason="too large", parts=None, value=None, bound=None)
    build.put_labels(
        tmp_path,
        [build.make_proof(ids[0], greedy_value=None), build.make_proof(ids[1], value=0.0, bound=0.0), nothing],
        origin=build.of_proofs(),
    )
    (found,) = collect_stats(tmp_path).labels

    assert (found.labels, found.compared, found.improved, found.ratios) == (3, 1, 1, None)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    build.write_labellable(tmp_path)
    build.put_labels(tmp_path, [build.make_label(build.ids_of(tmp_path)[0])])
    (tmp_path / "labels.parquet").write_bytes(b"PAR1")

    with pytest.raises(DatasetError, match=r"^labels\.parquet: cannot be read"):
        collect_stats(tmp_path)
