"""The columns of one episode as numpy arrays.

Views into the Arrow buffers of its row group, made when they are asked for.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from rl4real_data.core.errors import DatasetError
from rl4real_data.episodes.schema import EPISODES, VERSION_1
from rl4real_data.reading.flat_columns import NestedColumn, Offsets, Values
from rl4real_data.reading.register_table import RegisterTable
from rl4real_data.reading.shard_files import RowGroup
from rl4real_data.reading.tables import Tables

_COLUMNS: Final = frozenset(EPISODES.names)
NEW_COLUMNS: Final = frozenset(name for name, _, _ in VERSION_1)
"""Those that datasets of version 0 lack."""

Int32 = npt.NDArray[np.int32]
Int16 = npt.NDArray[np.int16]
Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]


class EpisodeColumns:
    """Every column of the schema as an attribute of the same name; null is None."""

    __slots__ = ("_group", "_row", "_tables")

    if TYPE_CHECKING:
        episode_id: str
        pair_id: str
        function: str
        function_id: int
        module: str
        corpus: str
        license: str
        redistributable: bool
        target: str
        cpu: str
        opt_level: str
        allocator: str
        llvm_version: str
        content_hash: str
        near_hash: str
        mir: str | None
        inst: Int32
        block_start: Int32
        block_freq: Float32
        block_loop_depth: Int16
        block_succ: list[Int32]
        node_vreg: Int32
        node_class: Int16
        node_spill_weight: Float32
        node_size: Int32
        node_live: list[Int32]
        node_inst: list[Int32] | None
        node_hint: list[Int32]
        node_forbidden: list[Int16]
        reserved: Int16 | None
        use_inst: list[Int32]
        use_distance: list[Int32]
        use_spill_weight: list[Float32]
        split_points: list[Int32]
        edge_u: Int32
        edge_v: Int32
        node_outcome: Int16
        node_assigned: Int16
        spills: int
        reloads: int
        folded_spills: int
        folded_reloads: int
        copies: int
        spill_cost: float
        copy_cost: float
        block_succ_prob: list[Float32] | None
        block_flags: Int16 | None
        block_first_split: Int32 | None
        block_last_split: Int32 | None
        operand_inst: Int32 | None
        operand_index: Int16 | None
        operand_node: Int32 | None
        operand_subreg: Int16 | None
        operand_flags: Int16 | None
        use_flags: list[Int16] | None
        value_def: list[Int32] | None
        value_flags: list[Int16] | None
        copy_inst: Int32 | None
        copy_to: Int32 | None
        copy_from: Int32 | None
        copy_to_subreg: Int16 | None
        copy_from_subreg: Int16 | None
        fixed_unit: Int16 | None
        fixed_live: list[Int32] | None
        mask_inst: Int32 | None
        mask_id: Int32 | None
        mask_preserved: list[Int16] | None
        callee_saved: Int16 | None
        node_fate: Int16 | None
        part_node: Int32 | None
        part_first: Int32 | None
        part_last: Int32 | None
        part_place: Int32 | None
        choice_operand: Int32 | None
        choice_place: Int16 | None
        move_kind: Int16 | None
        move_inst: Int32 | None
        move_block: Int32 | None
        move_node: Int32 | None
        move_from: Int32 | None
        move_to: Int32 | None
        move_value: Int32 | None
        changed_inst: Int32 | None
        changed_flags: Int16 | None
        spills_cost: float | None
        reloads_cost: float | None
        folded_spills_cost: float | None
        folded_reloads_cost: float | None
        cheap_remats: int | None
        cheap_remats_cost: float | None
        dear_remats: int | None
        dear_remats_cost: float | None
        callee_saved_used: Int16 | None
        callee_saved_cost: float | None
        score_counts: Float64 | None
        score: float | None
        decider: str | None
        decisions_made: int | None
        decisions_illegal: int | None
        decisions_kept: int | None
        decisions_moved: int | None
        decisions_lost: int | None
        decisions_forced_away: int | None

    def __init__(self, group: RowGroup, row: int, tables: Tables) -> None:
        self._group = group
        self._row = row
        self._tables = tables

    def __getattr__(self, name: str) -> Any:
        if name not in _COLUMNS:
            raise AttributeError(f"episodes have no column {name!r}")
        try:
            return self._group.column(name).value(self._row)
        except (ValueError, LookupError) as error:
            raise self._group.unreadable(error) from error

    def has_column(self, name: str) -> bool:
        """Whether the column was selected; it may be null all the same."""
        return self._group.holds(name)

    @property
    def n_nodes(self) -> int:
        """How many virtual registers the function has."""
        return len(self.node_vreg)

    @property
    def n_instructions(self) -> int:
        """How many instructions the function has; DatasetError if the source does not tell."""
        return len(self._known("inst"))

    @property
    def register_table(self) -> RegisterTable:
        """The register file of the dataset's target, which reg_ids and class_ids refer to."""
        return self._tables.registers

    def ragged(self, name: str) -> tuple[Values, Offsets]:
        """A column of lists of lists as (values, offsets): list i is values[offsets[i]:offsets[i + 1]].

        DatasetError for another kind of column, and if the source does not tell.
        """
        column = self._group.column(name)
        if not isinstance(column, NestedColumn):
            raise DatasetError(f"the column {name!r} is no list of lists", hint=f"use episode.{name}")
        pair = column.ragged(self._row)
        if pair is None:
            raise self._unknown(name)
        return pair

    def lists(self, name: str) -> list[Values]:
        """A column of lists of lists as one array a list; errors as `ragged`."""
        values, offsets = self.ragged(name)
        bounds = offsets.tolist()
        return [values[first:last] for first, last in itertools.pairwise(bounds)]

    def known_together(self, *names: str) -> list[Values]:
        """These columns; DatasetError, which says what to do, for one that the source does not tell."""
        return [self._known(name) for name in names]

    def _known(self, name: str) -> Values:
        value: Values | None = getattr(self, name)
        if value is None:
            raise self._unknown(name)
        return value

    def _unknown(self, name: str) -> DatasetError:
        hint = (
            "`rl4real-data upgrade DATA_DIR` adds it to a dataset of an older version that holds MIR text"
            if name in NEW_COLUMNS
            else ""
        )
        subject = f"{self.function}: " if self._group.holds("function") else ""
        return DatasetError(f"{subject}the source of this episode does not tell {name!r}", hint=hint)
