"""The exported model decides as the network does, on functions of all shapes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from random_problem import random_problem

from rl4real_data.advice.committee import Committee
from rl4real_data.advice.graph import graph_of
from rl4real_data.advice.menu import PLANS
from rl4real_data.advice.network import AdviceNetwork, Shape
from rl4real_data.advice.onnx_export import OUTPUT, AdviceModel, example_columns, export_onnx
from rl4real_data.advice.problem_inputs import INPUT_COLUMNS, OFFSETS, input_names
from rl4real_data.advice.rule import AdviceRule, FunctionNames

FUNCTIONS = 1000
MOST_BYTES = 2_000_000
ORDER = tuple(reversed(range(len(PLANS))))
RULE = AdviceRule(plans=PLANS, decisions=3, threshold=0.05)


@pytest.fixture(scope="module")
def model() -> AdviceModel:
    """Of two networks with weights of chance, so large that decisions are made."""
    torch.manual_seed(3)
    committee = Committee([AdviceNetwork(Shape(plans=len(PLANS))) for _ in range(2)])
    return AdviceModel(committee, 0.1, ORDER).eval()


@pytest.fixture(scope="module")
def path(model: AdviceModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("advice") / "advice.onnx"
    export_onnx(model, example_columns(), path, {**RULE.metadata(), "mlra.target": "x86"})
    return path


def session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def test_model_and_network_decide_alike(model: AdviceModel, path: Path) -> None:
    asked = session(path)
    names, decided = [one.name for one in asked.get_inputs()], 0
    rule = AdviceRule.of_metadata(asked.get_modelmeta().custom_metadata_map)
    for seed in range(FUNCTIONS):
        columns = random_problem(seed)
        (found,) = asked.run(None, {name: columns[name] for name in names})
        with torch.no_grad():
            own = model(*(torch.from_numpy(columns[name].copy()) for name in input_names())).numpy()
        np.testing.assert_allclose(found, own, atol=1e-4, err_msg=str(seed))
        places = FunctionNames(vregs=(), use_offsets=())
        proposals = rule.proposals({OUTPUT: found}, places, tries=3)
        assert proposals == rule.proposals({OUTPUT: own}, places, tries=3), seed
        decided += bool(proposals[0])
    assert decided > FUNCTIONS / 10, "the weights of chance decide something"


def test_inputs_are_columns_by_name(path: Path) -> None:
    for one in session(path).get_inputs():
        assert one.name.removesuffix(OFFSETS) in INPUT_COLUMNS
        assert one.type in ("tensor(int64)", "tensor(float)")
        assert len(one.shape) == 1


def test_output_is_a_score_of_each_plan(path: Path) -> None:
    (output,) = session(path).get_outputs()
    assert (output.name, output.type, output.shape) == ("plan", "tensor(float)", [len(PLANS)])


def test_model_is_small_and_its_metadata_say_what_it_is(path: Path) -> None:
    told = {one.key: one.value for one in onnx.load(path).metadata_props}

    assert path.stat().st_size < MOST_BYTES
    assert (told["mlra.kind"], told["mlra.target"], told["mlra.decisions"]) == ("advice", "x86", "3")
    assert AdviceRule.of_metadata(told) == RULE


def test_same_network_gives_the_same_bytes(model: AdviceModel, path: Path, tmp_path: Path) -> None:
    export_onnx(model, example_columns(), tmp_path / "again.onnx", {**RULE.metadata(), "mlra.target": "x86"})

    assert (tmp_path / "again.onnx").read_bytes() == path.read_bytes()


def test_the_best_plan_tells_its_gain_and_the_others_their_turn(model: AdviceModel) -> None:
    columns = {name: torch.from_numpy(values.copy()) for name, values in random_problem(7).items()}
    with torch.no_grad():
        own = model(*(columns[name] for name in input_names()))
        found = model.committee(graph_of(columns))
    score = (found.gain - 0.1 * torch.sigmoid(found.harm))[0]
    best = int(score.argmax())

    assert own[best] == score[best]
    others = [plan for plan in ORDER if plan != best]
    assert sorted(others, key=lambda plan: -float(own[plan])) == others
    assert max(float(own[plan]) for plan in others) <= -1
