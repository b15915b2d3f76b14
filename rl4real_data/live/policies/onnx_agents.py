"""The policy that is RL4ReAl's four agents, each an ONNX model.

One model selects a node, one says whether it is coloured or split, one of two says with which colour or behind which
use point, until every node is visited. Observations are flat rows in the order in which RLlib flattens the fork's
dictionaries; the plugin's `AgentState.cpp` makes the same ones inside of clang.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from rl4real_data.allocation.allocation import WEIGHT_LIMIT
from rl4real_data.core.errors import UsageError
from rl4real_data.live.answers import Answer, Split
from rl4real_data.live.colours import Colours
from rl4real_data.live.function_graph import FunctionGraph, GraphNode
from rl4real_data.live.onnx_sessions import Session

CHECKPOINTS: Final = Path("regalloc", "onnx-checkpoint")
MOST_NODES: Final = 600
MOST_EDGES: Final = 30_000
MOST_USES: Final = 200
MOST_SPLITS: Final = 10
_NOTES: Final = 3
_SPLIT: Final = 1

Row = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


class Agent(StrEnum):
    """The four, by the names of their files."""

    SELECT_NODE = "SELECT_NODE_MODEL_PATH"
    SELECT_TASK = "SELECT_TASK_MODEL_PATH"
    COLOUR_NODE = "COLOR_NODE_MODEL_PATH"
    SPLIT_NODE = "SPLIT_NODE_MODEL_PATH"


def agent_paths(folder: Path) -> dict[Agent, Path]:
    """The four files of a CONFIG_DIR. UsageError if one is not there."""
    found = {agent: folder / CHECKPOINTS / f"{agent}.onnx" for agent in Agent}
    missing = [path for path in found.values() if not path.is_file()]
    if missing:
        raise UsageError(
            f"{folder}: {missing[0].relative_to(folder)} does not exist",
            hint=f"a folder of models holds {CHECKPOINTS}/ with {', '.join(f'{agent}.onnx' for agent in Agent)}",
        )
    return found


class OnnxAgentsPolicy:
    """Plays a function until a split is asked for, or all nodes have a colour."""

    def __init__(self, sessions: Mapping[Agent, Session], colours: Colours) -> None:
        self._sessions = sessions
        self._colours = colours
        self._given: dict[int, int] = {}
        self._is_not_split: set[int] = set()
        self._asked: Split | None = None

    def answer(self, graph: FunctionGraph) -> Answer:
        """A split, or the colours of all nodes; None for a function that the models have no room for."""
        if not graph.splits and not graph.is_refused:
            self._given, self._is_not_split, self._asked = {}, set(), None
        if graph.is_refused and self._asked:
            self._is_not_split.add(self._asked.node)
        state = AgentState(graph, self._colours, self._given, self._is_not_split)
        if not state.has_room:
            return None
        while state.node_mask():
            node = state.at(self._act(Agent.SELECT_NODE, state.select_node(), state.node_choices()))
            if self._act(Agent.SELECT_TASK, state.select_task(node), state.task_choices(node)) == _SPLIT:
                point = self._act(Agent.SPLIT_NODE, state.split_node(node), state.split_choices(node))
                self._asked = Split(node, point)
                return self._asked
            mask = state.colour_choices(node)
            self._given[node] = self._act(Agent.COLOUR_NODE, state.colour_node(node), mask)
        return {node: colour for node, colour in self._given.items() if node in graph.nodes}

    def _act(self, agent: Agent, row: Row, mask: Mask) -> int:
        session = self._sessions[agent]
        inputs = session.get_inputs()
        # RLlib's state_ins and seq_lens are one number each
        feed = {one.name: np.ones(1, np.float32) for one in inputs[1:]}
        scores = np.asarray(session.run(None, {inputs[0].name: row[None], **feed})[0], np.float32).ravel()
        if len(scores) < len(mask):
            raise ValueError(f"{agent}.onnx: {len(scores)} numbers for {len(mask)} actions")
        known = np.nan_to_num(scores[: len(mask)], nan=float(np.finfo(np.float32).min))
        return int(np.argmax(np.where(mask, known, -np.inf)))


class AgentState:
    """What the agents see; `given`: the colour of each node that was visited."""

    def __init__(
        self, graph: FunctionGraph, colours: Colours, given: Mapping[int, int], is_not_split: set[int]
    ) -> None:
        self._graph, self._colours, self._given, self._is_not_split = graph, colours, given, is_not_split
        self._ids = [*graph.physical, *graph.nodes]
        self._place = {one: place for place, one in enumerate(self._ids)}
        pairs = {
            (min(place, self._place[other]), max(place, self._place[other]))
            for node in graph.nodes.values()
            for place in (self._place[node.id],)
            for other in node.neighbours
            if other in self._place
        }
        self._edges = np.array(sorted(pairs), np.float32).reshape(-1, 2)
        vectors = [_mean(node) for node in graph.nodes.values()]
        self._dimension = len(vectors[0]) if vectors else 0
        self._means = np.zeros((len(self._ids), self._dimension), np.float32)
        if vectors:
            self._means[len(graph.physical) :] = vectors

    @property
    def has_room(self) -> bool:
        """Whether the models were made for functions of this size."""
        return len(self._ids) <= MOST_NODES and len(self._edges) < MOST_EDGES

    def at(self, place: int) -> int:
        """The id of the node at a place of `select_node`."""
        return self._ids[place]

    def node_mask(self) -> list[int]:
        """The places of nodes that were not visited."""
        return [place for place, one in enumerate(self._ids) if one in self._graph.nodes and one not in self._given]

    def node_choices(self) -> Mask:
        """(600,) bool: nodes that may be selected."""
        mask = np.zeros(MOST_NODES, np.bool_)
        mask[self.node_mask()] = True
        return mask

    def task_choices(self, node: int) -> Mask:
        """(2,) bool: colour it, split it."""
        may_split = self._graph.splits < MOST_SPLITS and bool(self.split_choices(node).any())
        return np.array([True, may_split], np.bool_)

    def split_choices(self, node: int) -> Mask:
        """(200,) bool: use points behind which it may be split."""
        mask = np.zeros(MOST_USES, np.bool_)
        one = self._graph.nodes[node]
        if len(one.use_distances) <= MOST_USES and node not in self._is_not_split:
            mask[list(one.split_slots)] = True
        return mask

    def colour_choices(self, node: int) -> Mask:
        """(colours + 1,) bool; 0, no register, where the node can be spilled or nothing else is left."""
        mask = np.zeros(self._colours.most + 1, np.bool_)
        mask[self._colours.allowed(self._graph, node, self._given)] = True
        mask[0] = not mask.any() or bool(np.isfinite(self._graph.nodes[node].spill_weight))
        return mask

    def select_node(self) -> Row:
        """(153601,) with vectors of 100: mask, edges, their number and that of nodes, notes, weights, vectors."""
        n_nodes = len(self._ids)
        edges = np.zeros(2 * MOST_EDGES, np.float32)
        edges[: self._edges.size] = self._edges.ravel()
        edge_count, node_count = np.zeros(MOST_EDGES, np.float32), np.zeros(MOST_NODES, np.float32)
        edge_count[len(self._edges)] = node_count[min(n_nodes, MOST_NODES - 1)] = 1
        notes, weights = np.zeros((MOST_NODES, _NOTES), np.float32), np.zeros(MOST_NODES, np.float32)
        for place, one in enumerate(self._ids):
            weights[place] = self._weight(one)
            is_visited = one in self._graph.physical or one in self._given
            notes[place, 0] = 0 if is_visited else weights[place]
            notes[place, 1] = self._graph.physical.get(one) or self._given.get(one, 0)
        state = np.zeros((MOST_NODES, self._dimension), np.float32)
        state[:n_nodes] = self._means
        parts = (edges, edge_count, node_count, notes.ravel(), weights, state.ravel())
        return np.concatenate((self.node_choices(), [len(self._edges)], *parts)).astype(np.float32)

    def select_task(self, node: int) -> Row:
        """(106,): mask; neighbours, free colours, weight, use points; vector."""
        one = self._graph.nodes[node]
        numbers = (len(one.neighbours), self._free(node), self._weight(node), len(one.use_distances))
        return np.concatenate((self.task_choices(node), numbers, self._mean_of(node))).astype(np.float32)

    def colour_node(self, node: int) -> Row:
        """Mask; free colours, colours around it, nodes that were not visited; vector."""
        around = {
            self._graph.physical.get(other) or self._given.get(other, 0) for other in self._graph.nodes[node].neighbours
        }
        numbers = (self._free(node), len(around - {0}), len(self.node_mask()))
        return np.concatenate((self.colour_choices(node), numbers, self._mean_of(node))).astype(np.float32)

    def split_node(self, node: int) -> Row:
        """(700,): mask, vector, and of each use point its weight and the distance to the next."""
        one = self._graph.nodes[node]
        points = np.zeros((MOST_USES, 2), np.float32)
        weights, distances = one.positional_weights[:MOST_USES], np.diff(one.use_distances)[:MOST_USES]
        points[: len(weights), 0], points[: len(distances), 1] = weights, distances
        return np.concatenate((self.split_choices(node), self._mean_of(node), points.ravel())).astype(np.float32)

    def _free(self, node: int) -> int:
        return int(self.colour_choices(node)[1:].sum())

    def _weight(self, one: int) -> float:
        node = self._graph.nodes.get(one)
        if node is None:
            return 0.0
        return node.spill_weight if np.isfinite(node.spill_weight) else WEIGHT_LIMIT

    def _mean_of(self, node: int) -> Row:
        found: Row = self._means[self._place[node]]
        return found


def _mean(node: GraphNode) -> Row:
    if not len(node.vectors):
        return np.zeros(node.vectors.shape[1], np.float32)
    return np.asarray(node.vectors.mean(axis=0), np.float32)
