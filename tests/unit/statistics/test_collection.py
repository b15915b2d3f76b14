"""Figures of datasets that are small enough to count by hand."""

from __future__ import annotations

import json
from pathlib import Path

import episode_builder as build
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rl4real_data.core.errors import DatasetError
from rl4real_data.episodes.file_names import INDEX_NAME
from rl4real_data.episodes.ragged import nested_lengths
from rl4real_data.show.stats_page import make_stats_page
from rl4real_data.statistics.collection import FailedModule, GroupStats, LanguageStats, Stats, collect_stats
from rl4real_data.statistics.distribution import Distribution, describe
from rl4real_data.statistics.text import render_text


def make_small(number: int) -> build.Row:
    """One node, no edge, two instructions, one use point; eliminated."""
    return build.make_episode(
        number,
        **{
            "corpus": "other",
            "license": "Zlib",
            "module": "b.c",
            "inst": [0, 3],
            "block_start": [0],
            "block_freq": [1.0],
        },
        **{
            "block_loop_depth": [0],
            "block_succ": [[]],
            "node_vreg": [0],
            "node_class": [0],
            "node_size": [2],
        },
        **{"node_spill_weight": [0.5], "node_live": [[0, 1]], "node_hint": [[]], "node_forbidden": [[]]},
        **{"use_inst": [[0]], "use_distance": [[0]], "use_spill_weight": [[1.0]], "split_points": [[]]},
        **{
            "edge_u": [],
            "edge_v": [],
            "node_outcome": [4],
            "node_assigned": [0],
            "copies": 0,
            "copy_cost": 0.0,
        },
    )


@pytest.fixture
def stats(tmp_path: Path) -> Stats:
    """Train: the episode of the builder, and one with a spill. Test: the small one. Two modules failed, one
    was filtered, and one done module has 3 functions of which 1 was filtered and 2 were duplicates."""
    more = [
        build.make_module(),
        build.make_module(
            module="slow.c", kind="timeout", reason="took more than 60 s", corpus="other", license="Zlib"
        ),
        build.make_module(module="empty.c", status="filtered", kind=None, reason="no function"),
        build.make_module(module="twins.c", status="done", kind=None, reason=None, functions=3, episodes=0),
    ]
    build.write_dataset(
        tmp_path,
        {"train": [[build.make_episode(1)], [build.make_spilled_episode(2)]], "test": [[make_small(3)]]},
        more_modules=more,
        books={"train": {"filtered": {"more than 5 nodes": 1}, "duplicates": 2}},
    )
    (tmp_path / ".work" / "parts").mkdir(parents=True)
    (tmp_path / ".work" / "parts" / "x.arrow").write_bytes(bytes(700))
    return collect_stats(tmp_path)


def test_books_of_a_split_and_of_all(stats: Stats) -> None:
    train, both = stats.splits["train"], stats.overall
    assert list(stats.splits) == ["train", "test"]
    assert (train.modules, train.modules_done, train.modules_failed) == (5, 2, 2)
    assert (both.modules, both.modules_done, both.modules_failed) == (6, 3, 2)
    assert both.modules_filtered == {"no function": 1}
    assert both.failures == {"rejected": 1, "timeout": 1}
    assert (train.functions, train.episodes, train.duplicates) == (5, 2, 2)
    assert (both.functions, both.episodes, both.duplicates) == (6, 3, 2)
    assert both.filtered == {"more than 5 nodes": 1}


def test_sums(stats: Stats) -> None:
    # An episode of the builder: 3 nodes, 2 edges, 3 + 2 + 2 use points, 6 instructions of 4 shapes.
    train, both = stats.splits["train"], stats.overall
    assert (train.nodes, train.edges, train.use_points, train.instructions, train.shapes) == (6, 4, 14, 12, 4)
    assert stats.splits["test"].shapes == 2
    assert (both.nodes, both.edges, both.use_points, both.instructions, both.shapes) == (7, 4, 15, 14, 4)


def test_distributions(stats: Stats) -> None:
    def spread(minimum: int, median: int, maximum: int) -> Distribution:
        return Distribution(minimum=minimum, median=median, p90=maximum, p99=maximum, maximum=maximum)

    assert stats.overall.distributions == {
        "nodes": spread(1, 3, 3),
        "edges": spread(0, 2, 2),
        "use_points": spread(1, 7, 7),
        "largest_use_points": spread(1, 3, 3),
        "instructions": spread(2, 6, 6),
    }


def test_distributions_are_exact() -> None:
    counts = np.arange(1, 1001, dtype=np.int32)[::-1].copy()
    assert describe(counts) == Distribution(minimum=1, median=500, p90=900, p99=990, maximum=1000)
    assert describe(counts[:0]) is None


