"""Models that advise, in real compilers: which decisions are carried out, which proposal wins, and what is refused."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from rl4real_data.episodes.label_values import Objective
from rl4real_data.improve.choices import guessed, read_choices
from rl4real_data.improve.objective import Judge, is_less
from rl4real_data.live.onnx_runtime import find_onnx_runtime
from rl4real_data.live.trial import CompilerTool, trial_of_source
from rl4real_data.toolchain.clang import SUPPORTED_MAJORS, Clang
from rl4real_data.toolchain.plugin import Plugin

from .advice_models import FLOAT, HARMLESS, RARE_CALL, WHOLE, asking, written_scores
from .live_compiler import Compiled, LiveCompiler

pytestmark = pytest.mark.clang

Toolchains = dict[int, tuple[Clang, Plugin]]
Decision = list[Any]

SOURCE: Final = RARE_CALL
WORDS: Final = ("-O3", "-march=core2", "-c", "unit.c", "-o", "unit.o")
REGISTERS: Final = ("RBX", "r12", "RCX", "EAX")
SETTINGS: Final = (*HARMLESS, ("regalloc-csr-first-time-cost", 10000), ("regalloc-csr-first-time-cost", 0))
OUTPUTS: Final = (
    "set", "spill", "first", "last", "keep", "assign", "hint", "split", "split_spill_head", "split_spill_tail",
    "loop", "loop_spill_inside", "loop_spill_outside",
)  # fmt: skip
"""In the order in which ties are broken."""


@pytest.fixture(params=SUPPORTED_MAJORS)
def compiler(request: pytest.FixtureRequest, toolchains: Toolchains, tmp_path: Path) -> LiveCompiler:
    return LiveCompiler(*toolchains[request.param], tmp_path)


@pytest.fixture
def newest(toolchains: Toolchains, tmp_path: Path) -> LiveCompiler:
    return LiveCompiler(*toolchains[max(toolchains)], tmp_path)


def advised(compiler: LiveCompiler, *flags: str, source: str = SOURCE) -> Compiled:
    model = compiler.folder / "model.onnx"
    return compiler.compile(f"-mlra-onnxruntime={find_onnx_runtime()}", f"-mlra-policy={model}", *flags, source=source)


def decided(compiler: LiveCompiler, decisions: Sequence[Decision]) -> Compiled:
    line = json.dumps({"function": "rare", "decisions": decisions})
    (compiler.folder / "decisions").write_text(line + "\n")
    return compiler.compile("-mlra-decisions=decisions", source=SOURCE)


@dataclass(frozen=True)
class Function:
    """The function `rare` as the compiler describes it."""

    nodes: list[int]
    points: list[tuple[int, int]]
    blocks: list[int]

    def shape(self, output: str) -> tuple[int, ...]:
        nodes = len(self.nodes)
        if output == "set":
            return (len(SETTINGS),)
        if output in ("assign", "hint"):
            return (nodes, len(REGISTERS))
        if output.startswith("split"):
            return (len(self.points),)
        return (nodes, len(self.blocks)) if output.startswith("loop") else (nodes,)

    def decision(self, output: str, index: int) -> Decision:
        word, _, side = output.partition("_")
        sides = [side.replace("_", "-")] if side else []
        if output == "set":
            return ["set", *SETTINGS[index]]
        if word in ("assign", "hint"):
            return [word, self.nodes[index // len(REGISTERS)], REGISTERS[index % len(REGISTERS)]]
        if word == "split":
            return [word, *self.points[index], *sides]
        if word == "loop":
            return [word, self.nodes[index // len(self.blocks)], self.blocks[index % len(self.blocks)], *sides]
        return [word, self.nodes[index]]


@pytest.fixture
def described(newest: LiveCompiler) -> Function:
    """Both releases number the function alike, which `test_the_best_decisions_are_carried_out` would notice."""
    (newest.folder / "unit.c").write_text(SOURCE)
    with trial_of_source(CompilerTool(clang=newest.clang, plugin=newest.plugin), WORDS, cwd=newest.folder) as trial:
        found = next(iter(trial)).describe()
    return Function(
        nodes=[node["vreg"] for node in found["nodes"]],
        points=[(node["vreg"], place) for node in found["nodes"] for place in range(len(node["points"]))],
        blocks=[block[0] for block in found["blocks"]],
    )


def drawn_scores(function: Function, seed: int, outputs: Sequence[str] = OUTPUTS) -> dict[str, Any]:
    """Many of them alike."""
    chance = np.random.default_rng(seed)
    levels = np.array([-math.inf, -0.5, 0, 0.125, 0.25, 0.375], np.float32)
    return {name: chance.choice(levels, function.shape(name)) for name in outputs}


def ranking(function: Function, scores: Mapping[str, Any]) -> list[tuple[float, Decision]]:
    """All decisions with a score above -inf, the best first."""
    found = [
        (-float(score), OUTPUTS.index(name), index)
        for name, array in scores.items()
        for index, score in enumerate(np.ravel(array))
        if score > -math.inf
    ]
    return [(-score, function.decision(OUTPUTS[output], index)) for score, output, index in sorted(found)]


def best_set(ranked: Sequence[tuple[float, Decision]], most: int, threshold: float) -> list[Decision]:
    """Of one node at most one decision, of one option at most one value."""
    taken: list[Decision] = []
    for score, decision in ranked:
        is_set = decision[0] == "set"
        rivals = [one for one in taken if (one[0] == "set") is is_set and one[1] == decision[1]]
        if score > threshold and not rivals and len(taken) < most:
            taken.append(decision)
    return taken


def test_the_best_decisions_are_carried_out(compiler: LiveCompiler, described: Function) -> None:
    for seed, most, threshold in ((1, 6, 0.0), (2, 4, 0.125), (3, 1, 0.0), (4, 40, 0.25)):
        scores = drawn_scores(described, seed)
        metadata = {"decisions": str(most), "threshold": str(threshold)}
        written_scores(compiler.folder / "model.onnx", scores, settings=SETTINGS, registers=REGISTERS, **metadata)
        found = advised(compiler)
        expected = decided(compiler, best_set(ranking(described, scores), most, threshold))

        report, reference = found.reports["rare"], expected.reports["rare"]
        assert found.said == ""
        assert (report["decider"], report["proposals"], report["proposal"]) == ("advice", 1, 1)
        assert (report["made"], report["illegal"]) == (reference["made"], reference["illegal"])
        assert sum(report["made"].values()) > 0 or most == 1
        assert found.object == expected.object


def tied_scores(function: Function, shift: int) -> dict[str, Any]:
    """Of each node two decisions, of two outputs one behind the other, with the same score."""
    scores = {name: np.full(function.shape(name), -math.inf, np.float32) for name in OUTPUTS[1:]}
    for number, node in enumerate(function.nodes):
        pair = OUTPUTS[1 + shift + number :][:2]
        for name in pair if len(pair) == 2 else ():
            own = [index for index in range(scores[name].size) if function.decision(name, index)[1] == node]
            scores[name].flat[own[0]] = 0.25
    return scores


@pytest.mark.parametrize("shift", [0, 4])
def test_of_two_decisions_alike_that_of_the_earlier_output_is_taken(
    newest: LiveCompiler, described: Function, shift: int
) -> None:
    scores = tied_scores(described, shift)
    written_scores(newest.folder / "model.onnx", scores, registers=REGISTERS, decisions="40")
    report = advised(newest).reports["rare"]
    expected = best_set(ranking(described, scores), 40, 0.0)
    reference = decided(newest, expected).reports["rare"]

    assert len(expected) == min(len(described.nodes), len(OUTPUTS) - 2 - shift)
    assert (report["made"], report["illegal"]) == (reference["made"], reference["illegal"])


def test_one_decision_by_default_and_none_at_the_threshold(newest: LiveCompiler) -> None:
    stock = newest.compile(plugin=False, source=SOURCE).object
    scores = {"set": [0.0, 0.25, 0.5]}
    written_scores(newest.folder / "model.onnx", scores, settings=SETTINGS)
    assert advised(newest).reports["rare"]["made"] == {"set": 1}
    for threshold in ("0.5", "1e30"):
        written_scores(newest.folder / "model.onnx", scores, settings=SETTINGS, threshold=threshold, decisions="3")
        found = advised(newest)
        assert (found.object, found.said) == (stock, "")
        assert (found.reports["rare"]["proposals"], found.reports["rare"]["proposal"]) == (0, 0)
        assert found.records["rare"]["decisions_made"] == 0


PLANS: Final = (
    [["first", "all"]],
    [["set", "regalloc-csr-first-time-cost", 10000], ["spill", "across-cold/2"]],
    [["weight", "across", 0.25], ["split", "across-hot/2", 0, "spill-tail"]],
)


@pytest.mark.parametrize("place", range(len(PLANS)))
def test_a_plan_is_all_its_decisions_on_groups_of_nodes(compiler: LiveCompiler, place: int) -> None:
    scores = {"plan": [0.125, 0.125, 0.125], "set": [0.0, 0.25, 0.0]}
    scores["plan"][place] = 0.5
    written_scores(compiler.folder / "model.onnx", scores, settings=SETTINGS, plans=PLANS)
    found = advised(compiler)
    stock = compiler.compile(plugin=False, source=SOURCE).object
    words, cwd = (*WORDS[:3], str(compiler.folder / "unit.c"), *WORDS[4:]), compiler.folder
    with trial_of_source(CompilerTool(clang=compiler.clang, plugin=compiler.plugin), words, cwd=cwd) as trial:
        described = next(iter(trial)).describe()
    expected = decided(compiler, [single for one in PLANS[place] for single in on_single_nodes(one, described)])

    assert found.said == ""
    assert found.object == expected.object != stock
    assert found.reports["rare"]["made"] == expected.reports["rare"]["made"]
    assert decided(compiler, PLANS[place]).object == found.object, "a file of decisions has groups, too"


def on_single_nodes(decision: Decision, described: Mapping[str, Any]) -> list[Decision]:
    """What a decision on a group means, worked out from the description of the function."""
    if decision[0] == "set":
        return [decision]
    group, _, part = str(decision[1]).partition("/")
    nodes = [node for node in read_choices(described, guessed(described)) if node.can_spill]
    if group.startswith("across"):
        nodes = [node for node in nodes if node.crosses_calls]
    if group != "all" and group != "across":
        nodes.sort(key=lambda node: node.cost, reverse=group.endswith("-hot"))
    nodes = nodes[: max(len(nodes) // int(part or 1), 1)]
    assert nodes
    if decision[0] == "split":
        return [["split", node.vreg, node.points[0], *decision[3:]] for node in nodes if node.points]
    return [[decision[0], node.vreg, *decision[2:]] for node in nodes]


def test_a_table_by_registers_of_the_target_needs_no_names(newest: LiveCompiler, described: Function) -> None:
    scores = {"hint": np.zeros((len(described.nodes), 3), np.float32)}
    written_scores(newest.folder / "model.onnx", scores)
    assert "has the shape [9,3], not [9," in advised(newest).said


def test_the_best_of_several_proposals_wins(compiler: LiveCompiler, described: Function) -> None:
    (compiler.folder / "unit.c").write_text(SOURCE)
    spills = np.full(len(described.nodes), -0.25, np.float32)
    spills[4] = -0.125  # the one that helps a little
    scores = {"set": np.array([0.5, -0.5, 0.25], np.float32), "spill": spills}
    ranked = ranking(described, scores)
    first = best_set(ranked, 2, 0.0)
    proposals = [first, *([decision] for _, decision in ranked if decision not in first)]
    written_scores(compiler.folder / "model.onnx", scores, settings=SETTINGS, decisions="2")
    for tries in (1, 3, len(proposals)):
        best, gain = best_of(compiler, proposals[:tries])
        found = advised(compiler, f"-mlra-tries={tries}")

        report = found.reports["rare"]
        assert found.said == ""
        assert report["proposals"] == tries
        assert report["proposal"] == (best if tries > 1 else 1)
        assert report.get("gain") == (pytest.approx(gain, abs=1e-9) if tries > 1 else None)
        assert found.object == decided(compiler, proposals[(best or 1) - 1] if best or tries == 1 else []).object
    assert best == len(proposals)
    assert gain > 0.05


def best_of(compiler: LiveCompiler, proposals: Sequence[list[Decision]]) -> tuple[int, float]:
    """Which of them the compiler's trial mode finds best, 0 for greedy alone, and its gain."""
    tool = CompilerTool(clang=compiler.clang, plugin=compiler.plugin)
    with trial_of_source(tool, WORDS, cwd=compiler.folder) as trial:
        (greedy, *results) = next(iter(trial)).try_many([[], *proposals], until="code")
    judge = Judge(objective=Objective.FINAL, greedy=greedy)
    assert judge.greedy_value is not None
    best, value = 0, judge.greedy_value
    for number, result in enumerate(results, 1):
        allowed = judge.allowed(result)
        if allowed is not None and is_less(allowed, value):
            best, value = number, allowed
    return best, -math.log(value / judge.greedy_value)


