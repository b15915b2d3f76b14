"""Transitions for RLlib, by hand: the expert's decisions on the episode of `episode_builder`."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import typer
from episode_builder import (
    DIMENSION,
    UNTOLD,
    make_episode,
    make_fork_episode,
    make_instructions,
    make_spilled_episode,
    write_dataset,
)
from typer.testing import CliRunner
from whole_episode import make_edited_episode, write_whole_dataset

from rl4real_data.commands.export import export_dataset
from rl4real_data.core.errors import DatasetError
from rl4real_data.export.rllib import RllibRequest, export_rllib

COLUMNS = ["eps_id", "t", "obs", "actions", "rewards", "new_obs", "terminateds", "truncateds"]
SPLIT = {**UNTOLD, "node_outcome": [0, 1, 0], "node_assigned": [1, 0, 2], "split_points": [[1], [0], [0]]}
"""Node 1 was split, and version 0 does not tell where; the fork's rules allow its first use point."""


def export(folder: Path, *rows: dict[str, Any], **options: Any) -> Path:
    instructions = [{**row, "embedding": [float(row["inst_id"])] * DIMENSION} for row in make_instructions()]
    write_dataset(folder / "data", {"train": [rows]}, instructions=instructions)
    settings = {"max_nodes": 3, "max_uses": 4, "vectors": False, **options}
    export_rllib(RllibRequest(data_dir=folder / "data", output=folder / "out", **settings))
    return folder / "out"


def table(out: Path, policy: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(out / policy / "transitions.parquet").to_pylist()
    return rows


def views(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "views.json").read_text())
    return found


def log(*counts: int) -> list[float]:
    return [pytest.approx(math.log(1 + count)) for count in counts]


def test_colours_by_hand(tmp_path: Path) -> None:
    rows = table(export(tmp_path, make_spilled_episode()), "colour")

    # nodes 0, 2, 1; the mask is spill, r1, r2, r3, r4, r1r2
    assert [row["obs"][:6] for row in rows] == [[1, 1, 1, 1, 0, 0], [0, 0, 1, 0, 0, 0], [1, 0, 1, 0, 0, 0]]
    # registers left, different ones around, nodes to go
    assert [row["obs"][6:] for row in rows] == [log(3, 0, 3), log(1, 1, 2), log(1, 1, 1)]
    assert [row["actions"] for row in rows] == [1, 2, 0]
    assert [row["rewards"] for row in rows] == pytest.approx([0.25e-4, 1.0, -0.5e-4])
    assert [row["new_obs"] for row in rows] == [rows[1]["obs"], rows[2]["obs"], [0.0] * 9]


def test_selected_nodes_by_hand(tmp_path: Path) -> None:
    rows = table(export(tmp_path, make_spilled_episode()), "select_node")

    assert [row["actions"] for row in rows] == [0, 2, 1]
    assert [row["obs"][:3] for row in rows] == [[1, 1, 1], [0, 1, 1], [0, 1, 0]]
    # 7 numbers a node; the last but one is what is left, the last whether it is decided
    assert [rows[1]["obs"][3 + 7 * i + 5 : 3 + 7 * i + 7] for i in range(3)] == [
        [*log(3), 1],
        [*log(1), 0],
        [*log(1), 0],
    ]
    assert rows[2]["new_obs"][:3] == [0, 0, 0]
    assert [rows[2]["new_obs"][3 + 7 * i + 6] for i in range(3)] == [1, 1, 1]


def test_tasks_by_hand(tmp_path: Path) -> None:
    rows = table(export(tmp_path, make_episode(**SPLIT)), "select_task")

    # node 0 may be split at its second use; node 2 and 1 at their first
    assert [row["obs"][:2] for row in rows] == [[1, 1], [1, 1], [1, 1]]
    assert rows[0]["obs"][2:] == [*log(2, 3), pytest.approx(0.25e-4), *log(3)]
    assert [row["actions"] for row in rows] == [0, 0, 1]
    assert [row["rewards"] for row in rows] == pytest.approx([0.25e-4, 1.0, 0.0])


def test_splits_by_hand(tmp_path: Path) -> None:
    (row,) = table(export(tmp_path, make_episode(**SPLIT)), "split")

    assert row["obs"][:4] == [1, 0, 0, 0]
    assert row["obs"][4:] == [
        *(pytest.approx(1e-4), pytest.approx(math.log(1 + 8))),  # weight so far, distance to the next use
        *(pytest.approx(1.5e-4), 0),
        *(0, 0, 0, 0),
    ]
    assert (row["actions"], row["rewards"], row["terminateds"]) == (0, 0.0, True)


