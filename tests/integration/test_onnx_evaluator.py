"""The runners' own evaluator of ONNX models answers what ONNX Runtime answers, and refuses what it does not know."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

from rl4real_data.core.shipped_files import plugin_source_dir
from rl4real_data.live.onnx_runtime import find_onnx_runtime

from .advice_models import checksum, graph_network
from .model_asker import Answer, Array, ModelAsker, Question, asker_in
from .onnx_models import fork_agents, greedy_policy, perceptron
from .operator_cases import CASES, floats
from .runner_onnx_models import save, write_model

MOST_DIFFERENCE = 1e-5
"""Relative to the greater of 1 and the number; seen are 2e-6 (a sum) and below 1e-6 (networks)."""
NOWHERE = Path("/nowhere/libonnxruntime.so")


@pytest.fixture(scope="module")
def asker(runner_programs: Path) -> ModelAsker:
    """It finds no ONNX Runtime."""
    return asker_in(runner_programs, NOWHERE)


def session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.log_severity_level, options.intra_op_num_threads = 4, 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def by_runtime(question: Question) -> dict[str, Array]:
    asked = session(question.model)
    return dict(zip([one.name for one in asked.get_outputs()], asked.run(None, dict(question.inputs)), strict=True))


def difference(answer: Answer, expected: dict[str, Array]) -> float:
    """The greatest of all outputs; infinite where shapes, types or whole numbers differ."""
    if isinstance(answer, str) or list(answer) != list(expected):
        return np.inf
    worst = 0.0
    for name, value in expected.items():
        found = answer[name]
        kind = np.dtype(np.uint8) if value.dtype == bool else value.dtype
        if found.shape != value.shape or found.dtype != kind:
            return np.inf
        with np.errstate(all="ignore"):
            is_same = (found == value) | (np.isnan(found) & np.isnan(value))
            gap = np.where(is_same, 0, np.abs(found - value.astype(kind)) / np.maximum(1, np.abs(value)))
        if np.isnan(gap).any() or (value.dtype.kind != "f" and gap.any()):
            return np.inf
        worst = max(worst, float(gap.max(initial=0)))
    return worst


def test_every_operator_answers_as_onnx_runtime(asker: ModelAsker, tmp_path: Path) -> None:
    questions = [Question(case.save(tmp_path / f"{number}.onnx"), case.question) for number, case in enumerate(CASES)]
    answers = asker.ask(questions)
    wrong = {
        f"{number} {case.operator} {case.attributes}": answer
        for number, (case, question, answer) in enumerate(zip(CASES, questions, answers, strict=True))
        if difference(answer, by_runtime(question)) > MOST_DIFFERENCE
    }
    assert wrong == {}


def test_every_operator_is_tried() -> None:
    source = (plugin_source_dir() / "onnx" / "Operator.cpp").read_text(encoding="utf-8")
    known = {line.split('"')[1] for line in source.splitlines() if line.startswith('    {"')}

    assert {case.operator for case in CASES} | {"Constant"} == known


def test_numbers_of_releases_mean_what_they_meant(asker: ModelAsker) -> None:
    """The standard has said nothing new of an operator since, but for types and attributes that are refused."""
    newest = 23
    later = {
        operator: schema.since_version
        for operator in {case.operator for case in CASES}
        if (schema := onnx.defs.get_schema(operator, max_inclusive_version=newest)).since_version > newest
    }
    assert later == {}
    del asker


def networks(folder: Path) -> dict[str, Path]:
    fork_agents(folder / "fork", 30, splits=True)
    checkpoints = folder / "fork" / "regalloc" / "onnx-checkpoint"
    return {
        "perceptron": perceptron(folder / "perceptron.onnx", 300),
        "graph": graph_network(folder / "graph.onnx"),
        "greedy": greedy_policy(folder / "greedy.onnx"),
        "checksum": checksum(folder / "checksum.onnx", {"a": TensorProto.FLOAT, "b": TensorProto.INT64}),
        **{path.stem: path for path in sorted(checkpoints.glob("*.onnx"))},
    }


def told(asked: onnxruntime.InferenceSession, nodes: int, chance: np.random.Generator) -> dict[str, Array]:
    """Inputs for a function of so many nodes."""
    found: dict[str, Array] = {}
    for one in asked.get_inputs():
        shape = [length if isinstance(length, int) else nodes for length in one.shape]
        if one.name == "use_inst_offsets":
            found[one.name] = 2 * np.arange(nodes + 1)
        elif one.type == "tensor(float)":
            found[one.name] = np.abs(chance.standard_normal(shape)).astype(np.float32)
        else:
            kind = np.uint8 if one.type == "tensor(uint8)" else np.int64
            found[one.name] = chance.integers(0, 2 if kind is np.uint8 else nodes, shape).astype(kind)
    return found


def test_networks_answer_as_onnx_runtime(asker: ModelAsker, tmp_path: Path) -> None:
    """Functions of several sizes, one after the other, through one open model."""
    chance = np.random.default_rng(7)
    for name, path in networks(tmp_path).items():
        asked = session(path)
        questions = [Question(path, told(asked, nodes, chance)) for nodes in (1, 2, 57, 300, 5)]
        for question, answer in zip(questions, asker.ask(questions), strict=True):
            assert difference(answer, by_runtime(question)) <= MOST_DIFFERENCE, (name, answer)


def test_damaged_files_are_refused_in_words(asker: ModelAsker, tmp_path: Path) -> None:
    """Cut off or with a flipped bit: an answer or words, and no crash, no hang, no memory without end."""
    whole = perceptron(tmp_path / "whole.onnx", 5, dimension=3, hidden=4).read_bytes()
    graph = graph_network(tmp_path / "graph.onnx", hidden=2, layers=1).read_bytes()
    chance = np.random.default_rng(3)
    paths = []
    for number in range(900):
        content = bytearray((whole, graph)[number % 2])
        if number < 300:
            del content[(number // 2) * len(content) // 150 :]
        else:
            content[int(chance.integers(len(content)))] ^= 1 << int(chance.integers(8))
        paths.append(tmp_path / f"{number}.onnx")
        paths[-1].write_bytes(content)
    numbers = {"node_spill_weight": floats(3), **{name: np.array([0, 1, 2]) for name in ("edge_u", "edge_v")}}
    numbers |= {"node_size": np.array([1, 2, 3]), "use_inst_offsets": np.array([0, 1, 2, 3])}
    numbers |= {"node_features": floats(3, 7), "node_vectors": floats(3, 3), "register_mask": np.ones((3, 5), np.uint8)}
    answers = asker.ask([Question(path, numbers) for path in paths], limit_ms=5000)

    assert all(isinstance(answer, str) and answer for answer in answers[:300] if not isinstance(answer, dict))
    assert sum(isinstance(answer, str) for answer in answers[:300]) >= 298  # a cut at 0 bytes of the last field is none
    assert any(isinstance(answer, dict) for answer in answers[300:])


def unknown(path: Path) -> Path:
    return write_model(path, "Celu", ["x"], shape=("n",))


def test_what_is_not_known_is_for_onnx_runtime(asker: ModelAsker, tmp_path: Path) -> None:
    question = Question(unknown(tmp_path / "celu.onnx"), {"x": floats(4)})
    with_library = replace(asker, library=find_onnx_runtime())

    (own,) = asker.ask([question], engine="own")
    (alone,) = asker.ask([question], engine="auto")
    (both,) = with_library.ask([question], engine="auto")
    assert own == f"{question.model}: the operator Celu is not known"
    assert isinstance(alone, str)
    assert alone.startswith("ONNX Runtime does not load: ")
    assert alone.endswith(f"; it is needed, since {own}")
    assert difference(both, by_runtime(question)) <= MOST_DIFFERENCE


def test_engines_answer_alike(asker: ModelAsker, tmp_path: Path) -> None:
    path = perceptron(tmp_path / "model.onnx", 20)
    question = Question(path, told(session(path), 30, np.random.default_rng(1)))
    with_library = replace(asker, library=find_onnx_runtime())

    for engine in ("auto", "own", "runtime"):
        (answer,) = with_library.ask([question], engine=engine)
        assert difference(answer, by_runtime(question)) <= MOST_DIFFERENCE
    (missing,) = asker.ask([question], engine="runtime")
    assert isinstance(missing, str)
    assert missing.startswith("ONNX Runtime does not load: ")


REFUSED = {
    "an attribute": (helper.make_node("Relu", ["x"], ["y"], slope=1.0), "Relu: the attribute slope is not known"),
    "a type": (helper.make_node("Tanh", ["whole"], ["y"]), "Tanh: other inputs than one of type float"),
    "another domain": (helper.make_node("Relu", ["x"], ["y"], domain="com.example"), "the operator Relu is not known"),
    "a value": (helper.make_node("Relu", ["nothing"], ["y"]), "Relu takes nothing, which is not there"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_nothing_is_guessed(asker: ModelAsker, tmp_path: Path, kind: str) -> None:
    node, words = REFUSED[kind]
    declared = [
        helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n"]),
        helper.make_tensor_value_info("whole", TensorProto.INT64, ["n"]),
    ]
    graph = helper.make_graph([node], "refused", declared, [onnx.ValueInfoProto(name="y")])
    path = save(tmp_path / "model.onnx", graph)

    assert asker.ask([Question(path, {"x": floats(2), "whole": np.arange(2)})]) == [f"{path}: {words}"]


FAULTS = {
    "shapes": ("Add", {"a": floats(3), "b": floats(4)}, "Add: the shapes do not fit each other"),
    "zero": ("Div", {"a": np.array([1, 2]), "b": np.array([1, 0])}, "Div: a division by zero"),
    "index": ("Gather", {"a": floats(3), "b": np.array([3])}, "Gather: an index is out of range"),
    "size": ("Expand", {"a": floats(1), "b": np.array([1 << 40])}, "Expand: no shape, or one that is too large"),
    "product": ("MatMul", {"a": floats(2, 3), "b": floats(2, 3)}, "MatMul: the shapes do not fit each other"),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_what_cannot_be_done_is_said(asker: ModelAsker, tmp_path: Path, kind: str) -> None:
    """And the next question is answered."""
    operator, inputs, words = FAULTS[kind]
    declared = [
        helper.make_tensor_value_info(
            name, helper.np_dtype_to_tensor_dtype(array.dtype), [f"{name}{axis}" for axis in range(array.ndim)]
        )
        for name, array in inputs.items()
    ]
    node = helper.make_node(operator, list(inputs), ["y"])
    path = save(tmp_path / "m.onnx", helper.make_graph([node], "faulty", declared, [onnx.ValueInfoProto(name="y")]))

    assert asker.ask([Question(path, inputs)] * 2) == [f"the model's {words}"] * 2


def test_a_question_ends_at_its_limit(asker: ModelAsker, tmp_path: Path) -> None:
    path = graph_network(tmp_path / "graph.onnx", hidden=64, layers=30)
    question = Question(path, told(session(path), 20_000, np.random.default_rng(2)))

    assert asker.ask([question], limit_ms=40) == ["the model took longer than the limit"]