def test_tries_without_one_above_the_threshold(newest: LiveCompiler) -> None:
    written_scores(newest.folder / "model.onnx", {"set": [-0.5, -0.25, -math.inf]}, settings=SETTINGS)
    report = advised(newest, "-mlra-tries=5").reports["rare"]
    assert (report["proposals"], report["proposal"]) == (2, 1)
    assert report["predicted"] == -0.25
    assert report["gain"] > 0.05


def test_tries_that_take_too_long_are_greedys(newest: LiveCompiler) -> None:
    stock = newest.compile(plugin=False, source=SOURCE).object
    written_scores(newest.folder / "model.onnx", {"set": [0.5, 0.25, 0]}, settings=SETTINGS)
    found = advised(newest, "-mlra-tries=3", "-mlra-trial-wall=0.00001")
    assert found.object == stock
    assert found.reports["rare"]["failure"] == "greedy alone, to compare with: out of time"
    assert "rare: left to greedy: greedy alone, to compare with: out of time" in found.said


TWICE: Final = SOURCE + SOURCE.replace("rare(", "again(").replace("long callee(long);", "")
Write = Callable[[Path, Function], Path]


def scored(scores: Mapping[str, Any], **metadata: Any) -> Write:
    return lambda path, _: written_scores(path, scores, **metadata)


