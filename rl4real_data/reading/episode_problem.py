"""The allocation problem of one episode at every position.

Where each node lives, which registers it may have there, how often each instruction runs. Positions are doubled
instruction indices: 2 i right in front of instruction i, 2 i + 1 right behind it (`episodes/problem_columns.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from rl4real_data.episodes.column_values import BlockFlag
from rl4real_data.episodes.live_positions import NodeCode, live_positions
from rl4real_data.reading.episode_columns import EpisodeColumns, Float32, Int16, Int32
from rl4real_data.reading.fixed_ranges import FixedRanges, RegisterCopy


class EpisodeProblem(EpisodeColumns):
    """What can be computed from the problem's columns."""

    __slots__ = ()

    def live_positions(self) -> tuple[Int32, Int32]:
        """Where each node holds a value, or is written in vain, as (values, offsets) int32.

        Node i has values[offsets[i]:offsets[i + 1]]: first, last, first, last, …, half-open ranges of positions that do
        not touch. Computed from operands and blocks; `node_live` says the same of whole instructions. DatasetError if
        the source does not tell.
        """
        successors = self.lists("block_succ")
        code = NodeCode(
            n_nodes=self.n_nodes,
            n_instructions=self.n_instructions,
            block_start=self._known("block_start"),
            successors=[after.tolist() for after in successors],
            operand_inst=self._known("operand_inst"),
            operand_node=self._known("operand_node"),
            operand_flags=self._known("operand_flags"),
        )
        with self._group.blame():
            return live_positions(code)

    def allowed_registers(self, node: int) -> Int16:
        """(allowed,) int16 reg_ids that the node may have over its whole life, in the allocation order of its class.

        The class's order without `reserved` and without `node_forbidden[node]`; the fork's graphs do not tell the
        first, but their classes hold no register that is always reserved. IndexError for a node that the episode does
        not have; DatasetError if the source does not tell.
        """
        forbidden = self.lists("node_forbidden")
        order = self._order_of(node, len(forbidden))
        with self._group.blame():
            return order[~np.isin(order, forbidden[node])]

    def allowed_registers_at(self, node: int, position: int) -> Int16:
        """(allowed,) int16 reg_ids that the node may have at one position; see `allowed_registers_between`."""
        return self.allowed_registers_between(node, position, position + 1)

    def allowed_registers_between(self, node: int, first: int, last: int) -> Int16:
        """(allowed,) int16 reg_ids that nothing fixed takes from the node at the positions [first, last).

        The class's order without `reserved`, without what shares a unit with a fixed range there, and without what a
        register mask at an instruction there clobbers; a fixed range that is a copy of the node, or of which the node
        is a copy, is no obstacle, as for LLVM. IndexError for a node that the episode does not have; DatasetError if
        the source does not tell.
        """
        order = self._order_of(node)
        with self._group.blame():
            fixed = self.fixed_ranges((node % self.n_nodes,))
            free = [
                not any(begin < last and end > first for begin, end in fixed.held(node % self.n_nodes, register))
                for register in order.tolist()
            ]
            order = order[np.array(free, np.bool_)]
            for preserved in self._masks_between(first, last):
                order = order[np.isin(order, preserved)]
            return order

    def instruction_frequencies(self) -> Float32:
        """(n_instructions,) float32: expected executions of each instruction relative to the entry block."""
        return self._known("block_freq")[self.instruction_blocks()]

    def instruction_blocks(self) -> npt.NDArray[np.int64]:
        """(n_instructions,) int64: the block of each instruction."""
        return self._blocks_of(np.arange(self.n_instructions))

    def copy_frequencies(self) -> Float32:
        """(copies,) float32: expected executions of each copy in `copy_inst` relative to the entry block."""
        return self._known("block_freq")[self._blocks_of(self._known("copy_inst"))]

    def pressure(self, nodes: npt.NDArray[np.integer] | None = None) -> Int32:
        """(n_instructions,) int32: how many of the nodes, by default all, hold a value right behind each instruction.

        `nodes`: indices, such as `np.flatnonzero(episode.node_class == class_id)`. A node that an instruction writes in
        vain counts there, too.
        """
        values, offsets = self.ragged("node_live")
        with self._group.blame():
            if nodes is not None:
                kept = np.zeros(len(offsets) - 1, np.bool_)
                kept[nodes] = True
                values = values[np.repeat(kept, np.diff(offsets))]
            change = np.bincount(values[0::2], minlength=self.n_instructions + 1)
            change = change - np.bincount(values[1::2], minlength=self.n_instructions + 1)
            return change.cumsum()[: self.n_instructions].astype(np.int32)

    def mask_positions(self) -> Iterator[tuple[int, Int16]]:
        """The positions at which a mask clobbers registers, and the reg_ids that survive. DatasetError if not told."""
        for place, mask in zip(self._mask_places().tolist(), self._known("mask_id").tolist(), strict=True):
            with self._group.blame():
                preserved = self._preserved_by(mask)
            yield place, preserved

    def _order_of(self, node: int, nodes: int = 0) -> Int16:
        """The class's allocation order without the reserved registers; IndexError for a node that there is not."""
        classes = self._known("node_class")
        nodes = max(len(classes), nodes)  # of a damaged dataset they may differ
        if not -nodes <= node < nodes:
            raise IndexError(f"node {node} of {nodes}")
        with self._group.blame():
            order = self._tables.registers.class_order[int(classes[node])]
            return order if self.reserved is None else order[~np.isin(order, self.reserved)]

    def fixed_ranges(self, nodes: Collection[int] | None = None) -> FixedRanges:
        """What is held against these nodes, by default all. DatasetError if the source does not tell."""
        copies = self.register_copies(nodes)
        units, ranges = self._known("fixed_unit").tolist(), self.lists("fixed_live")
        return FixedRanges(
            units=self.register_table.units,
            subregisters=self.register_table.subregisters,
            ranges={
                unit: list(zip(own[0::2].tolist(), own[1::2].tolist(), strict=True))
                for unit, own in zip(units, ranges, strict=True)
            },
            copies=copies,
            begins=self._begins(copies) if copies else {},
        )

    def register_copies(self, nodes: Collection[int] | None = None) -> dict[int, list[RegisterCopy]]:
        """The copies between these nodes, by default all, and registers. DatasetError if the source does not tell."""
        found: dict[int, list[RegisterCopy]] = {}
        names = ("copy_inst", "copy_to", "copy_from", "copy_to_subreg", "copy_from_subreg")
        columns = (self._known(name).tolist() for name in names)
        for inst, target, source, to_part, from_part in zip(*columns, strict=True):
            node, register, part = (source, target, from_part) if source < 0 else (target, source, to_part)
            if node < 0 < register and (nodes is None or -1 - node in nodes):
                found.setdefault(-1 - node, []).append(RegisterCopy(inst, register, part, source < 0))
        return found

    def _begins(self, nodes: Collection[int]) -> dict[int, npt.NDArray[Any]]:
        """Where live ranges and values of these nodes begin."""
        values, offsets = self.live_positions()
        start, defs = self._known("block_start").tolist(), self.lists("value_def")
        found = {}
        for node in nodes:
            own = [2 * start[-1 - one] if one < 0 else 2 * one + 1 for one in defs[node].tolist()]
            found[node] = np.unique(np.concatenate((values[offsets[node] : offsets[node + 1] : 2], own)))
        return found

    def _masks_between(self, first: int, last: int) -> Iterator[npt.NDArray[np.int16]]:
        """Registers that survive each mask at one of the positions."""
        place = self._mask_places()
        ids = self._known("mask_id")[(place >= first) & (place < last)]
        for mask in np.unique(ids).tolist():
            yield self._preserved_by(mask)

    def _mask_places(self) -> npt.NDArray[np.int64]:
        """Right behind each call; in front of a landing pad's first instruction for what its entry clobbers."""
        inst = self._known("mask_inst")
        pads = self._known("block_start")[(self._known("block_flags") & BlockFlag.LANDING_PAD) != 0]
        return 2 * inst + 1 - np.isin(inst, pads)

    def _preserved_by(self, mask: int) -> Int16:
        return self.lists("mask_preserved")[-1 - mask] if mask < 0 else self._tables.masks[mask].preserved

    def _blocks_of(self, instructions: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
        return np.searchsorted(self._known("block_start"), instructions, side="right") - 1
