"""The fork's DOT: a file written by hand from the format's description, and every way a file can be wrong.

tests/data/fork/golden.dot is as the fork writes: no semicolon after an edge, a space before the quote of a
node without vectors, no line feed at the end. R = 10, so that virtual register i is node 11 + i. Its vectors
have two numbers. tiny.c_F*.dot and tiny.ndjson are what our plugin wrote for tiny.c with clang 22.
"""

from __future__ import annotations

import math
import pickle
import re
from pathlib import Path

import pytest

from rl4real_data.core.allocators import ALLOCATORS, AllocatorName
from rl4real_data.rl4real_fork.formats.dot import ForkFormatError, ForkGraph, ForkNode, parse_dot
from rl4real_data.rl4real_fork.formats.flags import fork_flags

DATA = Path(__file__).parents[3] / "data" / "fork"
FORK = (DATA / "golden.dot").read_text()

EXPECTED = ForkGraph(
    file_name="/src/a.c",
    function="f",
    function_id=3,
    registers=10,
    colours={2: 1, 7: 4},
    nodes=(
        ForkNode(
            vreg=0,
            class_name="GR32",
            spill_weight=0.25,
            split_points=(0, 2),
            use_distances=(0, 4, 20),
            use_spill_weights=(0.5, 1.5, math.inf),
            physical=(7,),
            vectors=(b"0.000000, -1.250000", b"1.000000, 2.000000"),
        ),
        ForkNode(
            vreg=2,
            class_name="GR64_NOSP",
            spill_weight=math.inf,
            split_points=(),
            use_distances=(0,),
            use_spill_weights=(math.inf,),
            physical=(2, 7),
            vectors=(),
        ),
        ForkNode(
            vreg=3,
            class_name="GR32",
            spill_weight=12345.5,
            split_points=(1,),
            use_distances=(0, 8),
            use_spill_weights=(0.0, 0.125),
            vectors=(b"0.000000, 0.000000",),
        ),
    ),
    edges=((0, 1), (0, 2), (1, 2)),
)


def parse(text: str | bytes) -> ForkGraph:
    return parse_dot(text, name="a.dot", dimension=2)


@pytest.mark.parametrize("text", [FORK, FORK.encode()], ids=["str", "bytes"])
def test_reads_the_golden_file(text: str | bytes) -> None:
    assert parse(text) == EXPECTED


def test_equal_vectors_are_one_object() -> None:
    first, _, last = parse(FORK.replace("[ 1.000000, 2.000000 ]", "[ 0.000000, 0.000000 ]")).nodes
    assert first.vectors[1] is last.vectors[0]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("11--13\n", "13--11\n"),
        ("11--13\n", "11 -- 13;\n"),
        ("11--13\n", " 11\t--13 ; \n"),
        ("11--13\n", "11--13\n13--11\n11--13;\n"),
        ("7--11\n", "11--7\n7--11\n"),
        ("\n13--14\n", "\n"),  # the edge comes before its nodes, further up
        ("12345.500000", "12345.500000"),
    ],
)
def test_edges_may_be_repeated_turned_spaced(old: str, new: str) -> None:
    assert old in FORK
    text = FORK.replace(old, new, 1)
    if "13--14" not in text:
        text = text.replace("Registers=10;\n", "Registers=10;\n14--13\n")
    assert parse(text) == EXPECTED


def test_nodes_in_any_order_are_sorted() -> None:
    lines = FORK.splitlines(keepends=True)
    moved = lines[:5] + [line for line in lines[5:-1] if line.startswith("14 [")]
    moved += [line for line in lines[5:-1] if not line.startswith("14 [")] + lines[-1:]
    assert parse("".join(moved)) == EXPECTED


def test_a_function_without_nodes() -> None:
    graph = parse('graph G {\nFileName="a.c";\nFunction="f";\nFunction_ID=1;\nRegisters=10;\n}\n')
    assert (graph.nodes, graph.edges, graph.colours) == ((), (), {})


def test_names_with_odd_bytes() -> None:
    odd = FORK.encode().replace(b'Function="f"', b'Function="\x01g"; {\xff}"')
    assert parse(odd).function == r'''"\01g\22; {\FF}"'''


def test_real_dimension_is_the_default() -> None:
    with pytest.raises(ForkFormatError, match=r"a\.dot:11: expected a vector '\[ … \]' of 100 numbers"):
        parse_dot(FORK, name="a.dot")


def test_a_graph_can_be_sent_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(EXPECTED)) == EXPECTED


