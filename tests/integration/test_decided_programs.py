"""Programs whose registers are decided by chance do what the stock compiler's do. tests/soak has the long sweep."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rl4real_data.core.recipe import load_recipe
from rl4real_data.core.targets import TargetName
from rl4real_data.corpus.module import Corpus
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin

from .decided_programs import PROGRAMS, Build, build_and_run, chance, problem_of

pytestmark = pytest.mark.clang

BY_NAME = {program.name: program for program in PROGRAMS}


@pytest.mark.parametrize(
    ("name", "seed", "target", "major"),
    [
        ("bzip2", 1, TargetName.X86, 22),
        ("exceptions", 1, TargetName.X86, 19),
        ("exceptions", 2, TargetName.AARCH64, 22),
    ],
    ids=str,
)
def test_programs_pass_their_own_tests(
    toolchains: dict[int, tuple[Clang, Plugin]], tmp_path: Path, name: str, seed: int, target: TargetName, major: int
) -> None:
    clang, plugin = toolchains[major]
    stock = build_and_run(BY_NAME[name], Build(clang=clang, plugin=plugin, target=target), tmp_path / "stock")
    flags = chance(seed, spill=0.15, split=0.5)
    decided = Build(clang=clang, plugin=plugin, target=target, flags=(*flags, "-mlra-verify"))

    assert build_and_run(BY_NAME[name], decided, tmp_path / "decided") == stock

    reports = [path.read_text(encoding="utf-8") for path in tmp_path.glob("decided/*.report")]
    made = [json.loads(line)["made"] for report in reports for line in report.splitlines()[:-1]]
    assert {kind for counts in made for kind in counts} == {"assign", "spill", "split", "loop"}


def test_answers_hold_what_mlra_verify_asks(
    toolchains: dict[int, tuple[Clang, Plugin]], corpora: dict[str, Corpus], tmp_path: Path
) -> None:
    """Three modules in which what is computed anew met greedy once, and some others."""
    clang, plugin = toolchains[max(toolchains)]
    flags = (*chance(1, spill=0.15, split=0.5), "-mlra-verify")
    target = TargetName.X86
    build = Build(clang=clang, plugin=plugin, target=target, cpu=load_recipe(target).cpu, flags=flags)
    known = {"exceptions", "stack_interpreter", "wide_integers"}
    modules = [m for i, m in enumerate(corpora["sample"].modules) if m.path.stem in known or i % 10 == 0]

    assert len(modules) > 6
    assert [problem for module in modules if (problem := problem_of(module, build, tmp_path))] == []
