"""Transitions of functions from the real compiler."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from rl4real_data import EpisodeDataset
from rl4real_data.episodes.column_values import Fate, Outcome
from rl4real_data.export.rllib import RllibRequest, RllibSummary, export_rllib

from .conftest import Sample

pytestmark = pytest.mark.clang


@pytest.fixture
def exported(sample: Sample, tmp_path: Path) -> tuple[Path, RllibSummary]:
    return tmp_path / "out", export_rllib(RllibRequest(data_dir=sample("x86", "train"), output=tmp_path / "out"))


def test_rows_tell_what_llvm_did(exported: tuple[Path, RllibSummary], sample: Sample) -> None:
    out, summary = exported
    names = json.loads((out / "views.json").read_text())["registers"]
    colours: dict[str, list[str]] = {}
    for row in pq.read_table(out / "colour" / "transitions.parquet", columns=["eps_id", "actions"]).to_pylist():
        colours.setdefault(row["eps_id"], []).append(names[row["actions"] - 1] if row["actions"] else "")
    dataset = EpisodeDataset(sample("x86", "train"))
    registers = dataset.registers.names

    assert summary.functions > 500
    assert summary.split_actions["inferred"] == 0
    assert summary.split_actions["recorded"] > 20
    for episode in dataset:
        if 0 < episode.n_nodes <= 128:
            pairs = list(zip(episode.node_outcome.tolist(), episode.node_assigned.tolist(), strict=True))
            given = [registers[assigned] for outcome, assigned in pairs if outcome == Outcome.ASSIGNED]
            lost = np.isin(episode.node_outcome, (Outcome.SPILLED, Outcome.REMATERIALIZED))
            spilled = lost & ((episode.node_fate & Fate.SPLIT) == 0)
            assert sorted(colours.get(episode.episode_id, [])) == sorted(given + [""] * int(spilled.sum()))
