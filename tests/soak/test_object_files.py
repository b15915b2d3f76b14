"""Object files with and without the plugin: every module, under every release of LLVM, target and allocator."""

from __future__ import annotations

from pathlib import Path

import pytest

from rl4real_data.core.allocators import ALLOCATORS, AllocatorName
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.corpus.module import Corpus
from rl4real_data.toolchain.clang import SUPPORTED_MAJORS, Clang
from rl4real_data.toolchain.plugin import Plugin
from tests.integration.identical import compare_all
from tests.integration.random_programs import random_programs

pytestmark = [pytest.mark.clang, pytest.mark.soak]


@pytest.mark.parametrize("model", list(AllocatorName))
@pytest.mark.parametrize("target", list(TargetName))
@pytest.mark.parametrize("major", SUPPORTED_MAJORS)
def test_object_files_are_the_same_and_verify_is_silent(
    toolchains: dict[int, tuple[Clang, Plugin]],
    corpora: dict[str, Corpus],
    tmp_path: Path,
    major: int,
    target: TargetName,
    model: AllocatorName,
) -> None:
    modules = [module for corpus in corpora.values() for module in corpus.modules]
    assert len(modules) >= 240
    assert compare_all(modules, *toolchains[major], TARGETS[target], ALLOCATORS[model], tmp_path) == []


@pytest.mark.parametrize("target", list(TargetName))
def test_random_programs_too(toolchains: dict[int, tuple[Clang, Plugin]], tmp_path: Path, target: TargetName) -> None:
    """`make bench` takes 500."""
    modules = random_programs(1, 12)
    newest, greedy = toolchains[max(toolchains)], ALLOCATORS[AllocatorName.MLRA]
    assert len(modules) >= 10  # a seed that takes too long is left out
    assert compare_all(modules, *newest, TARGETS[target], greedy, tmp_path) == []


@pytest.mark.parametrize(
    ("target", "cpu"), [(TargetName.X86, "x86-64-v4"), (TargetName.AARCH64, "neoverse-v2")], ids=str
)
@pytest.mark.parametrize("major", SUPPORTED_MAJORS)
def test_processors_with_wide_vectors(
    toolchains: dict[int, tuple[Clang, Plugin]],
    corpora: dict[str, Corpus],
    tmp_path: Path,
    major: int,
    target: TargetName,
    cpu: str,
) -> None:
    modules = [module for corpus in corpora.values() for module in corpus.modules]
    greedy = ALLOCATORS[AllocatorName.MLRA]
    assert compare_all(modules, *toolchains[major], TARGETS[target], greedy, tmp_path, cpu=cpu) == []
