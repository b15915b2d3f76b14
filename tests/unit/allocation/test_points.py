"""The allocation problem at every position, against the episode drawn in `whole_episode`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from episode_builder import UNTOLD, make_episode, write_dataset
from whole_episode import make_edited_episode, make_whole_episode, write_whole_dataset

from rl4real_data import Episode, EpisodeDataset
from rl4real_data.allocation.cuts import split_cuts
from rl4real_data.allocation.points import POINT_COLUMNS, ProblemPoints, points_of
from rl4real_data.allocation.register_file import register_file_of
from rl4real_data.core.errors import DatasetError


def points(folder: Path, **changes: Any) -> tuple[Episode, ProblemPoints]:
    write_whole_dataset(folder, {"train": [[make_whole_episode(1, **changes)]]})
    dataset = EpisodeDataset(folder).select(POINT_COLUMNS)
    return dataset[0], points_of(dataset[0], register_file_of(dataset.registers))


def test_free_registers_are_those_of_the_reader_at_every_position(tmp_path: Path) -> None:
    for number, classes in enumerate(([0, 0, 0], [1, 0, 1])):
        episode, found = points(tmp_path / str(number), node_class=classes)
        reg_ids = register_file_of(episode.register_table).reg_ids
        for node in range(3):
            for first in range(12):
                for last in (first + 1, 12):
                    free = reg_ids[found.free_between(node, first, last)].tolist()
                    assert free == sorted(episode.allowed_registers_between(node, first, last).tolist())


def test_copies_between_nodes_and_with_registers(tmp_path: Path) -> None:
    # 0: r1 to node 0; 2: node 0 to node 1; 4: node 1 to r2, node 2 to a register that nobody may have
    copies = {"copy_inst": [0, 2, 4, 4], "copy_to": [-1, -2, 2, 0], "copy_from": [1, -1, -2, -3]}
    _, found = points(tmp_path, **copies, copy_to_subreg=[0] * 4, copy_from_subreg=[0] * 4)

    assert found.copies.tolist() == [[0, 1]]
    assert found.copy_frequency.tolist() == [1]
    assert found.register_copies.tolist() == [[1, 0, 0, 0, 0], [0, 0.5, 0, 0, 0], [0, 0, 0, 0, 0]]


def test_an_episode_of_version_0_says_how_to_get_the_rest(tmp_path: Path) -> None:
    write_dataset(tmp_path, {"train": [[make_episode(**UNTOLD)]]})
    dataset = EpisodeDataset(tmp_path)

    with pytest.raises(DatasetError, match="does not tell 'operand_inst'") as found:
        points_of(dataset[0], register_file_of(dataset.registers))
    assert "upgrade" in found.value.hint


def test_cuts_lie_behind_use_points(tmp_path: Path) -> None:
    # node 0 is used at 0, 2 and 4: cuts at 1 (behind use 0), 4 and 5 (behind uses 0 and 1), 6 (behind 1) and 9
    changes = {"part_node": [0] * 5, "part_first": [1, 4, 5, 6, 9], "part_last": [4, 5, 6, 9, 10]}
    row = make_edited_episode(1, **changes, part_place=[1, 2, 3, 3, -1])
    write_whole_dataset(tmp_path, {"train": [[row, make_episode(2, **UNTOLD)]]})
    edited, old = EpisodeDataset(tmp_path)

    cuts = split_cuts(edited)
    assert cuts is not None
    assert {node: found.tolist() for node, found in cuts.items()} == {0: [0, 1, 2]}
    assert split_cuts(old) is None


def test_arrays_are_of_the_kinds_that_are_promised(tmp_path: Path) -> None:
    _, found = points(tmp_path)

    assert {one.dtype for one in found.taken} == {np.dtype(np.int32)}
    assert [len(one) for one in found.taken] == [1, 1, 2, 2, 2]