def test_the_expert(stats: Stats) -> None:
    expert = stats.overall.expert
    assert expert is not None
    assert expert.episodes == 3
    assert expert.outcomes == {"assigned": 5, "split": 0, "spilled": 1, "rematerialized": 0, "eliminated": 1}
    assert (expert.spills, expert.reloads, expert.folded_spills, expert.folded_reloads) == (1, 1, 0, 0)
    assert (expert.copies, expert.spill_cost, expert.copy_cost) == (2, 2.0, 1.0)


def test_failed_modules(stats: Stats) -> None:
    assert stats.failed_modules == (
        FailedModule(split="train", corpus="tiny", module="broken.c", kind="rejected", reason="error: expected ';'"),
        FailedModule(split="train", corpus="other", module="slow.c", kind="timeout", reason="took more than 60 s"),
    )


def test_corpora_and_licences(stats: Stats) -> None:
    tiny = {"modules": 4, "functions": 5, "episodes": 2, "nodes": 6}
    other = {"modules": 2, "functions": 1, "episodes": 1, "nodes": 1}
    assert stats.corpora == (GroupStats(name="tiny", **tiny), GroupStats(name="other", **other))
    assert stats.licenses == (GroupStats(name="MIT", **tiny), GroupStats(name="Zlib", **other))


def test_disk(stats: Stats, tmp_path: Path) -> None:
    shards = sorted((tmp_path / "data").iterdir())
    others = [tmp_path / name for name in ("modules.parquet", "instructions.parquet", "registers.parquet", INDEX_NAME)]
    in_shards = sum(path.stat().st_size for path in shards)
    total = in_shards + sum(path.stat().st_size for path in others)
    mir = 0
    for path in shards:
        group = pq.ParquetFile(path).metadata.row_group(0)
        mir += group.column(list(pq.read_schema(path).names).index("mir")).total_compressed_size
    assert (stats.disk.dataset, stats.disk.shards, stats.disk.mir, stats.disk.working) == (
        total,
        in_shards,
        mir,
        700,
    )
    assert stats.disk.per_episode == total / 3
    assert stats.disk.per_episode_without_mir == (total - mir) / 3


def test_json_is_plain(stats: Stats) -> None:
    plain = json.loads(stats.to_json())
    assert plain["overall"]["distributions"]["nodes"]["median"] == 3
    assert plain["failed_modules"][1]["reason"] == "took more than 60 s"
    assert plain["disk"]["working"] == 700


def test_what_no_episode_tells_is_absent(tmp_path: Path) -> None:
    build.write_dataset(tmp_path, {"train": [[build.make_fork_episode(1)]]}, instructions=[])
    stats = collect_stats(tmp_path)
    assert (stats.overall.instructions, stats.overall.shapes, stats.overall.expert) == (None, None, None)
    assert (stats.overall.distributions["instructions"], stats.overall.nodes) == (None, 3)
    text = render_text(stats)
    assert [line.split() for line in text.splitlines() if line.lstrip().startswith(("instructions", "outcomes"))] == [
        ["instructions", "-"],
        ["instructions", "-", "-", "-", "-", "-"],
        ["outcomes", "-"],
    ]


def test_vectors_of_the_source_are_counted(tmp_path: Path) -> None:
    shapes = build.make_vector_instructions([1.0, 0.0, 0.5], [0.0, 1.0, 0.5], [0.0, 0.0, 0.5])
    train = [build.make_fork_episode(1, node_inst=[[0, 1], [], [1]]), build.make_fork_episode(2)]
    test = [build.make_fork_episode(3, node_inst=[[2], [2], [1]])]
    build.write_dataset(tmp_path, {"train": [train], "test": [test]}, instructions=shapes)
    stats = collect_stats(tmp_path)

    assert [split.shapes for split in stats.columns.values()] == [2, 2, 3]
    assert stats.source_vectors == 3
    assert ["distinct,", "from", "the", "source", "3"] in [line.split() for line in render_text(stats).splitlines()]
    assert "The 3 distinct vectors are the source&#39;s own" in make_stats_page(tmp_path, stats)


def test_episodes_that_do_not_tell_are_left_out_of_a_distribution(tmp_path: Path) -> None:
    build.write_dataset(tmp_path, {"train": [[build.make_fork_episode(1), build.make_episode(2)]]})
    stats = collect_stats(tmp_path)
    assert stats.overall.instructions == 6
    found = stats.overall.distributions["instructions"]
    assert found is not None
    assert (found.minimum, found.maximum) == (6, 6)
    assert stats.overall.expert is not None
    assert stats.overall.expert.episodes == 1


def test_a_dataset_without_an_episode(tmp_path: Path) -> None:
    build.write_dataset(tmp_path, {"train": [[]]})
    stats = collect_stats(tmp_path)
    assert (stats.overall.episodes, stats.overall.nodes, stats.disk.per_episode) == (0, 0, None)
    assert "0 episodes for x86, mlra" in render_text(stats)


def test_lengths_of_lists_of_lists() -> None:
    column = pa.array([[[1, 2], []], [], None, [[3], [4, 5, 6]]], pa.list_(pa.list_(pa.int32())))
    total, largest = nested_lengths(column)
    assert (total.tolist(), largest.tolist()) == ([2, 0, 0, 4], [2, 0, 0, 3])
    assert [values.tolist() for values in nested_lengths(column.slice(1))] == [[0, 0, 4], [0, 0, 3]]


