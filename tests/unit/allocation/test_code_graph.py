"""Blocks and their dominators, and places between instructions."""

from __future__ import annotations

import random
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from episode_builder import make_episode, write_dataset

from rl4real_data import EpisodeDataset
from rl4real_data.allocation.code_graph import CodeGraph, code_graph_of
from rl4real_data.allocation.places import ROOM, CodePlaces, PlaceMap, border_before


def graph_of(folder: Path, successors: list[list[int]]) -> CodeGraph:
    """One instruction a block."""
    n_blocks = len(successors)
    changes = {
        "inst": [0] * n_blocks, "block_start": list(range(n_blocks)), "block_freq": [1.0] * n_blocks,
        "block_last_split": list(range(1, n_blocks + 1)), "block_succ": successors,
    }  # fmt: skip
    write_dataset(folder, {"train": [[make_episode(**changes)]]})
    return code_graph_of(EpisodeDataset(folder)[0])


def test_dominators_are_those_of_networkx(tmp_path: Path) -> None:
    chance = random.Random(7)
    for number in range(30):
        n_blocks = chance.randint(1, 9)
        successors = [
            sorted(chance.sample(range(n_blocks), chance.randint(0, min(2, n_blocks)))) for _ in range(n_blocks)
        ]
        graph = graph_of(tmp_path / str(number), successors)
        edges = nx.DiGraph([(0, 0), *((one, after) for one, own in enumerate(successors) for after in own)])
        above = nx.immediate_dominators(edges, 0)
        for other in nx.descendants(edges, 0) | {0}:
            strict, at = set(), other
            while at != 0:
                at = above[at]
                strict.add(at)
            assert {one for one in range(n_blocks) if graph.strictly_dominates(one, other)} == strict


def test_what_nothing_reaches_is_dominated_by_all(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, [[1], [], [1]])

    assert graph.strictly_dominates(0, 2)
    assert graph.strictly_dominates(1, 2)
    assert not graph.strictly_dominates(2, 1)
    assert graph.dominated_by(0) == [1, 2]


def test_positions_have_places_in_the_same_order() -> None:
    places = PlaceMap(np.array([0]), 4)
    # live on entry; written by 0; written early by 1; written by 3
    assert places.firsts(np.array([0, 1, 2, 7])).tolist() == [border_before(0), 1, 1 << ROOM, (3 << ROOM) + 1]
    # read last by 2; written in vain by 1; to the end of the block that ends behind 3; written in vain by that one
    assert places.lasts(np.array([5, 4, 8])).tolist() == [(2 << ROOM) + 1, (1 << ROOM) + 2, border_before(4)]


def test_copies_lie_where_they_were_asked_for() -> None:
    places = CodePlaces(())
    first = places.behind(0)
    second = places.behind(0)
    third = places.before(1 << ROOM)
    fourth = places.before(first)

    assert 2 < second < fourth < first < third < 1 << ROOM
    assert [places.next(place) for place in (0, second, fourth, first, third)] == [
        second, fourth, first, third, 1 << ROOM
    ]  # fmt: skip


def test_room_for_copies_ends() -> None:
    places = CodePlaces(())
    end = 1 << ROOM
    while end > 4:
        end = places.behind(0)

    with pytest.raises(ValueError, match="no room for another copy"):
        places.behind(0)
