"""The line of an episode that `-mlra-parts` reads, against the episode drawn in `whole_episode`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from episode_builder import UNTOLD, make_episode, write_dataset
from whole_episode import make_edited_episode, make_whole_episode, write_whole_dataset

from rl4real_data import EpisodeDataset
from rl4real_data.core.errors import DatasetError
from rl4real_data.live.expert_parts import parts_line, write_parts


def line_of(folder: Path, episode: dict[str, Any]) -> dict[str, Any]:
    write_whole_dataset(folder, {"train": [[make_whole_episode(1), episode]]})
    line: dict[str, Any] = json.loads(parts_line(EpisodeDataset(folder)[1]))
    return line


def test_nodes_that_were_cut_have_rows_and_the_others_a_register(tmp_path: Path) -> None:
    episode = make_edited_episode(2)
    line = line_of(tmp_path, episode)
    first, second, third = episode["node_vreg"]

    assert line["assigned"] == [[third, "r2"]]
    assert line["parts"] == [
        [first, 1, 8, "r1"],
        [first, 8, 9, "r3"],
        [second, 3, 4, "r2"],
        [second, 4, 6, "slot"],
        [second, 6, 7, "r2"],
    ]
    store, reload, copy = 1, 2, 0
    assert line["moves"] == [
        [store, 2, 0, second, "r2", "slot", -1],
        [reload, 3, 0, second, "slot", "r2", -1],
        [copy, 4, 0, first, "r1", "r3", -1],
    ]
    assert (line["function"], line["instructions"]) == (episode["function"], 6)


def test_value_that_is_nowhere_and_a_move_that_cannot_be_told(tmp_path: Path) -> None:
    changes = {"part_place": [1, 3, 2, 0, 2], "move_node": [-1, 1, 0]}
    line = line_of(tmp_path, make_edited_episode(2, **changes))

    assert line["parts"][3][3] is None
    assert [move[1] for move in line["moves"]] == [3, 4]


def test_choice_names_the_operand(tmp_path: Path) -> None:
    episode = make_edited_episode(2, choice_operand=[5], choice_place=[3])

    line = line_of(tmp_path, episode)

    instruction, operand, node = (episode[name][5] for name in ("operand_inst", "operand_index", "operand_node"))
    assert line["choices"] == [[instruction, operand, episode["node_vreg"][node], "r3"]]


def test_file_has_a_line_a_function(tmp_path: Path) -> None:
    write_whole_dataset(tmp_path / "d", {"train": [[make_whole_episode(1), make_edited_episode(2)]]})
    dataset = EpisodeDataset(tmp_path / "d")

    assert write_parts(dataset, tmp_path / "parts.ndjson") == 2

    lines = (tmp_path / "parts.ndjson").read_text().splitlines()
    assert lines == [parts_line(episode) for episode in dataset]


def test_version_0_does_not_tell(tmp_path: Path) -> None:
    write_dataset(tmp_path, {"train": [[make_episode(**UNTOLD)]]})

    with pytest.raises(DatasetError, match="does not tell") as caught:
        parts_line(EpisodeDataset(tmp_path)[0])
    assert "upgrade" in caught.value.hint