WRONG = [
    ("no header", "graph G {\n", "", 1, "'graph G {'"),
    ("digraph", "graph G", "digraph G", 1, "'graph G {'"),
    ("no file name", 'FileName="/src/a.c";\n', "", 2, "FileName="),
    ("no function", 'Function="f";\n', "", 3, "Function="),
    ("no function number", "Function_ID=3;\n", "", 4, "Function_ID="),
    ("huge function number", "Function_ID=3;", "Function_ID=3000000000;", 4, "at most 2147483647"),
    ("function number 0", "Function_ID=3;", "Function_ID=0;", 4, "Function_ID="),
    ("no registers", "Registers=10;\n", "", 5, "Registers="),
    ("too many registers", "Registers=10;", "Registers=40000;", 5, "at most 32767"),
    ("no closing brace", "\n}", "\n", 18, "closing brace as the last line, found the end of the file"),
    ("text after the end", "\n}", "\n}\n}", 18, "closing brace as the last line"),
    ("cut in an edge", "13--14\n", "13--", 16, "an edge"),
    ("blank line", "7--13\n", "7--13\n\n", 11, "found a line's end"),
    ("directed edge", "7--11", "7->11", 9, "an edge"),
    ("chain of edges", "7--11", "7--11--13", 9, "an edge"),
    ("attribute", "7--11", "7--11 [w=1]", 9, "an edge"),
    ("unknown virtual node", "11--14", "11--15", 14, "not 11--15"),
    ("unknown physical node", "7--11", "3--11", 9, "not 3--11"),
    ("number with a leading zero", "7--11", "7--011", 9, "an edge"),
    ("self edge", "11--13", "11--11", 13, "not 11--11"),
    ("two physical nodes", "7--11", "7--2", 9, "not 7--2"),
    ("node twice", "13 [label", "11 [label", 15, "node 11 only once"),
    ("physical node twice", "7 [", "2 [", 8, "node 2 only once"),
    ("node 0", "2 [label", "0 [label", 6, "other than 0 and 10"),
    ("node R", "14 [label", "10 [label", 17, "other than 0 and 10"),
    ("huge node", "14 [label", "9999999999 [label", 17, "at most 2147483647"),
    ("PhyReg is another", "PhyReg=2}", "PhyReg=3}", 6, "PhyReg=2"),
    ("colour 0", "PhyColor=4", "PhyColor=0", 8, "PhyColor="),
    ("physical with a virtual number", "2 [label", "15 [label", 6, "number is above 10"),
    ("virtual with a physical number", "13 [label", "5 [label", 15, "{Phy}"),
    ("no class", "{GR64_NOSP}", "{}", 15, "a register class"),
    ("no spill weight", "{inf} {Vir}", "{} {Vir}", 15, "<spill weight>"),
    ("weight nan", "{12345.500000}", "{nan}", 17, "<spill weight>"),
    ("weight negative", "{12345.500000}", "{-0.500000}", 17, "<spill weight>"),
    ("weight with five decimals", "{12345.500000}", "{12345.50000}", 17, "<spill weight>"),
    ("weight too large", "{12345.500000}", "{" + "9" * 39 + ".000000}", 17, "that a float can hold"),
    ("not virtual", "{Vir}", "{Phy}", 11, "{Vir}"),
    ("list not separated", "{0, 2}", "{0 2}", 11, "the split points"),
    ("list ends with a comma", "{0, 2}", "{0, 2, }", 11, "the split points"),
    ("split point negative", "{0, 2}", "{-1, 2}", 11, "the split points"),
    ("split point beyond", "{0, 2}", "{0, 3}", 11, "less than 3"),
    ("split points descend", "{0, 2}", "{2, 0}", 11, "split points that ascend"),
    ("split points repeat", "{0, 2}", "{2, 2}", 11, "split points that ascend"),
    ("distances start late", "{0, 4, 20}", "{1, 4, 20}", 11, "ascend from 0"),
    ("distances descend", "{0, 4, 20}", "{0, 20, 4}", 11, "ascend from 0"),
    ("distance huge", "{0, 4, 20}", "{0, 4, 3000000000}", 11, "at most 2147483647"),
    ("distance a float", "{0, 4, 20}", "{0, 4.000000, 20}", 11, "the use distances"),
    ("too few weights", "{0.500000, 1.500000, -1.000000}", "{0.500000, 1.500000}", 11, "3 positional"),
    ("weight an int", "{0.500000, 1.500000,", "{0, 1.500000,", 11, "the positional spill weights"),
    ("no weights at all", "  {inf} ", " ", 15, "the positional spill weights"),
    ("vector too short", "[ 1.000000, 2.000000 ]", "[ 1.000000 ]", 12, "of 2 numbers"),
    ("vector too long", "[ 1.000000,", "[ 1.000000, 1.000000,", 12, "of 2 numbers"),
    ("vector empty", "[[ 0.000000, 0.000000 ]]", "[[]]", 17, "of 2 numbers"),
    ("no vector", "[[ 0.000000, 0.000000 ]]", "[]", 17, "the vectors in brackets"),
    ("vector beyond a float", "[ 1.000000,", f"[ {2**128}.000000,", 12, "of 2 numbers of a float"),
    ("vector with nan", "[ 1.000000,", "[ nan,", 12, "of 2 numbers"),
    ("vector not closed", '2.000000 ]]"];', "2.000000 ", 12, "a vector that ends"),
    ("vectors not separated", "-1.250000 ], \n", "-1.250000 ]\n", 11, "a vector that ends"),
    ("label not closed", '0.000000 ]]"];\n}', "0.000000 ]]\n}", 17, "a vector that ends"),
    ("line feeds of Windows", "\n", "\r\n", 1, "'graph G {'"),
]


