"""`make bench`: what default traces of eviction and priority cost beside plain clang -O3 -c, on `demo`.

Five pairs a task, one after the other; the median of their ratios of processor time is what counts, so that a machine
that is busy with others is no fault of the trace's.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rl4real_data.core.environment import load_environment
from rl4real_data.core.recipe import load_recipe
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.corpus.module import Module
from rl4real_data.corpus.resolve import resolve
from rl4real_data.toolchain.clang import discover_clang
from rl4real_data.toolchain.plugin import ensure_plugin
from rl4real_data.traces.features import Task

PAIRS = 5
MOST = 1.03
"""The promise."""


def main() -> int:
    environment = load_environment()
    clang = discover_clang(build_dir=environment.build_dir, search_path=environment.search_path)
    plugin = ensure_plugin(clang, cache_dir=environment.cache_dir, announce=print)
    corpora = resolve(["demo"], cache=environment.cache_dir, mirror=environment.mirror)
    modules = [module for corpus in corpora for module in corpus.modules]
    status = 0
    for task in (Task.EVICTION, Task.PRIORITY):
        ratios = []
        with tempfile.TemporaryDirectory() as folder:
            flags = (f"-mlra-trace={task}", f"-mlra-trace-file={folder}/trace")
            traced = (f"-fplugin={plugin.path}", *(word for flag in flags for word in ("-mllvm", flag)))
            for _ in range(PAIRS):
                plain = processor_s(str(clang.path), modules, (), Path(folder))
                ratios.append(processor_s(str(clang.path), modules, traced, Path(folder)) / plain)
        median = statistics.median(ratios)
        print(f"trace {task}: {median:.3f} times plain clang ({min(ratios):.3f} to {max(ratios):.3f})", flush=True)
        status |= median > MOST
    return status


def processor_s(clang: str, modules: Sequence[Module], more: Sequence[str], folder: Path) -> float:
    """Of all compilers, one after the other."""
    target = TARGETS[TargetName.X86]
    before = os.times()
    for module in modules:
        base = [clang, *target.clang_flags, "-x", module.language.value, *module.flags]
        base += [f"{target.cpu_flag}{load_recipe(target.name).cpu}", "-O3", "-w", "-c", str(module.source)]
        subprocess.run([*base, *more, "-o", str(folder / "unit.o")], cwd=module.root, check=True, timeout=600)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


if __name__ == "__main__":
    sys.exit(main())
