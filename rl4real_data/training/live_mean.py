"""The vector of a piece of a live range, the mean over the instructions in it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rl4real_data.allocation.places import ROOM, Places


def mean_vector(instructions: npt.NDArray[np.float32], ranges: Places) -> npt.NDArray[np.float32]:
    """(D,) float32 of the piece with these ranges, as `Episode.node_vectors` has it of whole nodes."""
    inside = [np.arange(first >> ROOM, -(-last >> ROOM)) for first, last in ranges.tolist()]
    rows = np.concatenate(inside) if inside else np.zeros(0, np.int64)
    place = (rows[:, None] << ROOM) + 1
    rows = rows[((ranges[:, 0] <= place) & (place < ranges[:, 1])).any(axis=1)]
    found = instructions[rows].mean(axis=0) if len(rows) else np.zeros(instructions.shape[1])
    return np.asarray(found, np.float32)
