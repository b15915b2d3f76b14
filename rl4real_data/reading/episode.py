"""One episode, with its columns and what can be computed from them."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np

from rl4real_data.core.counted import counted
from rl4real_data.labels.label import Label
from rl4real_data.labels.trial import Trial
from rl4real_data.reading.episode_answer import EpisodeAnswer
from rl4real_data.reading.episode_columns import Float32, Int32
from rl4real_data.reading.label_rows import best_of
from rl4real_data.reading.shard_files import Address, RowGroup
from rl4real_data.reading.source import source_at

if TYPE_CHECKING:
    import networkx as nx


class Episode(EpisodeAnswer):
    """One function's allocation problem. Every column of the schema is an attribute of the same name.

    Scalars are str, int, float or bool; lists are numpy arrays that cannot be written to and share memory with Arrow;
    lists of lists are lists of such arrays. Null is None. DatasetError for a column that was not selected.
    """

    __slots__ = ()

    def __reduce__(self) -> tuple[Any, ...]:
        """Travels as its place in the files, which the other process opens anew."""
        return _restore_episode, (*self._group.place, self._row)

    def __repr__(self) -> str:
        return f"<Episode {self.corpus}/{self.module}:{self.function} with {counted(self.n_nodes, 'node')}>"

    @property
    def labels(self) -> tuple[Label, ...]:
        """All answers that were sought for it, those without a result too; none if nobody did."""
        return self._tables.labels.of(self.episode_id)

    @property
    def best(self) -> Label | None:
        """The best known answer: a search's by the final code, else by the score, else a solver's. None without one."""
        return best_of(self.labels)

    @property
    def trials(self) -> tuple[Trial, ...]:
        """The candidates that are kept of a search, with their effect; none if nobody tried any."""
        return self._tables.trials.of(self.episode_id)

    @property
    def n_edges(self) -> int:
        """How many pairs of nodes interfere."""
        return len(self.edge_u)

    @property
    def edges(self) -> Int32:
        """(n_edges, 2) int32: the nodes u < v of each interference, sorted."""
        with self._group.blame():
            edges = np.empty((len(self.edge_u), 2), np.int32)
            edges[:, 0] = self.edge_u
            edges[:, 1] = self.edge_v
        return edges

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


@functools.lru_cache(maxsize=4)
def _group_at(address: Address, shard: int, number: int, columns: tuple[str, ...] | None) -> RowGroup:
    return RowGroup(source_at(address).files, shard, number, columns)


def _restore_episode(address: Address, shard: int, number: int, columns: tuple[str, ...] | None, row: int) -> Episode:
    return Episode(_group_at(address, shard, number, columns), row, source_at(address).tables)
