"""The places of an interference graph's nodes.

The same picture for the same graph, always.

Connected components are laid out one by one and packed in rows, since forces between parts that nothing holds
together would drive them far apart. Up to `SPRING_NODES` nodes a component gets networkx' spring layout (Fruchterman
and Reingold, 1991), whose time grows with the square of the nodes; above, pivot MDS (Brandes and Pich, 2006), whose
time grows with the edges.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

import networkx as nx
import numpy as np
import numpy.typing as npt

from rl4real_data.core import interruption

Positions = npt.NDArray[np.float64]

SPRING_NODES: Final = 300
"""The spring layout of 300 nodes takes 0.5 s."""
SEED: Final = 1
_ITERATIONS: Final = 80
_PIVOTS: Final = 40
_GAP: Final = 1.0
_NEAREST: Final = 0.66
_ROUNDS: Final = 60


def place_nodes(nodes: int, edges: Iterable[tuple[int, int]]) -> Positions:
    """(nodes, 2) float64: positions whose unit is about the distance of neighbours, from (0, 0) on."""
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(nodes))
    graph.add_edges_from(edges)
    components = sorted((sorted(part) for part in nx.connected_components(graph)), key=lambda part: (-len(part), part))
    places = np.zeros((nodes, 2))
    parts = [(part, _place_component(graph.subgraph(part), part)) for part in components]
    for (part, own), corner in zip(parts, _pack([own.max(axis=0) for _, own in parts]), strict=True):
        places[part] = own + corner
    return places


def _place_component(graph: nx.Graph[int], part: list[int]) -> Positions:
    """(len(part), 2), from (0, 0) on; as wide as the root of the number of nodes."""
    if len(part) == 1:
        return np.zeros((1, 2))
    small = len(part) <= SPRING_NODES
    places = _spring(graph, part) if small else _pivot_mds(graph, part)
    places = _stretch(places) * (1.35 * math.sqrt(len(part)))
    if small:
        places = _separate(places)
    return _from_zero(places)


def _spring(graph: nx.Graph[int], part: list[int]) -> Positions:
    """Edges pull with the root of how rare they are at both ends: otherwise a dense part shrinks to a dot."""
    degree = dict(graph.degree())
    weighted: nx.Graph[int] = nx.Graph()
    weighted.add_nodes_from(part)
    weighted.add_weighted_edges_from(
        (u, v, 2.0 / math.sqrt(degree[u] * degree[v])) for u, v in sorted(tuple(sorted(edge)) for edge in graph.edges)
    )
    found = nx.spring_layout(weighted, seed=SEED, iterations=_ITERATIONS, k=1.2 / math.sqrt(len(part)))
    return np.array([found[node] for node in part])


def _pivot_mds(graph: nx.Graph[int], part: list[int]) -> Positions:
    """Two main directions of the distances to some nodes, each new one the farthest from those before."""
    index = {node: i for i, node in enumerate(part)}
    distances = np.zeros((len(part), min(_PIVOTS, len(part))))
    pivot, nearest = part[0], np.full(len(part), np.inf)
    for column in range(distances.shape[1]):
        for node, length in nx.single_source_shortest_path_length(graph, pivot).items():
            distances[index[node], column] = length
        nearest = np.minimum(nearest, distances[:, column])
        pivot = part[int(nearest.argmax())]
    squares = distances**2
    centred = squares - squares.mean(axis=0) - squares.mean(axis=1, keepdims=True) + squares.mean()
    values, vectors = np.linalg.eigh(centred.T @ centred)
    return _spread_equals(centred @ vectors[:, np.argsort(-values)[:2]])


def _spread_equals(places: Positions) -> Positions:
    """Nodes with equal distances to all pivots stand at one point: each such crowd becomes a disc.

    The disc is a sunflower's (Vogel, 1979), its area that of the crowd's share of the whole.
    """
    places = places / (np.ptp(places, axis=0).max() or 1.0)
    _, crowd = np.unique(places.round(2), axis=0, return_inverse=True)
    crowd = crowd.reshape(-1)
    order = np.argsort(crowd, kind="stable")
    rank = np.empty(len(places))
    starts = np.concatenate(([0], np.cumsum(np.bincount(crowd))))
    rank[order] = np.arange(len(places)) - starts[crowd[order]]
    radius = 0.5 * np.sqrt(rank / len(places))
    angle = rank * math.pi * (3 - math.sqrt(5))
    spread: Positions = places + radius[:, None] * np.stack((np.cos(angle), np.sin(angle)), axis=1)
    return spread


def _separate(places: Positions) -> Positions:
    """Pairs nearer than `_NEAREST` step apart, half the way each, until none is left or the rounds are over."""
    places = places + np.random.default_rng(SEED).normal(0.0, 1e-3, places.shape)
    for _ in range(_ROUNDS):
        interruption.check()
        between = places[:, None, :] - places[None, :, :]
        distance = np.sqrt((between**2).sum(axis=2))
        np.fill_diagonal(distance, np.inf)
        lacking = np.maximum(_NEAREST - distance, 0.0)
        if not lacking.any():
            break
        places = places + (between * (lacking / distance / 2)[:, :, None]).sum(axis=1)
    return places


def _stretch(places: Positions) -> Positions:
    """Into a box of 1 by at most 1, its long side across."""
    places = _from_zero(places)
    size = np.ptp(places, axis=0)
    if size[1] > size[0]:
        places, size = places[:, ::-1], size[::-1]
    stretched: Positions = places / (size[0] or 1.0)
    return stretched


def _from_zero(places: Positions) -> Positions:
    moved: Positions = places - places.min(axis=0)
    return moved


def _pack(sizes: list[Positions]) -> list[Positions]:
    """Corners of boxes, set in rows about half again as wide as high; the boxes come the largest first."""
    area = sum(float((size[0] + _GAP) * (size[1] + _GAP)) for size in sizes)
    width = max([math.sqrt(1.6 * area), *(float(size[0]) + _GAP for size in sizes)], default=0.0)
    corners, x, y, row = [], 0.0, 0.0, 0.0
    for size in sizes:
        if x and x + size[0] > width:
            x, y, row = 0.0, y + row + _GAP, 0.0
        corners.append(np.array([x, y]))
        x += float(size[0]) + _GAP
        row = max(row, float(size[1]))
    return corners
