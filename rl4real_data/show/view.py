"""One episode as a person reads it.

Names instead of ids, one record a node.

All that `show` prints or draws comes from here, so that text, page and JSON agree.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any, Final

from rl4real_data.episodes.register_lookup import MAX_IDS
from rl4real_data.episodes.schema import Outcome
from rl4real_data.labels.label import Label
from rl4real_data.show.allocation_view import KindCost, Move, Part, fate_words, view_costs, view_moves, view_parts
from rl4real_data.show.pressure import BankPressure, ClassFile, measure_pressure

NOT_TOLD: Final = "not told"
"""The outcome where the source of the episode does not say what the allocator did."""
Row = Mapping[str, Any]

_FACTS: Final = (
    *("episode_id", "function", "function_id", "module", "corpus", "license", "redistributable", "target", "cpu"),
    *("opt_level", "allocator", "llvm_version", "content_hash", "near_hash", "pair_id"),
)
_COSTS: Final = ("spills", "reloads", "folded_spills", "folded_reloads", "copies", "spill_cost", "copy_cost")


@dataclass(frozen=True, slots=True)
class RegisterNames:
    """Names by reg_id and by class_id, and which registers a class has."""

    registers: Mapping[int, str]
    classes: Mapping[int, str]
    file: ClassFile

    @classmethod
    def from_rows(cls, rows: Sequence[Row], target: str) -> RegisterNames:
        """From the rows of `registers.parquet` that are of `target`. ValueError for an id that no target has."""
        own = [row for row in rows if row["target"] == target]
        classes = {held["class_id"]: held["name"] for row in own for held in row["classes"] or ()}
        ids = [*classes, *(row["reg_id"] for row in own)]
        if not 0 <= min(ids, default=0) <= max(ids, default=0) < MAX_IDS:
            raise ValueError(f"a register or class is none of 0 to {MAX_IDS - 1:,}")
        members: dict[int, set[int]] = {}
        for row in own:
            for held in row["classes"] or ():
                members.setdefault(held["class_id"], set()).add(row["reg_id"])
        file = ClassFile(
            units={row["reg_id"]: frozenset(row["units"] or ()) for row in own},
            members={class_id: tuple(sorted(found)) for class_id, found in members.items()},
        )
        return cls({row["reg_id"]: row["name"] for row in own}, classes, file)

    def register(self, reg_id: int) -> str:
        return self.registers.get(reg_id, f"register {reg_id}")

    def of_class(self, class_id: int | None) -> str:
        return NOT_TOLD if class_id is None else self.classes.get(class_id, f"class {class_id}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A virtual register. None: the source of the episode does not tell.

    `live`: ranges [first, last) of instructions; `uses`: instruction of each use point, `split_points` are indices
    into it; `use_count`: how many, which the fork's files tell too; `degree`: number of interferences; `spill_weight`
    is +inf where a spill is impossible; `register_unit`: what the names of one register (EAX, RAX) share; `fate`: all
    that happened to it, by name; `parts`: where it lies at every position.
    """

    vreg: int
    class_name: str
    spill_weight: float | None
    size: int | None
    live: tuple[tuple[int, int], ...] | None
    uses: tuple[int, ...] | None
    use_count: int | None
    split_points: tuple[int, ...]
    hints: tuple[str, ...] | None
    forbidden: tuple[str, ...] | None
    degree: int
    outcome: str
    register: str | None
    register_unit: int | None
    fate: tuple[str, ...]
    parts: tuple[Part, ...] | None

    @property
    def name(self) -> str:
        """As LLVM's MIR calls it."""
        return f"%{self.vreg}"

    @property
    def first(self) -> int:
        """The first instruction behind which it is live, or that uses it; 0 if nothing is known."""
        return min([start for start, _ in self.live or ()] + list(self.uses or ()), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A basic block: instructions [first, last)."""

    first: int
    last: int
    frequency: float
    loop_depth: int
    successors: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class EpisodeView:
    """`facts`: the identity columns; `costs`: what the expert's code pays; `edges`: pairs of indices into `nodes`.

    `moves`: what the expert inserted; `kinds`: costs by kind. None and empty where the episode does not tell. `best`:
    the same with the answer of the best of the `labels`, if that was asked for.
    """

    split: str
    facts: Mapping[str, Any]
    costs: Mapping[str, float | None]
    instructions: int | None
    blocks: tuple[Block, ...]
    nodes: tuple[Node, ...]
    edges: tuple[tuple[int, int], ...]
    reserved: tuple[str, ...]
    pressure: tuple[BankPressure, ...]
    mir: str | None
    moves: tuple[Move, ...] | None
    kinds: Mapping[str, KindCost]
    score: float | None
    labels: tuple[Label, ...] = ()
    best: EpisodeView | None = None

    @property
    def compiler(self) -> str:
        """Target, CPU, optimization level, allocator and LLVM's version, as far as the episode tells."""
        words = [self.facts[name] for name in ("target", "cpu", "opt_level", "allocator")]
        version = self.facts["llvm_version"]
        return ", ".join([str(word) for word in words if word] + ([f"LLVM {version}"] if version else []))

    @cached_property
    def outcomes(self) -> dict[str, int]:
        """Outcome -> number of nodes, in the order of the schema, those that do not occur left out."""
        names = [outcome.name.lower() for outcome in Outcome] + [NOT_TOLD]
        counts = {name: sum(node.outcome == name for node in self.nodes) for name in names}
        return {name: count for name, count in counts.items() if count}

    @cached_property
    def in_program_order(self) -> tuple[int, ...]:
        """Indices of the nodes, those first that live first."""
        return tuple(sorted(range(len(self.nodes)), key=lambda i: (self.nodes[i].first, i)))

    def to_json_object(self) -> dict[str, Any]:
        """Values for `json.dumps(…, allow_nan=False)`: a weight of +inf is null beside `can_be_spilled: false`."""
        return {
            "split": self.split,
            **self.facts,
            **self.costs,
            "costs_by_kind": {kind: asdict(cost) for kind, cost in self.kinds.items()},
            "score": self.score,
            "moves": None if self.moves is None else [asdict(move) for move in self.moves],
            "instructions": self.instructions,
            "outcomes": self.outcomes,
            "reserved": list(self.reserved),
            "blocks": [
                {
                    "first": block.first,
                    "last": block.last,
                    "frequency": block.frequency,
                    "loop_depth": block.loop_depth,
                    "successors": list(block.successors),
                }
                for block in self.blocks
            ],
            "pressure": [
                {"classes": list(bank.names), "registers": bank.registers, "live": list(bank.live)}
                for bank in self.pressure
            ],
            "nodes": [_node_json(node) for node in self.nodes],
            "edges": [[self.nodes[u].vreg, self.nodes[v].vreg] for u, v in self.edges],
            "labels": [asdict(label) for label in self.labels],
            **({} if self.best is None else {"best": self.best.to_json_object()}),
        }


def _node_json(node: Node) -> dict[str, Any]:
    weight = node.spill_weight
    return {
        "vreg": node.vreg,
        "class": node.class_name,
        "can_be_spilled": None if weight is None else not math.isinf(weight),
        "spill_weight": None if weight is None or math.isinf(weight) else weight,
        "size": node.size,
        "live": node.live,
        "uses": node.uses,
        "use_count": node.use_count,
        "split_points": node.split_points,
        "hints": node.hints,
        "forbidden": node.forbidden,
        "degree": node.degree,
        "outcome": node.outcome,
        "register": node.register,
        "fate": node.fate,
        "parts": None if node.parts is None else [[part.first, part.last, part.place] for part in node.parts],
    }


def view_episode(row: Row, names: RegisterNames, *, split: str) -> EpisodeView:
    """The view of a row of a shard (Python values, columns as in the schema)."""
    edges = tuple(zip(row["edge_u"], row["edge_v"], strict=True))
    degrees = [0] * len(row["node_vreg"])
    for edge in edges:
        for node in edge:
            degrees[node] += 1
    parts = view_parts(row, names)
    return EpisodeView(
        split=split,
        facts={name: row[name] for name in _FACTS},
        costs={name: row[name] for name in _COSTS},
        instructions=None if row["inst"] is None else len(row["inst"]),
        blocks=_blocks(row),
        nodes=tuple(_node(row, i, degrees[i], names, None if parts is None else parts[i]) for i in range(len(degrees))),
        edges=edges,
        reserved=tuple(names.register(reg_id) for reg_id in row["reserved"] or ()),
        pressure=_pressure(row, names),
        mir=row["mir"],
        moves=view_moves(row, names),
        kinds=view_costs(row),
        score=row["score"],
    )


def _pressure(row: Row, names: RegisterNames) -> tuple[BankPressure, ...]:
    """Nothing where the source tells no live ranges."""
    live, classes = row["node_live"], row["node_class"]
    if row["inst"] is None or live is None or any(ranges is None for ranges in live):
        return ()
    classes = [None] * len(live) if classes is None else classes
    found = measure_pressure(live, classes, len(row["inst"]), row["reserved"] or (), names.file)
    return tuple(replace(bank, names=tuple(map(names.of_class, bank.classes))) for bank in found)


def _blocks(row: Row) -> tuple[Block, ...]:
    starts = row["block_start"]
    if starts is None or row["inst"] is None:
        return ()
    ends = [*starts[1:], len(row["inst"])]
    told = zip(starts, ends, row["block_freq"], row["block_loop_depth"], row["block_succ"], strict=True)
    return tuple(
        Block(first=first, last=last, frequency=frequency, loop_depth=depth, successors=tuple(successors))
        for first, last, frequency, depth, successors in told
    )


def _node(row: Row, i: int, degree: int, names: RegisterNames, parts: tuple[Part, ...] | None) -> Node:
    def told(column: str) -> Any:
        return None if row[column] is None else row[column][i]

    live, uses, hints, forbidden = (told(name) for name in ("node_live", "use_inst", "node_hint", "node_forbidden"))
    distances = told("use_distance")
    outcome, assigned = told("node_outcome"), told("node_assigned")
    return Node(
        vreg=row["node_vreg"][i],
        class_name=names.of_class(told("node_class")),
        spill_weight=told("node_spill_weight"),
        size=told("node_size"),
        live=None if live is None else tuple(zip(live[0::2], live[1::2], strict=True)),
        uses=None if uses is None else tuple(uses),
        use_count=None if distances is None else len(distances),
        split_points=tuple(told("split_points") or ()),
        hints=None if hints is None else tuple(_hint(row, hint, names) for hint in hints),
        forbidden=None if forbidden is None else tuple(names.register(reg_id) for reg_id in forbidden),
        degree=degree,
        outcome=NOT_TOLD if outcome is None else Outcome(outcome).name.lower(),
        register=names.register(assigned) if assigned else None,
        register_unit=names.file.first_unit(assigned) if assigned else None,
        fate=fate_words(told("node_fate")),
        parts=parts,
    )


def _hint(row: Row, hint: int, names: RegisterNames) -> str:
    """A register, or another node (-1 - index), which is named as a virtual register."""
    return names.register(hint) if hint >= 0 else f"%{row['node_vreg'][-1 - hint]}"
