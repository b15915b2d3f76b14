"""Positions of live ranges and parts on functions of the real compiler, for both targets."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from rl4real_data import Episode, EpisodeDataset
from rl4real_data.allocation.points import points_of
from rl4real_data.allocation.register_file import register_file_of
from rl4real_data.episodes.column_values import Fate, OperandFlag
from rl4real_data.episodes.live_positions import live_instructions

from .conftest import Sample

pytestmark = [pytest.mark.clang, pytest.mark.parametrize("target", ["x86", "aarch64"])]

EPISODES = 250


def test_live_positions_are_those_of_llvm(sample: Sample, target: str) -> None:
    """What operands, values and blocks say is what LiveIntervals said when it made `node_live`."""
    for episode in EpisodeDataset(sample(target, "train")):
        found, told = live_instructions(*episode.live_positions()), episode.ragged("node_live")
        assert all(np.array_equal(one, other) for one, other in zip(found, told, strict=True)), episode


def test_parts_cover_what_is_live_and_operands_name_one(sample: Sample, target: str) -> None:
    unnamed = 0
    for episode in EpisodeDataset(sample(target, "train")):
        assert covered(episode) == wanted(episode), episode
        places = episode.operand_registers()
        is_read = (episode.operand_flags & OperandFlag.UNDEF) == 0
        is_changed = np.isin(episode.operand_inst, episode.changed_inst)
        unnamed += int(((places == 0) & is_read & ~is_changed).sum())
    assert unnamed == 0


def test_registers_that_are_free_wherever_a_node_lives_are_those_of_llvm(sample: Sample, target: str) -> None:
    """LLVM asked its matrix for each register once, over the node's whole life: `node_forbidden`."""
    dataset = EpisodeDataset(sample(target, "train"))
    registers = register_file_of(dataset.registers)
    for episode in islice(dataset, EPISODES):
        points = points_of(episode, registers)
        for node in range(episode.n_nodes):
            own = points.live[points.live_offsets[node] : points.live_offsets[node + 1]].reshape(-1, 2).tolist()
            free = [points.free_between(node, first, last) for first, last in own]
            found = registers.reg_ids[np.logical_and.reduce([points.members[node], *free])]
            assert found.tolist() == sorted(episode.allowed_registers(node).tolist()), (episode, node)


def wanted(episode: Episode) -> set[tuple[int, int]]:
    """Node and position of all that is live, but of nodes that were found dead."""
    values, offsets = episode.live_positions()
    node = np.repeat(np.arange(episode.n_nodes), np.diff(offsets) // 2)
    alive = (episode.node_fate[node] & Fate.ELIMINATED) == 0
    return spots(node[alive], values[0::2][alive], values[1::2][alive])


def covered(episode: Episode) -> set[tuple[int, int]]:
    parts = episode.parts()
    return spots(parts.node, parts.first, parts.last)


def spots(*columns: np.ndarray) -> set[tuple[int, int]]:
    ranges = zip(*(column.tolist() for column in columns), strict=True)
    return {(node, at) for node, first, last in ranges for at in range(first, last)}
