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


def live_at_borders(exposed: Pairs, defined: Pairs, successors: Sequence[Sequence[int]]) -> tuple[Pairs, Pairs]:
    """(block, node) of all that is live into a block, and of all that is live out of one.

    `exposed`: the node is read in the block before it is written there. `defined`: it is written there.
    """
    nodes = np.unique(exposed[1])  # nothing else crosses a border
    if not len(nodes):
        return (exposed[0][:0], nodes), (exposed[0][:0], nodes)
    crosses = np.isin(defined[1], nodes)
    reads = _bit_sets(exposed[0], np.searchsorted(nodes, exposed[1]), len(successors), len(nodes))
    writes = _bit_sets(defined[0][crosses], np.searchsorted(nodes, defined[1][crosses]), len(successors), len(nodes))
    wanted = _wanted_into(reads, writes, successors)
    reaching = _reaching_into(writes, successors)
    into = [one & other for one, other in zip(wanted, reaching, strict=True)]
    out = [
        _union(into, after) & (written | before)
        for after, written, before in zip(successors, writes, reaching, strict=True)
    ]
    return _pairs(into, nodes), _pairs(out, nodes)


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


def _bit_sets(blocks: Ints, nodes: Ints, n_blocks: int, n_nodes: int) -> list[int]:
    table = np.zeros((n_blocks, n_nodes), np.bool_)
    table[blocks, nodes] = True
    packed = np.packbits(table, axis=1, bitorder="little")
    return [int.from_bytes(row.tobytes(), "little") for row in packed]


def _pairs(sets: Sequence[int], nodes: Ints) -> Pairs:
    width = -(-len(nodes) // 8)
    packed = np.frombuffer(b"".join(one.to_bytes(width, "little") for one in sets), np.uint8).reshape(-1, width)
    blocks, places = np.nonzero(np.unpackbits(packed, axis=1, count=len(nodes), bitorder="little"))
    return blocks, nodes[places]
