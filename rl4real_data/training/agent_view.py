"""The observations of RL4ReAl's four agents while a function is allocated.

They are those of the plugin's `AgentState.cpp`, which makes them inside of clang.
"""

from __future__ import annotations

import itertools
from typing import Final

import numpy as np
import numpy.typing as npt

from rl4real_data.allocation.allocation import SPILLED, UNDECIDED, WEIGHT_LIMIT
from rl4real_data.allocation.places import ROOM
from rl4real_data.allocation.register_file import Bools
from rl4real_data.allocation.split_allocation import SPLIT, SplitAllocation
from rl4real_data.training.function_facts import ColourTable, Floats, FunctionFacts
from rl4real_data.training.live_mean import mean_vector
from rl4real_data.training.sizes import ANNOTATIONS, PROPERTIES_OF_USE, TASKS, AgentSizes

Observation = dict[str, Floats]
DISTANCE: Final = 4
"""RL4ReAl's unit of a distance: so many an instruction."""


class AgentView:
    """What each agent sees, by RL4ReAl's names and in its shapes, as float32.

    A node is named as in the allocation; its place among those that can be selected is `place_of`. Arrays that did not
    change are shared between observations: nobody may write to them.
    """

    def __init__(
        self, facts: FunctionFacts, allocation: SplitAllocation, colours: ColourTable, sizes: AgentSizes
    ) -> None:
        self._facts, self._allocation, self._colours, self._sizes = facts, allocation, colours, sizes
        self._fixed_colours = list(facts.fixed_colours)
        self._fixed_counts = facts.fixed_counts.tolist()
        self._means = list(facts.means)
        self._slots: dict[int, Bools] = {}
        self.refresh()

    def refresh(self) -> None:
        """To be called once a node was split: its pieces are nodes, and it is none any more."""
        allocation, facts, sizes = self._allocation, self._facts, self._sizes
        whole = len(facts.is_told)
        for node in range(len(self._means), len(allocation.nodes)):
            self._learn(node)
        told = [
            node
            for node in range(len(allocation.nodes))
            if allocation.choice[node] != SPLIT and (node >= whole or facts.is_told[node])
        ]
        self._told = np.array(told, np.int64)
        first = len(facts.physical)
        self._rows = slice(first, first + len(told))
        places = max(sizes.nodes, self._rows.stop)  # more than the agents have: see `has_room`
        self._state = np.zeros((places, sizes.dimension), np.float32)
        self._weights = np.zeros(places, np.float32)
        for place, node in enumerate(told, first):
            self._state[place] = self._means[node]
            self._weights[place] = self._weight(node)

    def _learn(self, node: int) -> None:
        """A piece that a split made."""
        allocation, facts = self._allocation, self._facts
        one = allocation.nodes[node]
        problem = facts.problem
        free = problem.fixed.free_for(one.piece, problem.members[one.origin], problem.fixed.copies_of(one.origin))
        met = np.flatnonzero(problem.members[one.origin] & ~free)
        fixed = np.zeros(self._colours.size, np.bool_)
        fixed[self._colours.of_column[met]] = True
        fixed[0] = False
        self._fixed_colours.append(fixed)
        self._fixed_counts.append(len(met))
        self._means.append(mean_vector(facts.instructions, one.piece.ranges))

    @property
    def has_room(self) -> bool:
        """Whether the agents were made for a function of this size."""
        edges = self._allocation.n_edges + len(self._facts.physical_edges)
        return self.n_places <= self._sizes.nodes and edges < self._sizes.edges

    @property
    def n_places(self) -> int:
        """How many of the places of `select_node` there are in this function: physical registers, then nodes."""
        return self._rows.stop

    @property
    def is_over(self) -> bool:
        """Whether every node that the agents are told of has been decided."""
        return not (self._allocation.choice[self._told] == UNDECIDED).any()

    def node_at(self, place: int) -> int:
        """The node at a place of `select_node`. ValueError for a place that has none."""
        if not self._rows.start <= place < self._rows.stop:
            raise ValueError(f"there is no node at place {place}")
        return int(self._told[place - self._rows.start])

    def place_of(self, node: int) -> int:
        """Where `select_node` has the node."""
        return self._rows.start + int(np.searchsorted(self._told, node))

    def column_of(self, node: int, colour: int) -> int:
        """The column of the node's register of that colour. ValueError for a colour of another class."""
        class_id = int(self._facts.episode.node_class[self._allocation.nodes[node].origin])
        column = int(self._colours.columns[class_id, colour]) if 0 < colour < self._colours.size else -1
        if column < 0:
            raise ValueError(f"no register of node {node}'s class has colour {colour}")
        return column

    def open_places(self) -> list[int]:
        """The places of nodes that are not decided, those that `select_node` allows."""
        return (self._rows.start + np.flatnonzero(self._allocation.choice[self._told] == UNDECIDED)).tolist()

    def select_node(self) -> Observation:
        """Mask, notes (weight, 0 once decided; colour), weights and vectors, of all places. See `adjacency`."""
        sizes, rows = self._sizes, self._rows
        choice = self._allocation.choice[self._told]
        is_open = choice == UNDECIDED
        mask = np.zeros(sizes.nodes, np.float32)
        mask[rows] = is_open
        notes = np.zeros((sizes.nodes, ANNOTATIONS), np.float32)
        notes[: rows.start, 1] = self._colours.table.colour[self._facts.physical]
        notes[rows, 0] = np.where(is_open, self._weights[rows], 0)
        notes[rows, 1] = np.where(choice > SPILLED, self._colours.of_column[np.maximum(choice, 1) - 1], 0)
        return {"action_mask": mask, "annotations": notes, "spill_weights": self._weights, "state": self._state}

    def adjacency(self) -> dict[str, npt.NDArray[np.int32] | int]:
        """`data` (edges, 2), each once; `edge_num` and `node_num`."""
        first = self._rows.start
        place = {node: first + index for index, node in enumerate(self._told.tolist())}
        fixed = [(row, place[node]) for row, node in self._facts.physical_edges if node in place]
        own = [
            (place[node], place[other])
            for node in place
            for other in self._allocation.neighbours_of(node).tolist()
            if other in place and place[node] < place[other]
        ]
        data = np.array(fixed + own, np.int32).reshape(-1, 2)
        return {"data": data, "edge_num": len(data), "node_num": self.n_places}

    def select_task(self, node: int) -> Observation:
        """Mask; neighbours, free colours, weight, use points; vector."""
        allocation = self._allocation
        mask = np.ones(TASKS, np.float32)
        mask[1] = self.split_mask(node).any()
        degree = len(allocation.neighbours_of(node)) + self._fixed_counts[node]
        uses = len(allocation.nodes[node].piece.uses)
        properties = (degree, int(allocation.free[node].sum()), self._weight(node), uses)
        return {
            "action_mask": mask,
            "node_properties": np.array(properties, np.float32),
            "state": self._means[node],
        }

    def colour_node(self, node: int) -> Observation:
        """Mask; free colours, colours of neighbours, nodes that are not decided; vector."""
        allocation, of_column = self._allocation, self._colours.of_column
        mask = np.zeros(self._colours.size, np.float32)
        allowed = allocation.choices(node)
        mask[of_column[np.flatnonzero(allowed[1:])]] = 1
        mask[0] = allowed[0] or not mask[1:].any()
        around = allocation.choice[allocation.neighbours_of(node)]
        colours = self._fixed_colours[node].copy()
        colours[of_column[around[around > SPILLED] - 1]] = True
        is_open = allocation.choice[self._told] == UNDECIDED
        properties = (mask[1:].sum(), colours[1:].sum(), is_open.sum())
        return {
            "action_mask": mask,
            "node_properties": np.array(properties, np.float32),
            "state": self._means[node],
        }

    def split_node(self, node: int) -> Observation:
        """Mask and vector; of each use point its positional weight and the distance to the next."""
        sizes = self._sizes
        one = self._allocation.nodes[node]
        uses = one.piece.uses[: sizes.uses]
        properties = np.zeros((sizes.uses, PROPERTIES_OF_USE), np.float32)
        weights = self._facts.weights_at[one.origin]
        properties[: len(uses), 0] = [weights.get(use.place, 0.0) for use in uses]
        steps = [(two.place >> ROOM) - (here.place >> ROOM) for here, two in itertools.pairwise(uses)]
        properties[: len(steps), 1] = DISTANCE * np.array(steps, np.float32)
        mask = np.zeros(sizes.uses, np.float32)
        allowed = self.split_mask(node)
        mask[: len(allowed)] = allowed
        return {"action_mask": mask, "state": self._means[node], "usepoint_properties": properties}

    def split_mask(self, node: int) -> Bools:
        """(use points,) bool: where RL4ReAl would split, and the plugin can; none where there is no room for all."""
        slots = self._slots_of(node)
        if not slots.any() or len(self._allocation.splits) >= self._sizes.splits:
            return np.zeros(len(slots), np.bool_)
        return slots & self._allocation.split_points(node)

    def _slots_of(self, node: int) -> Bools:
        if node not in self._slots:
            one = self._allocation.nodes[node]
            own = self._facts.split_places[one.origin]
            found = np.array([use.place in own for use in one.piece.uses], np.bool_)
            self._slots[node] = found if len(found) <= self._sizes.uses else np.zeros(len(found), np.bool_)
        return self._slots[node]

    def _weight(self, node: int) -> float:
        weight = self._allocation.nodes[node].weight
        return weight if np.isfinite(weight) else WEIGHT_LIMIT
