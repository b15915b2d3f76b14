"""One function's allocation problem as matrices.

Who may have what, who competes with whom, what spilling costs.
"""

from __future__ import annotations

__all__ = ["AllocationProblem", "problem_of"]

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from rl4real_data.allocation.register_file import Bools, RegisterFile
from rl4real_data.core.errors import DatasetError
from rl4real_data.reading.episode import Episode

COLUMNS: Final = (
    *("episode_id", "function", "module", "corpus", "allocator"),
    *("block_start", "block_freq", "node_vreg", "node_class", "node_spill_weight", "node_size", "node_live"),
    *("node_hint", "node_forbidden", "reserved", "use_inst", "edge_u", "edge_v"),
    *("node_outcome", "node_assigned", "node_fate", "spill_cost"),
)
"""The columns of an episode that are read here, in `expert`, and by the environment and the export on top of them."""

Ints = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationProblem:
    """n nodes and the R columns of a `RegisterFile`. None of the arrays may be written to.

    `allowed` (n, R) bool: the node's class without `reserved` and without `node_forbidden`.
    `spill_weight` (n,) float32: LLVM's, +inf for a node that cannot be spilled.
    `spill_cost` (n,) float64: expected executions of the loads and stores that spilling the node everywhere adds,
    relative to the entry block.
    `uses` (n,) int32: how many use points a node has. `size` (n,) int32: length of its live interval in instructions.
    `neighbours` (2 * edges,) int32: those of node i are [first_neighbour[i], first_neighbour[i + 1]), ascending.
    """

    registers: RegisterFile
    allowed: Bools
    spill_weight: npt.NDArray[np.float32]
    spill_cost: npt.NDArray[np.float64]
    uses: Ints
    size: Ints
    edges: Ints
    neighbours: Ints
    first_neighbour: npt.NDArray[np.int64]

    @property
    def n_nodes(self) -> int:
        """n, the number of nodes."""
        return len(self.uses)

    def neighbours_of(self, node: int) -> Ints:
        """The nodes that interfere with `node`, ascending."""
        return self.neighbours[self.first_neighbour[node] : self.first_neighbour[node + 1]]


def problem_of(episode: Episode, registers: RegisterFile) -> AllocationProblem:
    """The problem of an episode. DatasetError if its source does not tell what is needed (the fork's DOT files)."""
    missing = [
        name for name in ("use_inst", "node_forbidden", "reserved", "block_freq") if getattr(episode, name) is None
    ]
    if missing:
        raise DatasetError(
            f"{episode.function}: the source of this episode does not tell {missing[0]!r}",
            hint="datasets made by `rl4real-data flow` have it; those imported from the fork's files have not",
        )
    edges = episode.edges
    neighbours, first_neighbour = _adjacency(edges, episode.n_nodes)
    use_inst, use_offsets = episode.ragged("use_inst")
    return AllocationProblem(
        registers=registers,
        allowed=_allowed(episode, registers),
        spill_weight=episode.node_spill_weight,
        spill_cost=_spill_cost(episode, use_inst, use_offsets),
        uses=np.diff(use_offsets).astype(np.int32),
        size=episode.node_size // 16,  # SlotIndex::InstrDist: 16 an instruction
        edges=edges,
        neighbours=neighbours,
        first_neighbour=first_neighbour,
    )


def _allowed(episode: Episode, registers: RegisterFile) -> Bools:
    allowed = registers.class_members[episode.node_class]
    reserved = registers.column_of[episode.reserved]
    allowed[:, reserved[reserved >= 0]] = False
    forbidden, offsets = episode.ragged("node_forbidden")
    columns = registers.column_of[forbidden]
    rows = np.repeat(np.arange(episode.n_nodes), np.diff(offsets))
    allowed[rows[columns >= 0], columns[columns >= 0]] = False
    return allowed


def _spill_cost(episode: Episode, use_inst: Ints, offsets: Ints) -> npt.NDArray[np.float64]:
    """(n,) float64: the frequencies of the blocks of each node's use points, summed: a load or store at each.

    An estimate: LLVM shares one reload between close uses, and needs two accesses where a use point reads and writes.
    In the 1,503 functions of 40 x86 packages in which it spilled whole registers and split none, its own `spill_cost`
    was at the median 0.49 (test) and 0.57 (train) of this sum, above it in 12, and correlates with it by 0.95 and 0.97.
    """
    blocks = np.searchsorted(episode.block_start, use_inst, side="right") - 1
    sums = np.concatenate(([0.0], np.cumsum(episode.block_freq[blocks], dtype=np.float64)))
    # differences of a running sum leave a trace of rounding where a node has no use point
    return np.where(np.diff(offsets) > 0, sums[offsets[1:]] - sums[offsets[:-1]], 0.0)


def _adjacency(edges: Ints, n_nodes: int) -> tuple[Ints, npt.NDArray[np.int64]]:
    ends = np.concatenate((edges, edges[:, ::-1]))
    ends = ends[np.lexsort((ends[:, 1], ends[:, 0]))]
    counts = np.bincount(ends[:, 0], minlength=n_nodes)
    return ends[:, 1].copy(), np.concatenate(([0], np.cumsum(counts)))
