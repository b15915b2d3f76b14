"""Positions of the nodes of an interference graph."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from rl4real_data.show.layout import SPRING_NODES, Positions, place_nodes


def distances(places: Positions) -> Positions:
    """Of all pairs."""
    between = np.linalg.norm(places[:, None] - places[None], axis=2)
    pairs: Positions = between[np.triu_indices(len(places), 1)]
    return pairs


def test_the_same_graph_gives_the_same_picture() -> None:
    edges = [(i, (7 * i + 3) % 50) for i in range(50)]
    edges = [(u, v) for u, v in edges if u != v]

    np.testing.assert_array_equal(place_nodes(50, edges), place_nodes(50, list(reversed(edges))))


def test_nodes_of_a_complete_graph_do_not_cover_each_other() -> None:
    places = place_nodes(60, itertools.combinations(range(60), 2))

    assert distances(places).min() > 0.5
    assert places.min() >= 0


def test_neighbours_stand_nearer_than_others() -> None:
    """Two cliques that one edge joins."""
    cliques = [*itertools.combinations(range(12), 2), *itertools.combinations(range(12, 24), 2), (0, 12)]
    places = place_nodes(24, cliques)
    apart = np.linalg.norm(places[:12].mean(axis=0) - places[12:].mean(axis=0))

    assert all(distances(part).max() < 2 * apart for part in (places[:12], places[12:]))
    assert apart > max(distances(part).mean() for part in (places[:12], places[12:]))


def test_parts_that_nothing_joins_stand_in_boxes_of_their_own() -> None:
    triangles = [(3 * i + a, 3 * i + b) for i in range(9) for a, b in ((0, 1), (0, 2), (1, 2))]
    places = place_nodes(30, triangles)  # and three nodes without an edge
    boxes = [(part.min(axis=0), part.max(axis=0)) for part in (places[3 * i : 3 * i + 3] for i in range(9))]
    boxes += [(place, place) for place in places[27:]]

    for (low, high), (other_low, other_high) in itertools.combinations(boxes, 2):
        assert (high < other_low).any() or (other_high < low).any()


def test_a_part_keeps_its_shape_whatever_stands_beside_it() -> None:
    ring = [(i, (i + 1) % 8) for i in range(8)]

    np.testing.assert_allclose(distances(place_nodes(40, ring)[:8]), distances(place_nodes(8, ring)))


@pytest.mark.parametrize("nodes", [SPRING_NODES + 1, 1500])
def test_a_large_path_is_drawn_from_end_to_end(nodes: int) -> None:
    """The main direction of a path's distances is the path itself."""
    places = place_nodes(nodes, [(i, i + 1) for i in range(nodes - 1)])

    assert abs(np.corrcoef(places[:, 0], np.arange(nodes))[0, 1]) > 0.99


def test_equal_nodes_of_a_large_graph_are_spread() -> None:
    """A star: all leaves have the same distances to all but themselves."""
    places = place_nodes(1000, [(0, leaf) for leaf in range(1, 1000)])

    assert len(np.unique(places.round(3), axis=0)) == 1000


def test_no_nodes() -> None:
    assert place_nodes(0, []).shape == (0, 2)
