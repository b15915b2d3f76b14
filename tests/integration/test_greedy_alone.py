"""What greedy alone makes of a function, beside what came of its decisions: found by copies of real compilers."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from rl4real_data.live.report import read_report
from rl4real_data.toolchain.clang import SUPPORTED_MAJORS, Clang
from rl4real_data.toolchain.plugin import Plugin

from .live_compiler import FUNCTIONS, MOST_SECONDS, SOURCE, LiveCompiler

pytestmark = pytest.mark.clang

Toolchains = dict[int, tuple[Clang, Plugin]]
DECIDED = ("-mlra-random", "-mlra-random-spill=0.3", "-mlra-random-split=0.3")
COSTS = ("spills", "reloads", "folded_spills", "folded_reloads", "cheap_remats", "dear_remats")
REMARKED = "\n".join(
    f"int f{i}(int *p, int n) {{ int s = 0; while (n--) s += p[n] * {i}; return s; }}" for i in range(80)
)
"""Its remarks are more than lie in a buffer."""


@pytest.fixture
def newest(toolchains: Toolchains, tmp_path: Path) -> LiveCompiler:
    (tmp_path / "unit.c").write_text(SOURCE)
    return LiveCompiler(*toolchains[max(toolchains)], tmp_path)


@pytest.mark.parametrize("major", SUPPORTED_MAJORS)
def test_it_is_what_a_compiler_without_decisions_makes(toolchains: Toolchains, tmp_path: Path, major: int) -> None:
    compiler = LiveCompiler(*toolchains[major], tmp_path)
    stock = compiler.compile("-mlra").records
    decided = compiler.compile(*DECIDED)
    without = compiler.compile(*DECIDED, "-mlra-report-before=false")

    assert decided.object == without.object
    assert decided.records == without.records
    for name in FUNCTIONS:
        row, greedy = decided.reports[name], stock[name]
        assert row["before"]["score"] == greedy["score"] != row["score"]
        costs = row["before"]["costs"]
        assert [costs[kind] for kind in COSTS] == [greedy[kind] for kind in COSTS]
        assert [costs[f"{kind}_cost"] for kind in COSTS] == [greedy[f"{kind}_cost"] for kind in COSTS]
        assert (costs["copies"], costs["copies_cost"]) == (greedy["copies"], greedy["copy_cost"])
        assert costs["callee_saved"] == len(greedy["callee_saved_used"])
        assert {**row, "before": None} == {**without.reports[name], "before": None}
        assert "before" not in without.reports[name]


@pytest.mark.parametrize(
    ("more", "reason"), [({"FORK_FAILS": "1"}, "no fork: Resource temporarily unavailable"), ({}, "SIGSEGV")]
)
def test_without_a_copy_the_reason_stands_in_its_place(newest: LiveCompiler, more: dict[str, str], reason: str) -> None:
    plain = newest.compile(*DECIDED)
    library = newest.folder / "failing_fork.so"
    source = Path(__file__).with_name("failing_fork.c")
    subprocess.run((newest.clang.path, "-shared", "-fPIC", source, "-o", library), check=True, timeout=MOST_SECONDS)

    flags = [word for flag in (*DECIDED, "-mlra-report=report") for word in ("-mllvm", flag)]
    command = newest.command("-march=core2", *flags, "-c", "unit.c", "-o", "unit.o")
    loaded = {**os.environ, "LD_PRELOAD": str(library), **more}
    subprocess.run(command, cwd=newest.folder, env=loaded, check=True, timeout=MOST_SECONDS)

    assert (newest.folder / "unit.o").read_bytes() == plain.object
    rows: list[dict[str, Any]] = [json.loads(line) for line in (newest.folder / "report").read_text().splitlines()]
    assert [(row["before"], row["before_failure"]) for row in rows[:-1]] == [(None, reason)] * len(FUNCTIONS)
    found = read_report((newest.folder / "report").read_bytes())
    assert {one.before_failure for one in found.functions} == {reason}


def test_copies_write_into_no_file_of_the_compiler(newest: LiveCompiler) -> None:
    words = ("-fsave-optimization-record",)
    remarks = newest.folder / "unit.opt.yaml"
    newest.compile(*DECIDED, "-mlra-report-before=false", source=REMARKED, words=words)
    alone = remarks.read_bytes()
    newest.compile(*DECIDED, source=REMARKED, words=words)

    assert len(alone) > 1 << 15
    assert remarks.read_bytes() == alone
