"""The plugin's file of a module's trace (preprocessing/v0/mlra/advise/TraceFile.h)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from rl4real_data.traces.columns import is_columned
from rl4real_data.traces.features import FEATURES, Task
from rl4real_data.traces.schema import LIVE_COLUMN, LIVE_COUNT, advice_type, specification
from rl4real_data.traces.traced_function import TracedFunction

TRACE_FILE_VERSION: Final = 1


class BadTrace(Exception):
    """A file that is no whole trace of this task."""


def read_trace_file(content: bytes, task: Task) -> list[TracedFunction]:
    """The functions in the order in which they were allocated; the baseline of each is its own score."""
    try:
        return _Reader(content, task).functions()
    except (ValueError, KeyError, TypeError, IndexError, OverflowError, RecursionError) as error:
        raise BadTrace(f"the plugin's trace cannot be read: {error}") from error


class _Reader:
    def __init__(self, content: bytes, task: Task) -> None:
        self._content = content
        self._task = task
        self._at = 0

    def functions(self) -> list[TracedFunction]:
        head = self._line()
        if head.get("version") != TRACE_FILE_VERSION or head.get("task") != self._task.value:
            raise ValueError(f"it says {head!r} of itself")
        found: list[TracedFunction] = []
        while True:
            line = self._line()
            if "features" in line:
                self._compare(line)
            elif "function" in line:
                found.append(self._function(line))
            else:
                break
        if line.get("functions") != len(found) or self._at != len(self._content):
            raise ValueError(f"it holds {len(found)} functions, and counts {line!r}")
        return found

    def _line(self) -> dict[str, Any]:
        end = self._content.index(b"\n", self._at)
        line = json.loads(self._content[self._at : end])
        self._at = end + 1
        if not isinstance(line, dict):
            raise ValueError("a line that is no object")
        return line

    def _compare(self, header: Mapping[str, Any]) -> None:
        expected = json.loads(specification(self._task))
        for name in ("features", "advice"):
            if header[name] != expected[name]:
                raise ValueError(f"this compiler's {name} are not those of MLGO's {self._task}: {header[name]!r}")

    def _function(self, line: Mapping[str, Any]) -> TracedFunction:
        steps, live = int(line["steps"]), int(line["live"])
        columns: dict[str, np.ndarray[Any, Any]] = {}
        if steps:
            columns = self._columns(steps, live)
        if self._content[self._at : self._at + 1] != b"\n":
            raise ValueError(f"the values of {line['function']} are not as long as it says")
        self._at += 1
        return TracedFunction(
            context=str(line["function"]),
            columns=columns,
            score=float(line["score"]),
            baseline=float(line["score"]),
            failure=line.get("failure"),
        )

    def _columns(self, steps: int, live: int) -> dict[str, np.ndarray[Any, Any]]:
        columns: dict[str, np.ndarray[Any, Any]] = {}
        if self._task is Task.EVICTION:
            columns[LIVE_COUNT] = self._values("uint8", steps)
            columns[LIVE_COLUMN] = self._values("uint8", live)
        for spec in FEATURES[self._task]:
            columns[spec.name] = self._values(spec.dtype, live if is_columned(spec) else steps)
        advice = str(np.dtype(advice_type(self._task).to_pandas_dtype()))
        columns["decision"] = self._values(advice, steps)
        columns["default_decision"] = self._values(advice, steps)
        return columns

    def _values(self, kind: str, count: int) -> np.ndarray[Any, Any]:
        values = np.frombuffer(self._content, np.dtype(kind), count, self._at)
        self._at += values.nbytes
        return values
