"""Training logs, as a clang with TensorFlow inside writes them and MLGO reads them.

A JSON line with the tensors; a line for each context (a function; `default` for a module); for each observation a line
with its number, then the raw tensors and a newline, and where there is a score, the same once more for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from rl4real_data.core.errors import HostError
from rl4real_data.mlgo.tensors import Tensor

REWARD: Final = Tensor("reward", "float")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedContext:
    """`rows`: the bytes of all tensors of each observation; `scores`: bytes for each, empty if the log has none."""

    name: str
    rows: Sequence[bytes]
    scores: Sequence[bytes] = ()


def write_log(
    stream: BinaryIO, tensors: Sequence[Tensor], contexts: Iterable[LoggedContext], *, score: Tensor | None = None
) -> None:
    """OSError if it cannot be written."""
    header: dict[str, Any] = {"features": [one.described() for one in tensors]}
    if score is not None:
        header["score"] = score.described()
    stream.write(_line(header))
    for context in contexts:
        stream.write(_line({"context": context.name}))
        for number, row in enumerate(context.rows):
            stream.write(_line({"observation": number}) + row + b"\n")
            if score is not None:
                stream.write(_line({"outcome": number}) + context.scores[number] + b"\n")


def write_log_file(
    path: Path, tensors: Sequence[Tensor], contexts: Iterable[LoggedContext], *, score: Tensor | None = None
) -> None:
    """HostError if it cannot be written."""
    try:
        with path.open("wb") as stream:
            write_log(stream, tensors, contexts, score=score)
    except OSError as error:
        raise HostError(
            f"the training log {path} cannot be written: {error.strerror or error}",
            hint="name another file, or make its folder",
        ) from error


def _line(value: object) -> bytes:
    """LLVM writes JSON without blanks."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
