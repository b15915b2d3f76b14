"""The facts of a function that stay the same however it is allocated, as the agents are told of it.

Physical registers that interfere stand in front of the nodes, as in the plugin's `AgentState.cpp`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rl4real_data.allocation.places import ROOM
from rl4real_data.allocation.register_file import Bools, RegisterFile
from rl4real_data.allocation.split_problem import SPLIT_COLUMNS, SplitProblem, split_problem_of
from rl4real_data.reading.dataset import EpisodeDataset
from rl4real_data.reading.episode import Episode
from rl4real_data.reading.register_table import RegisterTable

FACT_COLUMNS: Final = (*SPLIT_COLUMNS, "use_spill_weight", "use_distance", "split_points")
"""What is read of an episode beside the problem's own columns."""
_UNSPILLABLE: Final = -1.0
"""RL4ReAl's word for an infinite weight of a use point."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColourTable:
    """`of_column` (R,) int32: the colour of each column of the register file, 0 for none. `columns` (classes, C):
    the column of a class's register of that colour, -1 for none. `registers`: the register file.
    """

    registers: RegisterFile
    table: RegisterTable
    of_column: npt.NDArray[np.int32]
    columns: npt.NDArray[np.int32]

    @property
    def size(self) -> int:
        """C: the colours, and 0 for no register."""
        return self.columns.shape[1]


def colour_table_of(registers: RegisterFile, table: RegisterTable) -> ColourTable:
    """The colours of a dataset's registers."""
    of_column = table.colour[registers.reg_ids].astype(np.int32)
    columns = np.full((len(registers.class_members), table.colours + 1), -1, np.int32)
    for class_id, order in table.class_order.items():
        for reg_id in order[::-1].tolist():  # the first of those that share a colour
            colour = int(table.colour[reg_id])
            if colour:
                columns[class_id, colour] = registers.column_of[reg_id]
    return ColourTable(registers=registers, table=table, of_column=of_column, columns=columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionFacts:
    """`physical`: (p,) reg_ids. `fixed_colours` (n, C) bool: colours of the physical registers that a node interferes
    with; `fixed_counts` (n,): how many. `means` (n, D): vectors. `weights_at`, `split_places`: by node, of the places
    of its use points: RL4ReAl's positional weight, and those at which it allows splits. `is_told` (n,): has use points.
    """

    episode: Episode
    problem: SplitProblem
    instructions: Floats
    physical: npt.NDArray[np.int32]
    physical_edges: tuple[tuple[int, int], ...]
    fixed_colours: Bools
    fixed_counts: npt.NDArray[np.int32]
    means: Floats
    weights_at: tuple[dict[int, float], ...]
    split_places: tuple[frozenset[int], ...]
    is_told: Bools


def facts_of(dataset: EpisodeDataset, episode: Episode, colours: ColourTable) -> FunctionFacts:
    """The facts of one episode. DatasetError for one that does not tell them (version 0 of the format)."""
    problem = split_problem_of(episode, colours.registers, dataset.register_classes)
    met = _met_registers(episode, colours)
    physical = np.unique(np.concatenate([*met, np.zeros(0, np.int32)]))
    place = {reg_id: index for index, reg_id in enumerate(physical.tolist())}
    fixed = np.zeros((len(met), colours.size), np.bool_)
    for node, own in enumerate(met):
        fixed[node, colours.table.colour[own]] = True
    fixed[:, 0] = False
    is_told = np.array([len(piece.uses) > 0 for piece in problem.pieces], np.bool_)
    return FunctionFacts(
        episode=episode,
        problem=problem,
        instructions=episode.instruction_vectors(),
        physical=physical,
        physical_edges=tuple((place[reg_id], node) for node, own in enumerate(met) for reg_id in own.tolist()),
        fixed_colours=fixed,
        fixed_counts=np.array([len(own) for own in met], np.int32),
        means=episode.node_vectors(),
        weights_at=_weights_at(episode),
        split_places=_split_places(episode),
        is_told=is_told,
    )


def _met_registers(episode: Episode, colours: ColourTable) -> list[npt.NDArray[np.int32]]:
    """Of each node: the physical registers that it interferes with, and those of its class that are reserved."""
    reserved = episode.reserved.astype(np.int64)
    reserved = reserved[colours.table.colour[reserved] > 0]
    columns = colours.registers.column_of[reserved]
    members = colours.registers.class_members
    found = []
    for class_id, forbidden in zip(episode.node_class.tolist(), episode.lists("node_forbidden"), strict=True):
        own = reserved[(columns >= 0) & members[class_id, columns]]
        found.append(np.union1d(forbidden, own).astype(np.int32))
    return found


def _weights_at(episode: Episode) -> tuple[dict[int, float], ...]:
    found = []
    for insts, weights in zip(episode.lists("use_inst"), episode.lists("use_spill_weight"), strict=True):
        known = np.where(np.isfinite(weights), weights, _UNSPILLABLE).tolist()
        found.append({inst << ROOM: weight for inst, weight in zip(insts.tolist(), known, strict=True)})
    return tuple(found)


def _split_places(episode: Episode) -> tuple[frozenset[int], ...]:
    pairs: Any = zip(episode.lists("use_inst"), episode.lists("split_points"), strict=True)
    return tuple(frozenset(int(inst) << ROOM for inst in insts[points].tolist()) for insts, points in pairs)
