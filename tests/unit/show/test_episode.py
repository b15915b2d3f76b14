"""One episode as text, JSON, SVG and page, against the drawing in `episode_builder`."""

from __future__ import annotations

import itertools
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import episode_builder as build
import pytest
from html_page import NASTY, assert_self_contained

from rl4real_data.core.counted import counted
from rl4real_data.show import live_ranges
from rl4real_data.show.code_pane import draw_code
from rl4real_data.show.colouring import colour_nodes
from rl4real_data.show.episode_page import render_episode_page
from rl4real_data.show.episode_script import script_data
from rl4real_data.show.episode_text import render_episode_text
from rl4real_data.show.graph import DRAWN_EDGES, draw_graph
from rl4real_data.show.live_ranges import draw_live_ranges
from rl4real_data.show.markup import script_json
from rl4real_data.show.palette import OTHER, colours_of_classes
from rl4real_data.show.view import NOT_TOLD, EpisodeView, RegisterNames, view_episode

NAMES = RegisterNames.from_rows(build.make_registers(), "x86")
PAGE_FILES = Path(live_ranges.__file__).parent / "page_files"
SVG = "{http://www.w3.org/2000/svg}"


def make_view(row: build.Row | None = None) -> EpisodeView:
    return view_episode(build.make_episode() if row is None else row, NAMES, split="train")


def make_large(nodes: int, **changes: Any) -> EpisodeView:
    """A path of `nodes` nodes: node i is live in [i, i + 2) and so interferes with the next."""
    lists: list[list[int]] = [[] for _ in range(nodes)]
    columns = {
        "inst": [0] * (nodes + 1),
        "block_start": [0],
        "block_freq": [1.0],
        "block_loop_depth": [0],
        "block_succ": [[]],
        "node_vreg": list(range(nodes)),
        "node_class": [0] * nodes,
        "node_spill_weight": [1.0] * nodes,
        "node_size": [32] * nodes,
        "node_live": [[i, i + 2] for i in range(nodes)],
        **{name: lists for name in ("node_hint", "node_forbidden", "use_inst", "use_distance", "use_spill_weight")},
        "split_points": lists,
        "edge_u": list(range(nodes - 1)),
        "edge_v": list(range(1, nodes)),
        "node_outcome": [0] * nodes,
        "node_assigned": [1] * nodes,
        **build.UNTOLD,
    }
    return make_view(build.make_episode(**{**columns, **changes}))


# The view
def test_nodes_have_names_instead_of_numbers() -> None:
    first, second, third = make_view(build.make_spilled_episode(node_hint=[[1], [-3], []])).nodes

    assert [node.degree for node in (first, second, third)] == [2, 1, 1]
    assert [node.class_name for node in (first, second, third)] == ["gr", "gr", "gr"]
    assert [node.register for node in (first, second, third)] == ["r1", None, "r2"]
    assert [node.outcome for node in (first, second, third)] == ["assigned", "spilled", "assigned"]
    assert [node.hints for node in (first, second, third)] == [("r1",), ("%3",), ()]
    assert [node.forbidden for node in (first, second, third)] == [(), ("r1", "r3"), ("r3",)]
    assert third.name == "%3"


def test_blocks_end_where_the_next_begins() -> None:
    view = make_view()

    assert [(block.first, block.last, block.successors) for block in view.blocks] == [(0, 4, (1,)), (4, 6, ())]
    assert view.reserved == ("r4",)


def test_unknown_numbers_are_shown_and_no_error() -> None:
    node = make_view(build.make_episode(node_assigned=[9, 2, 2], node_class=[7, 0, 0])).nodes[0]

    assert (node.register, node.class_name) == ("register 9", "class 7")


