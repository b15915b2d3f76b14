"""One graph as the fork spells it.

Node labels, and the files that hold them, DOT and the training scripts' JSON.

The training scripts take a label apart with regular expressions, so its blanks count. What a JSON file holds is what
`networkx.readwrite.json_graph.adjacency_data` makes of the DOT file that `networkx.nx_pydot.read_dot` has read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphText:
    """What a file says of one function."""

    file_name: str
    function: str
    function_id: int
    registers: int
    labels: tuple[tuple[int, str], ...]
    """Number and label (with its quotes) of each node, ascending: physical registers, then virtual ones."""
    edges: tuple[tuple[int, int], ...]
    """Numbers of the nodes that interfere, the lower first, sorted."""


def physical_label(register: int, colour: int) -> str:
    """Label of a physical register's node."""
    return f'" {{Phy}} {{0.000000}} {{PhyColor={colour};PhyReg={register}}} "'


def virtual_label(
    *,
    class_name: str,
    spill_weight: float,
    split_points: Iterable[int],
    use_distances: Iterable[int],
    use_spill_weights: Iterable[float],
    vectors: Sequence[str],
) -> str:
    """Label of a virtual register's node; `vectors` are texts of `vector_text`, one a (segment, instruction)."""
    lists = (split_points, use_distances, (f"{weight:f}" for weight in use_spill_weights))
    texts = "".join(f"  {{{', '.join(map(str, values))}}}" for values in lists)
    lines = ", \n".join(vectors)
    rest = f" [{lines}]" if vectors else " "
    return f'" {{{class_name}}} {{{spill_weight:f}}} {{Vir}}{texts}{rest}"'


def vector_text(vector: Iterable[float]) -> str:
    """`[ v1, …, vn ]` with six decimals, as `std::to_string` writes them."""
    return f"[ {', '.join(f'{value:f}' for value in vector)} ]"


def render_dot(graph: GraphText) -> str:
    """The text of a DOT file as our plugin's `-mlra-dump-ig-dot` writes it."""
    edges = {low: list(pairs) for low, pairs in groupby(graph.edges, key=lambda edge: edge[0])}
    lines = [
        "graph G {",
        *(f"{name}={value};" for name, value in _attributes(graph).items()),
        *_node_lines(graph, edges),
        "}\n",
    ]
    return "\n".join(lines)


def _node_lines(graph: GraphText, edges: dict[int, list[tuple[int, int]]]) -> Iterator[str]:
    for number, label in graph.labels:
        yield f"{number} [label={label}];"
        yield from (f"{low}--{high}" for low, high in edges.get(number, ()))


def render_json(graph: GraphText) -> str:
    """The text of a JSON file: the keys of `adjacency_data`, every edge with both of its nodes."""
    neighbours: dict[int, list[dict[str, Any]]] = {number: [] for number, _ in graph.labels}
    for low, high in graph.edges:
        neighbours[low].append({"id": str(high), "key": 0})
        neighbours[high].append({"id": str(low), "key": 0})
    return json.dumps(
        {
            "directed": False,
            "multigraph": True,
            "graph": [["name", "G"], ["graph", _attributes(graph)]],
            "nodes": [{"label": label, "id": str(number)} for number, label in graph.labels],
            "adjacency": list(neighbours.values()),
        }
    )


def _attributes(graph: GraphText) -> dict[str, str]:
    return {
        "FileName": _quoted(graph.file_name),
        "Function": _quoted(graph.function),
        "Function_ID": str(graph.function_id),
        "Registers": str(graph.registers),
    }


def _quoted(text: str) -> str:
    """A DOT string knows one escape, that of the quote."""
    return '"' + text.replace('"', '\\"') + '"'
