"""Rehearsals: whatever becomes of the fork that decides, the compiler has a reason and no decision, and goes on."""

from __future__ import annotations

import re
import signal
import subprocess
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin

from .made_once import MadeOnce

pytestmark = pytest.mark.clang

Toolchains = dict[int, tuple[Clang, Plugin]]
SOURCES: Final = Path(__file__).parent / "rehearsal_driver"
ROOMS: Final = Path(__file__).parents[2] / "preprocessing" / "v0" / "mlra"
MOST_SECONDS: Final = 300  # for a driver that hangs; it takes a hundredth of a second on an idle machine
PLENTY_MS, SHORT_MS = 200_000, 300

ENDED: Final = {
    "fails": r"the model is gone",
    "crashes": r"the rehearsal ended by Segmentation fault",
    "aborts": r"the rehearsal ended by Aborted",
    "is-killed": r"the rehearsal ended by Killed",
    "is-fatal": r"the rehearsal ended without an answer",
    "exits": r"the rehearsal ended without an answer",
    "exits-well": r"the rehearsal ended without an answer",
    "half-and-ends": r"the rehearsal's answer: .+",
    "half-and-is-killed": r"the rehearsal ended by Killed",
    "whole-and-is-killed": r"the rehearsal ended by Killed",
    "rubbish": r"the rehearsal's answer: .+",
    "another-letter": r"the rehearsal ended without an answer",
    "deep-rubbish": r"the rehearsal's answer: .+",
    "without-end": r"more decisions than the function can have",
    "closes-and-answers": r"the rehearsal ended without an answer",
    "no-fork": r"fork: Resource temporarily unavailable",
    "no-pipe": r"pipe: Too many open files",
    "crashes-among-ignored-children": r"the rehearsal ended without an answer",
}
"""What the child does, or the machine refuses, and what is said of it."""

LATE: Final = ("hangs", "spins", "is-stopped", "half-and-hangs", "closes-and-hangs", "leaves-a-child")


@dataclass(frozen=True)
class Rehearsed:
    problem: str
    decisions: str


@pytest.fixture(scope="session")
def driver(made_once: MadeOnce, toolchains: Toolchains) -> Path:
    clang, plugin = toolchains[max(toolchains)]
    return made_once.folder("rehearsal", partial(build, clang=clang, plugin=plugin)) / "rehearsal"


def build(folder: Path, *, clang: Clang, plugin: Plugin) -> None:
    found = (f"-DROOMS={ROOMS}", f"-DPLUGIN={plugin.path}", f"-DLLVM_CONFIG={clang.bin_dir}/llvm-config")
    for command in (("cmake", "-S", SOURCES, "-B", folder, *found), ("cmake", "--build", folder)):
        done = subprocess.run(command, capture_output=True, text=True, timeout=1800)
        assert done.returncode == 0, done.stdout + done.stderr


def rehearse(driver: Path, kind: str, limit_ms: int) -> Rehearsed:
    """The compiler goes on, says what it had to say once, and nothing is left of the child."""
    command = (driver, kind, str(limit_ms))
    done = subprocess.run(command, capture_output=True, text=True, timeout=MOST_SECONDS)
    assert done.returncode == 0, done.stderr
    begins, problem, decisions, files, children = done.stdout.splitlines()
    assert begins.endswith(" begins")
    assert (files, children) == ("files left 0", "children left 0")
    return Rehearsed(problem.removeprefix("problem "), decisions.removeprefix("decisions "))


def test_decisions_come_through(driver: Path) -> None:
    answer = '[["spill",7],["split",5,2,"spill-tail"]]'
    assert rehearse(driver, "answers", PLENTY_MS) == Rehearsed("", answer)
    assert rehearse(driver, "ignored-children", PLENTY_MS) == Rehearsed("", answer)


def test_no_decisions_come_through(driver: Path) -> None:
    assert rehearse(driver, "answers-nothing", PLENTY_MS) == Rehearsed("", "[]")


def test_more_decisions_than_a_pipe_holds_come_through(driver: Path) -> None:
    found = rehearse(driver, "answers-much", PLENTY_MS)
    assert (found.problem, found.decisions.count("spill")) == ("", 100_000)


@pytest.mark.parametrize("kind", ENDED)
def test_ends_without_decisions(driver: Path, kind: str) -> None:
    found = rehearse(driver, kind, PLENTY_MS)
    assert re.fullmatch(ENDED[kind], found.problem), found.problem
    assert found.decisions == "[]"


@pytest.mark.parametrize("kind", LATE)
def test_ends_at_the_limit(driver: Path, kind: str) -> None:
    found = rehearse(driver, kind, SHORT_MS)
    assert found == Rehearsed("no decision within the time limit", "[]")


def test_ends_with_the_compiler(driver: Path) -> None:
    """A compiler that is killed leaves no fork of itself behind, which would hold its output open."""
    compiler = subprocess.Popen((driver, "is-there", str(PLENTY_MS)), stdout=subprocess.PIPE, text=True)
    assert compiler.stdout is not None
    assert [compiler.stdout.readline().split()[-1] for _ in range(2)] == ["begins", "child"]
    compiler.kill()
    compiler.communicate(timeout=MOST_SECONDS)


def test_ends_if_the_compiler_was_faster(driver: Path) -> None:
    """It dies before the fork has asked to end with it."""
    command = (driver, "outlives-the-compiler", str(PLENTY_MS))
    done = subprocess.run(command, capture_output=True, text=True, timeout=MOST_SECONDS)
    assert done.returncode == -signal.SIGKILL
