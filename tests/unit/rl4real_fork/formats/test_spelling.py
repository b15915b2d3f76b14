"""The fork's spelling of a graph, against texts written by hand and against networkx with pydot."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networkx_dot import networkx_json

from rl4real_data.rl4real_fork.formats.adjacency_json import parse_json
from rl4real_data.rl4real_fork.formats.dot import parse_dot
from rl4real_data.rl4real_fork.formats.spelling import (
    GraphText,
    physical_label,
    render_dot,
    render_json,
    vector_text,
    virtual_label,
)

LABEL = '" {GR32} {0.250000} {Vir}  {1}  {0, 4}  {1.500000, inf} [[ 1.000000, -0.500000 ], \n[ 0.000000, 2.250000 ]]"'
GRAPH = GraphText(
    file_name="/src/a.c",
    function="f",
    function_id=3,
    registers=10,
    labels=((7, physical_label(7, 4)), (11, LABEL), (13, '" {GR32} {inf} {Vir}  {}  {0}  {inf} "')),
    edges=((7, 13), (11, 13)),
)


def test_label_of_a_virtual_register() -> None:
    text = virtual_label(
        class_name="GR32",
        spill_weight=0.25,
        split_points=[1],
        use_distances=[0, 4],
        use_spill_weights=[1.5, math.inf],
        vectors=[vector_text([1.0, -0.5]), vector_text([0.0, 2.25])],
    )

    assert text == LABEL


def test_label_without_vectors_has_no_bracket() -> None:
    text = virtual_label(
        class_name="GR8", spill_weight=math.inf, split_points=[], use_distances=[0], use_spill_weights=[1], vectors=[]
    )

    assert text == '" {GR8} {inf} {Vir}  {}  {0}  {1.000000} "'


def test_dot() -> None:
    assert render_dot(GRAPH) == (
        'graph G {\nFileName="/src/a.c";\nFunction="f";\nFunction_ID=3;\nRegisters=10;\n'
        '7 [label=" {Phy} {0.000000} {PhyColor=4;PhyReg=7} "];\n7--13\n'
        f"11 [label={LABEL}];\n11--13\n"
        '13 [label=" {GR32} {inf} {Vir}  {}  {0}  {inf} "];\n}\n'
    )


def test_json() -> None:
    assert json.loads(render_json(GRAPH)) == {
        "directed": False,
        "multigraph": True,
        "graph": [
            ["name", "G"],
            ["graph", {"FileName": '"/src/a.c"', "Function": '"f"', "Function_ID": "3", "Registers": "10"}],
        ],
        "nodes": [
            {"label": '" {Phy} {0.000000} {PhyColor=4;PhyReg=7} "', "id": "7"},
            {"label": LABEL, "id": "11"},
            {"label": '" {GR32} {inf} {Vir}  {}  {0}  {inf} "', "id": "13"},
        ],
        "adjacency": [
            [{"id": "13", "key": 0}],
            [{"id": "13", "key": 0}],
            [{"id": "7", "key": 0}, {"id": "11", "key": 0}],
        ],
    }


@st.composite
def graphs(draw: st.DrawFn) -> GraphText:
    colours = draw(st.dictionaries(st.integers(1, 9), st.integers(1, 30), max_size=4))
    numbers = sorted(draw(st.sets(st.integers(11, 30), min_size=1, max_size=6)))
    weights = st.one_of(st.just(math.inf), st.integers(0, 2**30).map(lambda n: n / 64))
    labels = [(register, physical_label(register, colours[register])) for register in sorted(colours)]
    for number in numbers:
        distances = sorted(draw(st.sets(st.integers(0, 99), max_size=4)) | {0})
        vectors = draw(st.lists(st.sampled_from([(0.0, -1.5), (2.25, 1e-7), (-0.0, 9.0)]), max_size=3))
        label = virtual_label(
            class_name=draw(st.sampled_from(["GR32", "VR128X"])),
            spill_weight=draw(weights),
            split_points=sorted(draw(st.sets(st.integers(0, len(distances) - 1)))),
            use_distances=distances,
            use_spill_weights=[draw(weights) for _ in distances],
            vectors=[vector_text(vector) for vector in vectors],
        )
        labels.append((number, label))
    ids = [number for number, _ in labels]
    pairs = [(low, high) for low in ids for high in numbers if low < high]
    return GraphText(
        file_name=draw(st.sampled_from(["/src/a.c", "/src/ä b.cpp"])),
        function=draw(st.sampled_from(["f", "_ZN1aC2Ev", ".omp_outlined", 'quoted"name'])),
        function_id=draw(st.integers(1, 999)),
        registers=10,
        labels=tuple(labels),
        edges=tuple(sorted(draw(st.sets(st.sampled_from(pairs))) if pairs else ())),
    )


@given(graphs())
@settings(max_examples=25, deadline=None)
def test_json_is_that_of_networkx_byte_by_byte(graph: GraphText) -> None:
    assert render_json(graph) == networkx_json(render_dot(graph))


@given(graphs())
@settings(max_examples=25, deadline=None)
def test_both_forms_are_read_as_the_same_graph(graph: GraphText) -> None:
    options: dict[str, Any] = {"name": "a", "dimension": 2}

    read = parse_json(render_json(graph), **options)

    assert read == parse_dot(render_dot(graph), **options)
    assert len(read.nodes) + len(read.colours) == len(graph.labels)
    joined = sum(len(node.physical) for node in read.nodes)
    assert len(read.edges) + joined == len(graph.edges)


@pytest.mark.parametrize("value", [0.1, 1e-7, 123456.789, -2.5, 0.0000005, 0.1234565])
def test_floats_have_six_decimals_rounded_from_the_exact_value(value: float) -> None:
    assert vector_text([value]) == f"[ {Decimal(value):.6f} ]"
