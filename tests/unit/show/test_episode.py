"""One episode as text, JSON, SVG and page, against the drawing in `episode_builder`."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from typing import Any

import episode_builder as build
import pytest
from html_page import NASTY, assert_self_contained

from rl4real_data.core.counted import counted
from rl4real_data.show.episode_page import render_episode_page
from rl4real_data.show.episode_text import render_episode_text
from rl4real_data.show.graph import DRAWN_EDGES, draw_graph
from rl4real_data.show.live_ranges import DRAWN_NODES, draw_live_ranges
from rl4real_data.show.palette import OTHER, colours_of_classes
from rl4real_data.show.view import NOT_TOLD, EpisodeView, RegisterNames, view_episode

NAMES = RegisterNames.from_rows(build.make_registers(), "x86")
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
    chart = lines[lines.index("live ranges") + 2 :]

    # `=` in [first, last), `o` at uses: the columns are the instructions, behind 17 characters of names
    assert [line[17:] for line in chart] == ["o=o=o", " o=o", "   o=o"]
    assert [line.split()[:2] for line in chart] == [["%0", "r1"], ["%1", "r2"], ["%3", "r2"]]


def test_text_draws_a_range_up_to_its_last_instruction() -> None:
    """Node 1 is live behind 1 and 2 and never read, node 2 is written in vain by 5."""
    row = build.make_episode(node_live=[[0, 4], [1, 3], [5, 6]], use_inst=[[0, 2, 4], [1], [5]], split_points=[[]] * 3)
    lines = render_episode_text(make_view(row)).splitlines()

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
    svg = ET.fromstring(draw_graph(make_view(), alone=True).svg)
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
    nodes = marks(ET.fromstring(draw_graph(make_view(row), alone=True).svg))

    assert [node.attrib["class"].split()[0] for node in nodes] == ["c0", "c0", "c1"]
    assert [node.tag.removeprefix(SVG) for node in nodes] == ["circle", "path", "path"]
    square, diamond = nodes[1].attrib["d"], nodes[2].attrib["d"]
    corners = [[tuple(map(float, c)) for c in re.findall(r"(-?[\d.]+) (-?[\d.]+)", d)] for d in (square, diamond)]
    assert [len({x for x, _ in shape}) for shape in corners] == [2, 3]


def test_the_legend_names_what_occurs() -> None:
    row = build.make_spilled_episode(node_class=[0, 0, 1])
    svg = ET.fromstring(draw_graph(make_view(row), alone=True).svg)
    words = [text.text for text in svg.iter(f"{SVG}text")]

    assert {"gr (2)", "pair (1)", "assigned (2)", "spilled (1)"} <= set(words)
    assert not any("rematerialized" in (word or "") for word in words)


def test_the_ninth_class_is_grey() -> None:
    colours = colours_of_classes(["a"] * 3 + ["b"] * 5 + [f"c{i}" for i in range(8)])

    assert (colours["b"], colours["a"], colours["c5"], colours["c6"], colours["c7"]) == (0, 1, 7, OTHER, OTHER)


def test_a_large_graph_has_no_labels_and_not_all_edges() -> None:
    small = ET.fromstring(draw_graph(make_large(20), alone=True).svg)
    pairs = [(u, v) for u in range(400) for v in range(u + 1, 400)]
    dense = make_large(400, edge_u=[u for u, _ in pairs], edge_v=[v for _, v in pairs])
    svg = ET.fromstring(draw_graph(dense, alone=True).svg)
    (edges,) = [path.attrib["d"] for path in svg.iter(f"{SVG}path") if path.attrib.get("class") == "e"]

    assert "%7" in [text.text for text in small.iter(f"{SVG}text")]
    assert "%7" not in [text.text for text in svg.iter(f"{SVG}text")]
    assert edges.count("M") == DRAWN_EDGES
    assert f"79,800 interferences, {DRAWN_EDGES:,} of them drawn" in "".join(svg.itertext())


# Live ranges
def test_bars_go_from_where_a_value_is_made_to_where_it_is_last_read() -> None:
    chart = draw_live_ranges(make_view())
    assert chart is not None
    svg = ET.fromstring(chart.chart)
    rows = [group for group in svg.iter("g") if group.find("rect") is not None]
    step = 18.0  # the widest: six instructions
    bars = [(float(bar.attrib["x"]), float(bar.attrib["width"])) for bar in svg.iter("rect") if bar.get("rx")]
    dots = [[float(dot.attrib["cx"]) for dot in row.iter("circle")] for row in rows]

    assert bars == [(0.5 * step, 4 * step), (1.5 * step, 2 * step), (3.5 * step, 2 * step)]
    assert dots == [[(i + 0.5) * step for i in uses] for uses in ([0, 2, 4], [1, 3], [3, 5])]
    assert [dot.attrib["class"] for dot in rows[0].iter("circle")] == ["u", "s", "u"]  # a split point


def test_blocks_are_marked_and_loops_shaded() -> None:
    chart = draw_live_ranges(make_view(build.make_episode(block_loop_depth=[0, 2])))
    assert chart is not None
    blocks = [block for block in ET.fromstring(chart.chart).iter("rect") if block.get("class") == "d"]

    assert [(float(b.attrib["x"]), float(b.attrib["width"])) for b in blocks] == [(0.0, 72.0), (72.0, 36.0)]
    assert [float(b.attrib["fill-opacity"]) for b in blocks] == [0.0, 0.24]
    assert "loop depth 2" in "".join(blocks[1].itertext())


def test_rows_that_are_left_out_are_counted() -> None:
    chart = draw_live_ranges(make_large(DRAWN_NODES + 3))

    assert chart is not None
    assert chart.left_out == 3
    assert "3 nodes that begin later are left out" in render_episode_page(make_large(DRAWN_NODES + 3))


# Page
def test_the_page_is_whole_and_needs_nothing_from_elsewhere() -> None:
    page = assert_self_contained(render_episode_page(make_view()))

    for word in ("f1", "tiny/a.c", "Interference graph", "Live ranges", "Machine IR", "∞"):
        assert word in page.words
    assert ("name", "viewport") in page.attributes


def test_names_are_escaped_everywhere() -> None:
    row = build.make_episode(function=NASTY, module=NASTY, corpus=NASTY, license=NASTY, mir=f"# {NASTY}")
    registers = [{**register, "name": f"<b>{register['name']}</b>"} for register in build.make_registers()]
    view = view_episode(row, RegisterNames.from_rows(registers, "x86"), split="train")
    shown = NASTY.replace("\x01", "\u2401")

    page = assert_self_contained(render_episode_page(view))
    svg = ET.fromstring(draw_graph(view, alone=True).svg)

    assert "b" not in page.tags or page.tags.count("b") == 9  # the tiles, and none of the registers' names
    assert page.words.count(shown) >= 4
    assert "<b>r1</b>" in page.words
    assert shown in svg.findtext(f"{SVG}title", "")


def test_what_the_fork_does_not_tell_is_left_out() -> None:
    view = make_view(build.make_fork_episode())

    assert [node.outcome for node in view.nodes] == [NOT_TOLD] * 3
    assert draw_live_ranges(view) is None
    page = assert_self_contained(render_episode_page(view))
    assert "does not tell live ranges" in page.words
    assert [node.use_count for node in view.nodes] == [3, 2, 2]  # of the distances, which the fork tells
    assert "Machine IR" not in page.words
    assert "not told (3)" in draw_graph(view, alone=True).svg
    assert "live ranges" not in render_episode_text(view)
    json.dumps(view.to_json_object(), allow_nan=False)


@pytest.mark.parametrize("nodes", [0, 1])
def test_tiny_graphs_are_drawn(nodes: int) -> None:
    columns = [name for name in build.make_episode() if name.startswith(("node_", "use_", "split_"))]
    few = {name: build.make_episode()[name][:nodes] for name in columns}
    view = make_view(build.make_episode(**few, edge_u=[], edge_v=[]))

    assert len(marks(ET.fromstring(draw_graph(view, alone=True).svg))) == nodes
    assert_self_contained(render_episode_page(view))
    assert f"{counted(nodes, 'node')}, 0 interferences" in render_episode_text(view)
