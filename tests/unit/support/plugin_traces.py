"""Traces as the plugin writes them (preprocessing/v0/mlra/advise/TraceFile.cpp), made by hand."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from rl4real_data.traces.features import FEATURES, Task

COLUMNS = 33


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A function. Of eviction `live` has the live columns of each step; every value of a feature is its number + 1."""

    name: str
    decisions: Sequence[int] = ()
    defaults: Sequence[int] | None = None
    score: float = 0.0
    failure: str = ""
    live: Sequence[Sequence[int]] = ()


def header_line(task: Task) -> bytes:
    """LLVM's, without blanks."""
    features = [_described(spec.name, spec.dtype, spec.shape) for spec in FEATURES[task]]
    advice = {
        Task.EVICTION: _described("index_to_evict", "int64", ()),
        Task.PRIORITY: _described("priority", "float32", ()),
    }[task]
    return json.dumps({"features": features, "advice": advice}, separators=(",", ":")).encode() + b"\n"


def _described(name: str, dtype: str, shape: tuple[int, ...]) -> dict[str, object]:
    kind = {"int64": "int64_t", "float32": "float"}[dtype]
    return {"name": name, "type": kind, "port": 0, "shape": [1, COLUMNS] if shape else [1]}


def plugin_trace(task: Task, *functions: Recorded) -> bytes:
    """A whole file."""
    parts = [json.dumps({"version": 1, "task": task.value}).encode() + b"\n"]
    if any(each.decisions for each in functions):
        parts.append(header_line(task))
    parts += [_function(task, each) for each in functions]
    return b"".join(parts) + json.dumps({"functions": len(functions)}).encode() + b"\n"


def _function(task: Task, each: Recorded) -> bytes:
    steps, live = len(each.decisions), [column for columns in each.live for column in columns]
    told = {"function": each.name, "steps": steps, "live": len(live), "score": each.score, "passed_over": 0}
    if each.failure:
        told["failure"] = each.failure
    parts = [json.dumps(told).encode() + b"\n"]
    if task is Task.EVICTION:
        parts += [bytes(len(columns) for columns in each.live), bytes(live)]
    for number, spec in enumerate(FEATURES[task]):
        count = len(live) if spec.shape else steps
        parts.append(struct.pack(f"={count}{'q' if spec.dtype == 'int64' else 'f'}", *[number + 1] * count))
    kind = "q" if task is Task.EVICTION else "I"
    defaults = each.decisions if each.defaults is None else each.defaults
    parts += [struct.pack(f"={steps}{kind}", *numbers) for numbers in (each.decisions, defaults)]
    return b"".join(parts) + b"\n"
