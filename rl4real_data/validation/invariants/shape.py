"""Invariants of form.

Which columns may be null, and which have the same lengths.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import pyarrow as pa

from rl4real_data.episodes.ragged import Ints
from rl4real_data.episodes.schema import ANSWER, EPISODES, PROBLEM
from rl4real_data.validation.episode_batch import EpisodeBatch, Spots

Find = Callable[[EpisodeBatch], Spots]


def _is_nested(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) and pa.types.is_list(kind.value_type))


LISTS: Final = tuple(field.name for field in EPISODES if pa.types.is_list(field.type))
NESTED: Final = frozenset(field.name for field in EPISODES if _is_nested(field.type))
NODE_COLUMNS: Final = tuple(
    name for name in LISTS if name.startswith(("node_", "use_", "split_")) and name != "node_vreg"
)
BLOCK_COLUMNS: Final = tuple(name for name in LISTS if name.startswith("block_") and name != "block_start")
USE_PAIRS: Final = (
    ("use_inst", "use_distance"),
    ("use_inst", "use_spill_weight"),
    ("use_distance", "use_spill_weight"),
)
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "machine IR": ("inst", "block_start", "block_freq", "block_loop_depth", "block_succ"),
    "expert": (
        *("node_outcome", "node_assigned", "spills", "reloads", "folded_spills", "folded_reloads"),
        *("copies", "spill_cost", "copy_cost"),
    ),
    "whole problem": tuple(name for name, _, _ in PROBLEM),
    "whole answer": tuple(name for name, _, _ in ANSWER),
}
"""Columns that a source tells together or not at all."""


def is_null(name: str) -> Find:
    return lambda batch: Spots.of_rows(~batch.known(name))


def holds_null(name: str) -> Find:
    """Null means that a source does not tell, and no source tells half a list."""

    def find(batch: EpisodeBatch) -> Spots:
        if name not in NESTED:
            column = batch.lists(name)
            return Spots(column.owner[column.holes], column.place[column.holes])
        nested = batch.nested(name)
        outer, holes = nested.outer, nested.inner.holes
        whole = Spots(outer.owner[outer.holes], outer.place[outer.holes])
        return whole + Spots(nested.row[holes], nested.node[holes])

    return find


def half_null(names: tuple[str, ...]) -> Find:
    def find(batch: EpisodeBatch) -> Spots:
        told = np.stack([batch.known(name) for name in names])
        some, every = told.any(axis=0), told.all(axis=0)
        return Spots.of_rows(np.asarray(some & ~every))

    return find


def _lengths(batch: EpisodeBatch, name: str) -> Ints:
    return (batch.nested(name).outer if name in NESTED else batch.lists(name)).lengths


def differs(one: str, other: str) -> Find:
    """Rows in which two columns have a different number of entries."""
    return lambda batch: Spots.of_rows((_lengths(batch, one) != _lengths(batch, other)) & batch.known(one, other))


def differs_inside(one: str, other: str) -> Find:
    """Nodes for which two columns have a different number of entries; the columns have the same nodes."""

    def find(batch: EpisodeBatch) -> Spots:
        told = batch.known(one, other)
        first, second = batch.nested(one), batch.nested(other)
        left, right = told[first.outer.owner], told[second.outer.owner]
        wrong = first.inner.lengths[left] != second.inner.lengths[right]
        return Spots(first.outer.owner[left][wrong], first.outer.place[left][wrong])

    return find


def odd_live_ranges(batch: EpisodeBatch) -> Spots:
    live = batch.nested("node_live")
    wrong = live.inner.lengths % 2 == 1
    return Spots(live.outer.owner[wrong], live.outer.place[wrong])
