"""The code of one function as the models read it.

Blocks with the gaps in which code can be inserted, and what each node does there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.episodes.block_liveness import live_at_borders
from rl4real_data.episodes.column_values import OperandFlag, UseFlag, ValueFlag
from rl4real_data.proof.code_copies import CodeCopy, code_copies
from rl4real_data.reading.episode import Episode
from rl4real_data.reading.register_classes import RegisterClass

CODE_COLUMNS: Final = (
    *("target", "function", "node_vreg", "node_class", "node_spill_weight", "reserved", "inst"),
    *("block_start", "block_freq", "block_succ", "block_flags", "block_first_split", "block_last_split"),
    *("operand_inst", "operand_node", "operand_subreg", "operand_flags", "use_inst", "use_flags"),
    *("value_def", "value_flags", "copy_inst", "copy_to", "copy_from", "copy_to_subreg", "copy_from_subreg"),
    *("fixed_unit", "fixed_live", "mask_inst", "mask_id", "mask_preserved", "callee_saved"),
)
"""The columns that `function_code_of` and `Obstacles` read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeBlock:
    """Instructions [first, end). Code can be inserted in front of instruction j for first_gap <= j <= last_gap; j = end
    is the end of the block.
    """

    first: int
    end: int
    first_gap: int
    last_gap: int
    frequency: float
    successors: tuple[int, ...]
    predecessors: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NodeUse:
    """What one instruction does with a node.

    `needs`: it reads the value before it. `gives`: it writes a new one, in front of its reads if that is `early`.
    `is_tied`: what it writes must be in the register that it reads. `is_foldable`: a slot can stand for the register.
    """

    inst: int
    needs: bool
    gives: bool
    early: bool
    is_tied: bool
    is_foldable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionCode:
    """`uses`: those of each node in each block that has some, in the order of the code. `live_in`, `live_out`: nodes.

    `registers`: those of each node's class that nobody has reserved. `can_spill`, `can_move`: whether a node may lie in
    a slot, whether it may change its place. `remat`: node -> instruction that defines a value which can be computed
    anew wherever it lives -> whether that is as cheap as a move. `merges`: node -> blocks at whose begin values meet.
    `undefined`: instructions that define nothing in particular.
    """

    blocks: tuple[CodeBlock, ...]
    uses: tuple[Mapping[int, tuple[NodeUse, ...]], ...]
    live_in: tuple[frozenset[int], ...]
    live_out: tuple[frozenset[int], ...]
    registers: tuple[tuple[int, ...], ...]
    can_spill: tuple[bool, ...]
    can_move: tuple[bool, ...]
    remat: tuple[Mapping[int, bool], ...]
    merges: tuple[frozenset[int], ...]
    undefined: frozenset[int]
    copies: tuple[CodeCopy, ...]
    block_of: tuple[int, ...]

    @property
    def n_nodes(self) -> int:
        return len(self.registers)


def function_code_of(episode: Episode, classes: Mapping[int, RegisterClass]) -> FunctionCode:
    """The code of an episode; `classes` are the dataset's. DatasetError if its source does not tell (version 0)."""
    blocks = _blocks(episode)
    block_of = np.repeat(np.arange(len(blocks)), [block.end - block.first for block in blocks])
    uses = _uses(episode, block_of.tolist())
    live_in, live_out = _borders(uses, blocks)
    own = [_own_registers(episode, node) for node in range(episode.n_nodes)]
    stuck = _stuck(episode, classes)
    values = list(zip(episode.lists("value_def"), episode.lists("value_flags"), strict=True))
    return FunctionCode(
        blocks=blocks,
        uses=uses,
        live_in=live_in,
        live_out=live_out,
        registers=tuple(own),
        can_spill=tuple(np.isfinite(episode.node_spill_weight).tolist()),
        can_move=tuple(
            np.isfinite(weight) and node not in stuck for node, weight in enumerate(episode.node_spill_weight)
        ),
        remat=_rematerializable(episode, values),
        merges=tuple(frozenset((-1 - defs[defs < 0]).tolist()) for defs, _ in values),
        undefined=frozenset(
            one for defs, flags in values for one in defs[(flags & ValueFlag.IMPLICIT_DEF) != 0].tolist()
        ),
        copies=code_copies(episode),
        block_of=tuple(block_of.tolist()),
    )