def test_json_is_strict_and_says_what_cannot_be_spilled() -> None:
    text = json.dumps(make_view().to_json_object(), allow_nan=False)
    found = json.loads(text)

    assert [node["can_be_spilled"] for node in found["nodes"]] == [True, True, False]
    assert [node["spill_weight"] for node in found["nodes"]] == [0.25, 0.5, None]
    assert found["nodes"][0]["live"] == [[0, 4]]
    assert found["edges"] == [[0, 1], [0, 3]]  # virtual registers, not indices
    assert (found["function"], found["split"], found["outcomes"]) == ("f1", "train", {"assigned": 3})


# Text
def test_text_has_a_line_a_node() -> None:
    lines = render_episode_text(make_view(build.make_spilled_episode())).splitlines()
    table = {words[0]: words for words in (line.split() for line in lines if line.startswith("%"))}

    start = lines.index("node class weight size uses degree hint taken outcome  register")
    assert lines[start + 2].split() == ["%1", "gr", "0.5", "32", "2", "1", "%0", "2", "spilled", "-"]
    assert lines[start + 3].split() == ["%3", "gr", "inf", "32", "2", "1", "-", "1", "assigned", "r2"]
    assert set(table) == {"%0", "%1", "%3"}


def test_text_draws_live_ranges() -> None:
    lines = render_episode_text(make_view()).splitlines()
    chart = lines[lines.index("live ranges") + 2 :][:3]

    # `=` in [first, last), `o` at uses: the columns are the instructions, behind 17 characters of names
    assert [line[17:] for line in chart] == ["o=o=o", " o=o", "   o=o"]
    assert [line.split()[:2] for line in chart] == [["%0", "r1"], ["%1", "r2"], ["%3", "r2"]]


def test_text_draws_a_range_up_to_its_last_instruction() -> None:
    """Node 1 is live behind 1 and 2 and never read, node 2 is written in vain by 5."""
    row = build.make_episode(node_live=[[0, 4], [1, 3], [5, 6]], use_inst=[[0, 2, 4], [1], [5]], split_points=[[]] * 3)
    lines = render_episode_text(make_view({**row, **build.UNTOLD})).splitlines()

    assert [line[17:] for line in lines[-3:]] == ["o=o=o", " o=", "     o"]


def test_text_fits_a_terminal_and_obeys_no_name() -> None:
    nasty = "\x1b[2J" + "n" * 300
    text = render_episode_text(make_view(build.make_episode(function=nasty, module="m" * 200)))
    large = render_episode_text(make_large(500, node_assigned=[5] * 500, node_spill_weight=[1e-12] * 500))

    assert max(map(len, (text + "\n" + large).splitlines())) <= 80
    assert "\x1b" not in text
    assert "… and 300 more" in large


# Graph
def marks(svg: ET.Element) -> list[ET.Element]:
    """The shapes of the nodes: those with a tip of their own."""
    return [found for found in svg.iter() if found.find(f"{SVG}title") is not None and found is not svg]


def test_the_graph_has_each_node_and_each_edge() -> None:
    svg = ET.fromstring(draw_graph(make_view()).svg)
    nodes = marks(svg)
    centres = [(round(float(node.attrib["cx"])), round(float(node.attrib["cy"]))) for node in nodes]
    (edges,) = [path.attrib["d"] for path in svg.iter(f"{SVG}path") if path.attrib.get("class") == "e"]
    ends = [(int(x), int(y)) for x, y in re.findall(r"(-?\d+) (-?\d+)", edges)]

    assert len(nodes) == 3
    assert [(centres.index(u), centres.index(v)) for u, v in zip(ends[0::2], ends[1::2], strict=True)] == [
        (0, 1),
        (0, 2),
    ]
    assert [node.findtext(f"{SVG}title", "").split()[0] for node in nodes] == ["%0", "%1", "%3"]


