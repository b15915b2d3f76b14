"""Compiles a module with and without the plugin, and compares the object files."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rl4real_data.core.allocators import Allocator
from rl4real_data.core.recipe import load_recipe
from rl4real_data.core.targets import Target
from rl4real_data.corpus.module import Module
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin


def compare_all(
    modules: Sequence[Module],
    clang: Clang,
    plugin: Plugin,
    target: Target,
    allocator: Allocator,
    folder: Path,
    *,
    cpu: str | None = None,
) -> list[str]:
    """What differs, a line a module; `cpu` instead of the recipe's processor."""
    cpu = cpu or load_recipe(target.name).cpu
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        problems = pool.map(lambda module: compare(module, clang, plugin, target, allocator, folder, cpu), modules)
    return [problem for problem in problems if problem]


def compare(
    module: Module, clang: Clang, plugin: Plugin, target: Target, allocator: Allocator, folder: Path, cpu: str
) -> str:
    """What differs for one module, with all that the plugin can do switched on; empty if nothing does."""
    base = [str(clang.path), *target.clang_flags, "-x", module.language.value, *module.flags]
    base += [f"{target.cpu_flag}{cpu}", "-O3", "-w", "-c", str(module.path)]
    stem = f"{module.corpus}-{str(module.path).replace('/', '-')}"
    plain, recorded, dump = (folder / f"{stem}.{suffix}" for suffix in ("plain.o", "recorded.o", "ndjson"))
    record = (allocator.recording_flag, f"-mlra-dump={dump}", "-mlra-dump-mir", "-mlra-verify")
    stock = () if allocator.is_default else ("-mllvm", f"-regalloc={allocator.llvm_name}")
    commands = (
        [*base, *stock, "-o", str(plain)],
        [
            *base,
            f"-fplugin={plugin.path}",
            *(word for flag in record for word in ("-mllvm", flag)),
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