def test_no_dataset(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="does not exist"):
        collect_stats(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["data/train-00000-of-00001.parquet", "modules.parquet"])
def test_a_damaged_file_is_named(tmp_path: Path, name: str) -> None:
    build.write_dataset(tmp_path, {"train": [[build.make_episode(1)]]})
    (tmp_path / name).write_bytes(b"no Parquet at all")
    with pytest.raises(DatasetError, match=rf"^{name}: cannot be read \(") as error:
        collect_stats(tmp_path)
    assert "validate" in error.value.hint


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    build.write_dataset(tmp_path, {"train": [[build.make_episode(1)]]})
    (tmp_path / "registers.parquet").unlink()
    with pytest.raises(DatasetError, match=r"^registers\.parquet: cannot be read \(No such file"):
        collect_stats(tmp_path)


# --- text ------------------------------------------------------------------------------------------------


def test_text(stats: Stats) -> None:
    text = render_text(stats)
    for line in (
        "3 episodes for x86, mlra, LLVM 22.1.8",
        "                     train  test  all",
        "  modules                5     1    6",
        "    duplicates           2     0    2",
        "  nodes                  6     1    7",
        "  functions left out  train  test  all",
        "  more than 5 nodes       1     0    1",
        "  no function           1     0    1",
        "  other/slow.c  timeout",
        "      took more than 60 s",
        "  an episode of all has   min  median  p90  p99  max",
        "  use points of one node    1       3    3    3    3",
        "  LLVM's allocator         train      test       all",
        "  nodes spilled         1  16.7%  0   0.0%  1  14.3%",
        "  corpus        modules  functions  episodes  nodes",
        "  tiny                4          5         2      6",
    ):
        assert line in text.splitlines()
    assert all(len(line) <= 80 for line in text.splitlines())
    assert text.strip() == text


def test_text_names_the_first_failed_modules(tmp_path: Path) -> None:
    failed = [build.make_module(module=f"m{i:02}.c", reason="r" * 200) for i in range(25)]
    build.write_dataset(tmp_path, {"train": [[build.make_episode(1)]]}, more_modules=failed)
    stats = collect_stats(tmp_path)
    text = render_text(stats)
    assert len(stats.failed_modules) == 25
    assert "  tiny/m19.c  rejected" in text
    assert "m20.c" not in text
    assert "  … and 5 more (--json lists all)" in text
    assert all(len(line) <= 80 for line in text.splitlines())


def test_text_of_large_figures(tmp_path: Path) -> None:
    name = "a-corpus-with-a-name-that-is-longer-than-any-terminal-would-like-to-show-in-a-column"
    build.write_dataset(tmp_path, {"train": [[build.make_episode(1, reloads=1_234_567, corpus=name)]]})
    lines = render_text(collect_stats(tmp_path)).splitlines()
    assert [line.split() for line in lines if line.startswith("  reloads")] == [["reloads", "1,234,567"]]
    assert all(len(line) <= 80 for line in lines)
    assert any(line.startswith("  …") and line.endswith("3") for line in lines)


def test_near_duplicates_within_and_across_splits(tmp_path: Path) -> None:
    """Train holds a, a, a, b; test holds b, c, c."""
    a, b, c = (f"{number:032x}" for number in (5 << 64, 6 << 64, 7 << 64))
    train = [build.make_episode(number, near_hash=value) for number, value in enumerate((a, a, a, b), start=1)]
    test = [build.make_episode(number, near_hash=value) for number, value in enumerate((b, c, c), start=5)]
    build.write_dataset(tmp_path, {"train": [train[:1], train[1:]], "test": [test]})
    found = collect_stats(tmp_path)

    assert {name: split.near_duplicates for name, split in found.splits.items()} == {"train": 2, "test": 1}
    assert (found.overall.near_duplicates, found.near_duplicates_across) == (4, 1)
    assert "1 episode of test is a near-duplicate of episodes of train" in render_text(found)


def test_episodes_that_tell_no_hash_have_no_near_duplicates(tmp_path: Path) -> None:
    build.write_dataset(tmp_path, {"train": [[build.make_episode(1, near_hash=None)]]})
    found = collect_stats(tmp_path)

    assert (found.overall.near_duplicates, found.near_duplicates_across) == (None, None)


def test_languages(tmp_path: Path) -> None:
    more = [build.make_module(language="c++", status="done", kind=None, reason=None, functions=4, episodes=0)]
    build.write_dataset(tmp_path, {"train": [[build.make_episode(1), build.make_episode(2)]]}, more_modules=more)

    assert collect_stats(tmp_path).languages == (
        LanguageStats(name="c", modules=1, functions=2, episodes=2),
        LanguageStats(name="c++", modules=1, functions=4, episodes=0),
    )
