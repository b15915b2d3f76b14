"""`evaluate` as a user meets it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from command_line import CommandLine
from evaluation_builder import make_code, make_function, make_module
from world import World

from rl4real_data.benchmarks.callgrind import Callgrind, Counts
from rl4real_data.evaluation import evaluation
from rl4real_data.evaluation.comparison import Comparison
from rl4real_data.evaluation.evaluation import Evaluation, Request
from rl4real_data.evaluation.figures import Standing
from rl4real_data.evaluation.program_runs import WorkloadResult

COUNTS = Counts(instructions=1000, reads=300, writes=100)
RIGHT = WorkloadResult(allocator="random", program="toy/toy", workload="work", counts=COUNTS, greedy=COUNTS)
WRONG = replace(RIGHT, counts=None, greedy=None, problem="another output than with greedy", is_wrong=True)


class FakeEvaluation:
    """Answers with what a test wants, and keeps what was asked for."""

    def __init__(self) -> None:
        comparison = Comparison(name="random")
        comparison.add(make_module(), make_code(make_function("work", 10.0)), make_code(make_function("work", 20.0)))
        self.comparisons: tuple[Comparison, ...] = (comparison,)
        self.workloads: tuple[WorkloadResult, ...] = ()
        self.asked: Request | None = None

    def of(self, request: Request, **_more: Any) -> Evaluation:
        self.asked = request
        return Evaluation(
            policy=request.policy,
            target="x86",
            cpu="core2",
            opt_level="O3",
            llvm_version="22.1.8",
            corpora=("toy",),
            modules=1,
            comparisons=self.comparisons,
            standings=tuple(map(Standing.of, self.comparisons)),
            workloads=self.workloads,
        )


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeEvaluation:
    found = FakeEvaluation()
    monkeypatch.setattr(evaluation.Evaluation, "of", found.of)
    return found


@pytest.mark.usefixtures("fake")
def test_table_json_and_page(call: CommandLine, world: World) -> None:
    said = call("evaluate", "random", "--json", "r.json", "--html", "r.html")

    assert said.code == 0
    assert "random  " in said.out
    assert "    2.000  toy/a.c: work" in said.out
    assert json.loads((world.folder / "r.json").read_text())["policy"] == "random"
    assert (world.folder / "r.html").read_text().startswith("<!doctype html>")
    assert "wrote r.json\nrl4real-data: wrote r.html\n" in said.err


def test_what_was_asked_for(call: CommandLine, fake: FakeEvaluation) -> None:
    words = ("--target", "aarch64", "--set", "a=1", "--set", "b=2", "--no-times", "--limit", "3", "--labels", "d")
    words = (*words, "--no-others", "--timeout", "900")
    call("evaluate", "random", *words)

    assert fake.asked is not None
    assert fake.asked.corpora.words == ("eval",)
    assert (fake.asked.corpora.limit, fake.asked.settings, fake.asked.is_timed) == (3, ("a=1", "b=2"), False)
    assert (fake.asked.recording.target.name, fake.asked.labels) == ("aarch64", Path("d"))
    assert not fake.asked.runs_programs
    assert not fake.asked.has_others
    assert fake.asked.recording.limits.timeout_s == 900


def test_wrong_code_is_loud_and_an_exit_code(call: CommandLine, fake: FakeEvaluation) -> None:
    fake.workloads = (RIGHT, WRONG)
    said = call("evaluate", "random", "--run")

    assert said.code == 4
    assert "WRONG CODE: toy/toy work with random: another output than with greedy" in said.out
    assert "error: toy/toy work with random: another output than with greedy\n  next: " in said.err


def test_nothing_to_compare_is_less_than_asked(call: CommandLine, fake: FakeEvaluation) -> None:
    fake.comparisons = (Comparison(name="random"),)
    said = call("evaluate", "random")

    assert said.code == 3
    assert "error: random: nothing to compare in 1 module" in said.err


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("nosuch",), 2, "nosuch: no policy of this name"),
        (("greedy", "--set", "word"), 2, "--set word: no OPTION=VALUE"),
        (("random", "--tries", "5"), 2, "--tries: random makes one proposal a function"),
        (("greedy", "--no-others"), 2, "--no-others: nothing is left to compare greedy with"),
        (("greedy", "--labels", "absent"), 1, "absent"),
        (("greedy", "--run"), 2, "--run: none of the corpora names a benchmark"),
    ],
)
def test_words_that_cannot_be_used(
    call: CommandLine, world: World, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], code: int, message: str
) -> None:
    monkeypatch.setattr(evaluation.Callgrind, "found", lambda _path: Callgrind(path=Path("valgrind")))
    monkeypatch.setattr(evaluation, "prepare_compilation", lambda *_words, **_more: (prepared(world), {}))
    world.write("a.c", "// function one nodes=3")
    said = call("evaluate", *words, "--corpus", "src", "--build-dir", str(world.fake.build_dir))

    assert (said.code, message in said.err) == (code, True), said.err


def prepared(world: World) -> Any:
    """The compilation of the fake compiler."""
    from rl4real_data.flow.preparation import prepare_compilation

    request = world.request()
    return prepare_compilation(request.recording, request.installation, announce=lambda _said: None)[0]
