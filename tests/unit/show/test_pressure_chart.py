"""The charts of register pressure, by the coordinates of their curves."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import episode_builder as build

from rl4real_data.show.pressure_chart import STEPS, draw_pressure
from rl4real_data.show.view import EpisodeView, RegisterNames, view_episode

NAMES = RegisterNames.from_rows(build.make_registers(), "x86")


def make_view(**changes: object) -> EpisodeView:
    return view_episode(build.make_episode(**changes), NAMES, split="train")


def draw(view: EpisodeView) -> ET.Element:
    return ET.fromstring(f"<div>{''.join(draw_pressure(view))}</div>")


def heights(path: str, top: int, instructions: int) -> list[int]:
    """Pressure at each instruction, read from the upper border of an area without gaps."""
    found = [0] * instructions
    for start, steps in re.findall(r"M(\d+) \d+((?:V-?\d+H\d+)+)", path):
        begin = int(start)
        for y, end in re.findall(r"V(-?\d+)H(\d+)", steps):
            found[begin : int(end)] = [top - int(y)] * (int(end) - begin)
            begin = int(end)
    return found


def paths(drawn: ET.Element) -> dict[str, str]:
    return {path.attrib["class"]: path.attrib["d"] for path in drawn.iter("path")}


def test_the_curve_is_the_pressure() -> None:
    drawn = draw(make_view())
    (svg,) = drawn.iter("svg")
    top = int(svg.attrib["viewBox"].split()[3])

    assert svg.attrib["viewBox"] == "0 0 6 4"  # three registers, and a line of room
    assert heights(paths(drawn)["p0"], top, 6) == [1, 2, 2, 2, 1, 0]
    assert "p1" not in paths(drawn)


def test_what_exceeds_the_registers_is_an_area_of_its_own() -> None:
    drawn = draw(make_view(reserved=[2, 3, 4]))
    (svg,) = drawn.iter("svg")
    top = int(svg.attrib["viewBox"].split()[3])

    assert heights(paths(drawn)["p0"], top, 6) == [1, 1, 1, 1, 1, 0]
    assert heights(paths(drawn)["p1"], top, 6) == [0, 2, 2, 2, 0, 0]
    assert "at most 2 live, 1 register: too few at 3 of 6 instructions" in "".join(drawn.itertext())


def test_a_function_far_from_the_limit_is_drawn_large() -> None:
    """One live value of three registers is no third of the chart less than needed; the number is in the caption."""
    few = make_view(node_live=[[0, 4], [], []], reserved=[])
    (svg,) = draw(few).iter("svg")

    assert svg.attrib["viewBox"] == "0 0 6 2"
    assert "at most 1 live, 4 registers" in "".join(draw(few).itertext())


def test_a_long_function_shows_the_highest_of_each_step() -> None:
    instructions = 2 * STEPS + 1
    peak = 4 * 3 + 1
    view = make_view(
        inst=[0] * instructions,
        block_start=[0, instructions],
        node_live=[[0, instructions], [peak, peak + 1], []],
    )
    drawn = draw(view)
    (svg,) = drawn.iter("svg")
    found = heights(paths(drawn)["p0"], int(svg.attrib["viewBox"].split()[3]), instructions)

    assert found == [2 if 12 <= i < 15 else 1 for i in range(instructions)]
    assert "the highest of 3 instructions" in "".join(drawn.itertext())


def test_loops_are_shaded_once_a_depth() -> None:
    drawn = draw(make_view(block_loop_depth=[1, 1]))

    assert [(rect.attrib["x"], rect.attrib["width"], rect.attrib["class"]) for rect in drawn.iter("rect")] == [
        ("0", "6", "d1")
    ]


def test_labels_do_not_touch() -> None:
    """Peak and number of registers are one apart: only the number of registers has a label."""
    drawn = draw(make_view(node_live=[[0, 4], [1, 4], [1, 4]], reserved=[]))
    labels = [span.attrib["class"] for span in drawn.iter("span") if span.attrib.get("class", "").startswith("y")]

    assert labels == ["y limit", "y zero"]


def test_what_cannot_be_drawn_is_said() -> None:
    fork = view_episode(build.make_fork_episode(), NAMES, split="train")

    assert "does not tell live ranges" in "".join(draw_pressure(fork))
    assert "no virtual registers" in "".join(draw_pressure(make_view(**no_nodes())))


def no_nodes() -> dict[str, object]:
    columns = [name for name in build.make_episode() if name.startswith(("node_", "use_", "split_", "edge_"))]
    return {**build.UNTOLD, **{name: [] for name in columns if name not in build.UNTOLD}}
