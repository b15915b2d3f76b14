"""What a build's own flags would set beside the recorded allocator, with the real compilers: flow never meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin
from rl4real_data.toolchain.process import Limits, run

from .conftest import Run

pytestmark = pytest.mark.clang

SOURCE = "int sum(int n, const int *v) { int s = 0; for (int i = 0; i < n; i++) s += v[i] * i; return s; }\n"
LINES = (
    *("-O0", "-Xclang -O0", "--optimize=0", "-save-temps", "--save-temps", "-save-temps=obj", "-save-temps=cwd"),
    *("-mllvm -regalloc=fast", "-Xclang -mllvm -Xclang -regalloc=basic"),
)


def test_a_named_allocator_without_optimization_and_kept_temporary_files_stop_clang(
    toolchains: dict[int, tuple[Clang, Plugin]], tmp_path: Path
) -> None:
    """If one of them goes through one day, docs/plugin.md need not warn of it any more."""
    (tmp_path / "a.c").write_text(SOURCE)

    def said(clang: Clang, plugin: Plugin, *words: str) -> str:
        command = (str(clang.path), f"-fplugin={plugin.path}", *words, "-c", "a.c", "-o", "a.o")
        done = run(command, cwd=tmp_path, limits=Limits(timeout_s=60), scratch=tmp_path)
        return "" if done.ok else done.stderr

    for clang, plugin in toolchains.values():
        named = ("-mllvm", "-regalloc=mlra")
        assert "Must use fast (default) register allocator" in said(clang, plugin, "-O0", *named)
        assert "-mlra" in said(clang, plugin, "-O3", "-save-temps=obj", "-mllvm", "-mlra")
        assert said(clang, plugin, "-O3", "-save-temps=obj", "-Xclang", "-mllvm", "-Xclang", "-mlra") == ""


def test_flow_runs_into_none_of_them(rl4real: Run, tmp_path: Path) -> None:
    """By the model for which an allocator is named."""
    project = tmp_path / "project"
    project.mkdir()
    entries = []
    for number, line in enumerate(LINES):
        (project / f"f{number}.c").write_text(SOURCE.replace("s = 0", f"s = {number}"))
        command = f"cc {line} -c f{number}.c -o f{number}.o"
        entries.append({"directory": str(project), "file": f"f{number}.c", "command": command})
    (project / "compile_commands.json").write_text(json.dumps(entries))

    words = ("--corpus", "project/compile_commands.json", "--data-dir", "d", "--no-embed")
    rl4real("flow", "x86", "test", "mlbasicra", *words)

    rows = pq.read_table(tmp_path / "d/modules.parquet", columns=["status", "reason", "episodes"]).to_pylist()
    assert rows == [{"status": "done", "reason": None, "episodes": 1}] * len(LINES)
    assert sorted(path.name for path in project.iterdir() if path.suffix not in {".c", ".json"}) == []
