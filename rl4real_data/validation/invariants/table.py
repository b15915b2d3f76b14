"""The table of what holds for every episode.

Each check is one expression over a whole batch.

Checks stand in tiers. A row that fails one is not looked at in the tiers behind it, so that a check may rely
on what the tiers before it have found in order, and one damage gives one finding. A column that is null in a
row is a source that does not tell, and fails nothing.

All of this was measured to hold for 3,400 functions (sample, Lua, zstd; x86 and aarch64; LLVM 19 and 22).
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from rl4real_data.episodes.ragged import Ints
from rl4real_data.episodes.schema import EPISODES, REQUIRED, VERSION_1
from rl4real_data.validation.episode_batch import EpisodeBatch, Facts, Spots
from rl4real_data.validation.interference_check import compare_edges
from rl4real_data.validation.invariants import references, shape, values
from rl4real_data.validation.invariants.invariant import Invariant
from rl4real_data.validation.invariants.whole_table import WHOLE_TIERS


@dataclass(frozen=True, slots=True)
class Violation:
    """An invariant that a row of the batch breaks; `kind` is `what` without the place."""

    row: int
    what: str
    kind: str


def _missing_edges(batch: EpisodeBatch) -> Spots:
    found: Spots = batch.once("interference", compare_edges).missing
    return found


def _unfounded_edges(batch: EpisodeBatch) -> Spots:
    found: Spots = batch.once("interference", compare_edges).unfounded
    return found


SHAPES: Final = (
    *(Invariant(f"{name} is null", shape.is_null(name)) for name in REQUIRED),
    *(Invariant(f"{name} holds a null at {{place}}", shape.holds_null(name)) for name in shape.LISTS),
    *(
        Invariant(f"columns of the {group} group are null, others are not", shape.half_null(names))
        for group, names in shape.GROUPS.items()
    ),
    *(
        Invariant(f"{name} and node_vreg have different lengths", shape.differs(name, "node_vreg"))
        for name in shape.NODE_COLUMNS
    ),
    *(
        Invariant(f"{name} and block_start have different lengths", shape.differs(name, "block_start"))
        for name in shape.BLOCK_COLUMNS
    ),
    Invariant("edge_v and edge_u have different lengths", shape.differs("edge_v", "edge_u")),
)

INNER_SHAPES: Final = (
    Invariant("node {place}: node_live is no list of pairs", shape.odd_live_ranges),
    *(
        Invariant(f"node {{place}}: {one} and {other} have different lengths", shape.differs_inside(one, other))
        for one, other in shape.USE_PAIRS
    ),
)

VALUES: Final = (
    Invariant("node {place}: node_vreg is not ascending, or negative", values.unsorted_registers),
    Invariant("node {place}: node_spill_weight is not above 0", values.weight_not_positive),
    Invariant("node {place}: node_size is negative", values.negative("node_size")),
    Invariant("node {place}: an empty live range", values.empty_live_range),
    Invariant("node {place}: live ranges are not ascending", values.unsorted_live_ranges),
    Invariant("node {place}: a live range outside the function", values.live_range_outside),
    Invariant("node {place}: use_inst is not ascending", values.unsorted("use_inst")),
    Invariant("node {place}: a use point outside the function", values.use_outside),
    Invariant("node {place}: use_distance does not start at 0", values.distance_start),
    Invariant("node {place}: use_distance is not ascending", values.unsorted("use_distance")),
    Invariant("node {place}: a use_spill_weight is not above 0", values.use_weight_not_positive),
    Invariant("node {place}: split_points are not ascending", values.unsorted("split_points")),
    Invariant("node {place}: a split point that is no use point", values.split_point_outside),
    Invariant("edge {place}: not two nodes u < v of the episode", values.edge_outside),
    Invariant("edge {place}: edges are not sorted, or one is there twice", values.unsorted_edges),
    Invariant("block {place}: block_start does not begin at 0, or descends", values.block_start_order),
    Invariant("block {place}: block_start outside the function", values.block_start_outside),
    Invariant("block {place}: block_freq of the entry is not 1", values.entry_frequency),
    Invariant("block {place}: block_freq is no positive number", values.block_frequency),
    Invariant("block {place}: block_loop_depth is negative", values.negative("block_loop_depth")),
    Invariant("block {place}: a successor that is no block", values.successor_outside),
    Invariant("block {place}: block_succ is not ascending", values.unsorted("block_succ", strict=False)),
    *(Invariant(f"{name} is negative", values.count_negative(name)) for name in values.COUNTS),
    *(Invariant(f"{name} is no cost", values.cost_invalid(name)) for name in values.COSTS),
    Invariant("node {place}: node_outcome is none of 0..4", values.outcome_unknown),
    Invariant("node {place}: node_assigned does not fit node_outcome", values.assigned_mismatch),
    Invariant("more nodes than the recipe's filter lets into train", values.too_many_nodes),
    Invariant("node {place}: more use points than the recipe's filter lets into train", values.too_many_uses),
)

REFERENCES: Final = (
    Invariant("instruction {place}: inst is not in instructions.parquet", references.unknown_shape),
    Invariant("node {place}: node_inst is not in instructions.parquet", references.unknown_node_shape),
    Invariant("node_inst beside inst and node_live, which say the same", references.instructions_twice),
    Invariant("node {place}: node_class is not in registers.parquet", references.unknown_class),
    Invariant("node {place}: node_hint is neither a register nor a node", references.unknown_hint),
    Invariant("reserved is not ascending, or not in registers.parquet", references.reserved_invalid),
)

ALLOCATION: Final = (
    Invariant("node {place}: node_forbidden is not in the order of its class", references.forbidden_order),
    Invariant("node {place}: node_forbidden names a reserved register", references.forbidden_reserved),
    Invariant("node {place}: node_assigned is not in its class", references.assigned_outside_class),
    Invariant("node {place}: node_assigned is forbidden", references.assigned_forbidden),
    Invariant("node {place}: node_assigned is reserved", references.assigned_reserved),
    Invariant("spilled nodes without spill code, or the other way round", values.spills_mismatch),
    Invariant("node {place}: overlaps a later node without an edge", _missing_edges),
    Invariant("edge {place}: its nodes are never live at once", _unfounded_edges),
)

NEIGHBOURS: Final = (
    Invariant("edge {place}: both nodes are assigned and share a register unit", references.shared_unit),
)

TIERS: Final = (SHAPES, INNER_SHAPES, VALUES, REFERENCES, ALLOCATION, NEIGHBOURS)
_WHOLE: Final = (*(name for name, _, _ in VERSION_1), "inst", "node_live", "node_outcome", "use_inst")
"""What an episode tells that tells all."""

COLUMNS: Final = tuple(name for name in EPISODES.names if name != "mir")
"""What the checks read: everything but the text, which is more than half of a shard."""


def find_violations(table: pa.RecordBatch, facts: Facts) -> Iterator[Violation]:
    """All violations of the first tier that a row fails; one a row and invariant."""
    rows = np.arange(table.num_rows)
    table, rows = yield from _sift(table, rows, facts, TIERS)
    whole = EpisodeBatch(table, facts).known(*_WHOLE)
    yield from _sift(table.filter(pa.array(whole)), rows[whole], facts, WHOLE_TIERS)


def _sift(
    table: pa.RecordBatch, rows: Ints, facts: Facts, tiers: Sequence[Sequence[Invariant]]
) -> Generator[Violation, None, tuple[pa.RecordBatch, Ints]]:
    """Yields the violations; returns the rows that are left, and where they stand in the batch."""
    for tier in tiers:
        batch = EpisodeBatch(table, facts)
        sound = np.ones(table.num_rows, np.bool_)
        for invariant in tier:
            spots = invariant.find(batch).first_of_each_row()
            sound[spots.rows] = False
            for row, place in zip(spots.rows, spots.places, strict=True):
                what = invariant.what.replace("{place}", str(place))
                yield Violation(int(rows[row]), what, invariant.what.replace("{place}", "…"))
        if not sound.all():
            table, rows = table.filter(pa.array(sound)), rows[sound]
    return table, rows
