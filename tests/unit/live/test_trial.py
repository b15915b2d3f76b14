"""The client of the trials, with a compiler that is a script and says what the test wants."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fake_clang import write_script

from rl4real_data.core.errors import ToolchainError
from rl4real_data.live.trial import CompilerTool, TrialCompiler, TrialLimits, trial_of_mir, trial_of_source
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin

FAKE = """
import json, socket, sys
flags = [word for word in sys.argv if word.startswith("-mlra-trial")]
stream = socket.socket(fileno=int(flags[0].partition("=")[2]))
log = open({log!r}, "w")
print(json.dumps(sys.argv), file=log, flush=True)
for line in {script!r}:
    if line == "hear":
        said = b""
        while not said.endswith(b"\\n"):
            said += stream.recv(1)
        print(said.decode(), end="", file=log, flush=True)
    elif line == "complain":
        print("warning: the fake is ill", file=sys.stderr)
    elif line == "die":
        sys.exit(3)
    else:
        stream.sendall(line.encode() + b"\\n")
stream.close()
"""

FUNCTION = json.dumps({"trial": 1, "function": "f", "id": 1, "nodes": 3})
KINDS = ("spills", "reloads", "folded_spills", "folded_reloads", "copies", "cheap_remats", "dear_remats")
COSTS = dict.fromkeys([*(name + end for name in (*KINDS, "callee_saved") for end in ("", "_cost")), "spill_cost"], 2)
COUNTS = {"made": 1, "illegal": {"spill: no such node": 1}, "kept": 0, "moved": 0, "lost": 0, "forced_away": 0}
DONE = {"status": "done", **COUNTS, "costs": COSTS, "score": 5.5, "saved": {"RBX": [1, 7]}, "final": None}
EXECUTED = {"instructions": 10.0, "loads": 2.0, "stores": 1.0}
FINAL = {"size": 9, "frozen": EXECUTED, "recomputed": EXECUTED, "moved": 0.25}


class Fake:
    """The compiler, and what it heard."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def tool(self, *script: str) -> CompilerTool:
        text = FAKE.format(log=str(self._folder / "log"), script=list(script))
        write_script(self._folder / "llc", text)
        clang = Clang(path=write_script(self._folder / "clang", text), version="22.1.8", banner="fake")
        return CompilerTool(clang=clang, plugin=Plugin(path=self._folder / "libmlra.so", source_hash="0"))

    @property
    def command(self) -> list[str]:
        words: list[str] = json.loads((self._folder / "log").read_text().splitlines()[0])
        return words

    @property
    def heard(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self._folder / "log").read_text().splitlines()[1:]]


@pytest.fixture
def fake(tmp_path: Path) -> Fake:
    return Fake(tmp_path)


@contextmanager
def started(fake: Fake, *script: str, limits: TrialLimits | None = None) -> Iterator[TrialCompiler]:
    with trial_of_mir(fake.tool(*script), "mir", limits=limits) as compiler:
        yield compiler


def test_candidate_is_tried_and_another_chosen(fake: Fake) -> None:
    with started(fake, FUNCTION, "hear", json.dumps({**DONE, "final": FINAL}), "hear") as compiler:
        for function in compiler:
            result = function.try_decisions([["spill", 7]], until="code")
            function.choose([["keep", 4]])

    assert (function.name, function.id, function.n_nodes) == ("f", 1, 3)
    assert (result.ok, result.made, result.illegal, result.score) == (True, 1, {"spill: no such node": 1}, 5.5)
    assert result.saved == {"RBX": (1, 7)}
    assert result.costs is not None
    assert result.costs.reloads_cost == 2
    assert result.final is not None
    assert (result.final.frozen.total, result.final.moved) == (13.0, 0.25)
    assert fake.heard == [{"try": [["spill", 7]], "until": "code"}, {"choose": [["keep", 4]]}]


@pytest.mark.parametrize(("level", "flag"), [("O1", "-O1"), ("O2", "-O2"), ("O3", "-O3"), ("Os", "-O2"), ("Oz", "-O2")])
def test_code_is_finished_at_the_level_of_the_text(fake: Fake, level: str, flag: str) -> None:
    with trial_of_mir(replace(fake.tool(FUNCTION, "hear"), opt_level=level), "mir") as compiler:
        assert len(list(compiler)) == 1

    assert [word for word in fake.command if word.startswith("-O")] == [flag]


