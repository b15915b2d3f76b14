"""A model of the RL4ReAl fork behind a pair of pipes.

Written from MLCompilerBridge's protocol alone, so that it shares nothing with what the package serves.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from .pipe_pair import Side, speaking

Format = Literal["json", "bytes"]
TYPES = {"float": np.float32, "double": np.float64, "int32_t": np.int32, "int64_t": np.int64, "uint8_t": np.uint8}
NODE_KEYS = (
    *("regID", "cls", "color", "positionalSpillWeights", "spillWeight"),
    *("interferences", "splitSlots", "useDistances", "vectors"),
)


@dataclass
class Message:
    """One message of the compiler: `nodes` by id, and what belongs to none (`result`, `new`, `handshake`, `cost`)."""

    nodes: dict[int, dict[str, Any]] = field(default_factory=dict)
    rest: dict[str, Any] = field(default_factory=dict)

    @property
    def virtual(self) -> dict[int, dict[str, Any]]:
        return {number: node for number, node in self.nodes.items() if node.get("cls") != "Phy"}


Answer = Callable[[Message], list[int]]


def parse_json(payload: bytes) -> Message:
    message = Message()
    for key, value in json.loads(payload).items():
        name, underscore, number = key.rpartition("_")
        if underscore and name in NODE_KEYS:
            message.nodes.setdefault(int(number), {})[name] = value
        else:
            message.rest[key] = value
    return message


def parse_bytes(payload: bytes) -> Message:
    line, _, raw = payload.partition(b"\n")
    message = Message()
    node: dict[str, Any] | None = None
    for spec in json.loads(line)["features"]:
        count = int(np.prod(spec["shape"]))
        kind = np.dtype(TYPES[spec["type"]])
        values = np.frombuffer(raw[: count * kind.itemsize], kind)
        raw = raw[count * kind.itemsize :]
        name = spec["name"]
        value: Any = values[0].item() if name in ("regID", "color", "spillWeight") else values.tolist()
        if name == "cls":
            value = values.tobytes().decode()
        if name == "regID":
            node = message.nodes.setdefault(value, {})
        if name in NODE_KEYS:
            assert node is not None
            node[name] = value
        else:
            message.rest[name] = value[0]
    assert raw == b"\n"
    return message


def frame(answer: list[int], data_format: Format) -> bytes:
    payload = json.dumps({"out": answer}).encode() if data_format == "json" else np.array(answer, "<i4").tobytes()
    return len(payload).to_bytes(8, "little") + payload


@contextlib.contextmanager
def fork_model(base: str | Path, data_format: Format, answer: Answer) -> Iterator[None]:
    """Serves at BASE.in and BASE.out, one compiler after the other."""

    def speak(side: Side) -> None:
        while not side.over.is_set():
            head = side.source.read(8)
            if len(head) < 8:
                break
            payload = side.source.read(int.from_bytes(head, "little"))
            message = parse_json(payload) if data_format == "json" else parse_bytes(payload)
            side.to.write(frame(answer(message), data_format))

    with speaking(Path(base), speak):
        yield
