"""The labels of an episode: greedy's figures beside the answer's, and the allocation of the best of them."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import episode_builder as episodes
import label_builder as build
import pytest
from html_page import assert_self_contained
from whole_episode import make_edited_episode

from rl4real_data.core.errors import DatasetError
from rl4real_data.labels.decisions import Decisions
from rl4real_data.labels.label import Label, LabelPart
from rl4real_data.show.allocation_picture import render_allocation
from rl4real_data.show.episode_page import render_episode_page
from rl4real_data.show.episode_text import render_episode_text
from rl4real_data.show.load import load_view
from rl4real_data.show.view import EpisodeView

EPISODE = f"{1:032x}"


def carried_out(_row: Mapping[str, Any], decisions: Decisions) -> Mapping[str, Any]:
    """All nodes in their registers, which is another answer than that of `make_edited_episode`."""
    assert decisions
    plain = episodes.make_episode()
    names = ("node_fate", "node_assigned", "node_outcome", "part_node", "part_first", "part_last", "part_place")
    return {**{name: plain[name] for name in names if name in plain}, "score": 9.0}


def nobody(*_: object) -> Mapping[str, Any]:
    raise AssertionError("no compiler is needed")


def dataset(data_dir: Path, *labels: Label, **changes: Any) -> Path:
    build.write_labellable(data_dir, 1, test_episodes=0, make=lambda number: make_edited_episode(number, **changes))
    for label in labels:
        origin = build.make_origin(source=label.source, objective=label.objective)
        build.put_labels(data_dir, [label], origin=origin)
    return data_dir


def view(data_dir: Path, *labels: Label, carry_out: Any = None, **changes: Any) -> EpisodeView:
    return load_view(dataset(data_dir, *labels, **changes), EPISODE, carry_out=carry_out)


def test_without_labels_nothing_is_said_of_any(tmp_path: Path) -> None:
    found = view(tmp_path)

    assert "label" not in render_episode_text(found)
    assert "<h2>Labels</h2>" not in render_episode_page(found)
    assert found.to_json_object()["labels"] == []


def test_figures_stand_beside_those_of_greedy(tmp_path: Path) -> None:
    lines = render_episode_text(view(tmp_path, build.make_label(EPISODE))).splitlines()
    words = [line.split() for line in lines]

    assert "label by improve, final: better, 13.33 % less than greedy" in lines
    assert "  spill %7; assign %5.1 rbx" in lines
    assert ["objective", "150", "130"] in words
    assert ["score", "12.5", "9"] in words
    assert ["executed", "instructions", "100", "80"] in words
    assert ["cost", "of", "reloads", "4.5", "3"] in words
    assert not any(line.startswith("  cost of spills") for line in lines)
    assert max(map(len, lines)) <= 80


def test_all_labels_are_shown(tmp_path: Path) -> None:
    labels = build.make_equal(EPISODE), build.make_proof(EPISODE)
    found = view(tmp_path, *labels)
    text, page = render_episode_text(found), render_episode_page(found)

    assert "label by improve, final: equal\n" in text
    assert "label by static, cost: optimal, 12.50 % less than greedy" in text
    assert ["bound", "-", "7"] in [line.split() for line in text.splitlines()]
    assert "improve, final: equal" in page
    assert [label["source"] for label in found.to_json_object()["labels"]] == ["improve", "static"]


def test_a_label_without_an_answer_says_why(tmp_path: Path) -> None:
    found = view(tmp_path, build.make_failed(EPISODE, reason="llc \x1b[31m refuses <b>it</b>"))

    assert "label by improve, final: failed: llc" in render_episode_text(found)
    assert "\x1b" not in render_episode_text(found)
    assert "<b>it" not in render_episode_page(found)


def test_the_best_is_drawn_below_greedys(tmp_path: Path) -> None:
    found = view(tmp_path, build.make_label(EPISODE), carry_out=carried_out)
    text, page = render_episode_text(found), render_episode_page(found)
    assert found.best is not None

    greedy, best = text.split("allocation of the best label")
    assert "\nallocation\n" in greedy
    assert best.splitlines()[2].startswith("%")
    assert "<h2>Allocation of the best label</h2>" in page
    assert_self_contained(page)
    assert found.best.score == 9.0
    assert json.loads(json.dumps(found.to_json_object()))["best"]["score"] == 9.0
    ET.fromstring(render_allocation(found.best))


def test_registers_have_the_same_letters_in_both(tmp_path: Path) -> None:
    text = render_episode_text(view(tmp_path, build.make_label(EPISODE), carry_out=carried_out))
    keys = [line.split("  ") for line in text.splitlines() if line.startswith("a ")]
    letters = [{name: letter for letter, _, name in (entry.partition(" ") for entry in key)} for key in keys]

    assert len(letters) == 2
    for name in letters[0].keys() & letters[1].keys():
        assert letters[0][name] == letters[1][name]


def test_a_solvers_answer_needs_no_compiler(tmp_path: Path) -> None:
    ranges = enumerate(make_edited_episode()["node_live"])
    parts = tuple(LabelPart(node=node, first=2 * live[0] + 1, last=2 * live[1], place=2) for node, live in ranges)
    found = view(tmp_path, build.make_proof(EPISODE, parts=parts), carry_out=nobody)

    assert found.best is not None
    assert [[part.unit for part in node.parts or ()] for node in found.best.nodes] == [[20], [20], [20]]
    assert found.best.moves is None
    assert "allocation of the best label" in render_episode_text(found)


def test_without_an_answer_there_is_nothing_to_draw(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="has no label with an answer") as error:
        view(tmp_path, build.make_failed(EPISODE), carry_out=nobody)
    assert "rl4real-data improve" in error.value.hint


def test_without_a_text_nothing_is_carried_out(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="has no MIR text"):
        view(tmp_path, build.make_label(EPISODE), carry_out=nobody, mir=None)


def test_an_answer_that_does_not_fit_is_an_error_of_the_dataset(tmp_path: Path) -> None:
    parts = (LabelPart(node=99, first=0, last=4, place=2),)

    with pytest.raises(DatasetError, match="its tables do not fit together"):
        view(tmp_path, build.make_proof(EPISODE, parts=parts), carry_out=nobody)
