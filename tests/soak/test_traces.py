"""Traces of eviction and priority over `demo` and `eval`, with both releases, both targets: nothing changes.

Each module's object file with and without a trace, its score beside LLVM's `calculateRegAllocScore`, and every bit of
every feature beside what LLVM's own channel sends.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rl4real_data.core.environment import load_environment
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.corpus.resolve import resolve
from rl4real_data.toolchain.clang import SUPPORTED_MAJORS, Clang
from rl4real_data.toolchain.plugin import Plugin
from rl4real_data.traces.features import Task

from ..integration.channel_trace import compare_trace

pytestmark = pytest.mark.clang


@pytest.mark.parametrize("corpus", ["demo", "eval"])
@pytest.mark.parametrize("target", TargetName)
@pytest.mark.parametrize("major", SUPPORTED_MAJORS)
@pytest.mark.parametrize("task", [Task.EVICTION, Task.PRIORITY])
def test_nothing_changes_and_features_are_llvms(
    toolchains: dict[int, tuple[Clang, Plugin]],
    tmp_path: Path,
    task: Task,
    major: int,
    target: TargetName,
    corpus: str,
) -> None:
    environment = load_environment()
    found = resolve([corpus], cache=environment.cache_dir, mirror=environment.mirror)
    modules = [module for each in found for module in each.modules]
    with ThreadPoolExecutor(2) as pool:
        compared = list(
            pool.map(lambda module: compare_trace(module, *toolchains[major], TARGETS[target], task, tmp_path), modules)
        )
    assert [problem for one in compared for problem in one.problems] == []
    assert sum(one.steps for one in compared) > 10_000
