"""What an Episode computes from the columns of version 1, against the episode drawn in `whole_episode`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from episode_builder import UNTOLD, make_episode, make_fork_episode, write_dataset
from whole_episode import SUBREG_LOW, make_edited_episode, make_whole_episode, write_whole_dataset

from rl4real_data import Episode, EpisodeDataset
from rl4real_data.core.errors import DatasetError
from rl4real_data.episodes.column_values import OperandFlag
from rl4real_data.episodes.schema import VERSION_1

READ, WRITE = OperandFlag.READ, OperandFlag.WRITE


def whole(folder: Path, **changes: Any) -> Episode:
    """The second of a row group, so that an offset that is forgotten shows."""
    write_whole_dataset(folder, {"train": [[make_edited_episode(1), make_whole_episode(2, **changes)]]})
    return EpisodeDataset(folder)[1]


def edited(folder: Path, **changes: Any) -> Episode:
    write_whole_dataset(folder, {"train": [[make_whole_episode(1), make_edited_episode(2, **changes)]]})
    return EpisodeDataset(folder)[1]


def rows(episode: Episode) -> list[tuple[int, int, int, int]]:
    parts = episode.parts()
    columns = (parts.node, parts.first, parts.last, parts.place)
    return list(zip(*(column.tolist() for column in columns), strict=True))


# The problem
def test_nodes_live_at_positions(tmp_path: Path) -> None:
    values, offsets = whole(tmp_path).live_positions()

    assert [part.tolist() for part in np.split(values, offsets[1:-1])] == [[1, 9], [3, 7], [7, 11]]


def test_registers_are_free_where_nothing_fixed_lies_and_no_mask_clobbers(tmp_path: Path) -> None:
    episode = whole(tmp_path)
    # r4 is reserved; r3 is fixed at [5, 8); mask 7 at 5 leaves r2 and r3; the function's own mask at 9 leaves r1
    expected = {4: [1, 2, 3], 5: [2], 6: [1, 2], 7: [1, 2], 8: [1, 2, 3], 9: [1]}

    assert {at: episode.allowed_registers_at(0, at).tolist() for at in expected} == expected
    assert episode.allowed_registers_between(0, 0, 12).tolist() == []
    assert episode.allowed_registers_between(0, 5, 9).tolist() == [2]


def test_the_mask_of_a_landing_pad_s_entry_lies_in_front_of_it(tmp_path: Path) -> None:
    episode = whole(tmp_path, block_flags=[0, 5], fixed_unit=[], fixed_live=[])

    assert [episode.allowed_registers_at(0, at).tolist() for at in (7, 8, 9)] == [[1, 2, 3], [1], [1, 2, 3]]


def test_a_pair_is_taken_with_one_of_its_halves(tmp_path: Path) -> None:
    episode = whole(tmp_path, node_class=[1, 0, 0], fixed_unit=[20], fixed_live=[[0, 3, 6, 8]])

    assert [episode.allowed_registers_at(0, at).tolist() for at in (2, 3, 6, 8)] == [[], [5], [], [5]]


def test_a_node_that_there_is_not_is_an_index_error(tmp_path: Path) -> None:
    episode = whole(tmp_path)
    with pytest.raises(IndexError, match="node 3 of 3"):
        episode.allowed_registers_at(3, 0)


def test_how_often_instructions_and_copies_run(tmp_path: Path) -> None:
    episode = whole(tmp_path)

    assert episode.instruction_frequencies().tolist() == [1, 1, 1, 1, 0.5, 0.5]
    assert episode.copy_frequencies().tolist() == [1]


def test_pressure_counts_nodes_behind_each_instruction(tmp_path: Path) -> None:
    episode = whole(tmp_path)

    assert episode.pressure().tolist() == [1, 2, 2, 2, 1, 0]
    assert episode.pressure(np.array([0])).tolist() == [1, 1, 1, 1, 0, 0]


# The answer
def test_parts_of_nodes_with_one_register_are_their_live_ranges(tmp_path: Path) -> None:
    # node 1 has two ranges here: read at 2, written anew at 3
    episode = whole(
        tmp_path,
        operand_inst=[0, 1, 2, 3, 4],
        operand_node=[0, 1, 1, 1, 1],
        operand_flags=[WRITE, WRITE, READ, WRITE, READ],
    )

    assert rows(episode) == [(0, 1, 2, 1), (1, 3, 5, 2), (1, 7, 9, 2)]


def test_parts_of_edited_nodes_are_those_of_the_episode(tmp_path: Path) -> None:
    episode = edited(tmp_path)
    parts = episode.parts()

    assert rows(episode) == [
        *((0, 1, 8, 1), (0, 8, 9, 3)),
        *((1, 3, 4, 2), (1, 4, 6, -1), (1, 6, 7, 2)),
        (2, 7, 11, 2),
    ]
    assert parts.place[parts.of_node(1)].tolist() == [2, -1, 2]
    assert len(parts) == 6
    assert len(episode.edited_parts()) == 5
    with pytest.raises(IndexError, match="node 3 of 3"):
        parts.of_node(3)


def test_operands_name_the_place_of_their_node_there(tmp_path: Path) -> None:
    # 0 writes n0, 1 writes n1, 2 reads n0, 3 writes n2 and reads n1, 4 reads n0, 5 reads n2
    assert whole(tmp_path / "whole").operand_registers().tolist() == [1, 2, 1, 2, 2, 1, 2]
    assert edited(tmp_path / "edited").operand_registers().tolist() == [1, 2, 1, 2, 2, 3, 2]


def test_an_operand_in_a_slot_and_one_that_names_nothing(tmp_path: Path) -> None:
    episode = edited(
        tmp_path,
        part_node=[0, 1, 1],
        part_first=[1, 3, 4],
        part_last=[5, 4, 7],
        part_place=[1, 2, -3],
    )

    assert episode.operand_registers().tolist() == [1, 2, 1, 2, -3, 0, 2]


def test_a_short_part_within_a_long_one_hides_it_only_where_it_lies(tmp_path: Path) -> None:
    episode = edited(
        tmp_path,
        part_node=[0, 0, 0, 1],
        part_first=[1, 2, 3, 3],
        part_last=[9, 3, 4, 7],
        part_place=[1, 2, 3, 2],
    )

    assert episode.operand_registers().tolist()[2] == 1  # at 4: both short ones are over
    assert episode.parts().places_at(np.array([0, 0, 0]), np.array([2, 3, 9])).tolist() == [2, 3, 0]


def test_a_choice_names_the_register_where_two_parts_overlap(tmp_path: Path) -> None:
    overlapping = {
        "part_node": [0, 0, 1],
        "part_first": [1, 4, 3],
        "part_last": [9, 9, 7],
        "part_place": [1, 3, 2],
    }
    episode = edited(tmp_path, **overlapping, choice_operand=[2, 5], choice_place=[1, 3])

    assert episode.operand_registers().tolist() == [1, 2, 1, 2, 2, 3, 2]


def test_a_partial_write_is_found_where_it_writes(tmp_path: Path) -> None:
    partial = int(READ | WRITE | OperandFlag.PARTIAL_WRITE)
    episode = edited(
        tmp_path,
        operand_flags=[WRITE, WRITE, partial, WRITE, READ, READ, READ],
        **{"part_node": [0, 0, 1], "part_first": [1, 5, 3], "part_last": [5, 9, 7], "part_place": [1, 3, 2]},
    )

    assert episode.operand_registers().tolist()[2] == 3


def test_how_often_moves_run(tmp_path: Path) -> None:
    assert edited(tmp_path, move_block=[0, 1, 0]).move_frequencies().tolist() == [1, 0.5, 1]


def test_costs_by_kind(tmp_path: Path) -> None:
    outcome = edited(tmp_path).outcome

    found = {kind: (cost.count, cost.cost) for kind, cost in outcome.costs.items()}
    assert {kind: cost for kind, cost in found.items() if cost != (0, 0.0)} == {
        "spills": (1, 1.0), "reloads": (1, 1.0), "copies": (1, 1.0), "callee_saved": (1, 1.5),
    }  # fmt: skip
    assert len(found) == 8
    assert outcome.score == 5.2
    assert outcome.node_fate is not None
    assert outcome.node_fate.tolist() == [1, 2, 0]


def test_an_outcome_needs_no_new_column(tmp_path: Path) -> None:
    edited(tmp_path)
    old = ("node_outcome", "node_assigned", "spills", "reloads", "folded_spills", "folded_reloads", "copies")
    outcome = EpisodeDataset(tmp_path).select((*old, "spill_cost", "copy_cost", "function"))[1].outcome

    assert (outcome.spills, outcome.score, outcome.node_fate) == (1, None, None)
    assert list(outcome.costs) == ["copies"]


# The tables beside the shards
def test_registers_classes_and_masks(tmp_path: Path) -> None:
    whole(tmp_path)
    dataset = EpisodeDataset(tmp_path)

    assert dataset.registers.subregisters[5] == {SUBREG_LOW: 1, 2: 2}
    assert dataset.registers.cost.tolist() == [0, 0, 0, 1, 0, 0]
    assert dataset.register_classes[0].order.tolist() == [1, 2, 3, 4]
    assert (dataset.register_classes[1].name, dataset.register_classes[1].priority) == ("pair", 1)
    assert dataset.register_masks[7].preserved.tolist() == [2, 3]


# What older datasets do not tell
@pytest.mark.parametrize(
    "ask",
    [
        Episode.live_positions,
        Episode.parts,
        Episode.edited_parts,
        Episode.operand_registers,
        Episode.copy_frequencies,
        Episode.move_frequencies,
        lambda episode: episode.allowed_registers_at(0, 3),
    ],
)
def test_an_episode_of_version_0_says_how_to_get_the_rest(tmp_path: Path, ask: Any) -> None:
    write_dataset(tmp_path, {"train": [[make_episode(**UNTOLD)]]})
    with pytest.raises(DatasetError, match="f1: the source of this episode does not tell") as found:
        ask(EpisodeDataset(tmp_path)[0])
    assert "`rl4real-data upgrade DATA_DIR`" in found.value.hint


def test_a_dataset_of_version_0_has_no_classes_and_no_masks(tmp_path: Path) -> None:
    write_dataset(tmp_path, {"train": [[make_episode(**UNTOLD)]]})
    dataset = EpisodeDataset(tmp_path)

    for name in ("register_classes", "register_masks"):
        with pytest.raises(DatasetError, match=f"lists no {name}.parquet") as found:
            getattr(dataset, name)
        assert "upgrade" in found.value.hint


def test_what_is_missing_is_said_although_the_name_of_the_function_was_not_selected(tmp_path: Path) -> None:
    write_dataset(tmp_path, {"train": [[make_fork_episode()]]})
    episode = EpisodeDataset(tmp_path).select(["mask_inst", "inst"])[0]

    with pytest.raises(DatasetError, match="the source of this episode does not tell 'inst'"):
        _ = episode.n_instructions


def test_columns_that_do_not_fit_together_name_the_shard(tmp_path: Path) -> None:
    episode = whole(tmp_path, operand_node=[0, 1, 0, 2, 1, 0, 9])
    with pytest.raises(DatasetError, match=r"train-00000-of-00001.parquet"):
        episode.live_positions()


def test_new_columns_are_typed_attributes() -> None:
    text = Path(__file__).parents[3].joinpath("rl4real_data", "reading", "episode_columns.py").read_text("utf-8")
    assert [name for name, _, _ in VERSION_1 if f"        {name}: " not in text] == []
