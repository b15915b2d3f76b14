"""One function's allocation problem as splits need it.

Uses in their places, copies, what is fixed where; datasets have it since version 1 of the format.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from rl4real_data.allocation.code_graph import CodeGraph, code_graph_of
from rl4real_data.allocation.fixed_places import FixedPlaces
from rl4real_data.allocation.live_pieces import Piece, Use
from rl4real_data.allocation.node_values import NodeValues, node_values_of
from rl4real_data.allocation.places import ROOM, PlaceMap, Places
from rl4real_data.allocation.problem import AllocationProblem, problem_of
from rl4real_data.allocation.register_file import Bools, RegisterFile
from rl4real_data.allocation.splitting import SplitRule
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.episodes.column_values import BlockFlag, OperandFlag
from rl4real_data.reading.episode import Episode
from rl4real_data.reading.register_classes import RegisterClass

SPLIT_COLUMNS: Final = (
    *("function", "node_vreg", "node_class", "reserved", "inst"),
    *("block_start", "block_freq", "block_succ", "block_flags", "block_last_split"),
    *(
        "operand_inst",
        "operand_node",
        "operand_subreg",
        "operand_flags",
        "target",
        "use_inst",
        "use_flags",
        "value_def",
        "value_flags",
    ),
    *("copy_inst", "copy_to", "copy_from", "copy_to_subreg", "copy_from_subreg"),
    *("fixed_unit", "fixed_live", "mask_inst", "mask_id", "mask_preserved", "callee_saved"),
)
"""The columns that `split_problem_of` reads beside those of `problem_of`."""


@dataclass(frozen=True, slots=True)
class CodeCopy:
    """A copy of the problem's code. An end is `-1 - node` or a register's reg_id, with an index of a sub-register."""

    place: int
    block: int
    target: int
    source: int
    target_part: int
    source_part: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitProblem:
    """`problem`: the same as matrices. `members` (n, R) bool: each node's class without the reserved registers.

    `owner`, `first`, `last`: the live ranges of all nodes, one row each, in places. `values`: those of the nodes.
    `saved`: the callee-saved registers;
    `written`: entries of these that the code writes whatever is decided. `unsplittable` (n,): nodes of classes that
    cannot be copied, and those whose parts live apart. `return_frequency`: how often the function returns.
    """

    problem: AllocationProblem
    graph: CodeGraph
    rule: SplitRule
    fixed: FixedPlaces
    members: Bools
    vregs: tuple[int, ...]
    owner: npt.NDArray[np.int32]
    first: Places
    last: Places
    pieces: tuple[Piece, ...]
    copies: tuple[CodeCopy, ...]
    values: NodeValues
    saved: tuple[int, ...]
    written: frozenset[int]
    unsplittable: Bools
    return_frequency: float


def split_problem_of(episode: Episode, registers: RegisterFile, classes: Mapping[int, RegisterClass]) -> SplitProblem:
    """The problem of an episode; `classes` are the dataset's.

    DatasetError if the source does not tell (version 0 of the format, the fork's graphs).
    """
    problem = problem_of(episode, registers)
    graph = code_graph_of(episode)
    (flags,) = episode.known_together("block_flags")
    odd = BlockFlag.LANDING_PAD | BlockFlag.ASM_GOTO_TARGET
    members: Bools = registers.class_members[episode.node_class]
    reserved = registers.column_of[episode.reserved]
    members[:, reserved[reserved >= 0]] = False
    values, offsets = episode.live_positions()
    places = PlaceMap(episode.block_start, episode.n_instructions)
    first, last = places.firsts(values[0::2]), places.lasts(values[1::2])
    owner = np.repeat(np.arange(problem.n_nodes, dtype=np.int32), np.diff(offsets) // 2)
    returns = (flags & BlockFlag.RETURN) != 0
    return SplitProblem(
        problem=problem,
        graph=graph,
        rule=SplitRule(graph=graph, pads=frozenset(np.flatnonzero(flags & odd).tolist())),
        fixed=FixedPlaces(episode, registers),
        members=members,
        vregs=tuple(episode.node_vreg.tolist()),
        owner=owner,
        first=first,
        last=last,
        pieces=_pieces(episode, problem.n_nodes, np.stack((first, last), axis=1), offsets // 2),
        copies=_copies(episode),
        values=node_values_of(episode, graph, episode.instruction_blocks().tolist()),
        saved=tuple(episode.known_together("callee_saved")[0].tolist()),
        written=_written_callee_saved(episode),
        unsplittable=_unsplittable(episode, classes),
        return_frequency=float(episode.block_freq[returns].sum()),
    )


def _pieces(episode: Episode, n_nodes: int, ranges: Places, bounds: npt.NDArray[np.integer]) -> tuple[Piece, ...]:
    """Each node as a whole."""
    touch = _touches(episode)
    block = np.searchsorted(episode.block_start, np.arange(episode.n_instructions + 1), side="right") - 1
    found = []
    for node, (insts, flags) in enumerate(zip(episode.lists("use_inst"), episode.lists("use_flags"), strict=True)):
        uses = tuple(
            Use(inst << ROOM, int(block[inst]), *touch.get((node, inst), (False, False, False)), flag)
            for inst, flag in zip(insts.tolist(), flags.tolist(), strict=True)
        )
        own = ranges[bounds[node] : bounds[node + 1]]
        found.append(Piece(uses, own, own))
    assert len(found) == n_nodes, "each node has its use points"
    return tuple(found)


def _touches(episode: Episode) -> dict[tuple[int, int], tuple[bool, bool, bool]]:
    """Node and instruction -> whether it needs the node's value, gives it one, and does so early."""
    columns = (column.tolist() for column in episode.known_together("operand_node", "operand_inst", "operand_flags"))
    found: dict[tuple[int, int], tuple[bool, bool, bool]] = {}
    for node, inst, flags in zip(*columns, strict=True):
        needs, gives, early = found.get((node, inst), (False, False, False))
        is_write = bool(flags & OperandFlag.WRITE)
        needs |= bool(flags & OperandFlag.READ) and not flags & OperandFlag.UNDEF
        early |= is_write and bool(flags & OperandFlag.EARLY_CLOBBER)
        found[node, inst] = (needs, gives or is_write, early)
    return found


def _copies(episode: Episode) -> tuple[CodeCopy, ...]:
    names = ("copy_inst", "copy_to", "copy_from", "copy_to_subreg", "copy_from_subreg")
    columns = (column.tolist() for column in episode.known_together(*names))
    blocks = np.searchsorted(episode.block_start, episode.known_together("copy_inst")[0], side="right") - 1
    return tuple(
        CodeCopy(inst << ROOM, block, target, source, to_part, from_part)
        for block, (inst, target, source, to_part, from_part) in zip(
            blocks.tolist(), zip(*columns, strict=True), strict=True
        )
    )


def _unsplittable(episode: Episode, classes: Mapping[int, RegisterClass]) -> Bools:
    hard = [class_id for class_id, row in classes.items() if row.copy_cost < 0]
    found: Bools = np.isin(episode.node_class, hard)
    if TARGETS[TargetName(episode.target)].tracks_parts:
        node, part = episode.known_together("operand_node", "operand_subreg")
        found[node[part != 0]] = True
    return found


def _written_callee_saved(episode: Episode) -> frozenset[int]:
    """Entries of `callee_saved` of which an instruction of the problem writes a unit."""
    units, saved = (column.tolist() for column in episode.known_together("fixed_unit", "callee_saved"))
    written = {
        unit for unit, ranges in zip(units, episode.lists("fixed_live"), strict=True) if (ranges[0::2] % 2 == 1).any()
    }
    table = episode.register_table.units
    return frozenset(entry for entry, register in enumerate(saved) if written & set(table[register].tolist()))