def by_function(output: str, **metadata: Any) -> Write:
    """Scores of the right shape."""
    return lambda path, function: written_scores(
        path, {output: np.ones(function.shape(output), np.float32)}, **metadata
    )


MODELS: Final[dict[str, tuple[Write, str]]] = {
    "an answer's column": (lambda path, _: asking(path, "node_assigned"), "input node_assigned is no column of the"),
    "a column of text": (lambda path, _: asking(path, "mir"), "input mir is no column of the problem"),
    "a number of a dataset's": (lambda path, _: asking(path, "inst"), "input inst is numbered anew by each dataset"),
    "an unknown column": (lambda path, _: asking(path, "node_colour"), "input node_colour is no column"),
    "offsets of no lists": (
        lambda path, _: asking(path, "node_size_offsets"),
        "input node_size_offsets: the column has no lists in its list",
    ),
    "whole numbers as floats": (lambda path, _: asking(path, "node_size", FLOAT), "node_size is float, not int64_t"),
    "floats as whole numbers": (
        lambda path, _: asking(path, "node_spill_weight", WHOLE),
        "node_spill_weight is int64_t, not float",
    ),
    "two dimensions": (lambda path, _: asking(path, "node_live", WHOLE, ("n", 2)), "has 2 dimensions, not 1"),
    "vectors in one": (lambda path, _: asking(path, "node_vectors", FLOAT), "node_vectors has 1 dimensions, not 2"),
    "an unknown output": (scored({"melt": [1]}), "output melt is none of set, plan, spill, first, last, keep, assign"),
    "an output of doubles": (
        lambda path, _: written_scores(path, {"set": [1.0]}, dtype=np.float64, settings=HARMLESS),
        "output set is double, not float",
    ),
    "settings that are not told": (scored({"set": [1]}), "an output set, and no metadata mlra.settings"),
    "settings that are no pairs": (scored({"set": [1]}, settings=[["a"]]), "no list of [option, value]"),
    "settings that are no JSON": (scored({"set": [1]}, settings="[["), "mlra.settings: "),
    "plans that are not told": (scored({"plan": [1]}), "an output plan, and no metadata mlra.plans"),
    "plans that are no lists": (
        scored({"plan": [1]}, plans=[["first", "all"]]),
        "mlra.plans: plan 1: decision 1: expected",
    ),
    "a plan of nothing": (scored({"plan": [1]}, plans=[[]]), "mlra.plans: plan 1: no decision"),
    "a plan about one node": (scored({"plan": [1]}, plans=[[["first", 3]]]), "plan 1: a decision on one node"),
    "a plan about no group": (scored({"plan": [1]}, plans=[[["first", "some"]]]), '["first", node or group]'),
    "a plan with a wrong option": (
        scored({"plan": [1]}, plans=[[["first", "all"]], [["set", "regalloc", 1]]]),
        "plan 2: regalloc, 1: no option that can be set for a function",
    ),
    "an option that cannot be set": (
        scored({"set": [1]}, settings=[["regalloc", 1]]),
        "regalloc, 1: no option that can be set for a function",
    ),
    "a value that it cannot have": (
        scored({"set": [1]}, settings=[["lcr-max-depth", "deep"]]),
        "lcr-max-depth, deep: no value of that option",
    ),
    "a register of another target": (
        by_function("hint", registers=["x0", "x1", "x2", "x3"]),
        "the target has no register x0",
    ),
    "decisions that are no number": (
        scored({"set": [1]}, settings=HARMLESS, decisions="many"),
        "mlra.decisions is no whole number: many",
    ),
    "a threshold that is none": (
        scored({"set": [1]}, settings=HARMLESS, threshold="nan"),
        "mlra.threshold is no number: nan",
    ),
    "another target": (scored({"set": [1]}, settings=HARMLESS, target="aarch64"), "for aarch64, this is x86"),
    "another release": (scored({"set": [1]}, settings=HARMLESS, llvm="18"), "the model is for LLVM 18, this is LLVM"),
}
"""What is wrong with a model whatever the function, and a part of the only warning."""


