"""What a run of `trace` packs, made by hand: modules, parts, orders, and datasets of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from rl4real_data.core.allocators import ALLOCATORS, AllocatorName
from rl4real_data.core.failure import Failure
from rl4real_data.core.recipe import load_recipe
from rl4real_data.core.split import Split
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.corpus.module import Corpus, Language, Module
from rl4real_data.flow.working_folder import WorkDir, open_workdir
from rl4real_data.stages.job import Compilation, ModuleJob
from rl4real_data.stages.part import FileHashes, FunctionFacts, Part, write_marker
from rl4real_data.stages.selection import Entry
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin
from rl4real_data.toolchain.process import Limits
from rl4real_data.traces.features import FEATURES, Task
from rl4real_data.traces.traced_function import TracedFunction
from rl4real_data.tracing.packing import TraceOrder, pack_traces
from rl4real_data.tracing.part_file import write_part_table
from rl4real_data.tracing.trajectory_rows import part_table

SHA = "ab" * 32


def compilation(folder: Path) -> Compilation:
    """No file of it is there."""
    return Compilation(
        clang=Clang(path=folder / "clang", version="22.1.8", banner="clang version 22.1.8"),
        plugin=Plugin(path=folder / "libmlra.so", source_hash="0" * 16),
        target=TARGETS[TargetName.X86],
        allocator=ALLOCATORS[AllocatorName.MLRA],
        recipe=load_recipe(TargetName.X86),
        limits=Limits(timeout_s=30),
    )


def module(folder: Path, name: str) -> Module:
    return Module(
        corpus="toy", root=folder / "src", path=PurePosixPath(name), language=Language.C, license="MIT", flags=()
    )


def corpus(folder: Path, *names: str) -> Corpus:
    modules = tuple(module(folder, name) for name in names)
    return Corpus(name="toy", license="MIT", root=folder / "src", split=Split.TRAIN, modules=modules)


def job(folder: Path, name: str) -> ModuleJob:
    return ModuleJob(
        module=module(folder, name),
        key=key_of(name),
        source_sha256=SHA,
        compilation=compilation(folder),
        parts=folder,
        scratch=folder,
        hashes=FileHashes(),
    )


def key_of(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def priorities(context: str, *decisions: int, score: float = 1.0, baseline: float = 2.0, **more: Any) -> TracedFunction:
    """A function in which the features of step n are n, n + 1 and n + 2."""
    steps = np.arange(len(decisions))
    columns = {spec.name: (steps + i).astype(spec.dtype) for i, spec in enumerate(FEATURES[Task.PRIORITY])}
    taken = np.array(decisions, np.uint32)
    columns |= {"decision": taken, "default_decision": taken + np.uint32(1)}
    return TracedFunction(context=context, columns=columns if decisions else {}, score=score, baseline=baseline, **more)


def part(parts: Path, name: str, functions: Sequence[TracedFunction], *, failure: Failure | None = None) -> Part:
    """Written, with its marker."""
    key = key_of(name)
    facts = FunctionFacts(content_hash="", nodes=0, max_uses=0, eh_pads=False, optnone=False)
    size, sha256 = 0, ""
    if failure is None:
        written = write_part_table(parts, key, part_table(Task.PRIORITY, functions))
        size, sha256 = written.size, written.sha256
    made = Part(
        key=key,
        source_sha256=key,
        headers=(),
        functions=(facts,) * len(functions),
        size=size,
        sha256=sha256,
        seconds=0.0,
        failure=failure,
    )
    write_marker(parts, made)
    return made


def order(folder: Path, entries: Sequence[Entry], **changes: Any) -> TraceOrder:
    names = [entry.module.name for entry in entries]
    asked: dict[str, Any] = {
        "task": Task.PRIORITY,
        "policy": ("somebody", SHA),
        "compilation": compilation(folder),
        "corpora": (corpus(folder, *names),),
        "skipped": (),
        "entries": tuple(entries),
    }
    return TraceOrder(**{**asked, **changes})


def entry(folder: Path, work: WorkDir, name: str, *functions: TracedFunction, **more: Any) -> Entry:
    made = part(work.parts, name, functions, **more)
    return Entry(module=module(folder, name), part=made, command="clang")


def priority_dataset(folder: Path, data_dir: Path) -> Path:
    """A module with two functions."""
    with open_workdir(data_dir) as work:
        one = entry(folder, work, "a.c", priorities("f", 3, 4), priorities("g", 4294967295))
        pack_traces(work, order(folder, [one]))
    return data_dir
