"""Liveness of nodes at the borders of blocks, as a dataflow over bit sets.

A node is live into a block if a definition reaches the block and some path from it reads the value before it is
written. Bit sets are Python's integers, a bit a node: an `or` of a thousand nodes takes 0.1 us.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Pairs = tuple[Ints, Ints]
"""Block and node of each pair."""


def live_at_borders(
    exposed: Pairs, defined: Pairs, successors: Sequence[Sequence[int]], first_node: Ints, first_block: Ints
) -> tuple[Pairs, Pairs]:
    """(block, node) of all that is live into a block, and of all that is live out of one.

    `exposed`: the node is read in the block before it is written there. `defined`: it is written there. `first_node`,
    `first_block` (functions,): where each of the functions that stand one behind the other begins.
    """
    nodes = np.unique(exposed[1])  # nothing else crosses a border
    if not len(nodes):
        return (exposed[0][:0], nodes), (exposed[0][:0], nodes)
    bits = _Bits(nodes, np.searchsorted(nodes, first_node), first_block, len(successors))
    crosses = np.isin(defined[1], nodes)
    reads = bits.sets_of(exposed)
    writes = bits.sets_of((defined[0][crosses], defined[1][crosses]))
    wanted = _wanted_into(reads, writes, successors)
    reaching = _reaching_into(writes, successors)
    into = [one & other for one, other in zip(wanted, reaching, strict=True)]
    out = [
        _union(into, after) & (written | before)
        for after, written, before in zip(successors, writes, reaching, strict=True)
    ]
    return bits.pairs_of(into), bits.pairs_of(out)


def _union(sets: Sequence[int], places: Sequence[int]) -> int:
    found = 0
    for place in places:
        found |= sets[place]
    return found


def _wanted_into(reads: Sequence[int], writes: Sequence[int], successors: Sequence[Sequence[int]]) -> list[int]:
    """Backward: what is read somewhere behind each block's start before it is written."""
    wanted = list(reads)
    is_changed = True
    while is_changed:
        is_changed = False
        for block in range(len(reads) - 1, -1, -1):
            new = reads[block] | (_union(wanted, successors[block]) & ~writes[block])
            if new != wanted[block]:
                wanted[block], is_changed = new, True
    return wanted


def _reaching_into(writes: Sequence[int], successors: Sequence[Sequence[int]]) -> list[int]:
    """Forward: what is written somewhere on a path to each block's start."""
    reaching = [0] * len(writes)
    is_changed = True
    while is_changed:
        is_changed = False
        for block, after in enumerate(successors):
            out = reaching[block] | writes[block]
            for place in after:
                if out & ~reaching[place]:
                    reaching[place] |= out
                    is_changed = True
    return reaching


class _Bits:
    """Which bit of a block's set stands for which node: each function counts its own from 0."""

    def __init__(self, nodes: Ints, first: Ints, first_block: Ints, n_blocks: int) -> None:
        function = np.searchsorted(first_block, np.arange(n_blocks), side="right") - 1
        self._nodes = nodes
        self._base = first[function]
        self._width = int(np.diff(first, append=len(nodes)).max())

    def sets_of(self, pairs: Pairs) -> list[int]:
        """A bit set for each block."""
        blocks, nodes = pairs
        table = np.zeros((len(self._base), self._width), np.bool_)
        table[blocks, np.searchsorted(self._nodes, nodes) - self._base[blocks]] = True
        packed = np.packbits(table, axis=1, bitorder="little")
        return [int.from_bytes(row.tobytes(), "little") for row in packed]

    def pairs_of(self, sets: Sequence[int]) -> Pairs:
        """Block and node of each bit that is set."""
        width = -(-self._width // 8)
        packed = np.frombuffer(b"".join(one.to_bytes(width, "little") for one in sets), np.uint8).reshape(-1, width)
        blocks, places = np.nonzero(np.unpackbits(packed, axis=1, count=self._width, bitorder="little"))
        return blocks, self._nodes[self._base[blocks] + places]
