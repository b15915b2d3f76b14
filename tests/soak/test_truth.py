"""Every column of every episode of the sample, `demo` and `eval`, against the stock compiler."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rl4real_data.core.allocators import ALLOCATORS, AllocatorName
from rl4real_data.core.environment import load_environment
from rl4real_data.core.targets import TargetName
from rl4real_data.corpus.resolve import resolve
from rl4real_data.toolchain.clang import SUPPORTED_MAJORS, Clang
from rl4real_data.toolchain.plugin import Plugin
from tests.integration.conftest import Run
from tests.integration.truth.columns import Dataset
from tests.integration.truth.dataset_check import Check
from tests.integration.truth.scores import build_score_plugin

pytestmark = [pytest.mark.clang, pytest.mark.soak]

CORPORA = ("sample", "demo", "eval")


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("model", list(AllocatorName))
@pytest.mark.parametrize("target", list(TargetName))
@pytest.mark.parametrize("major", SUPPORTED_MAJORS)
def test_columns_are_what_the_stock_compiler_does(
    rl4real: Run,
    toolchains: dict[int, tuple[Clang, Plugin]],
    tmp_path: Path,
    major: int,
    target: TargetName,
    model: AllocatorName,
) -> None:
    bin_dir = toolchains[major][0].bin_dir
    named = [word for corpus in CORPORA for word in ("--corpus", corpus)]
    rl4real("flow", target, "test", model, *named, "--no-embed", "--build-dir", bin_dir.parent, "--data-dir", "d")
    environment = load_environment()
    corpora = resolve(list(CORPORA), cache=environment.cache_dir, mirror=environment.mirror)
    check = Check(
        dataset=Dataset(tmp_path / "d"),
        roots={corpus.name: corpus.modules[0].root for corpus in corpora},
        bin_dir=bin_dir,
        allocator=ALLOCATORS[model].llvm_name,
        score_plugin=build_score_plugin(bin_dir, tmp_path),
    )
    findings = check.run(jobs=os.cpu_count() or 1)
    assert findings.unexplained == [], findings.report()
    assert findings.counts["functions"] >= 7000, findings.report()