@pytest.mark.parametrize("kind", MODELS)
def test_a_wrong_model_is_warned_of_once(newest: LiveCompiler, described: Function, kind: str) -> None:
    write, words = MODELS[kind]
    write(newest.folder / "model.onnx", described)
    found = advised(newest, source=TWICE)
    (warning,) = [line for line in found.said.splitlines() if "warning:" in line]
    assert "warning: mlra: all functions are left to greedy: " in warning
    assert words in warning
    assert found.object == newest.compile(plugin=False, source=TWICE).object
    assert all(words in found.reports[name]["failure"] for name in ("rare", "again"))


ANSWERS: Final[dict[str, tuple[Write, str]]] = {
    "too few scores": (scored({"spill": [1, 2]}), "output spill has the shape [2], not [9]"),
    "scores of another shape": (scored({"spill": np.ones((1, 9))}), "output spill has the shape [1,9], not [9]"),
    "too few settings": (scored({"set": [1, 2]}, settings=HARMLESS), "output set has the shape [2], not [1]"),
    "no number": (scored({"set": [math.nan]}, settings=HARMLESS), "output set has NaN at 0"),
    "no number behind others": (
        scored({"set": [1, math.nan]}, settings=[*HARMLESS, *HARMLESS], threshold="5"),
        "output set has NaN at 1",
    ),
}
"""What is wrong with an answer, and a part of the warning of each function."""


@pytest.mark.parametrize("kind", ANSWERS)
def test_a_wrong_answer_is_warned_of_by_function(newest: LiveCompiler, described: Function, kind: str) -> None:
    write, words = ANSWERS[kind]
    write(newest.folder / "model.onnx", described)
    found = advised(newest, source=TWICE)
    for name in ("rare", "again"):
        assert f"warning: mlra: {name}: left to greedy: the model's {words}" in found.said
    assert found.object == newest.compile(plugin=False, source=TWICE).object


def test_a_model_of_an_unknown_kind_is_refused(newest: LiveCompiler) -> None:
    written_scores(newest.folder / "model.onnx", {"set": [1]}, settings=HARMLESS, kind="prophecy")
    found = advised(newest)
    assert "rare: left to greedy: the model is of the kind prophecy, which this plugin does not know" in found.said
    assert found.object == newest.compile(plugin=False, source=SOURCE).object
