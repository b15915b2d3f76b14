"""Properties of the fork's DOT reader: what is written is read back, and no damage gives an unsound graph."""

from __future__ import annotations

import math
import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from rl4real_data.episodes.schema import EPISODES
from rl4real_data.rl4real_fork.formats.dot import ForkFormatError, ForkGraph, ForkNode, parse_dot
from rl4real_data.rl4real_fork.formats.graph_table import graphs_to_table

FORK = (Path(__file__).parents[3] / "data" / "fork" / "golden.dot").read_bytes()


def parse(text: str | bytes) -> ForkGraph:
    return parse_dot(text, name="a.dot", dimension=2)


def spelling(name: str) -> str:
    """A name as a file has it; one that a dataset stores in quotes is other bytes."""
    if not name.startswith('"'):
        return name
    letters = re.sub(
        r"\\(\\|[0-9A-F]{2})", lambda found: found[1] if found[1] == "\\" else chr(int(found[1], 16)), name
    )
    return letters[1:-1].encode("latin-1").decode("utf-8", "surrogateescape")


def render(graph: ForkGraph) -> bytes:
    """A graph in our plugin's spelling: semicolons, physical nodes first, each edge after its first node."""
    ids = [graph.registers + 1 + node.vreg for node in graph.nodes]
    lines = [f'graph G {{\nFileName="{spelling(graph.file_name)}";\nFunction="{spelling(graph.function)}";']
    lines.append(f"Function_ID={graph.function_id};\nRegisters={graph.registers};")
    for register, colour in graph.colours.items():
        lines.append(f'{register} [label=" {{Phy}} {{0.000000}} {{PhyColor={colour};PhyReg={register}}} "];')
        lines += [f"{register}--{i};" for i, n in zip(ids, graph.nodes, strict=True) if register in n.physical]
    for index, (node_id, node) in enumerate(zip(ids, graph.nodes, strict=True)):
        lists = [
            ", ".join(map(str, node.split_points)),
            ", ".join(map(str, node.use_distances)),
            ", ".join(f"{weight:f}" for weight in node.use_spill_weights),
        ]
        label = f"{{{node.class_name}}} {{{node.spill_weight:f}}} {{Vir}}  " + "  ".join(
            f"{{{text}}}" for text in lists
        )
        vectors = ", \n".join(f"[ {vector.decode()} ]" for vector in node.vectors)
        lines.append(f'{node_id} [label=" {label}' + (f" [{vectors}]" if vectors else "") + '"];')
        lines += [f"{node_id}--{ids[v]};" for u, v in graph.edges if u == index]
    return "\n".join([*lines, "}", ""]).encode("utf-8", "surrogateescape")


def assert_consistent(graph: ForkGraph) -> None:
    vregs = [node.vreg for node in graph.nodes]
    assert vregs == sorted(set(vregs))
    assert list(graph.edges) == sorted(set(graph.edges))
    assert all(0 <= u < v < len(vregs) for u, v in graph.edges)
    assert all(0 < register < graph.registers for register in graph.colours)
    for node in graph.nodes:
        assert list(node.physical) == sorted(set(node.physical) & set(graph.colours))
        assert list(node.use_distances) == sorted(set(node.use_distances))
        assert len(node.use_distances) == len(node.use_spill_weights)
        assert list(node.split_points) == sorted(set(node.split_points))
        assert all(0 <= point < len(node.use_distances) for point in node.split_points)
        assert all(weight >= 0 for weight in (node.spill_weight, *node.use_spill_weights))
    assert parse(render(graph)) == graph
    table = graphs_to_table([graph], class_ids=None)
    table.validate(full=True)
    assert table.schema.equals(EPISODES, check_metadata=True)


MUTATIONS = st.lists(
    st.tuples(
        st.integers(min_value=0, max_value=len(FORK)),
        st.integers(min_value=0, max_value=8),
        st.one_of(
            st.binary(max_size=3),
            st.sampled_from([b"\n", b"}", b"{", b", ", b"--", b";", b'"];\n', b"]", b"inf", b"1", b"99999999999"]),
        ),
    ),
    min_size=1,
    max_size=3,
)


@given(MUTATIONS)
@settings(max_examples=1500, deadline=30_000)
def test_a_mutated_file_is_refused_or_gives_a_sound_graph(mutations: list[tuple[int, int, bytes]]) -> None:
    data = FORK
    for start, length, new in mutations:
        data = data[:start] + new + data[start + length :]
    try:
        graph = parse(data)
    except ForkFormatError as error:
        assert re.match(r"a\.dot:\d+: expected ", str(error))  # noqa: PT017 - both ends are right here
    else:
        assert_consistent(graph)


def weights() -> st.SearchStrategy[float]:
    return st.one_of(st.just(math.inf), st.integers(min_value=0, max_value=10**12).map(lambda n: n / 64))


@st.composite
def graphs(draw: st.DrawFn) -> ForkGraph:
    ints = st.integers(min_value=0, max_value=200)
    colours = draw(st.dictionaries(st.integers(1, 9), st.integers(1, 300), max_size=4))
    nodes = []
    for vreg in sorted(draw(st.sets(ints, max_size=6))):
        distances = sorted(draw(st.sets(ints)) | {0})
        vectors = draw(st.lists(st.sampled_from([b"0.000000, 2.250000", b"-1.500000, 2.250000"]), max_size=4))
        nodes.append(
            ForkNode(
                vreg=vreg,
                class_name=draw(st.sampled_from(["GR32", "VR128X", "GR64_NOSP"])),
                spill_weight=draw(weights()),
                split_points=tuple(sorted(draw(st.sets(st.integers(0, len(distances) - 1))))),
                use_distances=tuple(distances),
                use_spill_weights=tuple(draw(weights()) for _ in distances),
                physical=tuple(r for r in sorted(colours) if draw(st.booleans())),
                vectors=tuple(vectors),
            )
        )
    pairs = [(u, v) for v in range(len(nodes)) for u in range(v)]
    edges = draw(st.sets(st.sampled_from(pairs))) if pairs else set()
    return ForkGraph(
        file_name="/src/a.c",
        function=draw(st.sampled_from(["f", "_ZN1aC2Ev", ".omp_outlined", 'a "b";'])),
        function_id=draw(st.integers(1, 1000)),
        registers=10,
        colours=dict(sorted(colours.items())),
        nodes=tuple(nodes),
        edges=tuple(sorted(edges)),
    )


@given(graphs())
@settings(max_examples=100, deadline=30_000)
def test_reads_back_what_is_written(graph: ForkGraph) -> None:
    assert parse(render(graph)) == graph
    assert_consistent(graph)


def test_both_spellings_give_the_same_graph() -> None:
    assert parse(render(parse(FORK))) == parse(FORK)
