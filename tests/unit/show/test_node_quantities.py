"""Degrees, allowed registers and pressure of many episodes at once, against those of one at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import episode_builder as build
import pyarrow as pa
import pytest

from rl4real_data import EpisodeDataset
from rl4real_data.episodes.schema import EPISODES
from rl4real_data.show.node_quantities import AllowedRegisters, degrees, peaks
from rl4real_data.show.pressure import measure_pressure
from rl4real_data.show.view import RegisterNames

FILE = RegisterNames.from_rows(build.make_registers(), "x86").file
ALLOWED = AllowedRegisters.of(FILE)


def make_batch(*rows: build.Row) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist(list(rows), schema=EPISODES)


def no_nodes() -> build.Row:
    columns = [name for name in build.make_episode() if name.startswith(("node_", "use_", "split_", "edge_"))]
    return build.make_episode(2, **{name: [] for name in columns})


DENSE = build.make_episode(3, edge_u=[0, 0, 1], edge_v=[1, 2, 2], node_live=[[0, 6], [1, 3, 4, 5], [2, 5]])


def test_quantities_of_the_drawing() -> None:
    batch = make_batch(build.make_episode(), no_nodes(), DENSE)

    assert degrees(batch).tolist() == [2, 1, 1, 2, 2, 2]
    assert peaks(batch).tolist() == [2, 0, 3]
    assert ALLOWED.count(batch).tolist() == [3, 1, 2] * 2  # of r1, r2 and r3: all, r2, and r1 and r2


def test_one_episode_at_a_time_says_the_same(tmp_path: Path) -> None:
    """Of another class, too, whose one register loses nothing by what is reserved."""
    rows = [build.make_episode(), build.make_episode(2, node_class=[0, 1, 0], node_forbidden=[[2], [3, 4], [4]]), DENSE]
    build.write_dataset(tmp_path, {"train": [rows]})
    episodes = list(EpisodeDataset(tmp_path, split="train"))

    assert ALLOWED.count(make_batch(*rows)).tolist() == [
        len(episode.allowed_registers(node)) for episode in episodes for node in range(3)
    ]
    assert peaks(make_batch(*rows)).tolist() == [
        measure_pressure(row["node_live"], [0, 0, 0], 6, [], FILE)[0].peak for row in rows
    ]


def test_what_is_not_told_is_left_out() -> None:
    batch = make_batch(build.make_fork_episode(), build.make_episode(2))

    assert peaks(batch).tolist() == [2]
    assert ALLOWED.count(batch).tolist() == [3, 1, 2]
    assert degrees(batch).tolist() == [2, 1, 1] * 2


def test_without_registers_no_number_is_made_up() -> None:
    empty = AllowedRegisters.of(RegisterNames.from_rows([], "x86").file)

    assert empty.count(make_batch(build.make_episode())).tolist() == []


def test_no_episodes_have_no_quantities() -> None:
    batch = make_batch()

    assert [len(values) for values in (degrees(batch), peaks(batch), ALLOWED.count(batch))] == [0, 0, 0]


@pytest.mark.parametrize(
    ("count", "changes"),
    [
        (degrees, {"edge_v": [1, 3]}),
        (degrees, {"edge_u": [-1, 0]}),
        (peaks, {"node_live": [[0, 7], [], []]}),
        (peaks, {"node_live": [[-1, 2], [], []]}),
        (peaks, {"node_live": [[1], [], []]}),
        (ALLOWED.count, {"node_forbidden": [[]]}),
        (ALLOWED.count, {"node_forbidden": [[99], [], []]}),
        (ALLOWED.count, {"reserved": [99]}),
    ],
)
def test_columns_that_do_not_fit_are_an_error(count: Callable[[pa.RecordBatch], object], changes: build.Row) -> None:
    batch = make_batch(build.make_episode(**changes))

    with pytest.raises(ValueError, match=r"edge|live range|forbidden|reserved"):
        count(batch)
