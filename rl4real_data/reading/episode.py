"""One episode as numpy arrays.

Views into the Arrow buffers of its row group, made when they are asked for.
"""

from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from rl4real_data.core.counted import counted
from rl4real_data.core.errors import DatasetError
from rl4real_data.episodes.schema import EPISODES
from rl4real_data.reading.flat_columns import NestedColumn, Offsets, Values
from rl4real_data.reading.register_table import RegisterTable
from rl4real_data.reading.shard_files import Address, RowGroup
from rl4real_data.reading.source import source_at
from rl4real_data.reading.tables import Tables

if TYPE_CHECKING:
    import networkx as nx

_COLUMNS: Final = frozenset(EPISODES.names)

Int32 = npt.NDArray[np.int32]
Int16 = npt.NDArray[np.int16]
Float32 = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpertOutcome:
    """What LLVM's allocator did with the function, and what that cost.

    `node_outcome` (n_nodes,): values of `rl4real_data.episodes.schema.Outcome`. `node_assigned` (n_nodes,): reg_id
    of an assigned node, else 0. Costs are expected executions relative to the entry block. None: not known.
    """

    node_outcome: Int16 | None
    node_assigned: Int16 | None
    spills: int | None
    reloads: int | None
    folded_spills: int | None
    folded_reloads: int | None
    copies: int | None
    spill_cost: float | None
    copy_cost: float | None


class Episode:
    """One function's allocation problem. Every column of the schema is an attribute of the same name.

    Scalars are str, int, float or bool; lists are numpy arrays that cannot be written to and share memory with Arrow;
    lists of lists are lists of such arrays. Null is None. DatasetError for a column that was not selected.
    """

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

    def __reduce__(self) -> tuple[Any, ...]:
        """Travels as its place in the files, which the other process opens anew."""
        return _restore_episode, (*self._group.place, self._row)

    def __repr__(self) -> str:
        return f"<Episode {self.corpus}/{self.module}:{self.function} with {counted(self.n_nodes, 'node')}>"

    @property
    def n_nodes(self) -> int:
        """How many virtual registers the function has."""
        return len(self.node_vreg)

    @property
    def n_edges(self) -> int:
        """How many pairs of nodes interfere."""
        return len(self.edge_u)

    @property
    def n_instructions(self) -> int:
        """How many instructions the function has; DatasetError if the source does not tell."""
        return len(self._known("inst"))

    @property
    def edges(self) -> Int32:
        """(n_edges, 2) int32: the nodes u < v of each interference, sorted."""
        with self._group.blame():
            edges = np.empty((len(self.edge_u), 2), np.int32)
            edges[:, 0] = self.edge_u
            edges[:, 1] = self.edge_v
        return edges

    @property
    def outcome(self) -> ExpertOutcome:
        """What LLVM's allocator did, the expert of imitation learning."""
        return ExpertOutcome(**{name: getattr(self, name) for name in ExpertOutcome.__slots__})

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

    def instruction_vectors(self) -> Float32:
        """(n_instructions, D) float32: the MIR2Vec vector of each instruction. DatasetError without vectors."""
        inst = self._known("inst")
        vectors = self._tables.instructions.require_vectors()
        with self._group.blame():
            return vectors.take(inst, axis=0)

    def node_vectors(self) -> Float32:
        """(n_nodes, D) float32: the mean over the instructions in each node's live ranges; zero for a node without.

        RL4ReAl's initial node representation (section 4 of doi:10.1145/3578360.3580273). DatasetError without
        vectors.
        """
        from rl4real_data.mir2vec.pooling import list_means, node_vectors

        vectors = self._tables.instructions.require_vectors()
        with self._group.blame():
            if self.inst is None and self.node_inst is not None:
                return list_means(*self.ragged("node_inst"), vectors)
            live, offsets = self.ragged("node_live")
            return node_vectors(self._known("inst"), live, np.diff(offsets), vectors)

    def allowed_registers(self, node: int) -> Int16:
        """(allowed,) int16 reg_ids that the node may have, in the allocation order of its class.

        The class's order without `reserved` and without `node_forbidden[node]`; the fork's graphs do not tell the
        first, but their classes hold no register that is always reserved. IndexError for a node that the episode does
        not have; DatasetError if the source does not tell.
        """
        classes = self._known("node_class")
        forbidden = self.lists("node_forbidden")
        nodes = max(len(classes), len(forbidden))  # of a damaged dataset they may differ
        if not -nodes <= node < nodes:
            raise IndexError(f"node {node} of {nodes}")
        registers = self._tables.registers
        with self._group.blame():
            order = registers.class_order[int(classes[node])]
            taken = forbidden[node]
            if self.reserved is not None:
                taken = np.concatenate((self.reserved, taken))
            return order[~np.isin(order, taken)]

    def to_networkx(self) -> nx.Graph[int]:
        """The interference graph: node i has `vreg`, `reg_class`, `spill_weight`; with an outcome, `assigned` too."""
        import networkx as nx

        graph: nx.Graph[int] = nx.Graph(function=self.function, module=self.module, target=self.target)
        columns = {"vreg": "node_vreg", "class_id": "node_class", "spill_weight": "node_spill_weight"}
        columns |= {"size": "node_size", "outcome": "node_outcome", "assigned": "node_assigned"}
        found = {name: getattr(self, column) for name, column in columns.items()}
        values = {name: array.tolist() for name, array in found.items() if array is not None}
        with self._group.blame():
            graph.add_nodes_from((i, {name: values[name][i] for name in values}) for i in range(self.n_nodes))
            graph.add_edges_from(zip(self.edge_u.tolist(), self.edge_v.tolist(), strict=True))
        return graph

    def _known(self, name: str) -> Values:
        value: Values | None = getattr(self, name)
        if value is None:
            raise self._unknown(name)
        return value

    def _unknown(self, name: str) -> DatasetError:
        return DatasetError(f"{self.function}: the source of this episode does not tell {name!r}")


@functools.lru_cache(maxsize=4)
def _group_at(address: Address, shard: int, number: int, columns: tuple[str, ...] | None) -> RowGroup:
    return RowGroup(source_at(address).files, shard, number, columns)


def _restore_episode(address: Address, shard: int, number: int, columns: tuple[str, ...] | None, row: int) -> Episode:
    return Episode(_group_at(address, shard, number, columns), row, source_at(address).tables)
