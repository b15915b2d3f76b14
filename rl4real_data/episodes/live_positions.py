"""Live ranges in positions, computed from operands and blocks alone.

Positions are doubled instruction indices (see `problem_columns`): 2 i right in front of instruction i, 2 i + 1 right
behind it. A value that instruction i reads last lives up to 2 i + 1; one that it writes lives from there, or from 2 i
if it is written early; one that it writes in vain up to 2 i + 2. `node_live` tells the same of whole instructions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from rl4real_data.episodes.block_liveness import live_at_borders
from rl4real_data.episodes.column_values import OperandFlag

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Ragged = tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]
"""Values, and (lists + 1,) offsets into them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeCode:
    """What a function's instructions do with its nodes: columns of an episode, as arrays.

    `block_start` (blocks,), `successors`: those of each block, `operand_*` (operands,) in the order of the code.
    Several functions may stand one behind the other, their nodes, instructions and blocks counted on: `first_node` and
    `first_block` (functions,) then say where each begins.
    """

    n_nodes: int
    n_instructions: int
    block_start: npt.NDArray[Any]
    successors: Sequence[Sequence[int]]
    operand_inst: npt.NDArray[Any]
    operand_node: npt.NDArray[Any]
    operand_flags: npt.NDArray[Any]
    first_node: Ints = field(default_factory=lambda: np.zeros(1, np.int64))
    first_block: Ints = field(default_factory=lambda: np.zeros(1, np.int64))


@dataclass(frozen=True, slots=True)
class _Events:
    """Where something happens to a node, sorted by node and place; the borders of blocks that it crosses are two."""

    node: Ints
    place: Ints
    block: Ints
    begin: Ints
    """Position at which a value that is there behind the event begins, or goes on."""
    end: Ints
    """Position up to which the event needs the value before it."""
    needs: Flags
    gives: Flags
    is_write: Flags
    """`gives` by an instruction: even if nothing reads it, it takes the register for a moment."""


def live_positions(code: NodeCode) -> Ragged:
    """first, last, first, last, … of each node as (values, offsets) int32: half-open ranges that do not touch.

    ValueError for indices that do not fit together.
    """
    _check(code)
    events = _with_borders(_operand_events(code), code)
    node, first, last = _segments(events)
    return _merged(node, first, last, code.n_nodes)


def live_instructions(values: npt.NDArray[np.int32], offsets: npt.NDArray[np.int32]) -> Ragged:
    """Ranges of positions as `node_live` tells them: instruction i is in one that holds position 2 i + 1."""
    node = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets) // 2)
    first, last = values[0::2] // 2, values[1::2] // 2
    return _merged(node, first, last, len(offsets) - 1)


def _check(code: NodeCode) -> None:
    ends = (
        (code.operand_inst, code.n_instructions, "an operand names an instruction"),
        (code.operand_node, code.n_nodes, "an operand names a node"),
        (code.block_start, code.n_instructions + 1, "a block starts at an instruction"),
    )
    for values, limit, what in ends:
        if len(values) and not 0 <= int(values.min()) <= int(values.max()) < limit:
            raise ValueError(f"{what} that is none of {limit}")
    if any(not 0 <= one < len(code.block_start) for after in code.successors for one in after):
        raise ValueError("a block is followed by one that there is not")
    if len(code.operand_inst) and not len(code.block_start):
        raise ValueError("there are instructions and no blocks")


def _operand_events(code: NodeCode) -> _Events:
    """One event for all operands of one instruction that name one node."""
    stride = code.n_instructions + 1
    key = code.operand_node.astype(np.int64) * stride + code.operand_inst
    order = np.argsort(key, kind="stable")
    key, flags = key[order], np.asarray(code.operand_flags)[order]
    heads = np.flatnonzero(np.diff(key, prepend=-1))
    is_read = ((flags & OperandFlag.READ) != 0) & ((flags & OperandFlag.UNDEF) == 0)
    is_write = (flags & OperandFlag.WRITE) != 0
    is_early = is_write & ((flags & OperandFlag.EARLY_CLOBBER) != 0)
    node, inst = np.divmod(key[heads], stride)
    needs, gives, early = (_any_from(found, heads) for found in (is_read, is_write, is_early))
    return _Events(
        node=node,
        place=4 * inst,
        block=np.asarray(np.searchsorted(code.block_start, inst, side="right") - 1, np.int64),
        begin=2 * inst + 1 - early,
        end=2 * inst + 1,
        needs=needs,
        gives=gives,
        is_write=gives,
    )


