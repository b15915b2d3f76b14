"""The picture of an allocation as text, JSON, SVG and in the page, against the episode drawn in `whole_episode`."""

from __future__ import annotations

import json
import math
import xml.etree.ElementTree as ET
from typing import Any

import episode_builder as build
import pytest
from html_page import NASTY, assert_self_contained
from whole_episode import make_edited_episode

from rl4real_data.core.errors import DatasetError
from rl4real_data.show.allocation_chart import DRAWN_NODES, draw_allocation
from rl4real_data.show.allocation_key import allocation_key, register_colours
from rl4real_data.show.allocation_picture import render_allocation
from rl4real_data.show.episode_page import render_episode_page
from rl4real_data.show.episode_text import render_episode_text
from rl4real_data.show.live_ranges import draw_live_ranges
from rl4real_data.show.view import EpisodeView, RegisterNames, view_episode

NAMES = RegisterNames.from_rows(build.make_registers(), "x86")
SVG = "{http://www.w3.org/2000/svg}"
ANEW = {"part_place": [1, 3, 2, 0, 2], "move_kind": [3, 3, 0], "move_from": [0, 0, 1], "move_to": [2, 2, 3]}


def view(**changes: Any) -> EpisodeView:
    return view_episode(make_edited_episode(**changes), NAMES, split="train")


def drawn(**changes: Any) -> ET.Element:
    return ET.fromstring(render_allocation(view(**changes)))


def of_class(svg: ET.Element, name: str) -> list[ET.Element]:
    return [one for one in svg.iter() if one.get("class") == name]


def large(nodes: int) -> EpisodeView:
    """A path of nodes, each spilled behind its definition."""
    spans = range(nodes)
    row = build.make_episode(
        **{name: [] for name in (*(f"move_{w}" for w in ("inst", "block", "node", "kind", "from", "to", "value")),)},
        **{"inst": [0] * (2 * nodes), "block_start": [0], "block_freq": [1.0], "block_loop_depth": [0]},
        **{"block_succ": [[]], "node_vreg": list(spans), "node_class": [0] * nodes, "node_size": [32] * nodes},
        **{"node_spill_weight": [1.0] * nodes, "node_live": [[2 * i, 2 * i + 1] for i in spans]},
        **{name: [[]] * nodes for name in ("node_hint", "node_forbidden", "use_inst", "use_distance")},
        **{name: [[]] * nodes for name in ("use_spill_weight", "split_points")},
        **{"edge_u": [], "edge_v": [], "node_outcome": [2] * nodes, "node_assigned": [0] * nodes},
        **{"node_fate": [2] * nodes, "part_node": sorted([*spans, *spans])},
        **{"part_first": [p for i in spans for p in (4 * i + 1, 4 * i + 2)], "part_place": [1, -1] * nodes},
        **{"part_last": [p for i in spans for p in (4 * i + 2, 4 * i + 3)], "operand_inst": list(range(2 * nodes))},
        **{"operand_node": sorted([*spans, *spans]), "operand_flags": [2, 1] * nodes},
    )
    return view_episode(row, NAMES, split="train")


# Text and JSON
def test_text_has_a_letter_a_register() -> None:
    lines = render_episode_text(view()).splitlines()
    start = lines.index("allocation")

    # node 0 in r1 up to instruction 4, where r3 takes over; node 1 in its slot over 2; node 2 in r2
    assert lines[start + 1] == "a r1  b r3  c r2  # spill slot"
    assert lines[start + 2 : start + 5] == [
        "%0 split         aaaab",
        "%1 spill          c#c",
        "%3                  ccc",
    ]


def test_text_shows_a_gap_where_the_value_is_computed_anew() -> None:
    lines = render_episode_text(view(**ANEW, node_fate=[1, 4, 0])).splitlines()

    assert "a r1  b r3  c r2  ~ computed anew" in lines
    assert "%1 remat          c~c" in lines
    assert "     2 %1      rematerialization to r2, 1 times an entry" in lines


