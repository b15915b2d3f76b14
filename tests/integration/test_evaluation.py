"""Policies evaluated with real compilers: the figures are those of trials, and wrong programs are found."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rl4real_data.benchmarks.callgrind import Callgrind
from rl4real_data.benchmarks.program import build_program, sources_of
from rl4real_data.benchmarks.workload_run import WorkloadFolder
from rl4real_data.core.environment import load_environment
from rl4real_data.core.failure import Failure
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.corpus.manifest import read_manifest
from rl4real_data.corpus.module import Module
from rl4real_data.evaluation.final_file import FunctionCode, read_final_file
from rl4real_data.live.trial import CompilerTool, trial_of_source
from rl4real_data.toolchain.clang import SUPPORTED_MAJORS, Clang
from rl4real_data.toolchain.plugin import Plugin

from .conftest import Run

pytestmark = pytest.mark.clang

Toolchains = dict[int, tuple[Clang, Plugin]]
WORDS = ("-O3", "-march=core2", "-c", "work.c", "-o", "work.o")

WORK = """
extern int printf(const char *, ...);
__attribute__((noinline)) static long mix(const long *p, long n) {
  long a = 1, b = 2, c = 3, d = 4, e = 5, f = 6, g = 7, h = 8, i = 9, j = 10, k = 11, l = 12;
  for (long t = 0; t < n; t++) {
    a += p[t] * b; b ^= c + a; c += d * 3; d ^= e + b; e += f * 5; f ^= g + c; g += h * 7; h ^= i + d;
    i += j * 9; j ^= k + e; k += l * 11; l ^= a + f;
  }
  return a ^ b ^ c ^ d ^ e ^ f ^ g ^ h ^ i ^ j ^ k ^ l;
}
int main(void) {
  long numbers[64];
  for (int t = 0; t < 64; t++)
    numbers[t] = t * t - 5;
#ifdef BROKEN
  numbers[3] = 1;
#endif
  printf("%ld\\n", mix(numbers, 64));
  return 0;
}
"""

MANIFEST = """
name = "toy"
summary = "One program"
license = "MIT"
license_evidence = "written for this test"
split = "test"
[source]
kind = "folder"
path = "{folder}"
[modules]
globs = ["*.c"]
[[benchmarks]]
program = "toy"
sources = ["*.c"]
[[benchmarks.workloads]]
name = "mix"
"""


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Of a corpus of one source, which lies beside it."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "work.c").write_text(WORK)
    path = tmp_path / "toy.toml"
    path.write_text(MANIFEST.format(folder=tmp_path / "src"))
    return path


@pytest.mark.parametrize("major", SUPPORTED_MAJORS)
def test_final_code_is_that_of_a_trial(toolchains: Toolchains, tmp_path: Path, major: int) -> None:
    clang, plugin = toolchains[major]
    (tmp_path / "work.c").write_text(WORK)
    final = tmp_path / "work.final"
    flags = (f"-fplugin={plugin.path}", "-mllvm", f"-mlra-final={final}")
    subprocess.run([str(clang.path), *WORDS, *flags], cwd=tmp_path, check=True)
    found = {one.function: one for one in read_final_file(final.read_text())}

    tried = {}
    with trial_of_source(CompilerTool(clang=clang, plugin=plugin), WORDS, cwd=tmp_path) as compiler:
        for function in compiler:
            tried[function.name] = function.try_decisions([], until="code")

    assert {name: one.final for name, one in found.items()} == {name: one.final for name, one in tried.items()}
    assert {name: one.score for name, one in found.items()} == {name: one.score for name, one in tried.items()}
    assert {name: stored(one) for name, one in found.items()} == {
        name: one.costs.spills_cost + one.costs.folded_spills_cost for name, one in tried.items() if one.costs
    }


def stored(code: FunctionCode) -> float:
    return code.stores


def test_a_policy_beside_llvms_own_allocators(rl4real: Run, manifest: Path) -> None:
    folder = manifest.parent
    files = ("--json", "r.json", "--html", "r.html")
    rl4real(*("evaluate", "random", "--corpus", "./toy.toml", "--run", "--mca", *files))
    found: dict[str, Any] = json.loads((folder / "r.json").read_text())
    rows = {row["name"]: row for row in found["standings"]}

    assert list(rows) == ["basic", "pbqp", "random"]
    assert rows["random"]["all"]["geometric_mean"] > 1.01
    assert all(row["timed_blocks"] == 2 and row["cycles"] > 0 for row in rows.values())
    assert {row["all"]["functions"] for row in rows.values()} == {2}
    assert all(row["left_out"] == {} and row["processor"] > 0 and row["text"] > 0 for row in rows.values())
    assert [work["problem"] for work in found["workloads"]] == ["", "", ""]
    assert all(work["counts"]["instructions"] > 10_000 for work in found["workloads"])
    assert "mix" in (folder / "r.html").read_text()


def test_a_compiler_that_breaks_a_program_is_found(toolchains: Toolchains, manifest: Path, tmp_path: Path) -> None:
    clang, target = toolchains[SUPPORTED_MAJORS[0]][0], TARGETS[TargetName.X86]
    read = read_manifest(manifest)
    sources = sources_of(read, read.benchmarks[0], manifest.parent / "src", target)

    def compiling(*more: str) -> Callable[[Module, Path], Failure | None]:
        def compile_source(module: Module, object_file: Path) -> Failure | None:
            command = [str(clang.path), "-O2", *more, "-c", module.argument, "-o", str(object_file)]
            subprocess.run(command, cwd=module.working_folder, check=True)
            return None

        return compile_source

    right = build_program(sources, compiling(), clang, target, tmp_path / "right")
    wrong = build_program(sources, compiling("-DBROKEN"), clang, target, tmp_path / "wrong")
    assert isinstance(right, Path)
    assert isinstance(wrong, Path)
    folder = WorkloadFolder.made(sources, read.benchmarks[0].workloads[0], tmp_path / "run", preparing=right)

    assert folder.run(right).difference(folder.run(right)) == ""
    assert folder.run(wrong).difference(folder.run(right)) == "another output than with greedy"
    callgrind = Callgrind.found(load_environment().search_path)
    assert callgrind.count(folder, right) == callgrind.count(folder, right)