def test_colour_is_the_class_and_shape_the_outcome() -> None:
    row = build.make_spilled_episode(node_class=[0, 0, 1], node_outcome=[0, 2, 1], node_assigned=[1, 0, 0])
    nodes = marks(ET.fromstring(draw_graph(make_view(row)).svg))

    assert [node.attrib["class"].split()[0] for node in nodes] == ["c0", "c0", "c1"]
    assert [node.tag.removeprefix(SVG) for node in nodes] == ["circle", "path", "path"]
    square, diamond = nodes[1].attrib["d"], nodes[2].attrib["d"]
    corners = [[tuple(map(float, c)) for c in re.findall(r"(-?[\d.]+) (-?[\d.]+)", d)] for d in (square, diamond)]
    assert [len({x for x, _ in shape}) for shape in corners] == [2, 3]


def test_the_legend_names_what_occurs() -> None:
    row = build.make_spilled_episode(node_class=[0, 0, 1])
    svg = ET.fromstring(draw_graph(make_view(row)).svg)
    words = [text.text for text in svg.iter(f"{SVG}text")]

    assert {"gr (2)", "pair (1)", "assigned (2)", "spilled (1)"} <= set(words)
    assert not any("rematerialized" in (word or "") for word in words)


def test_the_ninth_class_is_grey() -> None:
    colours = colours_of_classes(["a"] * 3 + ["b"] * 5 + [f"c{i}" for i in range(8)])

    assert (colours["b"], colours["a"], colours["c5"], colours["c6"], colours["c7"]) == (0, 1, 7, OTHER, OTHER)


def test_a_large_graph_has_no_labels_and_not_all_edges() -> None:
    small = ET.fromstring(draw_graph(make_large(20)).svg)
    pairs = [(u, v) for u in range(400) for v in range(u + 1, 400)]
    dense = make_large(400, edge_u=[u for u, _ in pairs], edge_v=[v for _, v in pairs])
    svg = ET.fromstring(draw_graph(dense).svg)
    (edges,) = [path.attrib["d"] for path in svg.iter(f"{SVG}path") if path.attrib.get("class") == "e"]

    assert "%7" in [text.text for text in small.iter(f"{SVG}text")]
    assert "%7" not in [text.text for text in svg.iter(f"{SVG}text")]
    assert edges.count("M") == DRAWN_EDGES
    assert f"79,800 interferences, {DRAWN_EDGES:,} of them drawn" in "".join(svg.itertext())


# Live ranges
def draw_ranges(view: EpisodeView) -> ET.Element:
    chart = draw_live_ranges(view, ["c0"] * len(view.nodes))
    assert chart is not None
    return ET.fromstring(chart.chart)


def test_bars_go_from_where_a_value_is_made_to_where_it_is_last_read() -> None:
    svg = draw_ranges(make_view())
    rows = [[path.attrib for path in row.iter("path")] for row in svg.iter("g") if row.get("data-n")]
    step = 18.0  # the widest: six instructions
    bars = [re.findall(r"M([\d.]+) [\d.]+h([\d.]+)v", row[0]["d"]) for row in rows]
    dots = {
        style: [
            [float(x) for path in row if path.get("class") == style for x in re.findall(r"M([\d.]+)", path["d"])]
            for row in rows
        ]
        for style in ("u", "s")
    }

    assert float(svg.attrib["data-step"]) == step
    assert [[(float(x), float(w)) for x, w in row] for row in bars] == [
        [(0.5 * step, 4 * step)],
        [(1.5 * step, 2 * step)],
        [(3.5 * step, 2 * step)],
    ]
    assert dots["u"] == [[(i + 0.5) * step for i in uses] for uses in ([0, 4], [1, 3], [5])]
    assert dots["s"] == [[2.5 * step], [], [3.5 * step]]  # where a split is allowed


def test_blocks_are_marked_and_loops_shaded() -> None:
    svg = draw_ranges(make_view(build.make_episode(block_loop_depth=[0, 2])))
    (loop,) = svg.iter("rect")
    borders = [path.attrib["d"] for path in svg.iter("path") if path.get("class") == "b"]

    assert (loop.attrib["x"], loop.attrib["width"], loop.attrib["class"]) == ("72", "36", "d2")
    assert [float(re.findall(r"M([\d.]+)", border)[0]) for border in borders] == [0.0, 72.0]


