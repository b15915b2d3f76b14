"""Histograms of datasets that are small enough to count by hand, and the page that shows them."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import episode_builder as build
import numpy as np
import pytest
from html_page import NASTY, assert_self_contained

from rl4real_data import EpisodeDataset
from rl4real_data.core.errors import DatasetError, UsageError
from rl4real_data.show.bars import draw_histogram, draw_values
from rl4real_data.show.histograms import BUCKETS, LARGEST, bucket_of, bucket_range, collect_histograms
from rl4real_data.show.stats_page import make_stats_page
from rl4real_data.show.view import RegisterNames
from rl4real_data.show.write import write_text
from rl4real_data.statistics.collection import collect_stats

REGISTERS = RegisterNames.from_rows(build.make_registers(), "x86").file


def counts(filled: dict[int, int]) -> list[int]:
    return [filled.get(bucket, 0) for bucket in range(BUCKETS)]


# Buckets
def test_buckets_are_powers_of_two() -> None:
    numbers = [0, 1, 2, 3, 4, 7, 8, 1023, 1024, 2**31 - 1]

    assert bucket_of(np.array(numbers)).tolist() == [number.bit_length() for number in numbers]
    assert [bucket_range(bucket) for bucket in (0, 1, 2, 3, 11)] == [(0, 0), (1, 1), (2, 3), (4, 7), (1024, 2047)]


# Counting
@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """Train: the builder's episode, and one with a spill and another class. Test: one of the fork's."""
    spilled = build.make_spilled_episode(2, node_class=[0, 1, 0], spill_cost=12.0)
    build.write_dataset(
        tmp_path,
        {"train": [[build.make_episode(1)], [spilled]], "test": [[build.make_fork_episode(3)]]},
        more_modules=[build.make_module(reason=NASTY), build.make_module(module="slow.c", kind="timeout")],
        books={"train": {"filtered": {"more than 5 nodes": 4}, "functions": 6}},
    )
    return tmp_path


def test_episodes_are_counted_by_size(data_dir: Path) -> None:
    found = collect_histograms(data_dir, REGISTERS).counts

    assert list(found) == ["train", "test"]
    train = {name: values.tolist() for name, values in found["train"].items()}
    assert train["nodes"] == counts({2: 2})  # three nodes each
    assert train["edges"] == counts({2: 2})  # two
    assert train["instructions"] == counts({3: 2})  # six
    assert train["use_points"] == counts({3: 2})  # seven
    assert train["largest_use_points"] == counts({2: 2})  # three
    assert train["spilled"] == counts({0: 1, 1: 1})  # none, and one


def test_what_no_episode_tells_is_not_counted_as_zero(data_dir: Path) -> None:
    test = {name: values.tolist() for name, values in collect_histograms(data_dir, REGISTERS).counts["test"].items()}

    assert test["nodes"] == counts({2: 1})
    assert test["instructions"] == test["spilled"] == counts({})


def test_classes_by_outcome(data_dir: Path) -> None:
    classes = {
        class_id: values.tolist() for class_id, values in collect_histograms(data_dir, REGISTERS).classes.items()
    }

    assert classes == {0: [5, 0, 0, 0, 0], 1: [0, 0, 1, 0, 0]}


def test_a_null_beside_told_outcomes_leaves_the_classes_in_step(tmp_path: Path) -> None:
    episodes = [build.make_fork_episode(1), build.make_spilled_episode(2, node_class=[1, 0, 1])]
    build.write_dataset(tmp_path, {"train": [episodes]})
    found = collect_histograms(tmp_path, REGISTERS)

    assert {class_id: values.tolist() for class_id, values in found.classes.items()} == {
        0: [0, 0, 1, 0, 0],
        1: [2, 0, 0, 0, 0],
    }
    assert found.counts["train"]["spilled"].tolist() == counts({1: 1})


def test_the_largest_come_first_and_no_more_than_are_shown(tmp_path: Path) -> None:
    columns = [name for name in build.make_episode() if name.startswith(("node_", "use_", "split_"))]

    def sized(number: int, nodes: int) -> build.Row:
        few = {name: build.make_episode()[name][:nodes] for name in columns}
        return build.make_episode(number, **few, edge_u=[], edge_v=[])

    rows = [sized(number, number % 4) for number in range(4 * LARGEST)]
    build.write_dataset(tmp_path, {"train": [rows[: 3 * LARGEST], rows[3 * LARGEST :]]})
    found = collect_histograms(tmp_path, REGISTERS).largest

    assert [(one.nodes, int(one.function[1:]) % 4) for one in found] == [(3, 3)] * LARGEST
    assert {one.episode_id for one in found} == {f"{number:032x}" for number in range(3, 4 * LARGEST, 4)}


def test_histograms_and_stats_agree(data_dir: Path) -> None:
    train = collect_stats(data_dir).splits["train"]
    found = collect_histograms(data_dir, REGISTERS).counts["train"]

    for name, distribution in train.distributions.items():
        assert distribution is not None
        filled = np.flatnonzero(found[name])
        assert bucket_of(np.array([distribution.minimum, distribution.maximum])).tolist() == [filled[0], filled[-1]]


def test_nodes_are_counted_by_degree_and_allowed_registers(data_dir: Path) -> None:
    """Degrees 2, 1 and 1, allowed 3, 1 and 2; in one episode node 1 is of class `pair`, which has but one register."""
    found = collect_histograms(data_dir, REGISTERS).counts

    assert found["train"]["degree"].tolist() == counts({1: 4, 2: 2})
    assert found["test"]["degree"].tolist() == counts({1: 2, 2: 1})
    assert found["train"]["allowed"][:4].tolist() == [0, 2, 2, 2]
    assert found["train"]["pressure"][:4].tolist() == [0, 0, 2, 0]
    assert found["test"]["allowed"].sum() == found["test"]["pressure"].sum() == 0


def test_the_row_of_a_large_function_is_where_it_is_read(tmp_path: Path) -> None:
    rows = [build.make_episode(number) for number in range(7)]
    build.write_dataset(tmp_path, {"train": [rows[:3], rows[3:5]], "test": [rows[5:]]})
    found = collect_histograms(tmp_path, REGISTERS).largest
    datasets = {split: EpisodeDataset(tmp_path, split=split) for split in ("train", "test")}

    assert len(found) == 7
    assert all(datasets[one.split][one.row].episode_id == one.episode_id for one in found)


# Drawing
def bars_of(drawn: str | None) -> dict[str, int]:
    assert drawn is not None
    words = ["".join(bar.itertext()) for bar in ET.fromstring(drawn).iter("rect")]
    return {word.split(":")[0]: int(word.split()[word.split().index("nodes") - 1].replace(",", "")) for word in words}


def test_few_values_have_a_bar_each() -> None:
    assert bars_of(draw_values("x", {"train": np.array([0, 2, 0, 5, 0])}, what="nodes")) == {"1": 2, "2": 0, "3": 5}


def test_many_values_share_bars_and_rare_ones_the_last() -> None:
    values = np.zeros(1000, np.int64)
    values[:60] = 100
    values[[200, 999]] = 1
    bars = bars_of(draw_values("x", {"train": values}, what="nodes"))

    assert list(bars.items())[:2] == [("0 to 1", 200), ("2 to 3", 200)]
    assert list(bars.items())[-2:] == [("58 to 59", 200), ("60 to 999", 2)]
    assert sum(bars.values()) == 6002


def test_bars_are_as_high_as_the_shares() -> None:
    one = np.array([0, 6, 2, 0, 0])
    two = np.array([0, 0, 0, 2, 2])
    drawn = draw_histogram("nodes", {"train": one, "test": two})
    assert drawn is not None
    bars = list(ET.fromstring(drawn).iter("rect"))
    heights = {
        (bar.attrib["class"], "".join(bar.itertext()).split(":")[0]): float(bar.attrib["height"]) for bar in bars
    }

    highest = heights["c0", "1"]  # 75 % of train
    top, bottom = 18, 150
    assert highest == bottom - top
    assert heights["c0", "2 to 3"] == pytest.approx(highest / 3, abs=0.1)
    assert heights["c1", "4 to 7"] == heights["c1", "8 to 15"] == pytest.approx(highest * 2 / 3, abs=0.1)
    assert heights["c0", "4 to 7"] == heights["c1", "1"] == 0
    assert len(bars) == 8  # from the first filled bucket to the last


def test_labels_of_narrow_bars_stand_over_no_higher_bar() -> None:
    values = np.array([1, 9, 20, 40, 20, 5] + 14 * [0] + [4, 1])
    drawn = draw_values("x", {"train": values})
    assert drawn is not None
    texts = [text.text or "" for text in ET.fromstring(drawn).iter("text")]

    assert [text for text in texts if text.endswith("%")] == ["40%", "4%"]


def test_no_histogram_of_nothing() -> None:
    assert draw_histogram("nodes", {"train": np.zeros(BUCKETS, np.int64)}) is None


# The page
def test_the_page_shows_all_that_was_asked_for(data_dir: Path) -> None:
    page = assert_self_contained(make_stats_page(data_dir))

    for title in (
        *(
            "Episodes",
            "Nodes",
            "Peak pressure",
            "Degree",
            "Allowed registers",
            "Functions left out",
            "Failed modules",
            "Largest functions",
            "Corpora",
        ),
        *("Licences", "Languages", "LLVM's allocator", "Register classes", "On disk"),
    ):
        assert title in page.words
    for word in ("more than 5 nodes", "timeout", "slow.c", "MIT", "tiny", f"{2:032x}", "pair"):
        assert word in page.words
    assert NASTY.replace("\x01", "\u2401") in page.words


def test_an_empty_dataset_has_a_page(tmp_path: Path) -> None:
    build.write_dataset(tmp_path, {"train": [[]]})
    page = assert_self_contained(make_stats_page(tmp_path))

    assert "No episode tells." in page.words


def test_no_dataset(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="holds no finished dataset"):
        make_stats_page(tmp_path)


# Writing
def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    target, link = tmp_path / "page.html", tmp_path / "link.html"
    target.write_text("old")
    link.symlink_to(target)
    write_text(link, "né")

    assert (target.read_bytes(), link.is_symlink()) == ("né".encode(), True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.html", "page.html"]


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder"):
        write_text(tmp_path, "x")
    with pytest.raises(UsageError, match="cannot be written"):
        write_text(tmp_path / "none" / "x.html", "x")
    with pytest.raises(UsageError, match=r"/dev/full: cannot be written \(No space left on device\)"):
        write_text(Path("/dev/full"), "x")
