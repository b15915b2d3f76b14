"""The fork's graphs as episodes, by hand and against what our plugin records of the same functions."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from rl4real_data.episodes.schema import EPISODES
from rl4real_data.rl4real_fork.formats.dot import ForkGraph, parse_dot
from rl4real_data.rl4real_fork.formats.graph_table import content_hash, graphs_to_table

DATA = Path(__file__).parents[3] / "data" / "fork"
FORK = (DATA / "golden.dot").read_text()


def parse(text: str | bytes) -> ForkGraph:
    return parse_dot(text, name="a.dot", dimension=2)


EXPECTED = parse(FORK)


def test_table_holds_what_dot_tells_and_null_for_the_rest() -> None:
    table = graphs_to_table([EXPECTED], class_ids={"GR32": 35})
    assert table.schema.equals(EPISODES, check_metadata=True)
    row = table.to_pylist()[0]
    assert {name: value for name, value in row.items() if value is not None} == {
        "function": "f",
        "function_id": 3,
        "content_hash": content_hash(EXPECTED),
        "node_vreg": [0, 2, 3],
        "node_class": [35, None, 35],
        "node_spill_weight": [0.25, math.inf, 12345.5],
        "node_inst": [[0, 1], [], [2]],
        "node_forbidden": [[7], [2, 7], []],
        "use_distance": [[0, 4, 20], [0], [0, 8]],
        "use_spill_weight": [[0.5, 1.5, math.inf], [math.inf], [0.0, 0.125]],
        "split_points": [[0, 2], [], [1]],
        "edge_u": [0, 0, 1],
        "edge_v": [1, 2, 2],
    }


def test_table_without_class_ids_or_graphs() -> None:
    assert graphs_to_table([EXPECTED], class_ids=None).column("node_class").to_pylist() == [None]
    empty = graphs_to_table([], class_ids=None)
    assert empty.num_rows == 0
    assert empty.schema.equals(EPISODES, check_metadata=True)


def test_content_hash_is_of_the_problem_and_stays_the_same() -> None:
    renamed = FORK.replace('"f"', '"g"').replace("a.c", "b.c").replace("Function_ID=3", "Function_ID=4")
    assert content_hash(parse(renamed)) == content_hash(EXPECTED)
    assert re.fullmatch(r"[0-9a-f]{32}", content_hash(EXPECTED))
    changes = [
        ("{0.250000}", "{0.250001}"),
        ("13--14\n", ""),
        ("7--11\n", ""),
        ("{GR32}", "{GR16}"),
        ("-1.250000", "-1.500000"),
        ("-1.250000", "2.000000"),
        ("{1}", "{}"),
    ]
    changed = {content_hash(parse(FORK.replace(old, new, 1))) for old, new in changes}
    assert len(changed | {content_hash(EXPECTED)}) == len(changes) + 1
    assert content_hash(EXPECTED) == "8a1404fde275b97f2c263d0860e75b09"


def records() -> Iterable[dict[str, Any]]:
    lines = (DATA / "tiny.ndjson").read_text().splitlines()
    return [record for record in map(json.loads, lines) if "function" in record]


@pytest.mark.parametrize("record", records(), ids=lambda record: str(record["function"]))
def test_plugin_dot_says_what_the_plugin_record_says(record: dict[str, Any]) -> None:
    path = DATA / f"tiny.c_F{record['function_id']}.dot"
    graph = parse_dot(path.read_bytes(), name=path.name)
    assert graph.registers == 388  # x86, LLVM 22.1
    assert Path(graph.file_name).name == "tiny.c"
    row = graphs_to_table([graph], class_ids=None).to_pylist()[0]
    same = ["function", "function_id", "node_vreg", "use_distance", "split_points", "edge_u", "edge_v"]
    assert {name: row[name] for name in same} == {name: record[name] for name in same}
    assert row["node_forbidden"] == [sorted(registers) for registers in record["node_forbidden"]]
    assert row["node_spill_weight"] == pytest.approx(infinite(record["node_spill_weight"]), abs=5.1e-7)
    for found, expected in zip(row["use_spill_weight"], record["use_spill_weight"], strict=True):
        assert found == pytest.approx(infinite(expected), abs=5.1e-7)
    for node, live in zip(graph.nodes, record["node_live"], strict=True):
        assert len(node.vectors) == sum(live[1::2]) - sum(live[::2])
        assert set(node.vectors) == {b", ".join([b"0.000000"] * 100)}


def infinite(weights: list[float | None]) -> list[float]:
    """The record's weights: JSON has no infinity, so that it writes null."""
    return [math.inf if weight is None else weight for weight in weights]
