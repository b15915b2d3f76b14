"""The preset advice with a real compiler: from a dataset to a model whose decisions are carried out."""

from __future__ import annotations

from pathlib import Path

import onnxruntime
import pytest

from rl4real_data import EpisodeDataset
from rl4real_data.advice.problem_inputs import INPUT_COLUMNS, input_arrays
from rl4real_data.advice.rule import AdviceRule, FunctionNames
from rl4real_data.live.trial import CompilerTool, trial_of_mir
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin

from .conftest import run_program

pytestmark = pytest.mark.clang

SETTINGS = "edited = 6\nothers = 10\nepochs = 3\nwidth = 8\nrounds = 1\nparts = 1\n"
TRIES = 4


@pytest.fixture
def model(sample_dataset: Path, tmp_path: Path) -> Path:
    """A model that has learned a little from sixteen functions."""
    (tmp_path / "c.toml").write_text(SETTINGS, encoding="utf-8")
    run_program(tmp_path, "train", sample_dataset, "--preset", "advice", "--out", "run", "--config", "c.toml")
    return tmp_path / "run" / "advice.onnx"


def test_proposals_of_a_trained_model_are_carried_out(
    model: Path, sample_dataset: Path, toolchains: dict[int, tuple[Clang, Plugin]]
) -> None:
    """Each of them gives code, and is what the compiler takes: settings and nodes that there are."""
    asked = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    rule = AdviceRule.of_metadata(asked.get_modelmeta().custom_metadata_map)
    clang, plugin = toolchains[max(toolchains)]
    tool = CompilerTool(clang=clang, plugin=plugin)
    names, outputs = ([one.name for one in found] for found in (asked.get_inputs(), asked.get_outputs()))
    for episode in EpisodeDataset(sample_dataset).select(("mir", "node_vreg", "block_start", *INPUT_COLUMNS))[:4]:
        columns = input_arrays(episode)
        scores = dict(zip(outputs, asked.run(None, {name: columns[name] for name in names}), strict=True))
        places = FunctionNames(
            vregs=episode.node_vreg.tolist(),
            use_offsets=columns["use_inst_offsets"].tolist(),
        )
        proposals = rule.proposals(scores, places, tries=TRIES)
        assert len(proposals) == TRIES
        assert episode.mir is not None
        with trial_of_mir(tool, episode.mir) as compiler:
            for function in compiler:
                for proposal, result in zip(proposals, function.try_many(proposals, until="code"), strict=True):
                    assert result.final is not None, result.reason
                    assert result.made >= sum(one[0] == "set" for one in proposal), "a group may be empty, or many"
                    assert not any("set" in reason for reason in result.illegal)
