"""The expert's answer as a person reads it, with names instead of numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from rl4real_data.episodes.column_values import Fate, MoveKind
from rl4real_data.episodes.live_positions import NodeCode, live_positions

if TYPE_CHECKING:
    from rl4real_data.show.view import RegisterNames

NOWHERE: Final = "computed anew"
Row = Mapping[str, Any]
_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "spills": ("spills", "spills_cost"),
    "reloads": ("reloads", "reloads_cost"),
    "folded spills": ("folded_spills", "folded_spills_cost"),
    "folded reloads": ("folded_reloads", "folded_reloads_cost"),
    "copies": ("copies", "copy_cost"),
    "cheap rematerialisations": ("cheap_remats", "cheap_remats_cost"),
    "dear rematerialisations": ("dear_remats", "dear_remats_cost"),
    "callee-saved registers": ("callee_saved_used", "callee_saved_cost"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A node is in one place at the positions [first, last): a register, which has a `unit`, a slot, or nowhere."""

    first: int
    last: int
    place: str
    unit: int | None
    is_slot: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """An instruction that the allocator inserted in front of instruction `at`; `node` is None where it is not told."""

    kind: str
    at: int
    node: int | None
    source: str
    target: str
    frequency: float


@dataclass(frozen=True, slots=True, kw_only=True)
class KindCost:
    """How many of one kind, and their expected executions relative to the entry."""

    count: int
    cost: float


def view_parts(row: Row, names: RegisterNames) -> list[tuple[Part, ...]] | None:
    """The parts of each node; None where the episode does not tell. ValueError for columns that do not fit."""
    needed = ("node_fate", "node_assigned", "part_node", "operand_inst", "block_start", "block_succ", "inst")
    if any(row[name] is None for name in needed):
        return None
    found: list[list[Part]] = [[] for _ in row["node_vreg"]]
    told = zip(row["part_node"], row["part_first"], row["part_last"], row["part_place"], strict=True)
    for node, first, last, place in told:
        found[node].append(_part(first, last, place, names))
    for node, ranges in enumerate(_live(row)):
        if not row["node_fate"][node]:
            assigned = row["node_assigned"][node]
            found[node] += [_part(first, last, assigned, names) for first, last in ranges]
    return [tuple(parts) for parts in found]


def _live(row: Row) -> Iterator[list[tuple[int, int]]]:
    code = NodeCode(
        n_nodes=len(row["node_vreg"]),
        n_instructions=len(row["inst"]),
        block_start=np.array(row["block_start"], np.int64),
        successors=row["block_succ"],
        operand_inst=np.array(row["operand_inst"], np.int64),
        operand_node=np.array(row["operand_node"], np.int64),
        operand_flags=np.array(row["operand_flags"], np.int64),
    )
    values, offsets = live_positions(code)
    for first, last in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True):
        own = values[first:last].tolist()
        yield list(zip(own[0::2], own[1::2], strict=True))


def _part(first: int, last: int, place: int, names: RegisterNames) -> Part:
    unit = names.file.first_unit(place) if place > 0 else None
    return Part(first=first, last=last, place=place_name(place, names), unit=unit, is_slot=place < 0)


def place_name(place: int, names: RegisterNames) -> str:
    """A register's name, `slot 3`, or that the value is nowhere."""
    if place > 0:
        return names.register(place)
    return NOWHERE if place == 0 else f"slot {-1 - place}"


def view_moves(row: Row, names: RegisterNames) -> tuple[Move, ...] | None:
    """The inserted instructions in the order of the code; None where the episode does not tell."""
    if row["move_kind"] is None or row["block_freq"] is None:
        return None
    columns = (row[f"move_{word}"] for word in ("kind", "inst", "block", "node", "from", "to"))
    return tuple(
        Move(
            kind=MoveKind(kind).name.lower(),
            at=at,
            node=node if node >= 0 else None,
            source=place_name(source, names),
            target=place_name(target, names),
            frequency=row["block_freq"][block],
        )
        for kind, at, block, node, source, target in zip(*columns, strict=True)
    )


def view_costs(row: Row) -> Mapping[str, KindCost]:
    """Cost by kind, of those that the episode tells."""
    found: dict[str, KindCost] = {}
    for kind, (counts, cost) in _KINDS.items():
        count = row[counts]
        if count is not None and row[cost] is not None:
            found[kind] = KindCost(count=len(count) if isinstance(count, Sequence) else count, cost=row[cost])
    return found


def fate_words(fate: int | None) -> tuple[str, ...]:
    """All that happened to a node, by name; nothing for one that has one register, or of which it is not told."""
    return tuple((flag.name or "").lower() for flag in Fate if (fate or 0) & flag)