def test_text_names_moves_costs_and_the_score() -> None:
    lines = render_episode_text(view()).splitlines()

    assert lines[lines.index("3 inserted instructions, in front of") + 1 :] == [
        "     2 %1      store r2 to slot 0, 1 times an entry",
        "     3 %1      reload slot 0 to r2, 1 times an entry",
        "     4 %0      copy r1 to r3, 1 times an entry",
    ]
    assert "cost of     spills 1, reloads 1" in lines
    assert "            copies 1, callee-saved registers 1.5" in lines
    assert "score       5.2" in lines


def test_text_fits_a_terminal() -> None:
    names = RegisterNames.from_rows([{**one, "name": "r" * 60} for one in build.make_registers()], "x86")
    text = render_episode_text(view_episode(make_edited_episode(), names, split="train"))

    assert max(map(len, text.splitlines())) <= 80
    assert max(map(len, render_episode_text(large(300)).splitlines())) <= 80


def test_json_has_parts_moves_costs_and_score() -> None:
    found = json.loads(json.dumps(view().to_json_object(), allow_nan=False))

    assert found["nodes"][1]["parts"] == [[3, 4, "r2"], [4, 6, "slot 0"], [6, 7, "r2"]]
    assert [node["fate"] for node in found["nodes"]] == [["split"], ["spilled"], []]
    assert found["moves"][2] == {
        "kind": "copy", "at": 4, "node": 0, "source": "r1", "target": "r3", "frequency": 1.0,
    }  # fmt: skip
    assert found["costs_by_kind"]["callee-saved registers"] == {"count": 1, "cost": 1.5}
    assert found["score"] == 5.2


# The picture
def test_bars_lie_where_parts_do() -> None:
    svg = drawn()
    scale = 18.0  # pixels an instruction
    bars = [
        (one.get("class"), float(one.get("x", "")) / scale, float(one.get("width", "")) / scale)
        for one in of_group(svg)
    ]

    # nodes 0, 1 and 2; r1 is the colour of one node, r2 of two, r3 of one: r2 is the first colour
    assert [bar[0] for bar in bars] == ["a1", "a2", "a0", "slot", "a0", "a0"]
    places = [(0.5, 3.5), (4, 0.5), (1.5, 0.5), (2, 1), (3, 0.5), (3.5, 2)]
    assert [bar[1:] for bar in bars] == [pytest.approx(place, abs=0.01) for place in places]


def of_group(svg: ET.Element) -> list[ET.Element]:
    return [bar for group in svg.iter(f"{SVG}g") if group.get("data-n") for bar in group.iter(f"{SVG}rect")]


def test_slots_are_hatched_and_gaps_dashed() -> None:
    assert len(of_class(drawn(), "hatch")) == 2  # the bar, and the legend's
    anew = drawn(**ANEW)
    assert (len(of_class(anew, "hatch")), len(of_class(anew, "anew"))) == (0, 2)


def test_moves_stand_in_front_of_their_instruction_by_kind() -> None:
    groups = [group for group in drawn().iter(f"{SVG}g") if group.get("data-n")]
    marks = {group.get("data-n"): [one for one in group if one.get("class") in ("v", "q")] for group in groups}

    assert {node: len(found) for node, found in marks.items()} == {"0": 1, "1": 2, "2": 0}
    tips = [group.findtext(f"{SVG}title", "") for group in groups]
    assert "in front of 4: copy r1 to r3, 1 times an entry" in tips[0]
    assert "before 2 to before 3: slot 0" in tips[1]


def test_overlapping_parts_are_both_seen() -> None:
    changes = {"part_first": [1, 4, 3, 4, 6], "part_last": [6, 9, 4, 6, 7]}
    bars = of_group(drawn(**changes))[:3]
    heights = [float(bar.get("height", "")) for bar in bars]
    widths = [float(bar.get("width", "")) / 9 for bar in bars]

    # r1 in [1, 6), r3 in [4, 9): the lower half at [4, 6) and all of the row from there on
    assert [bar.get("class") for bar in bars] == ["a1", "a2", "a2"]
    assert widths == pytest.approx([5, 2, 3])
    assert heights == pytest.approx([heights[0], heights[0] / 2, heights[0]], abs=0.1)


