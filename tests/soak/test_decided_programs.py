"""Decisions by chance over real and random programs: none does anything else than the stock compiler's."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import product
from os import cpu_count
from pathlib import Path

import pytest

from rl4real_data.core.targets import TargetName
from rl4real_data.toolchain.clang import SUPPORTED_MAJORS, Clang
from rl4real_data.toolchain.plugin import Plugin
from tests.integration.decided_programs import PROGRAMS, Build, Program, build_and_run, chance, optimised, run_plainly
from tests.integration.random_programs import FLAGS, random_programs

pytestmark = [pytest.mark.clang, pytest.mark.soak, pytest.mark.timeout(7200)]

SEEDS = 20
COMBINATIONS = tuple(product(SUPPORTED_MAJORS, TargetName))
SHARES = ((0.1, 0.3), (0.2, 0.7), (0.0, 0.0), (0.4, 0.2))
"""Of the registers that are spilled and split."""

LEAST_KEPT = 0.999
"""Of assignments alone; spills and splits need registers of their own, which may evict others."""

RANDOM_PROGRAMS, RANDOM_SEEDS = 500, 3
RANDOM_SECONDS = 10
"""csmith promises no end, and calls too deep for the stack: those programs are taken that have ended well by then."""

Toolchains = dict[int, tuple[Clang, Plugin]]


def report_lines(folder: Path) -> Iterator[dict[str, int]]:
    for path in sorted(folder.glob("**/*.report")):
        yield from (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()[:-1])


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
@pytest.mark.parametrize(("major", "target"), COMBINATIONS)
def test_programs_pass_their_own_tests(
    toolchains: Toolchains, tmp_path: Path, program: Program, major: int, target: TargetName
) -> None:
    clang, plugin = toolchains[major]
    plain = Build(clang=clang, plugin=plugin, target=target)
    stock = build_and_run(program, plain, tmp_path / "stock")
    program = optimised(program, plain, tmp_path / "optimised")
    for seed in range(COMBINATIONS.index((major, target)), SEEDS, len(COMBINATIONS)):
        spill, split = SHARES[seed // len(COMBINATIONS) % len(SHARES)]
        flags = chance(seed, spill=spill, split=split)
        build = Build(clang=clang, plugin=plugin, target=target, flags=flags)
        assert build_and_run(program, build, tmp_path / f"seed-{seed}") == stock, f"seed {seed}"


@pytest.mark.parametrize(("major", "target"), COMBINATIONS)
def test_assignments_alone_are_kept(toolchains: Toolchains, tmp_path: Path, major: int, target: TargetName) -> None:
    clang, plugin = toolchains[major]
    counts: Counter[str] = Counter()
    for seed, program in enumerate(program for program in PROGRAMS if program.name in {"bzip2", "zlib", "lua"}):
        build_and_run(program, Build(clang=clang, plugin=plugin, target=target, flags=chance(seed)), tmp_path)
    for line in report_lines(tmp_path):
        counts.update({key: line[key] for key in ("kept", "moved", "lost")})

    assert counts.total() > 20_000
    assert counts["kept"] / counts.total() >= LEAST_KEPT, counts


def test_random_programs_print_the_same(toolchains: Toolchains, tmp_path: Path) -> None:
    modules = random_programs(1, RANDOM_PROGRAMS)
    assert len(modules) > RANDOM_PROGRAMS * 0.9  # a seed that takes too long is left out
    without_end: list[str] = []

    def problem_of(numbered: tuple[int, Program]) -> str:
        number, program = numbered
        major, target = COMBINATIONS[number % len(COMBINATIONS)]
        clang, plugin = toolchains[major]
        folder = tmp_path / program.name
        try:
            stock = build_and_run(program, Build(clang=clang, plugin=plugin, target=target), folder / "stock")
        except (AssertionError, subprocess.TimeoutExpired):
            without_end.append(program.name)
            return ""
        program = replace(program, most_seconds=100 * RANDOM_SECONDS)
        for seed in range(RANDOM_SEEDS):
            flags = chance(seed, spill=0.15, split=0.5)
            build = Build(clang=clang, plugin=plugin, target=target, flags=flags)
            try:
                if build_and_run(program, build, folder / str(seed)) != stock:
                    return f"{program.name}, seed {seed}: another output"
            except (AssertionError, subprocess.TimeoutExpired) as error:
                return f"{program.name}, seed {seed}: {error}"
        return ""

    programs = [
        Program(
            name=module.path.stem,
            sources=(str(module.root / module.path),),
            flags=flags_of(module.root),
            test=run_plainly,
            most_seconds=RANDOM_SECONDS,
        )
        for module in modules
    ]
    with ThreadPoolExecutor(cpu_count()) as pool:
        assert [problem for problem in pool.map(problem_of, enumerate(programs)) if problem] == []
    assert len(programs) - len(without_end) > RANDOM_PROGRAMS * 0.8


def flags_of(root: Path) -> tuple[str, ...]:
    return tuple(flag.replace("-I", f"-I{root}/") if flag.startswith("-I") else flag for flag in FLAGS)