def _any_from(flags: Flags, heads: Ints) -> Flags:
    return np.logical_or.reduceat(flags, heads) if len(heads) else flags


def _with_borders(events: _Events, code: NodeCode) -> _Events:
    """The same with an event where a node crosses into a block, or out of one."""
    fresh = np.diff(events.node * (len(code.block_start) + 1) + events.block, prepend=-1) != 0
    is_exposed = fresh & events.needs
    exposed = (events.block[is_exposed], events.node[is_exposed])
    defined = (events.block[events.gives], events.node[events.gives])
    (into_block, into_node), (out_block, out_node) = live_at_borders(
        exposed, defined, code.successors, code.first_node, code.first_block
    )
    start = np.asarray(code.block_start, np.int64)
    stop = np.append(start[1:], code.n_instructions)
    into, out = start[into_block], stop[out_block]
    parts = (
        (events.node, into_node, out_node),
        (events.place, 4 * into - 1, 4 * out - 2),
        (events.block, into_block, out_block),
        (events.begin, 2 * into, 2 * out),
        (events.end, 2 * into, 2 * out),
        (events.needs, np.zeros_like(into, np.bool_), np.ones_like(out, np.bool_)),
        (events.gives, np.ones_like(into, np.bool_), np.zeros_like(out, np.bool_)),
        (events.is_write, np.zeros_like(into, np.bool_), np.zeros_like(out, np.bool_)),
    )
    joined = [np.concatenate(part) for part in parts]
    order = np.lexsort((joined[1], joined[0]))
    return _Events(*(column[order] for column in joined))


def _segments(events: _Events) -> tuple[Ints, Ints, Ints]:
    """Node, first and last of what lies between an event and the next one that needs its value, and of vain writes."""
    if not len(events.node):
        return events.node, events.begin, events.end
    is_head = np.ones(len(events.node), np.bool_)
    is_head[1:] = (events.node[1:] != events.node[:-1]) | (events.block[1:] != events.block[:-1])
    given = np.cumsum(events.gives)
    before: Ints = (given - events.gives)[is_head][np.cumsum(is_head) - 1]
    is_there = given > before
    is_needed = np.zeros(len(events.node), np.bool_)
    is_needed[:-1] = ~is_head[1:] & events.needs[1:]
    last = np.append(events.end[1:], 0)
    last = np.where(is_needed, last, events.begin // 2 * 2 + 2)
    kept = np.where(is_needed, is_there, events.is_write) & (events.begin < last)
    return events.node[kept], events.begin[kept], last[kept]


def _merged(node: Ints, first: npt.NDArray[Any], last: npt.NDArray[Any], n_nodes: int) -> Ragged:
    """Ranges in order, those that touch or overlap as one, empty ones left out, as (values, offsets)."""
    is_filled = first < last
    node, first, last = node[is_filled], first[is_filled], last[is_filled]
    is_new = np.ones(len(node), np.bool_)
    is_new[1:] = (node[1:] != node[:-1]) | (first[1:] > last[:-1])
    heads = np.flatnonzero(is_new)
    values = np.empty(2 * len(heads), np.int32)
    values[0::2] = first[heads]
    values[1::2] = last[np.append(heads[1:], len(node)) - 1] if len(heads) else 0
    counts = np.bincount(node[heads], minlength=n_nodes) if n_nodes else np.zeros(0, np.int64)
    return values, np.concatenate(([0], np.cumsum(2 * counts))).astype(np.int32)