@pytest.mark.parametrize(("old", "new", "line", "expected"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_refuses(old: str, new: str, line: int, expected: str) -> None:
    assert old in FORK
    with pytest.raises(ForkFormatError, match=rf"^a\.dot:{line}: expected .*{re.escape(expected)}"):
        parse(FORK.replace(old, new, 1))


@pytest.mark.parametrize("end", range(len(FORK.encode()) - 1))
def test_refuses_a_truncated_file(end: int) -> None:
    with pytest.raises(ForkFormatError, match=r"^a\.dot:\d+: expected "):
        parse(FORK.encode()[:end])


def test_refuses_text_with_lone_surrogates() -> None:
    with pytest.raises(ForkFormatError, match=r"^a\.dot:7: expected a node, an edge"):
        parse(FORK.replace("2--13", "2--13\ud800"))


def regex_reading(text: str) -> tuple[dict[int, list[str]], dict[int, int], set[tuple[int, int]]]:
    """The braces of each label, its number of vectors as the fork's trainer counts them, and the edges."""
    braces, vectors = {}, {}
    for node_id, label in re.findall(r'^(\d+) \[label=" (.*?)"\];', text, flags=re.DOTALL | re.MULTILINE):
        braces[int(node_id)] = re.findall(r"\{(.*?)\}", label)
        vectors[int(node_id)] = label.rpartition("}")[2].count("[ ")
    pairs = re.findall(r"^(\d+)--(\d+)", text, flags=re.MULTILINE)
    return braces, vectors, {(min(p), max(p)) for p in ((int(u), int(v)) for u, v in pairs)}


@pytest.mark.parametrize(
    "text",
    [FORK, *(path.read_text() for path in sorted(DATA.glob("tiny*.dot")))],
    ids=["fork", "plugin F1", "plugin F2"],
)
def test_agrees_with_a_reading_by_regular_expressions(text: str) -> None:
    graph = parse(text) if text is FORK else parse_dot(text, name="x.dot")
    braces, vectors, pairs = regex_reading(text)
    first = graph.registers + 1
    ids = [first + node.vreg for node in graph.nodes]
    assert ids == sorted(i for i in braces if i >= first)
    assert {i: f"PhyColor={c};PhyReg={i}" for i, c in graph.colours.items()} == {
        i: label[2] for i, label in braces.items() if i < first
    }
    for node_id, node in zip(ids, graph.nodes, strict=True):
        written = [
            node.class_name,
            f"{node.spill_weight:f}",
            "Vir",
            ", ".join(map(str, node.split_points)),
            ", ".join(map(str, node.use_distances)),
            ", ".join(f"{weight:f}" for weight in node.use_spill_weights),
        ]
        assert written == [label.replace("-1.000000", "inf") for label in braces[node_id]]
        assert len(node.vectors) == vectors[node_id]
    edges = {(ids[u], ids[v]) for u, v in graph.edges}
    edges |= {(r, i) for i, node in zip(ids, graph.nodes, strict=True) for r in node.physical}
    assert edges == pairs


def test_flags() -> None:
    assert fork_flags(None, ALLOCATORS[AllocatorName.MLRA]) == (
        "-mllvm",
        "-regalloc=greedy",
        "-mllvm",
        "-mlra-dump-ig-dot",
    )
    assert fork_flags(Path("/conf"), ALLOCATORS[AllocatorName.MLBASICRA]) == (
        *("-mllvm", "-regalloc=basic"),
        *("-mllvm", "-mlra-dump-ig-dot"),
        *("-mllvm", "-ml-config-path=/conf"),
    )