def test_the_likely_point_is_before_the_longest_gap(tmp_path: Path) -> None:
    changes = {
        **UNTOLD,
        "node_outcome": [1, 0, 0],
        "node_assigned": [0, 2, 2],
        "use_inst": [[0, 1, 2, 4], [1, 3], [3, 5]],
        "use_distance": [[0, 40, 48, 64], [0, 8], [0, 8]],
        "use_spill_weight": [[1.0, 2.0, 3.0, 4.0], [1.0, 1.5], [math.inf, math.inf]],
    }
    # the longest gap is behind use 0, where no split is allowed; 3 is the last use
    (row,) = table(export(tmp_path, make_episode(**changes, split_points=[[1, 2, 3], [], []])), "split")

    assert row["obs"][:4] == [0, 1, 1, 0]
    assert row["actions"] == 2


def export_whole(folder: Path, *rows: dict[str, Any]) -> Path:
    write_whole_dataset(folder / "data", {"train": [rows]})
    request = RllibRequest(data_dir=folder / "data", output=folder / "out", max_nodes=3, max_uses=4, vectors=False)
    export_rllib(request)
    return folder / "out"


def test_a_split_is_where_the_expert_cut(tmp_path: Path) -> None:
    """Node 0 changes its register in front of instruction 4: behind its use point 1, and not behind 0."""
    out = export_whole(tmp_path, make_edited_episode(split_points=[[0, 1], [], []]))

    (row,) = table(out, "split")
    assert row["actions"] == 1
    assert row["obs"][:4] == [1, 1, 0, 0]
    assert views(out)["split_actions"] == {"recorded": 1, "inferred": 0}
    assert views(out)["split_points"].startswith("recorded: the first use point behind which the expert cut")


def test_a_node_that_was_split_and_spilled_is_split(tmp_path: Path) -> None:
    """Version 0 calls it spilled. It is stored behind its use point 0 and has another register behind it."""
    both = {"node_fate": [1, 3, 0], "part_place": [1, 3, 2, -1, 3]}
    out = export_whole(tmp_path, make_edited_episode(**both, split_points=[[1], [0], []]))

    assert [row["actions"] for row in table(out, "split")] == [1, 0]
    assert [row["actions"] for row in table(out, "select_task")] == [0, 1, 1]


def test_a_cut_that_the_fork_s_rules_do_not_know_is_left_out(tmp_path: Path) -> None:
    out = export_whole(tmp_path, make_edited_episode(split_points=[[0], [], []]))

    assert table(out, "split") == []
    assert views(out)["left_out"] == {"nodes split nowhere that RL4ReAl's rules allow": 1}


def test_a_dataset_of_version_0_tells_that_its_splits_are_inferred(tmp_path: Path) -> None:
    out = export(tmp_path, make_episode(**SPLIT))

    assert views(out)["split_actions"] == {"recorded": 0, "inferred": 1}
    assert views(out)["split_points"].startswith("inferred: the allowed point with the longest way")


def test_a_split_where_the_fork_could_not_is_left_out(tmp_path: Path) -> None:
    out = export(tmp_path, make_episode(**{**SPLIT, "split_points": [[], [1], []]}))  # 1 is the last use

    assert views(out)["left_out"] == {"nodes split where RL4ReAl's rules know no split point": 1}
    assert [len(table(out, policy)) for policy in views(out)["views"]] == [2, 2, 2, 0]


def test_a_node_with_too_many_uses_is_not_split(tmp_path: Path) -> None:
    out = export(tmp_path, make_episode(**SPLIT), max_uses=1)

    assert [row["obs"][:2] for row in table(out, "select_task")] == [[1, 0], [1, 0]]


def test_vectors_follow_the_features(tmp_path: Path) -> None:
    out = export(tmp_path, make_episode(), vectors=True)

    # nodes 0, 2, 1: means of the shapes 0 1 1 2, 2 0 and 1 1
    for policy in ("select_task", "colour"):
        assert [row["obs"][-DIMENSION:] for row in table(out, policy)] == [[1.0] * 3, [1.0] * 3, [1.0] * 3]
        assert views(out)["views"][policy]["features"][-3:] == ["vector.0", "vector.1", "vector.2"]


