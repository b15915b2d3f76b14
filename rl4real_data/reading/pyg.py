"""Episodes as graphs of PyTorch Geometric."""

from __future__ import annotations

__all__ = ["PYG_COLUMNS", "action_mask", "to_pyg"]

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rl4real_data.core.extras import required_by
from rl4real_data.episodes.schema import Outcome
from rl4real_data.reading.episode import Episode

with required_by("to_pyg", extra="pyg"):
    import torch
    from torch_geometric.data import Data

_COLUMNS: Final = ("node_class", "node_spill_weight", "node_size", "node_outcome", "node_assigned", "reserved")
PYG_COLUMNS: Final = (
    *("episode_id", "edge_u", "edge_v", "node_forbidden", "node_live", "node_inst", "inst"),
    *_COLUMNS,
)
"""What `to_pyg` reads: `dataset.select(PYG_COLUMNS)` reads them together."""


def to_pyg(episode: Episode) -> Data:
    """The interference graph with what a policy sees, what it may do, and what LLVM did.

    x (n, D) float32: `node_vectors()`; edge_index (2, 2 * n_edges) int64: both directions of each edge;
    node_class (n,) int64; spill_weight, size (n,) float32, +inf for a node that cannot be spilled; the latter is
    `graph["size"]`, since `graph.size` is a method;
    action_mask (n, colours + 1) bool: column c > 0 if the node may have the register of colour c, column 0 if it may be
    spilled; y (n,) int64: the colour that LLVM gave, else 0; outcome (n,) int64; assigned_mask (n,) bool: LLVM gave
    a register, y says which. Colours are those of `registers.parquet`.

    Episodes of the fork's graphs, which do not tell what the allocator did, lack y, outcome, assigned_mask and size;
    no register counts as reserved there, as in the fork's trainer. DatasetError for a dataset without vectors.
    """
    u, v = episode.edge_u, episode.edge_v
    edges = np.empty((2, 2 * len(u)), np.int64)
    edges[0, : len(u)], edges[1, : len(u)] = u, v
    edges[0, len(u) :], edges[1, len(u) :] = v, u
    return Data(
        x=torch.from_numpy(episode.node_vectors()),
        edge_index=torch.from_numpy(edges),
        node_class=torch.from_numpy(episode.node_class.astype(np.int64)),
        spill_weight=torch.from_numpy(episode.node_spill_weight.copy()),
        action_mask=torch.from_numpy(action_mask(episode)),
        episode_id=episode.episode_id,
        **answer_tensors(episode),
    )


def answer_tensors(episode: Episode) -> dict[str, torch.Tensor]:
    """What only some sources tell: size, y, outcome, assigned_mask, each (n,)."""
    found: dict[str, torch.Tensor] = {}
    if episode.node_size is not None:
        found["size"] = torch.from_numpy(episode.node_size.astype(np.float32))
    if episode.node_outcome is not None:
        colour, outcome = episode.register_table.colour, episode.node_outcome.astype(np.int64)
        found["y"] = torch.from_numpy(colour[episode.node_assigned].astype(np.int64))
        found["outcome"] = torch.from_numpy(outcome)
        found["assigned_mask"] = torch.from_numpy(outcome == Outcome.ASSIGNED)
    return found


def action_mask(episode: Episode) -> npt.NDArray[np.bool_]:
    """(n_nodes, colours + 1) bool: column c > 0 for the register of colour c, column 0 for spilling."""
    registers: Any = episode.register_table
    mask: npt.NDArray[np.bool_] = registers.class_colours.take(episode.node_class, axis=0)
    if episode.reserved is not None:
        mask[:, registers.colour[episode.reserved]] = False
    taken, offsets = episode.ragged("node_forbidden")
    if len(taken):
        mask[np.repeat(np.arange(len(mask)), np.diff(offsets)), registers.colour[taken]] = False
    mask[:, 0] = np.isfinite(episode.node_spill_weight)
    return mask
