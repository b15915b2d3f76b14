"""Candidates tried in forks of real compilers."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rl4real_data import EpisodeDataset
from rl4real_data.core.errors import ToolchainError
from rl4real_data.improve.candidate_pool import SETTINGS
from rl4real_data.live.trial import CompilerTool, TrialLimits, trial_of_mir, trial_of_source
from rl4real_data.toolchain.clang import SUPPORTED_MAJORS, Clang
from rl4real_data.toolchain.plugin import Plugin

from .conftest import Sample
from .live_compiler import FUNCTIONS, SOURCE, LiveCompiler

pytestmark = pytest.mark.clang

Toolchains = dict[int, tuple[Clang, Plugin]]
WORDS = ("-O3", "-march=core2", "-c", "unit.c", "-o", "unit.o")

MANY_VALUES = "\n".join(
    [
        "long many(const long *p) {",
        *(f"  long v{i} = p[{i}] * p[{i + 1}];" for i in range(900)),
        "  long sum = 0;",
        *(f"  sum = sum * v{i} + v{(i * 37) % 900};" for i in range(900)),
        "  return sum;",
        "}",
    ]
)
"""Greedy takes some tenths of a second for it."""


@pytest.fixture(params=SUPPORTED_MAJORS)
def compiler(request: pytest.FixtureRequest, toolchains: Toolchains, tmp_path: Path) -> LiveCompiler:
    (tmp_path / "unit.c").write_text(SOURCE)
    return LiveCompiler(*toolchains[request.param], tmp_path)


@pytest.fixture
def newest(toolchains: Toolchains, tmp_path: Path) -> LiveCompiler:
    (tmp_path / "unit.c").write_text(SOURCE)
    return LiveCompiler(*toolchains[max(toolchains)], tmp_path)


def tool(compiler: LiveCompiler) -> CompilerTool:
    return CompilerTool(clang=compiler.clang, plugin=compiler.plugin)


def spillable(described: dict[str, Any]) -> list[int]:
    return [node["vreg"] for node in described["nodes"] if node["weight"] is not None and node["points"]]


def test_no_decision_is_greedy_and_changes_no_byte(compiler: LiveCompiler) -> None:
    stock = compiler.compile(plugin=False).object
    recorded = compiler.compile("-mlra").records
    scores = {}
    with trial_of_source(tool(compiler), WORDS, cwd=compiler.folder) as trial:
        for function in trial:
            function.describe()
            scores[function.name] = function.try_decisions([], until="code").score

    assert scores == {name: recorded[name]["score"] for name in FUNCTIONS}
    assert (compiler.folder / "unit.o").read_bytes() == stock


def test_chosen_decisions_are_those_of_a_file(compiler: LiveCompiler) -> None:
    chosen: list[list[str | int]] = []
    with trial_of_source(tool(compiler), WORDS, cwd=compiler.folder) as trial:
        for function in trial:
            if function.name == "scale":
                chosen = [["spill", node] for node in spillable(function.describe())[:2]]
                tried = function.try_decisions(chosen)
                function.choose(chosen)
    made = (compiler.folder / "unit.o").read_bytes()

    text = str(chosen).replace("'", '"')
    (compiler.folder / "decisions").write_text(f'{{"function": "scale", "decisions": {text}}}\n')
    by_file = compiler.compile("-mlra-decisions=decisions")
    assert made == by_file.object
    assert tried.score == by_file.records["scale"]["score"]
    assert (tried.made, tried.illegal) == (2, {})


def test_final_code_is_counted(compiler: LiveCompiler) -> None:
    with trial_of_source(tool(compiler), WORDS, cwd=compiler.folder) as trial:
        for function in trial:
            if function.name != "scale":  # which is one block
                continue
            nodes = spillable(function.describe())
            greedy, *spilled = function.try_many([[], *([["spill", node]] for node in nodes)], until="code")

    assert greedy.final is not None
    assert (greedy.final.moved, greedy.final.frozen) == (0, greedy.final.recomputed)
    assert greedy.final.frozen.instructions == greedy.final.size
    assert all(one.final is not None for one in spilled)
    assert max(one.final.frozen.stores for one in spilled if one.final) > greedy.final.frozen.stores


ACROSS_CALLS = """
long f(long);
long across(long a, long b, long c) {
  long x = f(a), y = f(b), z = f(c);
  return f(x + y) * z + x * y + a - b;
}
"""


def test_saved_registers_are_those_that_the_code_pushes(compiler: LiveCompiler) -> None:
    (compiler.folder / "unit.c").write_text(ACROSS_CALLS)
    words = ("-O3", "-fomit-frame-pointer", "-S", "unit.c", "-o", "unit.s")
    with trial_of_source(tool(compiler), words, cwd=compiler.folder) as trial:
        function = next(iter(trial))
        greedy = function.try_decisions([])
        nodes = next(iter(greedy.saved.values()))
        spilled = function.try_decisions([["spill", node] for node in nodes])
        function.choose([["spill", node] for node in nodes])
        list(trial)
    pushed = set(re.findall(r"pushq\s+%(\w+)", (compiler.folder / "unit.s").read_text())) - {"rax"}

    assert {name.lower() for name in spilled.saved} == pushed
    assert len(spilled.saved) < len(greedy.saved)
    assert not set(nodes) & {node for tenants in spilled.saved.values() for node in tenants}


def huge_bytes(pid: int) -> int:
    rows = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(row.split()[1]) * 1024 for row in rows if row.startswith("AnonHugePages"))


def test_many_candidates_find_the_code_in_huge_pages_and_come_out_as_before(compiler: LiveCompiler) -> None:
    given = Path("/sys/kernel/mm/transparent_hugepage/enabled")
    has_huge_pages = given.exists() and "[never]" not in given.read_text()
    with trial_of_source(tool(compiler), WORDS, cwd=compiler.folder) as trial:
        function = next(iter(trial))
        candidates = [[["spill", node]] for node in spillable(function.describe())]
        before = list(function.try_many(candidates, until="code"))
        huge_before = huge_bytes(trial.pid)
        list(function.try_many([[]] * 60, until="code"))
        huge = huge_bytes(trial.pid) - huge_before
        after = list(function.try_many(candidates, until="code"))

    assert len(before) < 40
    assert after == before
    assert (huge > 50 << 20) == has_huge_pages


def test_illegal_decisions_are_counted_by_reason(newest: LiveCompiler) -> None:
    with trial_of_source(tool(newest), WORDS, cwd=newest.folder) as trial:
        function = next(iter(trial))
        result = function.try_decisions([["spill", 4000], ["assign", 0, "nobody"]])

    assert (result.ok, result.made, sum(result.illegal.values())) == (True, 0, 2)


def test_settings_that_a_search_tries_are_options_of_the_compiler(compiler: LiveCompiler) -> None:
    with trial_of_source(tool(compiler), WORDS, cwd=compiler.folder) as trial:
        function = next(iter(trial))
        results = list(function.try_many([[list(setting)] for setting in SETTINGS]))

    assert [(result.ok, dict(result.illegal)) for result in results] == [(True, {})] * len(SETTINGS)


def test_text_that_is_no_decision_is_refused(newest: LiveCompiler) -> None:
    with trial_of_source(tool(newest), WORDS, cwd=newest.folder) as trial:
        function = next(iter(trial))
        with pytest.raises(ValueError, match="expected an array that begins with one of"):
            function.try_decisions([["melt", 1]])
        assert function.try_decisions([]).ok


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (TrialLimits(wall_s=0.0001), "out of time"),
        (TrialLimits(processor_s=0.001), "out of processor time"),
    ],
)
def test_candidate_beyond_its_limit_costs_itself_only(newest: LiveCompiler, limits: TrialLimits, reason: str) -> None:
    (newest.folder / "unit.c").write_text(MANY_VALUES)
    stock = newest.compile(source=MANY_VALUES, plugin=False).object
    with trial_of_source(tool(newest), WORDS, cwd=newest.folder, limits=limits) as trial:
        for function in trial:
            result = function.try_decisions([])
            assert (result.ok, result.reason) == (False, reason)

    assert (newest.folder / "unit.o").read_bytes() == stock


def children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def test_candidates_write_into_no_file_of_the_compiler(newest: LiveCompiler) -> None:
    functions = (f"int f{i}(int *p, int n) {{ int s = 0; while (n--) s += p[n] * {i}; return s; }}" for i in range(80))
    remarked = "\n".join(functions)  # with more remarks than lie in a buffer
    words = ("-fsave-optimization-record",)
    newest.compile(source=remarked, plugin=False, words=words)
    alone = (newest.folder / "unit.opt.yaml").read_bytes()
    with trial_of_source(tool(newest), (*words, *WORDS), cwd=newest.folder) as trial:
        for function in trial:
            function.try_decisions([], until="code")

    assert len(alone) > 1 << 15
    assert (newest.folder / "unit.opt.yaml").read_bytes() == alone


def test_candidates_leave_no_process_and_no_file(newest: LiveCompiler) -> None:
    with trial_of_source(tool(newest), WORDS, cwd=newest.folder) as trial:
        for function in trial:
            list(function.try_many([[]] * 60, until="code"))
            assert children(trial.pid) == []

    assert {path.name for path in newest.folder.iterdir()} == {"unit.c", "unit.o"}


def wait_until_nobody(group: int) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_signal_ends_the_compiler_with_its_candidate(newest: LiveCompiler, number: signal.Signals) -> None:
    (newest.folder / "unit.c").write_text(MANY_VALUES)
    with trial_of_source(tool(newest), WORDS, cwd=newest.folder) as trial:
        function = next(iter(trial))
        answers = function.try_many([[]] * 3, until="code")
        next(answers)  # the second is under way
        os.kill(trial.pid, number)
        with pytest.raises(ToolchainError, match=r"ended|listen"):
            list(answers)
        assert wait_until_nobody(trial.pid)


def test_client_that_leaves_lets_the_compiler_end(newest: LiveCompiler) -> None:
    with trial_of_source(tool(newest), WORDS, cwd=newest.folder) as trial:
        next(iter(trial))
        pid = trial.pid

    assert wait_until_nobody(pid)


def test_function_of_an_episode_is_tried_without_its_source(sample: Sample, newest: LiveCompiler) -> None:
    episode = next(one for one in EpisodeDataset(sample("x86", "train")) if np.any(one.node_fate))
    node = int(episode.node_vreg[int(np.argmin(episode.node_spill_weight))])

    def tried() -> Iterator[float]:
        with trial_of_mir(tool(newest), episode.mir) as trial:
            for function in trial:
                yield function.try_decisions([]).score
                yield function.try_decisions([["spill", node]]).score

    greedy, spilled = tried()
    assert greedy == episode.score
    assert spilled != greedy