def test_rows_come_in_the_order_in_which_nodes_are_made() -> None:
    svg = draw_ranges(
        make_view(
            build.make_episode(node_live=[[2, 4], [1, 3], [0, 5]], use_inst=[[2], [1], [0]], split_points=[[]] * 3)
        )
    )

    assert [row.attrib["data-n"] for row in svg.iter("g")] == ["2", "1", "0"]


def test_rows_that_are_left_out_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_ranges, "DRAWN_NODES", 2)

    assert len(list(draw_ranges(make_view()).iter("g"))) == 2
    assert "1 node that begins later is left out" in render_episode_page(make_view())
    assert "3 nodes that begin later are left out" in render_episode_page(make_large(5))


# Page
def test_the_page_is_whole_and_needs_nothing_from_elsewhere() -> None:
    page = assert_self_contained(render_episode_page(make_view()))

    for word in ("f1", "tiny/a.c", "Interference graph", "Register pressure", "Live ranges", "∞", "llc"):
        assert word in page.words
    assert ("name", "viewport") in page.attributes


def test_names_are_escaped_everywhere() -> None:
    code = "".join(f"    %0 = ASM {NASTY}\n" for _ in range(4))
    mir = f"# {NASTY}\nbody: |\n  bb.0 ({NASTY}):\n{code}  bb.1:\n    RET\n    RET\n"
    row = build.make_episode(function=NASTY, module=NASTY, corpus=NASTY, license=NASTY, mir=mir)
    registers = [
        {**one, "name": f"<u>{one['name']}</u>", "classes": [{**held, "name": NASTY} for held in one["classes"]]}
        for one in build.make_registers()
    ]
    view = view_episode(row, RegisterNames.from_rows(registers, "x86"), split="train")
    shown = NASTY.replace("\x01", "\u2401")

    page = assert_self_contained(render_episode_page(view))
    svg = ET.fromstring(draw_graph(view).svg)

    assert "u" not in page.tags
    assert "<u>r1</u>" in page.words
    assert page.words.count(shown) >= 4 + 5 + 3  # the facts, the code, the nodes' class
    assert shown in svg.findtext(f"{SVG}title", "")


def test_what_the_fork_does_not_tell_is_left_out() -> None:
    view = make_view(build.make_fork_episode())

    assert [node.outcome for node in view.nodes] == [NOT_TOLD] * 3
    assert draw_live_ranges(view, ["c0"] * 3) is None
    page = assert_self_contained(render_episode_page(view))
    assert "does not tell live ranges" in page.words
    assert [node.use_count for node in view.nodes] == [3, 2, 2]  # of the distances, which the fork tells
    assert "llc" not in page.words
    assert "not told (3)" in draw_graph(view).svg
    assert "live ranges" not in render_episode_text(view)
    json.dumps(view.to_json_object(), allow_nan=False)


@pytest.mark.parametrize("nodes", [0, 1])
def test_tiny_graphs_are_drawn(nodes: int) -> None:
    columns = [name for name in build.make_episode() if name.startswith(("node_", "use_", "split_"))]
    few = {name: build.make_episode()[name][:nodes] for name in columns}
    view = make_view(build.make_episode(**{**few, **build.UNTOLD}, edge_u=[], edge_v=[]))

    assert len(marks(ET.fromstring(draw_graph(view).svg))) == nodes
    assert_self_contained(render_episode_page(view))
    assert f"{counted(nodes, 'node')}, 0 interferences" in render_episode_text(view)


