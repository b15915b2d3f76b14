"""Episodes as heterogeneous graphs of PyTorch Geometric: registers, instructions, and all that ties them."""

from __future__ import annotations

__all__ = ["HETERO_COLUMNS", "to_hetero"]

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rl4real_data.core.extras import required_by
from rl4real_data.episodes.column_values import OperandFlag
from rl4real_data.reading.episode import Episode
from rl4real_data.reading.pyg import PYG_COLUMNS, action_mask, answer_tensors

with required_by("to_hetero", extra="pyg"):
    import torch
    from torch_geometric.data import HeteroData

HETERO_COLUMNS: Final = (
    *PYG_COLUMNS,
    *("function", "node_vreg", "node_hint", "node_fate"),
    *("block_start", "block_freq", "block_flags", "block_loop_depth", "block_succ", "block_succ_prob"),
    *("operand_inst", "operand_index", "operand_node", "operand_subreg", "operand_flags"),
    *("copy_inst", "copy_to", "copy_from", "fixed_unit", "fixed_live", "mask_inst", "mask_id", "mask_preserved"),
    *("part_node", "part_first", "part_last", "part_place", "choice_operand", "choice_place"),
)
"""What `to_hetero` reads: `dataset.select(HETERO_COLUMNS)` reads them together."""

Ints = npt.NDArray[np.int64]
_NOTHING: Final = np.zeros(0, np.int16)
_FLAGS: Final = np.array([int(flag) for flag in OperandFlag], np.int64)


def to_hetero(episode: Episode) -> HeteroData:
    """The whole problem as a graph, with the expert's answer as labels. C is the number of colours.

    Node types. `node`, the virtual registers: x (n, D) MIR2Vec, node_class, spill_weight, length (n,), action_mask
    (n, C + 1), and as labels y, outcome, assigned_mask as `to_pyg` has them, fate (n,) bits. `instruction`: x (i, D),
    frequency (i,), loop_depth (i,). `register`, those that may be given out: entry c - 1 has colour c; reg_id and cost
    (C,).

    Edge types, e is the number of edges. interferes: node to node, both directions. uses: node to instruction, one for
    each operand; flags (e, 8) float32 are the bits of OperandFlag, subreg, operand (e,), label place (e,): the colour
    of the register that the operand gets, 0 for a spill slot or none. copies: node to node, node to register,
    register to node; frequency (e,). hints: node to node and to register; rank (e,), 0 is the preferred one. forbids:
    register to node, over the node's whole life. takes: register to instruction, a fixed range holds the register at
    the position before or behind it; clobbers: instruction to register, by a mask. next: instruction to instruction,
    probability (e,).

    DatasetError for a dataset without vectors, and for an episode that does not tell (version 0, the fork's graphs).
    """
    graph = HeteroData(episode_id=episode.episode_id)
    _add_nodes(graph, episode)
    _add_uses(graph, episode)
    _add_copies(graph, episode)
    _add_hints(graph, episode)
    _add_fixed(graph, episode)
    _add_next(graph, episode)
    return graph


def _edges(source: npt.NDArray[Any], target: npt.NDArray[Any]) -> torch.Tensor:
    return torch.from_numpy(np.stack((source, target)).astype(np.int64))


def _add_nodes(graph: HeteroData, episode: Episode) -> None:
    nodes, registers = graph["node"], episode.register_table
    nodes.x = torch.from_numpy(episode.node_vectors())
    nodes.node_class = torch.from_numpy(episode.node_class.astype(np.int64))
    nodes.spill_weight = torch.from_numpy(episode.node_spill_weight.copy())
    nodes.action_mask = torch.from_numpy(action_mask(episode))
    for name, tensor in answer_tensors(episode).items():
        nodes["length" if name == "size" else name] = tensor
    if episode.node_fate is not None:
        nodes.fate = torch.from_numpy(episode.node_fate.astype(np.int64))
    depth = episode.block_loop_depth[episode.instruction_blocks()]
    graph["instruction"].x = torch.from_numpy(episode.instruction_vectors())
    graph["instruction"].frequency = torch.from_numpy(episode.instruction_frequencies())
    graph["instruction"].loop_depth = torch.from_numpy(depth.astype(np.int64))
    given = np.flatnonzero(registers.colour)
    reg_ids = np.zeros(registers.colours, np.int64)
    reg_ids[registers.colour[given] - 1] = given
    graph["register"].num_nodes = len(reg_ids)
    graph["register"].reg_id = torch.from_numpy(reg_ids)
    graph["register"].cost = torch.from_numpy(registers.cost[reg_ids].astype(np.int64))
    u, v = episode.edge_u, episode.edge_v
    graph["node", "interferes", "node"].edge_index = _edges(np.concatenate((u, v)), np.concatenate((v, u)))