def test_failure_is_an_answer(fake: Fake) -> None:
    failed = json.dumps({"status": "failed", "reason": "SIGSEGV"})
    with started(fake, FUNCTION, "hear", failed, "hear") as compiler:
        (result,) = [function.try_decisions([]) for function in compiler]

    assert (result.ok, result.reason, result.final, result.score) == (False, "SIGSEGV", None, float("inf"))


def test_refused_decisions_are_the_callers_fault(fake: Fake) -> None:
    refused = json.dumps({"status": "refused", "reason": "no such kind of decision: melt"})
    with (
        started(fake, FUNCTION, "hear", refused, "hear") as compiler,
        pytest.raises(ValueError, match="no such kind of decision: melt"),
    ):
        next(iter(compiler)).try_decisions([["melt", 1]])


def test_function_that_nothing_was_chosen_for_is_greedys(fake: Fake) -> None:
    with started(fake, FUNCTION, "hear", FUNCTION, "hear") as compiler:
        assert len(list(compiler)) == 2

    assert fake.heard == [{"choose": []}, {"choose": []}]


def test_function_that_is_over_takes_no_candidate(fake: Fake) -> None:
    with started(fake, FUNCTION, "hear", FUNCTION, "hear") as compiler:
        functions = iter(compiler)
        first = next(functions)
        next(functions)
        with pytest.raises(ValueError, match="chosen for already"):
            first.try_decisions([])


def test_many_candidates_come_back_in_their_order(fake: Fake) -> None:
    answers = [json.dumps({**DONE, "score": float(number)}) for number in range(3)]
    with started(fake, FUNCTION, "hear", "hear", "hear", *answers, "hear") as compiler:
        (scores,) = [[each.score for each in one.try_many([[]] * 3)] for one in compiler]

    assert scores == [0.0, 1.0, 2.0]


def test_more_candidates_than_a_socket_holds_do_not_block_each_other(fake: Fake) -> None:
    answer = json.dumps({**DONE, "illegal": {"assign: " + "long" * 500: 1}})
    with started(fake, FUNCTION, *("hear", answer) * 600, "hear") as compiler:
        (count,) = [sum(1 for _ in one.try_many([[["spill", 7]]] * 600)) for one in compiler]

    assert count == 600


def test_limits_and_allocator_are_named_for_llc(fake: Fake) -> None:
    with started(fake, limits=TrialLimits(processor_s=1.5, wall_s=3.0, memory_mib=64)) as compiler:
        assert list(compiler) == []

    assert fake.command[1:3] == ["-load", str(fake.tool().plugin.path)]
    assert {"-regalloc=mlra", "-start-before=greedy"} <= set(fake.command)
    assert fake.command[-3:] == ["-mlra-trial-cpu=1.5", "-mlra-trial-wall=3.0", "-mlra-trial-memory=64"]


def test_clang_takes_each_flag_behind_mllvm(fake: Fake, tmp_path: Path) -> None:
    with trial_of_source(fake.tool(), ("-O3", "-c", "a.c"), cwd=tmp_path) as compiler:
        assert list(compiler) == []

    assert fake.command[2:4] == ["-mllvm", "-mlra"]
    assert fake.command[-2:] == ["-mllvm", "-mlra-trial-memory=4096"]


def try_nothing(compiler: TrialCompiler) -> None:
    for function in compiler:
        function.try_decisions([])


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ((FUNCTION, "hear", "complain", "die"), "ended in front of an answer"),
        ((FUNCTION, "hear", "half a"), "it said b'half a"),
        ((FUNCTION, "hear", '{"status": "done"}'), "it answered"),
        (('{"trial": 2}',), "it announced no function"),
        (("complain", "die"), "it ended with 3"),
    ],
)
def test_broken_compiler_says_what_it_said(fake: Fake, script: tuple[str, ...], words: str) -> None:
    with started(fake, *script) as compiler, pytest.raises(ToolchainError, match=words) as caught:
        try_nothing(compiler)
    if "complain" in script:
        assert "the fake is ill" in str(caught.value)
    assert "without -mlra-trial" in caught.value.hint


def test_leaving_ends_the_compiler(fake: Fake) -> None:
    with started(fake, FUNCTION, "hear", "hear") as compiler:
        next(iter(compiler))
        process = compiler._process.process

    assert process.returncode is not None
