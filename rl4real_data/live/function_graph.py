"""A function as a compiler tells a model of it, in the dialogue of RL4ReAl's inference.

The first message of a function has every node; one that follows a split has the nodes as they then are. Fields are
(name, value) in the order of the wire: `regID_12` for node 12 in JSON; in raw bytes `regID`, with which the next node
begins; in protobuf `regProf` with the fields of one node.
"""

from __future__ import annotations

__all__ = ["FunctionGraph", "GraphNode"]

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Fields = Iterable[tuple[str, Any]]

PHYSICAL: Final = "Phy"
_NODE: Final = "regID"
_NODES: Final = "regProf"
_SUFFIXED: Final = re.compile(r"(\w+?)_(\d+)")
_DIMENSION: Final = 100
"""Of the vectors, where the message does not tell: RL4ReAl's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphNode:
    """A virtual register. `spill_weight` is +inf where it cannot be spilled; `neighbours` are ids, physical ones too.

    `use_distances`, `positional_weights` (uses,): of each use point the distance from the first one, and the spill
    weight of the part that ends there. `split_slots`: the use points behind which it may be split. `vectors`
    (instructions, dimension) float32: MIR2Vec of each instruction in its live range; (0, dimension) where none is told.
    """

    id: int
    register_class: str
    spill_weight: float
    neighbours: frozenset[int]
    use_distances: npt.NDArray[np.int64]
    positional_weights: npt.NDArray[np.float64]
    split_slots: tuple[int, ...]
    vectors: npt.NDArray[np.float32]


@dataclass(slots=True, kw_only=True)
class FunctionGraph:
    """What is to be decided. `nodes`: id -> virtual register. `physical`: id -> colour of a physical register.

    `function`: its name, empty where the channel does not tell. `splits`: how many were made. `is_refused`: the split
    that was asked for last was not.
    """

    nodes: Mapping[int, GraphNode] = field(default_factory=dict)
    physical: dict[int, int] = field(default_factory=dict)
    function: str = ""
    splits: int = 0
    is_refused: bool = False

    def take(self, message: Fields) -> bool:
        """Takes a message in; true if a function begins with it. ValueError for one that is none of the dialogue."""
        told = _Told.of(message)
        if told.is_new:
            self.physical, self.splits, self.function = {}, 0, ""
        self.function = told.function or self.function
        self.is_refused = not told.is_done
        if not told.is_done:
            return False
        self.splits += not told.is_new
        self.physical |= {
            int(_number(one[_NODE])): int(_number(one.get("color", 0)))
            for one in told.nodes
            if one.get("cls") == PHYSICAL
        }
        self.nodes = _virtual_nodes(told.nodes)
        return told.is_new


@dataclass(frozen=True, slots=True)
class _Told:
    nodes: Sequence[dict[str, Any]]
    is_new: bool
    is_done: bool
    function: str

    @classmethod
    def of(cls, message: Fields) -> _Told:
        nodes: dict[int, dict[str, Any]] = {}
        rest: dict[str, Any] = {}
        current: dict[str, Any] | None = None
        for name, value in message:
            suffixed = _SUFFIXED.fullmatch(name)
            if suffixed:
                nodes.setdefault(int(suffixed[2]), {_NODE: int(suffixed[2])})[suffixed[1]] = value
            elif name == _NODES:
                one = dict(value)
                nodes[int(_number(_known(one, _NODE)))] = one
            elif name == _NODE:
                current = nodes.setdefault(int(_number(value)), {_NODE: int(_number(value))})
            elif name in ("result", "new", "funcName"):
                rest[name] = value
            elif current is not None:
                current[name] = value
        if not nodes and "result" not in rest:
            raise ValueError("a message without nodes and without `result`")
        # a model that is asked for the first time about a function is told of nodes
        return cls(
            nodes=[nodes[one] for one in nodes],
            is_new=bool(_number(rest.get("new", bool(nodes)))),
            is_done=bool(_number(rest.get("result", True))),
            function=_text(rest.get("funcName", "")),
        )


def _known(fields: Mapping[str, Any], name: str) -> Any:
    if name not in fields:
        raise ValueError(f"a node without {name!r}")
    return fields[name]


def _virtual_nodes(told: Sequence[dict[str, Any]]) -> dict[int, GraphNode]:
    neighbours: dict[int, set[int]] = {int(_number(one[_NODE])): set() for one in told}
    for one in told:
        for other in map(int, one.get("interferences", ())):
            neighbours[int(_number(one[_NODE]))].add(other)
            neighbours.setdefault(other, set()).add(int(_number(one[_NODE])))
    found = (_node(one, frozenset(neighbours[int(_number(one[_NODE]))])) for one in told if _class_of(one) != PHYSICAL)
    return {node.id: node for node in found}


def _node(fields: Mapping[str, Any], neighbours: frozenset[int]) -> GraphNode:
    weight = float(_number(_known(fields, "spillWeight")))
    return GraphNode(
        id=int(_number(fields[_NODE])),
        register_class=_class_of(fields),
        spill_weight=float("inf") if weight < 0 else weight,
        neighbours=neighbours,
        use_distances=np.array(list(fields.get("useDistances", ())), np.int64),
        positional_weights=np.array(list(fields.get("positionalSpillWeights", ())), np.float64),
        split_slots=tuple(map(int, fields.get("splitSlots", ()))),
        vectors=_vectors(fields.get("vectors", ())),
    )


def _vectors(told: Sequence[Any]) -> npt.NDArray[np.float32]:
    """(instructions, dimension) float32: one behind the other over pipes, a row each in protobuf."""
    rows = np.array(told, np.float32)
    return rows if rows.ndim == 2 else rows.reshape(-1, _DIMENSION)


def _class_of(fields: Mapping[str, Any]) -> str:
    return _text(fields.get("cls", ""))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else bytes(value).decode("utf-8", "replace")


def _number(value: Any) -> Any:
    """A number; raw bytes do not tell one from a list of one."""
    return value[0] if isinstance(value, Sequence) and len(value) == 1 else value
