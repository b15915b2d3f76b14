"""The inputs of an advice model, raw columns of an episode's problem as tensors by name.

A list column is a tensor of one dimension. A list of lists NAME is two: NAME, its values one behind the other, and
NAME_offsets. Whole numbers are int64, floats float32, so that the compiler and the trainer fill the same tensors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rl4real_data.core.errors import DatasetError
from rl4real_data.episodes.schema import EPISODES
from rl4real_data.reading.episode import Episode

Arrays = Mapping[str, npt.NDArray[Any]]

OFFSETS: Final = "_offsets"
"""Behind the name of a list of lists: where each list begins, and at last where the last one ends."""

INPUT_COLUMNS: Final = (
    *("block_start", "block_freq", "block_loop_depth", "block_flags", "block_succ", "block_succ_prob"),
    *("node_class", "node_spill_weight", "node_size", "node_live", "node_hint", "node_forbidden"),
    *("use_inst", "use_flags", "value_flags", "copy_inst", "copy_to", "copy_from", "mask_inst"),
    *("edge_u", "edge_v"),
)
"""What the network looks at."""


def input_names(columns: Sequence[str] = INPUT_COLUMNS) -> Iterator[str]:
    """The names of the tensors, in the order of the columns."""
    for column in columns:
        yield column
        if _is_ragged(column):
            yield column + OFFSETS


def input_arrays(episode: Episode, columns: Sequence[str] = INPUT_COLUMNS) -> Arrays:
    """The tensors of an episode, as numpy arrays. DatasetError where it does not tell a column."""
    found: dict[str, npt.NDArray[Any]] = {}
    for column in columns:
        if getattr(episode, column) is None:
            raise DatasetError(
                f"{episode.episode_id}: it has no {column}, which an advice model looks at",
                hint="`rl4real-data upgrade DATA_DIR` adds the columns of the newer format",
            )
        if _is_ragged(column):
            values, offsets = episode.ragged(column)
            found[column], found[column + OFFSETS] = _tensor(values), offsets.astype(np.int64)
        else:
            found[column] = _tensor(np.atleast_1d(getattr(episode, column)))
    return found


def _is_ragged(column: str) -> bool:
    kind = EPISODES.field(column).type
    return bool(pa.types.is_list(kind) and pa.types.is_list(kind.value_type))


def _tensor(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return values.astype(np.float32 if np.issubdtype(values.dtype, np.floating) else np.int64)
