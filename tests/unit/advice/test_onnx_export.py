"""The exported model decides as the network does, on functions of all shapes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from random_problem import random_problem

from rl4real_data.advice.menu import PLANS
from rl4real_data.advice.network import AdviceNetwork, Shape
from rl4real_data.advice.onnx_export import OUTPUT_NAMES, AdviceModel, Weighing, example_columns, export_onnx
from rl4real_data.advice.problem_inputs import INPUT_COLUMNS, OFFSETS, input_names
from rl4real_data.advice.rule import AdviceRule, FunctionNames

FUNCTIONS = 1000
MOST_BYTES = 2_000_000
RULE = AdviceRule(plans=PLANS, decisions=3, threshold=0.05)


@pytest.fixture(scope="module")
def model() -> AdviceModel:
    """With weights of chance, so large that decisions are made."""
    torch.manual_seed(3)
    network = AdviceNetwork(Shape(plans=len(PLANS)))
    return AdviceModel(network, Weighing(harm=0.1)).eval()


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
        found = dict(zip(OUTPUT_NAMES, asked.run(None, {name: columns[name] for name in names}), strict=True))
        with torch.no_grad():
            own = model(*(torch.from_numpy(columns[name].copy()) for name in input_names()))
        nodes = len(columns["node_class"])
        places = FunctionNames(vregs=range(nodes), use_offsets=columns["use_inst_offsets"].tolist(), block_numbers=())
        for name, values in zip(OUTPUT_NAMES, own, strict=True):
            np.testing.assert_allclose(found[name], values.numpy(), atol=1e-4, err_msg=f"{name} of {seed}")
        proposals = rule.proposals(found, places, tries=3)
        expected = dict(zip(OUTPUT_NAMES, (values.numpy() for values in own), strict=True))
        assert proposals == rule.proposals(expected, places, tries=3), seed
        decided += bool(proposals[0])
    assert decided > FUNCTIONS / 10, "the weights of chance decide something"


def test_inputs_are_columns_by_name(path: Path) -> None:
    for one in session(path).get_inputs():
        assert one.name.removesuffix(OFFSETS) in INPUT_COLUMNS
        assert one.type in ("tensor(int64)", "tensor(float)")
        assert len(one.shape) == 1


def test_outputs_are_those_of_the_contract(path: Path) -> None:
    assert [one.name for one in session(path).get_outputs()] == ["plan", "spill", "split_spill_tail", "first"]
    assert {one.type for one in session(path).get_outputs()} == {"tensor(float)"}


def test_model_is_small_and_its_metadata_say_what_it_is(path: Path) -> None:
    told = {one.key: one.value for one in onnx.load(path).metadata_props}

    assert path.stat().st_size < MOST_BYTES
    assert (told["mlra.kind"], told["mlra.target"], told["mlra.decisions"]) == ("advice", "x86", "3")
    assert AdviceRule.of_metadata(told) == RULE


def test_same_network_gives_the_same_bytes(model: AdviceModel, path: Path, tmp_path: Path) -> None:
    export_onnx(model, example_columns(), tmp_path / "again.onnx", {**RULE.metadata(), "mlra.target": "x86"})

    assert (tmp_path / "again.onnx").read_bytes() == path.read_bytes()


def test_nodes_that_cannot_be_spilled_are_never_decided_on(path: Path) -> None:
    columns = {**random_problem(5)}
    columns["node_spill_weight"] = np.full_like(columns["node_spill_weight"], np.inf)
    asked = session(path)
    found = dict(
        zip(OUTPUT_NAMES, asked.run(None, {one.name: columns[one.name] for one in asked.get_inputs()}), strict=True)
    )

    assert len(found["spill"]) > 0
    for name in OUTPUT_NAMES[1:]:
        assert (found[name] == -np.inf).all()


def test_plans_alone_can_be_exported(model: AdviceModel, tmp_path: Path) -> None:
    plans = AdviceModel(model.network, Weighing(harm=0.1, use_nodes=False))
    export_onnx(plans, example_columns(), tmp_path / "plans.onnx", RULE.metadata())

    assert [one.name for one in session(tmp_path / "plans.onnx").get_outputs()] == ["plan"]
