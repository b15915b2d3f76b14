"""The fork's JSON: what networkx makes of the golden DOT file is read as that file is, and nothing else is."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networkx_dot import networkx_json

from rl4real_data.rl4real_fork.formats.adjacency_json import parse_json
from rl4real_data.rl4real_fork.formats.dot import ForkFormatError, ForkGraph, parse_dot

GOLDEN = (Path(__file__).parents[3] / "data" / "fork" / "golden.dot").read_text()
DATA: dict[str, Any] = json.loads(networkx_json(GOLDEN))
TEXT = json.dumps(DATA).encode()


def parse(text: str | bytes) -> ForkGraph:
    return parse_json(text, name="a.json", dimension=2)


def test_it_is_the_graph_of_the_dot_file() -> None:
    assert parse(TEXT) == parse_dot(GOLDEN, name="a.dot", dimension=2)


def test_graph_that_is_no_multigraph_is_read_too() -> None:
    data = copy.deepcopy(DATA)
    data["multigraph"] = False
    for links in data["adjacency"]:
        for link in links:
            del link["key"]

    assert parse(json.dumps(data)) == parse(TEXT)


def label_of(data: dict[str, Any], change: Callable[[str], str]) -> None:
    data["nodes"][2]["label"] = change(data["nodes"][2]["label"])


WRONG: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda d: d.update(directed=True), r'expected "directed": false, found True'),
    (lambda d: d.pop("nodes"), r'expected "nodes": a list, found None'),
    (lambda d: d.update(graph={"name": "G"}), r'expected "graph": a list, found'),
    (lambda d: d.update(graph=[["graph"]]), r'expected "graph": a list of pairs'),
    (lambda d: d["graph"][1][1].pop("Registers"), r"expected the graph's FileName, Function, Function_ID, Registers"),
    (lambda d: d["graph"][1][1].update(Function_ID="x"), r"graph: expected 'Function_ID=<number>;'"),
    (lambda d: d["graph"][1][1].update(FileName='"a";\n7--11\nFunction="b"'), r"graph: expected"),
    (lambda d: d["nodes"].append({"id": "90"}), r"expected a node with id and label as strings"),
    (lambda d: d["nodes"].append(d["nodes"][0]), r"expected node \d+ only once"),
    (lambda d: d["adjacency"].pop(), r'expected "adjacency": one list a node, 5, found 4'),
    (lambda d: d["adjacency"].__setitem__(0, 3), r"expected a list of neighbours, found 3"),
    (lambda d: d["adjacency"][0].append({"id": "999"}), r"expected the id of a neighbour of node \d+"),
    (lambda d: d["adjacency"][0].pop(), r"expected node \d+ among the neighbours of node \d+"),
    (
        lambda d: label_of(d, lambda text: text.replace("{Vir}", "{Phi}")),
        r"node 11: expected '\{<spill weight>\} \{Vir",
    ),
    (lambda d: label_of(d, lambda text: '" {Phy} "];\n' + "11 [label=" + text), r"node 11: expected"),
    (lambda d: label_of(d, lambda text: text + '];\n50 [label=" {A} {inf} {Vir}  {}  {}  {} "'), "labels of 5 nodes"),
]


@pytest.mark.parametrize(("change", "message"), WRONG)
def test_another_form_is_refused_with_what_was_expected(
    change: Callable[[dict[str, Any]], object], message: str
) -> None:
    data = copy.deepcopy(DATA)
    change(data)

    with pytest.raises(ForkFormatError, match=rf"^a\.json: .*{message}"):
        parse(json.dumps(data))


@pytest.mark.parametrize("text", [b"", b"[1, 2]", b"{}", b"\xff\xfe", b"[" * 100_000, b"1" * 5000, TEXT[:-20]])
def test_what_is_no_graph_is_refused(text: bytes) -> None:
    with pytest.raises(ForkFormatError, match=r"^a\.json: "):
        parse(text)


MUTATIONS = st.lists(
    st.tuples(
        st.integers(min_value=0, max_value=len(TEXT)),
        st.integers(min_value=0, max_value=8),
        st.one_of(
            st.binary(max_size=3),
            st.sampled_from([b'"', b"}", b"[", b"\\n", b", ", b"11", b'"];\\n12--13\\n', b"null", b"1e999", b"[]"]),
        ),
    ),
    min_size=1,
    max_size=3,
)


@given(MUTATIONS)
@settings(max_examples=300, deadline=1000)
def test_a_mutated_file_is_refused_or_gives_a_graph_of_its_nodes(mutations: list[tuple[int, int, bytes]]) -> None:
    data = TEXT
    for start, length, new in mutations:
        data = data[:start] + new + data[start + length :]
    try:
        graph = parse(data)
    except ForkFormatError as error:
        assert re.match(r"a\.json: ", str(error))  # noqa: PT017 - both ends are right here
    else:
        document = json.loads(data)
        assert len(graph.nodes) + len(graph.colours) == len(document["nodes"])
        links = {
            frozenset((node["id"], link["id"]))
            for node, found in zip(document["nodes"], document["adjacency"], strict=True)
            for link in found
        }
        assert len(graph.edges) + sum(len(node.physical) for node in graph.nodes) == len(links)


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["directed", "graph", "nodes", "adjacency"]), json_values))
@settings(max_examples=200, deadline=1000)
def test_any_json_in_place_of_a_member_is_refused(replaced: dict[str, Any]) -> None:
    data = {**DATA, **replaced}
    try:
        graph = parse(json.dumps(data))
    except ForkFormatError:
        return
    assert graph == parse(TEXT) or (data["nodes"] == data["adjacency"] == [] and graph.nodes == ())
