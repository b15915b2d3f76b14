"""`show` on functions of the sample corpus: it names and counts what LLVM's own text of the same function holds."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import pytest

from rl4real_data import EpisodeDataset
from rl4real_data.show.episode_page import render_episode_page
from rl4real_data.show.episode_text import render_episode_text
from rl4real_data.show.graph import draw_graph
from rl4real_data.show.live_ranges import draw_live_ranges
from rl4real_data.show.load import load_view
from rl4real_data.show.view import EpisodeView

from .conftest import Sample
from .machine_ir_liveness import live_behind

pytestmark = pytest.mark.clang

STEP = 20
TUPLE = re.compile(r"D{2,4}\b|Q{2,4}\b|D{2,4}_|Q{2,4}_|[XW]SeqPairs")


@pytest.fixture(params=["x86", "aarch64"])
def views(request: pytest.FixtureRequest, sample: Sample) -> Iterator[EpisodeView]:
    data_dir = sample(request.param, "train")
    ids = [episode.episode_id for episode in EpisodeDataset(data_dir).select(["episode_id"])]
    assert len(ids) > 400
    return (load_view(data_dir, episode_id) for episode_id in ids[::STEP])


def test_classes_and_blocks_are_those_of_the_machine_ir(views: Iterator[EpisodeView]) -> None:
    for view in views:
        mir = view.mir or ""
        classes = {
            int(vreg): name for vreg, name in re.findall(r"^  - \{ id: (\d+), class: (\w+)", mir, flags=re.MULTILINE)
        }

        assert {node.vreg: node.class_name.lower() for node in view.nodes} == {
            node.vreg: classes[node.vreg] for node in view.nodes
        }
        assert len(view.blocks) == len(re.findall(r"^  bb\.\d+", mir, flags=re.MULTILINE))


def test_everything_can_be_drawn(views: Iterator[EpisodeView]) -> None:
    for view in views:
        picture = ET.fromstring(draw_graph(view).svg)
        chart = draw_live_ranges(view, [""] * len(view.nodes))

        assert chart is not None
        assert len(list(ET.fromstring(chart.names))) >= len(view.nodes)
        assert f"{len(view.nodes):,} nodes" in "".join(picture.itertext())
        assert max(map(len, render_episode_text(view).splitlines())) <= 80
        assert render_episode_page(view).endswith("</html>\n")


def test_pressure_is_what_dataflow_over_the_text_of_the_machine_ir_finds(views: Iterator[EpisodeView]) -> None:
    """Node by node behind each instruction, and as the sum that is shown; a tuple of registers counts as many."""
    instructions = 0
    for view in views:
        live = live_behind(view)
        told = [
            {node.vreg for node in view.nodes if any(first <= i < last for first, last in node.live or ())}
            for i in range(len(live))
        ]
        assert told == [found & {node.vreg for node in view.nodes} for found in live]
        for bank in view.pressure:
            nodes = {view.nodes[i].vreg for i in bank.nodes}
            if not any(TUPLE.match(name) for name in bank.names):
                assert bank.live == tuple(len(found & nodes) for found in live)
        instructions += len(live)
    assert instructions > 1000