def _blocks(episode: Episode) -> tuple[CodeBlock, ...]:
    columns = ("block_start", "block_freq", "block_first_split", "block_last_split")
    start, frequency, first, last = (column.tolist() for column in episode.known_together(*columns))
    ends = [*start[1:], episode.n_instructions]
    after = [tuple(one.tolist()) for one in episode.lists("block_succ")]
    before: list[list[int]] = [[] for _ in after]
    for block, following in enumerate(after):
        for one in dict.fromkeys(following):
            before[one].append(block)
    rows = zip(start, ends, first, last, frequency, after, map(tuple, before), strict=True)
    return tuple(
        CodeBlock(
            first=row[0],
            end=row[1],
            first_gap=row[2],
            last_gap=row[3],
            frequency=row[4],
            successors=row[5],
            predecessors=row[6],
        )
        for row in rows
    )


def _uses(episode: Episode, block_of: Sequence[int]) -> tuple[Mapping[int, tuple[NodeUse, ...]], ...]:
    operands = episode.known_together("operand_node", "operand_inst", "operand_flags")
    flags_of: dict[tuple[int, int], list[int]] = defaultdict(list)
    for node, inst, flags in zip(*(column.tolist() for column in operands), strict=True):
        flags_of[node, inst].append(flags)
    found: list[dict[int, tuple[NodeUse, ...]]] = []
    for node, (insts, flags) in enumerate(zip(episode.lists("use_inst"), episode.lists("use_flags"), strict=True)):
        own: dict[int, list[NodeUse]] = defaultdict(list)
        for inst, flag in zip(insts.tolist(), flags.tolist(), strict=True):
            own[block_of[inst]].append(_use(inst, flags_of[node, inst], bool(flag & UseFlag.FOLDABLE)))
        found.append({block: tuple(uses) for block, uses in own.items()})
    return tuple(found)


def _use(inst: int, operands: Sequence[int], is_foldable: bool) -> NodeUse:
    needs = any(flags & OperandFlag.READ and not flags & OperandFlag.UNDEF for flags in operands)
    writes = [flags for flags in operands if flags & OperandFlag.WRITE]
    is_tied = any(flags & (OperandFlag.TIED | OperandFlag.PARTIAL_WRITE) for flags in writes)
    early = any(flags & OperandFlag.EARLY_CLOBBER for flags in writes) and not needs
    return NodeUse(inst, needs, bool(writes), early, is_tied and needs and bool(writes), is_foldable)


def _borders(
    uses: Sequence[Mapping[int, Sequence[NodeUse]]], blocks: Sequence[CodeBlock]
) -> tuple[tuple[frozenset[int], ...], tuple[frozenset[int], ...]]:
    pairs = [(block, node, own) for node, by_block in enumerate(uses) for block, own in by_block.items()]
    exposed = [(block, node) for block, node, own in pairs if next((u.needs for u in own if u.needs or u.gives), False)]
    defined = [(block, node) for block, node, own in pairs if any(use.gives for use in own)]
    arrays = [np.array(each, np.int64).reshape(-1, 2).T for each in (exposed, defined)]
    zero = np.zeros(1, np.int64)
    successors = [block.successors for block in blocks]
    found = live_at_borders((arrays[0][0], arrays[0][1]), (arrays[1][0], arrays[1][1]), successors, zero, zero)
    into, out = (
        tuple(frozenset(nodes[where == block].tolist()) for block in range(len(blocks))) for where, nodes in found
    )
    return into, out


def _own_registers(episode: Episode, node: int) -> tuple[int, ...]:
    order = episode.register_table.class_order[int(episode.node_class[node])]
    (reserved,) = episode.known_together("reserved")
    return tuple(order[~np.isin(order, reserved)].tolist())


def _stuck(episode: Episode, classes: Mapping[int, RegisterClass]) -> frozenset[int]:
    """Nodes that no copy can carry: of classes that cannot be copied, and those whose parts live apart."""
    hard = [class_id for class_id, row in classes.items() if row.copy_cost < 0]
    found = set(np.flatnonzero(np.isin(episode.node_class, hard)).tolist())
    if TARGETS[TargetName(episode.target)].tracks_parts:
        node, part = episode.known_together("operand_node", "operand_subreg")
        found |= set(node[part != 0].tolist())
    return frozenset(found)


def _rematerializable(episode: Episode, values: Sequence[tuple[np.ndarray, np.ndarray]]) -> tuple[dict[int, bool], ...]:
    """Of each node; a value whose instruction reads a node is left out, since that need not live where it is wanted."""
    inst, flags = episode.known_together("operand_inst", "operand_flags")
    reading = set(inst[(flags & OperandFlag.READ) != 0].tolist())
    return tuple(
        {
            define: bool(flag & ValueFlag.CHEAP)
            for define, flag in zip(defs.tolist(), own.tolist(), strict=True)
            if define >= 0 and flag & ValueFlag.REMATERIALIZABLE and define not in reading
        }
        for defs, own in values
    )
