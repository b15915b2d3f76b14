"""The parts of live ranges, which say where each node lies at every position of its life."""

from __future__ import annotations

__all__ = ["Parts"]

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Int32 = npt.NDArray[np.int32]
NOWHERE = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """All parts of an episode's nodes, sorted by node, first and place; a part is one contiguous piece.

    `node`, `first`, `last` (parts,) int32: the node is in one place at the positions [first, last). `place` (parts,)
    int32: a register's reg_id, -1 - s for spill slot s, 0 where the value is nowhere and is computed anew. `offsets`
    (n_nodes + 1,) int64: those of node i are [offsets[i], offsets[i + 1]).
    """

    node: Int32
    first: Int32
    last: Int32
    place: Int32
    offsets: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.node)

    def of_node(self, node: int) -> slice:
        """The rows of one node: `parts.place[parts.of_node(3)]`. IndexError for one that there is not."""
        if not 0 <= node < len(self.offsets) - 1:
            raise IndexError(f"node {node} of {len(self.offsets) - 1}")
        return slice(int(self.offsets[node]), int(self.offsets[node + 1]))

    def places_at(self, nodes: npt.NDArray[np.integer], positions: npt.NDArray[np.integer]) -> Int32:
        """(pairs,) int32: the place of each node at the position beside it, 0 where no part says so.

        Of registers that overlap there, the one of the part that began last.
        """
        stride = int(self.last.max(initial=0)) + 2
        starts = self.node.astype(np.int64) * stride + self.first
        row = np.searchsorted(starts, nodes.astype(np.int64) * stride + np.minimum(positions, stride - 1), "right") - 1
        found = np.zeros(len(row), np.int32)
        left = np.arange(len(row))
        while len(left):  # a long part may have begun before a short one that is over: as many rounds as parts overlap
            left = left[row[left] >= 0]
            left = left[self.node[row[left]] == nodes[left]]
            covers = self.last[row[left]] > positions[left]
            found[left[covers]] = self.place[row[left[covers]]]
            left = left[~covers]
            row[left] -= 1
        return found


def sorted_parts(node: Int32, first: Int32, last: Int32, place: Int32, *, n_nodes: int) -> Parts:
    """Parts in any order, as `Parts` has them."""
    order = np.lexsort((place, first, node))
    offsets = np.concatenate(([0], np.cumsum(np.bincount(node, minlength=n_nodes)))).astype(np.int64)
    return Parts(node=node[order], first=first[order], last=last[order], place=place[order], offsets=offsets)
