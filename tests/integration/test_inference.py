"""RL4ReAl's inference with a stock clang: what a model is told, and what becomes of its answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.episodes.registers import register_table
from rl4real_data.toolchain.clang import SUPPORTED_MAJORS, Clang
from rl4real_data.toolchain.plugin import Plugin, register_file

from .fork_model import Answer, Format, Message, fork_model
from .live_compiler import FUNCTIONS, Compiled, LiveCompiler

pytestmark = pytest.mark.clang

Toolchains = dict[int, tuple[Clang, Plugin]]
FORMATS: tuple[Format, ...] = ("json", "bytes")


@pytest.fixture
def compiler(toolchains: Toolchains, tmp_path: Path) -> LiveCompiler:
    return LiveCompiler(*toolchains[max(toolchains)], tmp_path)


@pytest.fixture(scope="module")
def x86_colours(toolchains: Toolchains) -> dict[int, int]:
    """By reg_id, as `registers.parquet` has them."""
    registers = register_file(*toolchains[max(toolchains)], TARGETS[TargetName.X86], "core2")
    return {row["reg_id"]: row["colour"] for row in register_table("x86", registers).to_pylist()}


def pipe_flags(base: Path, data_format: Format, *more: str) -> tuple[str, ...]:
    return (
        *("-regalloc=greedy", "-mlra-inference", "-mlra-use-pipe"),
        *(f"-mlra-pipe-name={base}", f"-mlra-data-format={data_format}", *more),
    )


def infer(compiler: LiveCompiler, answer: Answer, *more: str, data_format: Format = "json") -> Compiled:
    base = compiler.folder / "pipe"
    with fork_model(base, data_format, answer):
        return compiler.compile(*pipe_flags(base, data_format, *more))


def give_up(_: Message) -> list[int]:
    return [-1]


class Recorder:
    """Remembers what it is told, and answers as another one does."""

    def __init__(self, answer: Answer) -> None:
        self.messages: list[Message] = []
        self._answer = answer

    def __call__(self, message: Message) -> list[int]:
        self.messages.append(message)
        return self._answer(message)


def node_number(record: dict[str, Any], message: Message) -> Callable[[int], int]:
    """The fork's number of a record's node: its virtual register behind all physical ones."""
    (behind,) = {
        number - vreg for number, vreg in zip(sorted(message.virtual), sorted(record["node_vreg"]), strict=True)
    }
    return lambda node: behind + int(record["node_vreg"][node])


def test_nothing_decided_is_the_stock_object(compiler: LiveCompiler) -> None:
    stock = compiler.compile(plugin=False).object
    assert infer(compiler, give_up).object == stock
    assert infer(compiler, give_up, data_format="bytes").object == stock


@pytest.mark.parametrize("data_format", FORMATS)
def test_a_model_is_told_what_is_recorded(compiler: LiveCompiler, data_format: Format) -> None:
    model = Recorder(give_up)
    records = infer(compiler, model, data_format=data_format).records
    assert len(model.messages) == len(FUNCTIONS)
    offered = 0
    for message, name in zip(model.messages, FUNCTIONS, strict=True):
        record = records[name]
        number = node_number(record, message)
        assert (message.rest["new"], message.rest["result"]) == (1, 1)
        virtual = message.virtual
        for node in range(len(record["node_vreg"])):
            told = virtual[number(node)]
            weight = record["node_spill_weight"][node]
            assert told["spillWeight"] == pytest.approx(-1 if np.isinf(float(weight or "inf")) else weight, rel=1e-6)
            assert told["useDistances"] == record["use_distance"][node]
            allowed = [p for p in record["split_points"][node] if p + 1 < len(told["useDistances"])]
            assert set(told["splitSlots"]) <= set(allowed)  # without those where no split can be carried out
            offered += len(told["splitSlots"])
            length = sum(last - first for first, last in zip(*[iter(record["node_live"][node])] * 2, strict=True))
            assert len(told["vectors"]) == 100 * length
        edges = {(a, b) for a, told in virtual.items() for b in told["interferences"]}
        pairs = zip(record["edge_u"], record["edge_v"], strict=True)
        assert edges == {(number(u), number(v)) for u, v in pairs}
        taken = {(b, a) for a, told in message.nodes.items() if told["cls"] == "Phy" for b in told["interferences"]}
        forbidden = {(number(i), reg) for i, regs in enumerate(record["node_forbidden"]) for reg in regs}
        assert forbidden <= taken
    assert offered > 0


def expert_colours(record: dict[str, Any], colour_of: dict[int, int]) -> Callable[[Message], list[int]]:
    """What greedy did where it neither split nor spilled."""

    def answer(message: Message) -> list[int]:
        number = node_number(record, message)
        words = [1]
        for node, register in enumerate(record["node_assigned"]):
            words += [number(node), colour_of.get(register or 0, 0)]
        return words

    return answer


def test_colours_are_carried_out(compiler: LiveCompiler, x86_colours: dict[int, int]) -> None:
    greedy = compiler.compile("-mlra")
    answers = iter([expert_colours(greedy.records[name], x86_colours) for name in FUNCTIONS])
    found = infer(compiler, lambda message: next(answers)(message))
    for name in FUNCTIONS:
        given = sum(bool(register) for register in greedy.records[name]["node_assigned"])
        assert found.reports[name]["kept"] == given > 0
        assert found.records[name]["node_assigned"] == greedy.records[name]["node_assigned"]
    assert "warning" not in found.said
    assert compiler.result() == program_result(compiler)


def program_result(compiler: LiveCompiler) -> int:
    compiler.compile(plugin=False)
    return compiler.result()


class Splitter:
    """Splits each function's first node that can be, a few times; then colours nothing."""

    def __init__(self, splits: int = 3) -> None:
        self.done: list[tuple[int, int, bool]] = []
        self.told: list[Message] = []
        self._most = splits
        self._left = splits
        self._asked: tuple[int, int] | None = None
        self._refused: set[int] = set()
        self._nodes: dict[int, Any] = {}

    def __call__(self, message: Message) -> list[int]:
        self.told.append(message)
        if message.rest["new"]:
            self._left, self._asked, self._refused = self._most, None, set()
        elif self._asked:
            self.done.append((*self._asked, bool(message.rest["result"])))
            if not message.rest["result"]:
                self._refused.add(self._asked[0])
        if message.nodes:
            self._nodes = message.virtual
        due = [
            (n, node["splitSlots"][0])
            for n, node in self._nodes.items()
            if node["splitSlots"] and n not in self._refused
        ]
        if not due or not self._left:
            return [1, *(word for number in self._nodes for word in (number, 0))]
        self._left -= 1
        self._asked = due[0]
        return [0, *due[0]]


@pytest.mark.parametrize("data_format", FORMATS)
@pytest.mark.parametrize("major", SUPPORTED_MAJORS)
def test_splits_are_carried_out(toolchains: Toolchains, tmp_path: Path, major: int, data_format: Format) -> None:
    compiler = LiveCompiler(*toolchains[major], tmp_path)
    expected = program_result(compiler)
    model = Splitter()
    found = infer(compiler, model, data_format=data_format)
    done = [split for split in model.done if split[2]]
    assert len(done) >= 3
    assert sum(report["made"].get("split", 0) for report in found.reports.values()) == len(done)
    assert compiler.result() == expected
    for before, after in zip(model.told, model.told[1:], strict=False):
        if after.rest["result"] and not after.rest["new"]:
            gone, come = set(before.virtual) - set(after.nodes), set(after.nodes) - set(before.virtual)
            assert len(gone) == 1
            assert len(come) >= 2
