"""The comparison of edges with live ranges, against one that looks at every pair of nodes."""

from __future__ import annotations

import random
from itertools import combinations

import episode_builder as build
import pyarrow as pa
import pytest

from rl4real_data.episodes.schema import EPISODES
from rl4real_data.validation import interference_check
from rl4real_data.validation.episode_batch import EpisodeBatch, Facts
from rl4real_data.validation.interference_check import compare_edges

INSTRUCTIONS = 30


def make_batch(rows: list[build.Row]) -> EpisodeBatch:
    facts = Facts(split="train", registers=None, shapes=None)
    return EpisodeBatch(pa.RecordBatch.from_pylist(rows, schema=EPISODES), facts)


def overlap(one: list[int], other: list[int]) -> bool:
    covered = [{i for k in range(0, len(ends), 2) for i in range(ends[k], ends[k + 1])} for ends in (one, other)]
    return bool(covered[0] & covered[1])


def touch(one: list[int], other: list[int]) -> bool:
    return bool(set(one[0::2]) & set(other[1::2])) or bool(set(other[0::2]) & set(one[1::2]))


def random_episode(rng: random.Random, number: int) -> build.Row:
    """Random live ranges, and edges of which some are too many and some too few."""
    live = []
    for _ in range(rng.randrange(9)):
        ends = sorted(rng.sample(range(INSTRUCTIONS + 1), 2 * rng.randrange(4)))
        live.append(ends)
    pairs = list(combinations(range(len(live)), 2))
    edges = [(u, v) for u, v in pairs if overlap(live[u], live[v]) != (rng.random() < 0.1)]
    return build.make_episode(
        number,
        **{"node_vreg": list(range(len(live))), "node_live": live, "use_inst": [[] for _ in live]},
        **{"edge_u": [u for u, _ in edges], "edge_v": [v for _, v in edges]},
    )


def compare_all_pairs(row: build.Row) -> tuple[set[int], set[int]]:
    """The first node of every missing edge, and the index of every unfounded one."""
    edges, live = list(zip(row["edge_u"], row["edge_v"], strict=True)), row["node_live"]
    missing = {u for u, v in combinations(range(len(live)), 2) if overlap(live[u], live[v]) and (u, v) not in edges}
    unfounded = {i for i, (u, v) in enumerate(edges) if not overlap(live[u], live[v]) and not touch(live[u], live[v])}
    return missing, unfounded


@pytest.mark.parametrize("chunk", [1, 7, 1 << 21])
def test_against_all_pairs(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interference_check, "_CHUNK", chunk)
    rng = random.Random(1)
    rows = [random_episode(rng, number) for number in range(60)]
    found = compare_edges(make_batch(rows))
    expected = [compare_all_pairs(row) for row in rows]
    missing = {(i, u) for i, (nodes, _) in enumerate(expected) for u in nodes}
    unfounded = {(i, e) for i, (_, edges) in enumerate(expected) for e in edges}
    assert len(missing) > 10
    assert len(unfounded) > 10
    assert set(zip(found.missing.rows, found.missing.places, strict=True)) == missing
    assert set(zip(found.unfounded.rows, found.unfounded.places, strict=True)) == unfounded


def test_no_episode() -> None:
    found = compare_edges(make_batch([]))
    assert (len(found.missing.rows), len(found.unfounded.rows)) == (0, 0)
