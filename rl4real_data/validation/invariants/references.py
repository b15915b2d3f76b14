"""Invariants of what an episode refers to.

Instruction shapes, registers, classes, neighbours.
"""

from __future__ import annotations

import numpy as np

from rl4real_data.episodes.ragged import Flags, Ints
from rl4real_data.episodes.register_lookup import RegisterFacts
from rl4real_data.episodes.schema import Outcome
from rl4real_data.validation.episode_batch import EpisodeBatch, Spots


def unknown_shape(batch: EpisodeBatch) -> Spots:
    inst = batch.lists("inst")
    wrong = (inst.values < 0) | (inst.values >= (batch.facts.shapes or 0))
    return Spots(inst.owner[wrong], inst.place[wrong])


def unknown_node_shape(batch: EpisodeBatch) -> Spots:
    column = batch.nested("node_inst")
    wrong = (column.inner.values < 0) | (column.inner.values >= (batch.facts.shapes or 0))
    return Spots(column.row[wrong], column.node[wrong])


def instructions_twice(batch: EpisodeBatch) -> Spots:
    return Spots.of_rows(batch.known("inst", "node_inst"))


def unknown_class(batch: EpisodeBatch) -> Spots:
    classes, registers = batch.lists("node_class"), batch.facts.registers
    wrong = ~registers.has_class(classes.values) if registers else np.ones(len(classes.values), np.bool_)
    return Spots(classes.owner[wrong], classes.place[wrong])


def unknown_hint(batch: EpisodeBatch) -> Spots:
    """A register's reg_id, or -1 - i for node i."""
    hints, registers = batch.nested("node_hint"), batch.facts.registers
    numbers = hints.inner.values
    is_register = registers.has_register(numbers) & (numbers > 0) if registers else numbers > 0
    wrong = ~is_register & ~((numbers < 0) & (numbers >= -batch.nodes[hints.row]))
    return Spots(hints.row[wrong], hints.node[wrong])


def reserved_invalid(batch: EpisodeBatch) -> Spots:
    reserved, registers = batch.lists("reserved"), batch.facts.registers
    rows = reserved.owner[reserved.not_ascending()]
    if registers is not None:
        rows = np.concatenate((rows, reserved.owner[~registers.has_register(reserved.values)]))
    return Spots(rows, np.zeros(len(rows), np.int64))


def _class_of(batch: EpisodeBatch, rows: Ints, nodes: Ints) -> Ints:
    """Class of each node, -1 where the episode does not tell."""
    classes = batch.lists("node_class")
    told = classes.lengths[rows] > nodes
    where = np.where(told, classes.starts[rows] + nodes, 0)
    return np.where(told, classes.values[where], -1) if len(classes.values) else np.full(len(rows), -1)


def forbidden_order(batch: EpisodeBatch) -> Spots:
    """Forbidden registers belong to the node's class and stand in the order in which it is allocated."""
    registers, forbidden = batch.facts.registers, batch.nested("node_forbidden")
    if registers is None:
        return Spots.none()
    places = registers.place_in_class(_class_of(batch, forbidden.row, forbidden.node), forbidden.inner.values)
    wrong = places < 0
    wrong[1:] |= (places[1:] <= places[:-1]) & forbidden.inner.follows
    return Spots(forbidden.row[wrong], forbidden.node[wrong])


def _is_reserved(batch: EpisodeBatch, rows: Ints, registers: Ints) -> Flags:
    matrix = batch.reserved
    inside = (registers >= 0) & (registers < matrix.shape[1])
    found: Flags = inside & matrix[rows, np.where(inside, registers, 0)]
    return found


def forbidden_reserved(batch: EpisodeBatch) -> Spots:
    """What the function reserves nobody can have; the plugin leaves it out."""
    forbidden = batch.nested("node_forbidden")
    wrong = _is_reserved(batch, forbidden.row, forbidden.inner.values)
    return Spots(forbidden.row[wrong], forbidden.node[wrong])


def _assigned(batch: EpisodeBatch) -> tuple[Ints, Ints, Ints]:
    """Row, node and register of every node that got one."""
    assigned, outcomes = batch.lists("node_assigned"), batch.lists("node_outcome")
    where = np.flatnonzero(outcomes.values == Outcome.ASSIGNED)
    return assigned.owner[where], assigned.place[where], assigned.values[where].astype(np.int64)


def assigned_outside_class(batch: EpisodeBatch) -> Spots:
    registers = batch.facts.registers
    if registers is None:
        return Spots.none()
    rows, nodes, given = _assigned(batch)
    wrong = registers.place_in_class(_class_of(batch, rows, nodes), given) < 0
    return Spots(rows[wrong], nodes[wrong])


def assigned_forbidden(batch: EpisodeBatch) -> Spots:
    rows, nodes, given = _assigned(batch)
    forbidden, starts = batch.nested("node_forbidden"), batch.lists("node_vreg").starts
    width = 1 << 16  # more registers than int16 has
    taken = (starts[forbidden.row] + forbidden.node) * width + forbidden.inner.values
    wrong = np.isin((starts[rows] + nodes) * width + given, taken)
    return Spots(rows[wrong], nodes[wrong])


def assigned_reserved(batch: EpisodeBatch) -> Spots:
    rows, nodes, given = _assigned(batch)
    wrong = _is_reserved(batch, rows, given)
    return Spots(rows[wrong], nodes[wrong])


def shared_unit(batch: EpisodeBatch) -> Spots:
    """Neighbours never get registers that alias. No target here tracks the liveness of sub-registers."""
    registers, outcomes = batch.facts.registers, batch.lists("node_outcome")
    if registers is None or not len(outcomes.values):
        return Spots.none()
    edge_u, edge_v = batch.lists("edge_u"), batch.lists("edge_v")
    told = batch.known("node_outcome", "node_assigned")[edge_u.owner]
    rows, places = edge_u.owner[told], edge_u.place[told]
    left, right = outcomes.starts[rows] + edge_u.values[told], outcomes.starts[rows] + edge_v.values[told]
    both = (outcomes.values[left] == Outcome.ASSIGNED) & (outcomes.values[right] == Outcome.ASSIGNED)
    wrong = both & _share(registers, batch.lists("node_assigned").values, left, right)
    return Spots(rows[wrong], places[wrong])


def _share(registers: RegisterFacts, assigned: Ints, left: Ints, right: Ints) -> Flags:
    known = registers.has_register(assigned)
    sound = np.where(known, assigned, 0)
    shared: Flags = registers.shares_unit[sound[left], sound[right]] & known[left] & known[right]
    return shared