def test_no_script_makes_markup_out_of_text() -> None:
    """What the scripts write into a page is text: a name that came through as data is no element."""
    scripts = {path.name: path.read_text(encoding="utf-8") for path in PAGE_FILES.glob("*.js")}
    risky = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|</script|https?://(?!www\.w3\.org/2000/svg)"
    )

    assert len(scripts) == 7
    assert {name: risky.findall(text) for name, text in scripts.items() if risky.search(text)} == {}


@pytest.mark.parametrize("part", ["pressure", "live_ranges", "machine_ir", "graph"])
def test_each_part_follows_the_pointer_and_marks_what_is_selected(part: str) -> None:
    """No browser runs here: what is listened to is read."""
    script = (PAGE_FILES / f"{part}.js").read_text(encoding="utf-8")

    assert re.search(r"addEventListener\('pointer(move|over)'", script)
    assert "addEventListener('pointerleave'" in script
    assert "addEventListener('click'" in script
    assert "listeners." in script


def test_data_cannot_end_the_script_that_holds_it() -> None:
    held = script_json({"name": NASTY, "amp": "&<>", "numbers": [1, 2.5]})

    assert not set("<>&") & set(held)
    assert json.loads(held) == {"name": NASTY, "amp": "&<>", "numbers": [1, 2.5]}


def test_all_neighbours_of_a_node_are_told_though_not_all_edges_are_drawn() -> None:
    pairs = [(0, 3), (1, 2), (1, 3), (2, 3)]
    view = make_large(4, edge_u=[u for u, _ in pairs], edge_v=[v for _, v in pairs])
    told = script_data(view)["neighbours"]
    found = [(u, v) for u, gaps in enumerate(told) for v in itertools.accumulate(gaps, initial=u)]

    assert [(u, v) for u, v in found if u != v] == pairs


def test_colours_are_those_of_class_outcome_and_register() -> None:
    row = build.make_spilled_episode(node_class=[0, 0, 1], node_assigned=[2, 0, 5])
    colouring = colour_nodes(make_view(row))

    assert [style.split() for style in colouring.styles] == [
        ["c0", "o0", "r1"],
        ["c0", "o2", "r24"],
        ["c1", "o0", "r0"],
    ]
    assert [words for _, words in colouring.keys["register"]] == ["r1r2 (1)", "r2 (1)", "no register (1)"]
    assert [words for _, words in colouring.keys["outcome"]] == ["assigned (2)", "spilled (1)"]
    assert [words for _, words in colouring.keys["class"]] == ["gr (2)", "pair (1)"]


def test_registers_that_share_their_first_unit_have_one_colour() -> None:
    """r1 and r1r2, as EAX and RAX; so they are named together."""
    colouring = colour_nodes(make_view(build.make_episode(node_assigned=[1, 5, 2])))

    assert [style.split()[2] for style in colouring.styles] == ["r0", "r0", "r1"]
    assert colouring.keys["register"] == [("r0", "r1/r1r2 (2)"), ("r1", "r2 (1)")]


def test_code_stands_beside_the_ranges_and_points_at_nodes() -> None:
    mir = "body: |\n  bb.0:\n" + "    %0 = ADD %1, %2\n" * 4 + "  bb.1:\n    RET\n    RET\n"
    code = draw_code(make_view(build.make_episode(mir=mir)))
    assert code is not None
    lines = [line for line in ET.fromstring(code).iter("div") if line.get("data-i")]

    assert [line.attrib["data-i"] for line in lines] == ["0", "1", "2", "3", "4", "5"]
    assert [name.attrib["data-n"] for name in lines[0].iter("b")] == ["0", "1"]  # %2 is no node: %3 is the third
    assert "".join(lines[0].itertext()) == "%0 = ADD %1, %2"


def test_a_text_of_other_instructions_is_not_shown_beside_the_ranges() -> None:
    assert draw_code(make_view()) is None
    assert "holds no machine IR of these instructions" in render_episode_page(make_view())


def test_the_same_episode_gives_the_same_page() -> None:
    assert render_episode_page(make_view()) == render_episode_page(make_view())
