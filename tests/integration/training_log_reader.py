"""Training logs read by the format's rules, as llvm/lib/Analysis/models/log_reader.py tells them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

TYPES = {"int64_t": np.int64, "float": np.float32, "int32_t": np.int32}


@dataclass
class LogContext:
    """One function or module: values by name, one entry a decision, and the scores."""

    name: str
    values: dict[str, list[Any]]
    raw: list[bytes] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)

    @property
    def steps(self) -> int:
        return len(self.raw)


@dataclass
class Log:
    """A whole log; `features` are the descriptions of its header, `score` another one or None."""

    features: list[dict[str, Any]]
    score: dict[str, Any] | None
    contexts: list[LogContext]

    @property
    def names(self) -> list[str]:
        return [spec["name"] for spec in self.features]


def read_log(path: Path) -> Log:
    """Asserts what the format promises."""
    with path.open("rb") as stream:
        header = json.loads(stream.readline())
        log = Log(header.pop("features"), header.pop("score", None), [])
        assert not header
        log.contexts += _contexts(stream, log)
    return log


def _contexts(stream: BinaryIO, log: Log) -> Iterator[LogContext]:
    context = None
    while line := stream.readline():
        told = json.loads(line)
        if "context" in told:
            if context:
                yield context
            context = LogContext(told["context"], {name: [] for name in log.names})
            continue
        assert context is not None
        assert told == {"observation": context.steps}
        _read_observation(stream, log, context)
        if log.score is not None:
            assert json.loads(stream.readline()) == {"outcome": context.steps - 1}
            context.scores.append(float(_tensor(stream, log.score)[0][0]))
            assert stream.read(1) == b"\n"
    if context:
        yield context


def _read_observation(stream: BinaryIO, log: Log, context: LogContext) -> None:
    raw = b""
    for spec in log.features:
        values, data = _tensor(stream, spec)
        context.values[spec["name"]].append(values.tolist())
        raw += data
    context.raw.append(raw)
    assert stream.read(1) == b"\n"


def _tensor(stream: BinaryIO, spec: dict[str, Any]) -> tuple[np.ndarray[Any, Any], bytes]:
    dtype = np.dtype(TYPES[spec["type"]])
    data = stream.read(dtype.itemsize * int(np.prod(spec["shape"])))
    return np.frombuffer(data, dtype), data
