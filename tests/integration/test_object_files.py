"""The promise that everything rests on: the plugin changes no byte of what clang makes, and finds nothing to object.

Every module of `sample` and `demo`, both targets, both LLVM releases, both allocators, with all that the plugin can do
switched on.
"""

from __future__ import annotations

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rl4real_data.corpus.module import Corpus, Module
from rl4real_data.models import MODELS, Model, ModelName
from rl4real_data.recipe import load_recipe
from rl4real_data.targets import TARGETS, Target, TargetName
from rl4real_data.toolchain.clang import SUPPORTED_MAJORS, Clang
from rl4real_data.toolchain.plugin import Plugin

pytestmark = pytest.mark.clang


def compare(module: Module, clang: Clang, plugin: Plugin, target: Target, model: Model, folder: Path) -> str:
    """What differs for one module; empty if nothing does."""
    cpu = load_recipe(target.name).cpu
    base = [str(clang.path), *target.clang_flags, "-x", module.language.value, *module.flags]
    base += [f"{target.cpu_flag}{cpu}", "-O3", "-w", "-c", str(module.path)]
    stem = f"{module.corpus}-{str(module.path).replace('/', '-')}"
    plain, recorded, dump = (folder / f"{stem}.{suffix}" for suffix in ("plain.o", "recorded.o", "ndjson"))
    commands = (
        [*base, "-mllvm", f"-regalloc={model.allocator}", "-o", str(plain)],
        [*base, f"-fplugin={plugin.path}", "-mllvm", f"-regalloc={model.plugin_allocator}"]
        + [
            "-mllvm",
            f"-mlra-dump={dump}",
            "-mllvm",
            "-mlra-dump-mir",
            "-mllvm",
            "-mlra-verify",
            "-o",
            str(recorded),
        ],
    )
    for command in commands:
        done = subprocess.run(command, cwd=module.root, capture_output=True, text=True)
        if done.returncode != 0 or done.stderr:
            return f"{stem}: exit {done.returncode}: {done.stderr[:500]}"
    is_equal = plain.read_bytes() == recorded.read_bytes()
    has_records = b'"function"' in dump.read_bytes() or b'"functions":0' in dump.read_bytes()
    for path in (plain, recorded, dump):
        path.unlink()
    if not has_records:
        return f"{stem}: nothing was recorded"
    return "" if is_equal else f"{stem}: the object file differs"


@pytest.mark.parametrize("model", list(ModelName))
@pytest.mark.parametrize("target", list(TargetName))
@pytest.mark.parametrize("major", SUPPORTED_MAJORS)
def test_object_files_are_the_same_and_verify_is_silent(
    toolchains: dict[int, tuple[Clang, Plugin]],
    corpora: dict[str, Corpus],
    tmp_path: Path,
    major: int,
    target: TargetName,
    model: ModelName,
) -> None:
    clang, plugin = toolchains[major]
    modules = [module for corpus in corpora.values() for module in corpus.modules]
    assert len(modules) >= 240
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        problems = pool.map(
            lambda module: compare(module, clang, plugin, TARGETS[target], MODELS[model], tmp_path), modules
        )
    assert [problem for problem in problems if problem] == []
