"""Labels found by real compilers: carried out again they have the figures of their rows, and a false one is found."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rl4real_data import EpisodeDataset
from rl4real_data.core.environment import load_environment
from rl4real_data.episodes.index import read_index
from rl4real_data.episodes.label_values import Effect, LabelSource, LabelStatus, Objective
from rl4real_data.flow.labelling import write_labels
from rl4real_data.flow.working_folder import open_workdir
from rl4real_data.labels.label import Label
from rl4real_data.labels.origin import Origin
from rl4real_data.labels.trial import Trial, effect_of
from rl4real_data.live.trial import CompilerTool, trial_of_mir
from rl4real_data.reading.episode import Episode
from rl4real_data.toolchain.clang import SUPPORTED_MAJORS, Clang
from rl4real_data.toolchain.plugin import Plugin
from rl4real_data.validation.label_replay import replay_labels

from .conftest import Run
from .live_compiler import SOURCE

pytestmark = pytest.mark.clang


def search(tool: CompilerTool, episode: Episode) -> tuple[Label, list[Trial]]:
    """The best spill of one node, and all others."""
    assert episode.mir is not None
    candidates = [[["spill", int(node)]] for node in episode.node_vreg[:8]]
    with trial_of_mir(tool, episode.mir) as compiler:
        function = next(iter(compiler))
        greedy, *results = list(function.try_many([[], *candidates], until="code"))
    assert greedy.final is not None
    greedy_value = greedy.final.counted().total
    trials, best, chosen = [], greedy, []
    for number, (decisions, result) in enumerate(zip(candidates, results, strict=True)):
        assert result.final is not None
        value = result.final.counted().total
        trials.append(
            Trial(
                **{"episode_id": episode.episode_id, "objective": Objective.FINAL, "number": number},
                **{"decisions": decisions, "effect": effect_of(value, greedy_value), "value": value},
                **{"score": result.score, "costs": result.costs, "final": result.final.counted()},
            )
        )
        assert best.final is not None
        if effect_of(value, best.final.counted().total) is Effect.BETTER:
            best, chosen = result, decisions
    assert best.final is not None
    label = Label(
        **{"episode_id": episode.episode_id, "source": LabelSource.IMPROVE, "objective": Objective.FINAL},
        **{"status": LabelStatus.BETTER if chosen else LabelStatus.EQUAL, "decisions": chosen},
        **{"value": best.final.counted().total, "greedy_value": greedy_value, "seed": 1},
        **{"score": best.score, "greedy_score": greedy.score, "costs": best.costs, "greedy_costs": greedy.costs},
        **{"final": best.final.counted(), "greedy_final": greedy.final.counted()},
        **{"candidates": len(candidates), "failed_candidates": 0},
    )
    return label, trials


@pytest.mark.parametrize("major", SUPPORTED_MAJORS)
def test_labels_replay_and_false_ones_are_found(
    toolchains: dict[int, tuple[Clang, Plugin]], rl4real: Run, tmp_path: Path, major: int
) -> None:
    clang, plugin = toolchains[major]
    tool, build_dir = CompilerTool(clang=clang, plugin=plugin), str(clang.bin_dir.parent)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "unit.c").write_text(SOURCE)
    rl4real("flow", "x86", "train", "mlra", "--corpus", "src", "--no-embed", "--data-dir", "d", BUILD_DIR=build_dir)
    found = [search(tool, episode) for episode in EpisodeDataset(tmp_path / "d")]
    trials = [trial for _, some in found for trial in some]
    origin = Origin(
        **{"source": LabelSource.IMPROVE, "objective": Objective.FINAL, "recipe": {}, "generator": "tests"},
        **{"llvm_version": clang.version, "plugin": plugin.source_hash, "record_version": 3},
    )
    with open_workdir(tmp_path / "d") as work:
        write_labels(work, origin, [label for label, _ in found], trials=trials)

    said = rl4real("validate", "d", "--replay", BUILD_DIR=build_dir).stdout
    assert f"carried out {len(found)} labels and {len(trials)} candidates again: 100.00%" in said

    best = max((label for label, _ in found), key=lambda label: label.status is LabelStatus.BETTER)
    shown = json.loads(rl4real("show", "d", best.episode_id, "--best", "--json", BUILD_DIR=build_dir).stdout)
    assert best.status is LabelStatus.BETTER
    assert shown["best"]["score"] == pytest.approx(best.score)
    assert shown["score"] == pytest.approx(best.greedy_score)

    table = pq.read_table(tmp_path / "d/labels.parquet")
    score = pa.array([1.0 + value for value in table["score"].to_pylist()])
    place = table.schema.get_field_index("score")
    with pq.ParquetWriter(tmp_path / "d/labels.parquet", table.schema) as writer:
        writer.write_table(table.set_column(place, table.schema.field(place), score))
    replayed = replay_labels(tmp_path / "d", tool, jobs=load_environment().jobs)
    assert {row.episode_id for row in replayed.differing} == {label.episode_id for label, _ in found}
    assert all(row.what.startswith("score is ") for row in replayed.differing)
    assert read_index(tmp_path / "d").files["labels.parquet"].rows == len(found)
