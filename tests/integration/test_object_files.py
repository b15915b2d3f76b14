"""The promise that everything rests on: the plugin changes no byte of what clang makes, and finds nothing to object.

Every module of `sample` under every release of LLVM, target and allocator. Every module of `demo` once, with these
combinations taking turns, so that each meets an eighth of them. And random programs.
tests/soak has the whole product.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from rl4real_data.core.allocators import ALLOCATORS, AllocatorName
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.corpus.module import Corpus
from rl4real_data.corpus.resolve import resolve
from rl4real_data.toolchain.clang import SUPPORTED_MAJORS, Clang
from rl4real_data.toolchain.plugin import Plugin

from .identical import compare_all
from .random_programs import random_programs

pytestmark = pytest.mark.clang


TARGET_NAMES = tuple(TargetName)
ALLOCATOR_NAMES = tuple(AllocatorName)


COMBINATIONS = tuple(product(SUPPORTED_MAJORS, TARGET_NAMES, ALLOCATOR_NAMES))


@pytest.mark.parametrize("model", ALLOCATOR_NAMES)
@pytest.mark.parametrize("target", TARGET_NAMES)
@pytest.mark.parametrize("major", SUPPORTED_MAJORS)
def test_object_files_are_the_same_and_verify_is_silent(
    toolchains: dict[int, tuple[Clang, Plugin]],
    corpora: dict[str, Corpus],
    tmp_path: Path,
    major: int,
    target: TargetName,
    model: AllocatorName,
) -> None:
    sample = corpora["sample"].modules
    demo = [module for corpus in corpora.values() for module in corpus.modules if corpus is not corpora["sample"]]
    due = demo[COMBINATIONS.index((major, target, model)) :: len(COMBINATIONS)]
    assert len(sample) >= 50
    assert len(due) >= 20
    assert compare_all([*sample, *due], *toolchains[major], TARGETS[target], ALLOCATORS[model], tmp_path) == []


@pytest.mark.parametrize("target", TARGET_NAMES)
def test_random_programs_too(toolchains: dict[int, tuple[Clang, Plugin]], tmp_path: Path, target: TargetName) -> None:
    modules = random_programs(1, 12)[TARGET_NAMES.index(target) :: len(TARGET_NAMES)]
    newest, greedy = toolchains[max(toolchains)], ALLOCATORS[AllocatorName.MLRA]
    assert len(modules) >= 5  # a seed that takes too long is left out
    assert compare_all(modules, *newest, TARGETS[target], greedy, tmp_path) == []


@pytest.mark.parametrize(
    ("target", "cpu"), [(TargetName.X86, "sapphirerapids"), (TargetName.AARCH64, "neoverse-v2")], ids=str
)
@pytest.mark.parametrize("major", SUPPORTED_MAJORS)
def test_instruction_sets_that_are_asked_for_by_name(
    toolchains: dict[int, tuple[Clang, Plugin]], tmp_path: Path, major: int, target: TargetName, cpu: str
) -> None:
    """AVX-512, AMX, APX, SVE2 and SME: wide and many registers, and tiles, which X86 allocates before all others."""
    (corpus,) = resolve(["intrinsics"], cache=tmp_path / "cache", target=target)
    assert len(corpus.modules) == 4
    greedy = ALLOCATORS[AllocatorName.MLRA]
    assert compare_all(corpus.modules, *toolchains[major], TARGETS[target], greedy, tmp_path, cpu=cpu) == []