def _add_uses(graph: HeteroData, episode: Episode) -> None:
    node, inst, flags, operand, subreg = episode.known_together(
        "operand_node", "operand_inst", "operand_flags", "operand_index", "operand_subreg"
    )
    uses = graph["node", "uses", "instruction"]
    uses.edge_index = _edges(node, inst)
    uses.flags = torch.from_numpy(((flags[:, None].astype(np.int64) & _FLAGS) != 0).astype(np.float32))
    uses.subreg = torch.from_numpy(subreg.astype(np.int64))
    uses.operand = torch.from_numpy(operand.astype(np.int64))
    if episode.node_fate is not None:
        place = episode.operand_registers()
        uses.place = torch.from_numpy(episode.register_table.colour[np.maximum(place, 0)].astype(np.int64))


def _add_copies(graph: HeteroData, episode: Episode) -> None:
    target, source = episode.known_together("copy_to", "copy_from")
    frequency = episode.copy_frequencies()
    colour = episode.register_table.colour
    for start, from_node in (("node", True), ("register", False)):
        for end, to_node in (("node", True), ("register", False)):
            if not from_node and not to_node:
                continue
            kept = ((source < 0) == from_node) & ((target < 0) == to_node)
            first, last = (_ends(found[kept], colour) for found in (source, target))
            known = (first >= 0) & (last >= 0)
            copies = graph[start, "copies", end]
            copies.edge_index = _edges(first[known], last[known])
            copies.frequency = torch.from_numpy(frequency[kept][known])


def _ends(found: npt.NDArray[Any], colour: npt.NDArray[np.int16]) -> Ints:
    """Nodes from below zero, entries of `register` from reg_ids; -1 for a register that nobody may have."""
    wide = found.astype(np.int64)
    return np.where(wide < 0, -1 - wide, colour[np.maximum(wide, 0)].astype(np.int64) - 1)


def _add_hints(graph: HeteroData, episode: Episode) -> None:
    hints, offsets = episode.ragged("node_hint")
    node = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    rank = np.arange(len(hints)) - np.asarray(offsets, np.int64)[node]
    ends = _ends(hints, episode.register_table.colour)
    for end, is_node in (("node", True), ("register", False)):
        kept = ((hints < 0) == is_node) & (ends >= 0)
        found = graph["node", "hints", end]
        found.edge_index = _edges(node[kept], ends[kept])
        found.rank = torch.from_numpy(rank[kept])


def _add_fixed(graph: HeteroData, episode: Episode) -> None:
    registers = episode.register_table
    forbidden, offsets = episode.ragged("node_forbidden")
    node = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    colour = registers.colour[forbidden].astype(np.int64) - 1
    graph["register", "forbids", "node"].edge_index = _edges(colour[colour >= 0], node[colour >= 0])
    graph["register", "takes", "instruction"].edge_index = _edges(*_taken(episode))
    graph["instruction", "clobbers", "register"].edge_index = _edges(*_clobbered(episode))


def _taken(episode: Episode) -> tuple[Ints, Ints]:
    """Entry of `register` and instruction, sorted, of each register in front of or behind which it is held."""
    live, starts = episode.ragged("fixed_live")
    unit = np.repeat(episode.known_together("fixed_unit")[0], np.diff(starts) // 2)
    first, last = live[0::2] // 2, np.minimum((live[1::2] + 1) // 2, episode.n_instructions)
    holders = episode.register_table.unit_colours
    keys = [np.zeros(0, np.int64)]
    for own, begin, end in zip(unit.tolist(), first.tolist(), last.tolist(), strict=True):
        colours = holders.get(own, _NOTHING).astype(np.int64) - 1
        keys.append((colours[:, None] * episode.n_instructions + np.arange(begin, end)).ravel())
    register, instruction = np.divmod(np.unique(np.concatenate(keys)), max(episode.n_instructions, 1))
    return register, instruction


def _clobbered(episode: Episode) -> tuple[Ints, Ints]:
    """Instruction and entry of `register` of all that a mask does not preserve."""
    colour = episode.register_table.colour
    masks = list(episode.mask_positions())
    table = np.zeros((len(masks), 1 + episode.register_table.colours), np.bool_)
    table[:, colour[colour > 0]] = True
    for place, (_, preserved) in enumerate(masks):
        table[place, colour[preserved]] = False
    row, lost = np.nonzero(table[:, 1:])
    return np.array([position // 2 for position, _ in masks], np.int64)[row], lost


def _add_next(graph: HeteroData, episode: Episode) -> None:
    """One after the other within a block; from the last one of a block to the first one of each successor."""
    block = episode.instruction_blocks()
    within = np.flatnonzero(block[1:] == block[:-1]) if len(block) else np.zeros(0, np.int64)
    starts = np.asarray(episode.block_start, np.int64)
    stops = np.append(starts[1:], episode.n_instructions)
    after, offsets = episode.ragged("block_succ")
    chance = episode.ragged("block_succ_prob")[0]
    source = np.repeat(np.arange(len(starts)), np.diff(offsets))
    filled = (stops > starts)[source] & (stops > starts)[after]
    follow = graph["instruction", "next", "instruction"]
    follow.edge_index = _edges(
        np.concatenate((within, stops[source[filled]] - 1)), np.concatenate((within + 1, starts[after[filled]]))
    )
    follow.probability = torch.from_numpy(
        np.concatenate((np.ones(len(within), np.float32), chance[filled])).astype(np.float32)
    )
