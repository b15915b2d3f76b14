"""The fork's graphs as episodes, so that its datasets and ours are read by the same code.

DOT has no opcodes, no order of instructions, no live ranges and no outcome: those columns are null. Of the
instructions in a node's live ranges it has the vectors, which `node_inst` refers to. The columns that tell where an
episode comes from are the caller's to fill.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from rl4real_data.episodes.schema import EPISODES
from rl4real_data.rl4real_fork.formats.dot import ForkGraph, ForkNode


def content_hash(graph: ForkGraph) -> str:
    """128-bit hash, in hex, of the allocation problem: no names, no function number.

    Colours are left out, as they are names that a configuration gives to registers. Vectors count, as all that is known
    of the instructions.
    """
    vectors = distinct_vectors([graph])
    number = {vector: place for place, vector in enumerate(vectors)}
    nodes = [
        [
            n.vreg,
            n.class_name,
            n.spill_weight,
            n.split_points,
            n.use_distances,
            n.use_spill_weights,
            [number[vector] for vector in n.vectors],
            n.physical,
        ]
        for n in graph.nodes
    ]
    canonical = json.dumps([graph.registers, nodes, graph.edges], separators=(",", ":")).encode()
    return hashlib.blake2b(b"\n".join((canonical, *vectors)), digest_size=16).hexdigest()


def graphs_to_table(
    graphs: Sequence[ForkGraph],
    *,
    class_ids: Mapping[str, int] | None,
    class_orders: Mapping[str, Sequence[int]] | None = None,
) -> pa.Table:
    """The graphs as episodes, one row each, in schema EPISODES; what DOT does not tell is null.

    `class_ids` gives the class_id of each register class's name; without it `node_class` is null, and so is
    the entry of an unknown class. `node_inst` refers to `distinct_vectors(graphs)`. `node_forbidden` holds the
    registers that the graph joins to the node: those of the class in its order, as an episode has them, where
    `class_orders` knows the class, else all, ascending.
    """
    numbers = {vector: number for number, vector in enumerate(distinct_vectors(graphs))}
    rows = [_episode(graph, class_ids, class_orders or {}, numbers) for graph in graphs]
    columns = [pa.array([row.get(column.name) for row in rows], type=column.type) for column in EPISODES]
    return pa.Table.from_arrays(columns, schema=EPISODES)


def distinct_vectors(graphs: Iterable[ForkGraph]) -> tuple[bytes, ...]:
    """The vectors of all nodes, each once, in the order in which they are met."""
    return tuple(dict.fromkeys(vector for graph in graphs for node in graph.nodes for vector in node.vectors))


def _forbidden(node: ForkNode, class_orders: Mapping[str, Sequence[int]]) -> list[int]:
    order = class_orders.get(node.class_name)
    return list(node.physical) if order is None else [register for register in order if register in node.physical]


def _episode(
    graph: ForkGraph,
    class_ids: Mapping[str, int] | None,
    class_orders: Mapping[str, Sequence[int]],
    vector_numbers: Mapping[bytes, int],
) -> dict[str, Any]:
    nodes = graph.nodes
    return {
        "function": graph.function,
        "function_id": graph.function_id,
        "content_hash": content_hash(graph),
        "node_vreg": [n.vreg for n in nodes],
        "node_class": None if class_ids is None else [class_ids.get(n.class_name) for n in nodes],
        "node_spill_weight": [n.spill_weight for n in nodes],
        "node_inst": [[vector_numbers[vector] for vector in n.vectors] for n in nodes],
        "node_forbidden": [_forbidden(n, class_orders) for n in nodes],
        "use_distance": [n.use_distances for n in nodes],
        "use_spill_weight": [n.use_spill_weights for n in nodes],
        "split_points": [n.split_points for n in nodes],
        "edge_u": [u for u, _ in graph.edges],
        "edge_v": [v for _, v in graph.edges],
    }