def test_the_legend_names_all_that_occurs() -> None:
    told = view()
    texts = [entry.text for entry in allocation_key(told, register_colours(told))]

    assert texts == ["r2", "r1", "r3", "spill slot", "copy (1)", "store (1)", "reload (1)"]


def test_an_instruction_of_no_node_is_counted() -> None:
    told = view(move_node=[1, 1, -1])
    chart = draw_allocation(told, register_colours(told))

    assert chart is not None
    assert chart.without_node == 1
    assert "1 inserted instruction belongs to no node" in render_episode_page(told)


@pytest.mark.parametrize("nodes", [1, 5, 200, 600])
def test_functions_of_all_sizes_are_drawn(nodes: int) -> None:
    svg = ET.fromstring(render_allocation(large(nodes)))

    assert len(of_group(svg)) == 2 * nodes
    assert float(svg.get("width", "")) >= 340
    assert all(math.isfinite(float(one.get("x", ""))) for one in of_group(svg))


@pytest.mark.parametrize(("nodes", "named"), [(400, 400), (600, 300)])
def test_every_row_is_named_or_every_second_one_of_low_rows(nodes: int, named: int) -> None:
    told = large(nodes)
    live = draw_live_ranges(told, ["c0"] * nodes)
    parts = draw_allocation(told, register_colours(told))

    assert live is not None
    assert parts is not None
    assert (live.names.count("<text"), parts.names.count("<text")) == (named, named)


def test_the_picture_alone_says_how_all_that_it_draws_looks() -> None:
    """What has no style is black: the page's own style is not there."""
    depths = {"block_loop_depth": [0, 2]}
    svg = drawn(**depths)
    style = "".join(one.text or "" for one in svg.iter(f"{SVG}style"))

    classes = {name for one in svg.iter() for name in (one.get("class") or "").split()}
    assert {"d2"} <= classes
    assert [name for name in sorted(classes) if f".{name}{{" not in style] == []


def test_rows_that_are_left_out_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert DRAWN_NODES > 3
    monkeypatch.setattr("rl4real_data.show.allocation_chart.DRAWN_NODES", 2)

    assert "1 node that begins later is left out." in render_episode_page(view())


def test_the_page_has_the_picture_and_costs() -> None:
    page = assert_self_contained(render_episode_page(view()))

    for word in ("Allocation", "Costs by kind", "callee-saved registers", "RegAllocScore", "5.2", "spill slot"):
        assert word in page.words


def test_names_are_escaped() -> None:
    registers = [{**one, "name": f"<u>{NASTY}</u>"} for one in build.make_registers()]
    told = view_episode(make_edited_episode(function=NASTY), RegisterNames.from_rows(registers, "x86"), split="train")

    ET.fromstring(render_allocation(told))
    assert "u" not in assert_self_contained(render_episode_page(told)).tags


def test_an_episode_of_version_0_shows_what_it_has() -> None:
    told = view(**build.UNTOLD)
    text, page = render_episode_text(told), render_episode_page(told)

    assert "live ranges" in text.splitlines()
    assert not {"allocation", "score"} & {line.split(" ")[0] for line in text.splitlines()}
    assert "rl4real-data upgrade DATA_DIR" in page
    with pytest.raises(DatasetError, match="f1: the episode tells no parts") as found:
        render_allocation(told)
    assert "rl4real-data upgrade" in found.value.hint
    assert told.to_json_object()["moves"] is None


def test_columns_that_do_not_fit_together_are_a_value_error() -> None:
    with pytest.raises(ValueError, match="an operand names a node"):
        view(operand_node=[9] * 7)
