"""The host of the plugin's pipe, for one compiler that this process runs.

With `-mlra-trace-pipe` the plugin asks as MLCompilerBridge does: a frame holds a line that describes the tensors, and
their bytes; the first tensor is the function's name, the others are LLVM's features. What goes wrong here is raised in
the loop that runs the compiler, which kills it.
"""

from __future__ import annotations

import functools
import json
import os
import struct
from collections.abc import Callable
from typing import Final

from rl4real_data.live.frames import LENGTH_BYTES, MOST_BYTES
from rl4real_data.mlgo.advice_rules import plugin_rule
from rl4real_data.mlgo.channel_host import Answer, ChannelPolicy
from rl4real_data.mlgo.tensors import FormatError, Tensor, header_of
from rl4real_data.traces.features import Task

_CHUNK_BYTES: Final = 1 << 16
"""A pipe holds no more."""
_ANSWERS: Final = {Task.EVICTION: struct.Struct("=i"), Task.PRIORITY: struct.Struct("=f")}
_CONTEXT: Final = "context"


class PipeHost:
    """A `Listener` that answers all observations of eviction or priority.

    `read` raises FormatError for bytes that are none of the plugin's, and UsageError for an answer that it must not
    get. `entered` is told the function of each first question.
    """

    def __init__(
        self,
        inward: int,
        outward: int,
        policy: ChannelPolicy,
        task: Task,
        *,
        entered: Callable[[str], object] = lambda _context: None,
    ) -> None:
        self.decisions: list[float] = []
        self._inward, self.ours = inward, outward
        self._task, self._entered = task, entered
        self._rule, self._packing = plugin_rule(task), _ANSWERS[task]
        self._policy = policy
        self._decide: Answer = _nobody
        self._size = header_of(task).layout.size_bytes
        self._context: str | None = None
        self._pending = b""

    def read(self) -> bool:
        """Takes in what the compiler says, and answers it."""
        try:
            data = os.read(self.ours, _CHUNK_BYTES)
        except BlockingIOError:
            return True
        self._pending = self._take(self._pending + data)
        return True

    def finish(self) -> None:
        """After the compiler's end. FormatError for half a message."""
        if self._pending:
            raise FormatError("the compiler's last message is cut off")

    def _take(self, data: bytes) -> bytes:
        """Answers the whole messages of `data`; what is left of it."""
        at = 0
        while len(data) >= (begin := at + LENGTH_BYTES):
            size = int.from_bytes(data[at:begin], "little")
            if size > MOST_BYTES:
                raise FormatError(f"a message of {size:,} bytes is announced; do two compilers speak at once?")
            if len(data) < begin + size:
                break
            at = begin + size
            self._hear(data[begin:at])
        return data[at:]

    def _hear(self, payload: bytes) -> None:
        begin = payload.find(b"\n") + 1
        features = begin + _context_bytes(payload[:begin], self._task)
        if payload[features + self._size :] != b"\n":
            raise FormatError("an observation has another size than it says of itself")
        self._enter(payload[begin:features].decode(errors="replace"))
        observation = payload[features:-1]
        decision = self._rule.checked(self._decide(observation), observation)
        self.decisions.append(decision)
        answer = self._packing.pack(decision)
        os.write(self._inward, len(answer).to_bytes(LENGTH_BYTES, "little") + answer)

    def _enter(self, context: str) -> None:
        if context == self._context:
            return
        if self._context is None:
            header = header_of(self._task)
            self._rule.begin(header)
            self._decide = self._policy.begin(header)
        self._context = context
        self._entered(context)


def _nobody(_observation: bytes) -> float:
    raise AssertionError("a policy begins before it is asked")


@functools.lru_cache(maxsize=256)
def _context_bytes(line: bytes, task: Task) -> int:
    """The length of the function's name. FormatError for a line that describes other features."""
    try:
        tensors = [Tensor.of(one) for one in json.loads(line)["features"]]
    except (ValueError, KeyError, TypeError) as error:
        raise FormatError(f"no message of the plugin: {line[:80]!r}") from error
    context, *features = tensors or [Tensor("", "int64_t")]
    if context.name != _CONTEXT or tuple(features) != header_of(task).layout.tensors:
        raise FormatError(f"this compiler's features are not those of MLGO's {task}: {line[:200]!r}")
    return context.size_bytes
