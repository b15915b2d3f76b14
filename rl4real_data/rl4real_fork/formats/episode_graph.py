"""Episodes as the fork's graphs.

Which functions it would have dumped, and what its files say of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from rl4real_data.rl4real_fork.formats.dot import DIMENSION
from rl4real_data.rl4real_fork.formats.spelling import GraphText, physical_label, vector_text, virtual_label

MAX_USES: Final = 200
"""The fork dumps no function in which a register has more use points."""

COLUMNS: Final = (
    *("corpus", "module", "function", "function_id", "inst", "reserved", "node_vreg", "node_class"),
    *("node_spill_weight", "node_live", "node_inst", "node_forbidden", "use_distance", "use_spill_weight"),
    *("split_points", "edge_u", "edge_v"),
)
"""What a graph is made of."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetNames:
    """What the fork's files say of the target: names and reg_ids of classes by class_id, colours by reg_id.

    `registers` is LLVM's `getNumRegs()`, which counts number 0, that is no register.
    """

    registers: int
    classes: Mapping[int, str]
    members: Mapping[int, frozenset[int]]
    colours: Mapping[int, int]

    @classmethod
    def of(cls, rows: Iterable[Row]) -> TargetNames:
        """From rows of `registers.parquet`."""
        rows = list(rows)
        members: defaultdict[int, set[int]] = defaultdict(set)
        for row in rows:
            for held in row["classes"] or ():
                members[held["class_id"]].add(row["reg_id"])
        return cls(
            registers=max((row["reg_id"] for row in rows), default=0) + 1,
            classes={held["class_id"]: held["name"] for row in rows for held in row["classes"] or ()},
            members={class_id: frozenset(registers) for class_id, registers in members.items()},
            colours={row["reg_id"]: row["colour"] for row in rows},
        )


def vector_texts(instructions: pa.Table) -> list[str]:
    """The vector of each inst_id as the fork prints it; the zero vector where there is none."""
    column = instructions["embedding"].combine_chunks()
    zero = vector_text([0.0] * DIMENSION)
    if column.null_count == len(column):
        return [zero] * len(column)
    return [zero if vector is None else vector_text(vector) for vector in column.to_pylist()]


def reason_left_out(row: Row) -> str | None:
    """Why the fork has no file of the function; None if it has one."""
    uses = [len(distances) for distances in row["use_distance"]]
    if max(uses, default=0) > MAX_USES:
        return f"more than {MAX_USES} use points in one register"
    return None if any(uses) else "no register with a use point"


def graph_text(row: Row, names: TargetNames, vectors: Sequence[str], *, file_name: str) -> GraphText:
    """The graph of an episode (`COLUMNS`); registers without a use point are left out, as the fork does."""
    written = [node for node, distances in enumerate(row["use_distance"]) if distances]
    number = {node: names.registers + 1 + row["node_vreg"][node] for node in written}
    taken = [(register, number[node]) for node in written for register in _taken(row, node, names)]
    pairs = zip(row["edge_u"], row["edge_v"], strict=True)
    virtual = [(number[u], number[v]) for u, v in pairs if u in number and v in number]
    physical = sorted({register for register, _ in taken})
    return GraphText(
        file_name=file_name,
        function=row["function"],
        function_id=row["function_id"],
        registers=names.registers,
        labels=(
            *((register, physical_label(register, names.colours.get(register, 0))) for register in physical),
            *((number[node], _label(row, node, names, vectors)) for node in written),
        ),
        edges=tuple(sorted((*taken, *virtual))),
    )


def _taken(row: Row, node: int, names: TargetNames) -> list[int]:
    """Registers that may not be the node's, reserved ones with a colour too: the format has no other word for them."""
    forbidden = row["node_forbidden"][node] if row["node_forbidden"] else []
    members = names.members[row["node_class"][node]]
    reserved = [register for register in row["reserved"] or () if register in members and names.colours[register]]
    return [*forbidden, *reserved]


def _label(row: Row, node: int, names: TargetNames, vectors: Sequence[str]) -> str:
    return virtual_label(
        class_name=names.classes[row["node_class"][node]],
        spill_weight=row["node_spill_weight"][node],
        split_points=row["split_points"][node],
        use_distances=row["use_distance"][node],
        use_spill_weights=row["use_spill_weight"][node],
        vectors=[vectors[shape] for shape in _live_shapes(row, node)],
    )


def _live_shapes(row: Row, node: int) -> list[int]:
    """inst_id of each (live range, instruction) of the node; none where the episode has no machine IR."""
    if row["node_inst"] is not None:
        shapes: list[int] = row["node_inst"][node]
        return shapes
    if row["node_live"] is None or row["inst"] is None:
        return []
    ends, inst = row["node_live"][node], row["inst"]
    return [shape for first, last in zip(ends[::2], ends[1::2], strict=True) for shape in inst[first:last]]
