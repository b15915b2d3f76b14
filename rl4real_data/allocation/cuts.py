"""The use points behind which the expert split a node, read off the node's parts."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from rl4real_data.episodes.column_values import Fate, Outcome
from rl4real_data.reading.episode import Episode

CUT_COLUMNS = ("node_vreg", "node_fate", "use_inst", "part_node", "part_first", "part_last", "part_place")
"""What `split_cuts` reads."""

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


def split_nodes(episode: Episode, outcome: npt.NDArray[np.int16]) -> Bools:
    """(n,) True for nodes of several registers. Version 0 of the format does not tell of those that were spilled, too:
    there `outcome`, the episode's `node_outcome`, must do.
    """
    fate = episode.node_fate if episode.has_column("node_fate") else None
    found: Bools = outcome == Outcome.SPLIT
    return found if fate is None else found | ((fate & Fate.SPLIT) != 0)


def split_cuts(episode: Episode) -> Mapping[int, Ints] | None:
    """For each node that was split: the use points behind which a part of another place begins, ascending, each once.

    A cut in front of the first use point is none, since the node is whole behind it. None for an episode of version 0,
    which holds no parts.
    """
    if episode.node_fate is None or episode.part_node is None:
        return None
    parts = episode.edited_parts()
    uses = episode.lists("use_inst")
    found: dict[int, Ints] = {}
    for node in np.flatnonzero(episode.node_fate & Fate.SPLIT).tolist():
        own = parts.of_node(node)
        place = parts.place[own]
        changes = np.flatnonzero(place[1:] != place[:-1]) + 1
        behind = np.searchsorted(2 * uses[node] + 1, parts.first[own][changes], side="right") - 1
        found[node] = np.unique(behind[behind >= 0])
    return found