def test_every_row_is_consistent(tmp_path: Path) -> None:
    split = make_episode(3, **SPLIT)
    out = export(tmp_path, make_episode(1), make_spilled_episode(2), split, vectors=True)

    for policy, view in views(out)["views"].items():
        rows = table(out, policy)
        assert rows
        assert len(rows) == view["rows"]
        assert list(rows[0]) == COLUMNS
        assert view["observation_size"] == view["actions"] + len(view["features"])
        for row, following in zip(rows, [*rows[1:], None], strict=True):
            assert len(row["obs"]) == len(row["new_obs"]) == view["observation_size"]
            assert set(row["obs"][: view["actions"]]) <= {0, 1}
            assert row["obs"][row["actions"]] == 1, "an action that its mask forbids"
            is_last = following is None or following["eps_id"] != row["eps_id"]
            assert (row["terminateds"], row["truncateds"]) == (is_last, False)
            if following is not None and not is_last:
                assert (following["t"], following["obs"]) == (row["t"] + 1, row["new_obs"])
        assert [row["t"] for row in rows if row["eps_id"] != rows[0]["eps_id"]][:1] in ([], [0])


def test_a_table_of_many_row_groups_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [make_episode(number) for number in range(1, 6)]
    whole = table(export(tmp_path / "a", *rows), "colour")
    monkeypatch.setattr("rl4real_data.export.transition_tables._BATCH_BYTES", 300)
    out = export(tmp_path / "b", *rows)

    assert pq.ParquetFile(out / "colour" / "transitions.parquet").num_row_groups > 2
    assert table(out, "colour") == whole
    assert len(whole) == 15


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    def digests(out: Path) -> dict[str, str]:
        files = (path for path in out.rglob("*") if path.is_file())
        return {str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    rows = (make_episode(1), make_spilled_episode(2))
    first, second = (digests(export(tmp_path / name, *rows)) for name in "ab")

    assert len(first) == 5
    assert first == second


def test_large_functions_are_left_out_and_counted(tmp_path: Path) -> None:
    out = export(tmp_path, make_episode(1), make_episode(2), max_nodes=2)

    assert views(out)["functions"] == 0
    assert views(out)["left_out"] == {"functions with more nodes than --max-nodes": 2}


def test_a_folder_that_holds_something_is_refused(tmp_path: Path) -> None:
    export(tmp_path, make_episode())

    with pytest.raises(DatasetError, match="is there already"):
        export(tmp_path, make_episode())


def test_nothing_is_left_of_an_export_that_failed(tmp_path: Path) -> None:
    row = make_episode(2, node_assigned=[2, 2, 1])  # no legal assignment

    with pytest.raises(DatasetError, match="the expert gave node 1 the register 2, which it may not have"):
        export(tmp_path, make_episode(1), row)
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_without_vectors_or_an_outcome_there_is_nothing_to_learn_from(tmp_path: Path) -> None:
    write_dataset(tmp_path / "data", {"train": [[make_episode()]]})
    with pytest.raises(DatasetError, match="no instruction vectors"):
        export_rllib(RllibRequest(data_dir=tmp_path / "data", output=tmp_path / "out"))

    out = export(tmp_path / "fork", make_fork_episode())
    assert views(out)["left_out"] == {"functions without an expert's outcome": 1}


def test_the_command_says_what_it_wrote_and_where(tmp_path: Path) -> None:
    write_dataset(tmp_path / "data", {"train": [[make_episode(1)]], "test": [[make_episode(2), make_episode(3)]]})
    app = typer.Typer()
    app.command()(export_dataset)
    words = [str(tmp_path / "data"), str(tmp_path / "out"), "--to", "rllib", "--split", "test"]
    words += ["--max-nodes", "5", "--no-vectors"]

    done = CliRunner().invoke(app, words)

    assert (done.exit_code, done.stdout) == (0, f"{tmp_path / 'out'}\n")
    assert "2 functions replayed" in done.stderr
    assert views(tmp_path / "out")["views"]["select_node"]["actions"] == 5
    assert len(table(tmp_path / "out", "colour")) == 6


def test_names_of_features_are_as_many_as_there_are(tmp_path: Path) -> None:
    out = export(tmp_path, make_episode())
    found = views(out)

    assert found["registers"] == ["r1", "r2", "r3", "r4", "r1r2"]
    assert {name: (view["actions"], len(view["features"])) for name, view in found["views"].items()} == {
        "select_node": (3, 21),
        "select_task": (2, 4),
        "colour": (6, 3),
        "split": (4, 8),
    }
    assert np.unique(found["views"]["select_node"]["features"]).size == 21
