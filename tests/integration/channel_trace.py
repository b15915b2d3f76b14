"""A trace of the plugin beside what LLVM's own interactive channel sends for the same decisions."""

from __future__ import annotations

import json
import math
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rl4real_data.core.recipe import load_recipe
from rl4real_data.core.targets import Target
from rl4real_data.corpus.module import Module
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin
from rl4real_data.traces.columns import dense_features
from rl4real_data.traces.features import FEATURES, Task
from rl4real_data.traces.trace_file import read_trace_file
from rl4real_data.traces.traced_function import TracedFunction

TYPES = {"int64_t": "i8", "float": "f4"}
ADVISORS = {
    Task.EVICTION: ("-regalloc-enable-advisor=release", "-regalloc-evict-interactive-channel-base"),
    Task.PRIORITY: ("-regalloc-enable-priority-advisor=release", "-regalloc-priority-interactive-channel-base"),
}


@dataclass(frozen=True)
class Compared:
    """How many decisions were compared, and what differs."""

    steps: int
    problems: tuple[str, ...]


def compare_trace(module: Module, clang: Clang, plugin: Plugin, target: Target, task: Task, folder: Path) -> Compared:
    """Object files with and without a trace, LLVM's own score, and every bit of every feature."""
    base = [str(clang.path), *target.clang_flags, "-x", module.language.value, *module.flags]
    base += [f"{target.cpu_flag}{load_recipe(target.name).cpu}", "-O3", "-w", "-c", str(module.source)]
    stem = folder / f"{module.corpus}-{module.name.replace('/', '-')}-{clang.major}-{target.name}-{task}"

    def compile_(name: str, *flags: str, loads: bool = True) -> bytes:
        output = stem.with_name(f"{stem.name}.{name}.o")
        words = [f"-fplugin={plugin.path}"] if loads else []
        command = [*base, *words, *_mllvm(flags), "-o", str(output)]
        done = subprocess.run(command, cwd=module.root, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr[:800]
        return output.read_bytes()

    def traced(name: str, *flags: str) -> tuple[list[TracedFunction], bytes]:
        path = stem.with_name(f"{stem.name}.{name}.trace")
        made = compile_(name, f"-mlra-trace={task}", f"-mlra-trace-file={path}", *flags)
        return [each for each in read_trace_file(path.read_bytes(), task) if each.steps], made

    def asked(functions: Sequence[TracedFunction]) -> tuple[Iterator[str], bytes]:
        channel = stem.with_name(f"{stem.name}.channel")
        channel.with_name(f"{channel.name}.out").unlink(missing_ok=True)
        channel.with_name(f"{channel.name}.in").write_bytes(_answers(functions, task) + bytes(512))
        made = compile_("channel", ADVISORS[task][0], f"{ADVISORS[task][1]}={channel}", loads=False)
        return _differences(functions, task, channel.with_name(f"{channel.name}.out")), made

    stock = compile_("stock", loads=False)
    default, made = traced("default", "-mlra-verify")
    chance, decided = traced("chance", "-mlra-trace-random")
    problems = [] if stock == made else ["the object file is another one"]
    for functions, expected in ((default, stock), (chance, decided)):
        differences, made = asked(functions)
        problems += differences
        if made != expected:
            problems.append("the same answers on LLVM's channel make another object file")
    steps = sum(each.steps for each in (*default, *chance))
    return Compared(steps, tuple(f"{stem.name}: {what}" for what in problems))


def _mllvm(flags: Sequence[str]) -> list[str]:
    return [word for flag in flags for word in ("-mllvm", flag)]


def _answers(functions: Sequence[TracedFunction], task: Task) -> bytes:
    """Of priorities the ranks: LLVM's own are more than a float holds, which is all that the channel carries.

    Their order alone counts.
    """
    decisions = [each.columns["decision"] for each in functions]
    if task is Task.EVICTION:
        return b"".join(each.astype("i8").tobytes() for each in decisions)
    ranks = np.unique(np.concatenate([*decisions, np.empty(0, np.uint32)]))
    return b"".join(np.searchsorted(ranks, each).astype("f4").tobytes() for each in decisions)


def _differences(functions: Sequence[TracedFunction], task: Task, log: Path) -> Iterator[str]:
    sent = channel_observations(log.read_bytes()) if log.exists() else {}
    if sorted(sent) != sorted(each.context for each in functions):
        yield "LLVM asks about other functions"
        return
    for each in functions:
        dense = dense_features(task, each.columns)
        rows = zip(*(np.ascontiguousarray(dense[spec.name]) for spec in FEATURES[task]), strict=True)
        if [b"".join(value.tobytes() for value in row) for row in rows] != sent[each.context]:
            yield f"{each.context}: other features, or another number of steps"


def channel_observations(log: bytes) -> dict[str, list[bytes]]:
    """What LLVM said on its channel, by function."""
    found: dict[str, list[bytes]] = {}
    at = size = 0
    context = ""
    while at < len(log):
        end = log.index(b"\n", at)
        line: dict[str, Any] = json.loads(log[at:end])
        at = end + 1
        if "features" in line:
            size = sum(math.prod(one["shape"]) * np.dtype(TYPES[one["type"]]).itemsize for one in line["features"])
        elif "context" in line:
            context = line["context"]
        else:
            found.setdefault(context, []).append(log[at : at + size])
            at += size + 1
    return found
