"""The host of LLVM's interactive channel, for one compiler that this process runs.

The compiler opens BASE.in, then BASE.out, and sleeps for ever where it is given no answer; with nobody at the other
end it turns without end. So both pipes are there, and open here, before it starts; its death is seen on the process
itself, and whatever goes wrong here is raised in the loop that runs it, which kills it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol, Self

from rl4real_data.mlgo.advice_rules import AdviceRule
from rl4real_data.mlgo.pipe_pair import opened_pipes
from rl4real_data.mlgo.tensors import FormatError, Header, read_header

Answer = Callable[[bytes], float]
"""What is decided on one observation, whose tensors lie in the bytes as the header says."""

_CHUNK_BYTES: Final = 1 << 16
"""A pipe holds no more."""
_OBSERVATION: Final = b'{"observation":'
_CONTEXT: Final = "context"


class ChannelPolicy(Protocol):
    """Who decides. It looks at the header first: UsageError for features that it cannot do without."""

    def begin(self, header: Header) -> Answer: ...


class ChannelHost:
    """A `Listener` that answers all observations; what it has heard stays in it.

    `read` raises FormatError for bytes that are none of the channel's and for a second compiler, and UsageError for an
    answer that the compiler must not get.
    """

    def __init__(self, inward: int, outward: int, policy: ChannelPolicy, rule: AdviceRule) -> None:
        self.header: Header | None = None
        self.contexts: list[str] = []
        self.observations: list[bytes] = []
        self.decisions: list[float] = []
        self.context_steps: list[int] = []
        """How many observations had been heard before each context."""
        self._inward, self.ours = inward, outward
        self._policy, self._rule = policy, rule
        self._pending = b""
        self._size = 0

    def read(self) -> bool:
        """Takes in what the compiler says, and answers it."""
        try:
            data = os.read(self.ours, _CHUNK_BYTES)
        except BlockingIOError:
            return True
        self._pending = self._take(self._pending + data if self._pending else data)
        return True

    def finish(self) -> None:
        """Takes in what was said before the compiler's end. FormatError for half a message."""
        while True:
            try:
                data = os.read(self.ours, _CHUNK_BYTES)
            except BlockingIOError:
                break
            self._pending = self._take(self._pending + data)
        if self._pending:
            raise FormatError("the compiler's last message is cut off")

    def _take(self, data: bytes) -> bytes:
        """Answers the whole messages of `data`; what is left of it."""
        at = 0
        while (end := data.find(b"\n", at) + 1) > 0:
            if self._size and data.startswith(_OBSERVATION, at):
                after = end + self._size + 1
                if len(data) < after:
                    break
                self._answer(data[end : after - 1], data[after - 1 : after])
                at = after
            else:
                self._hear(data[at:end])
                at = end
        return data[at:]

    def _answer(self, observation: bytes, end: bytes) -> None:
        if end != b"\n":
            raise FormatError("an observation has another size than the header says; do two compilers speak at once?")
        decision = self._rule.checked(self._decide(observation), observation)
        self.observations.append(observation)
        self.decisions.append(decision)
        os.write(self._inward, self._rule.packed(decision))

    def _hear(self, line: bytes) -> None:
        """A header or a context."""
        if self.header is None:
            self.header = read_header(line)
            self._size = self.header.layout.size_bytes
            self._rule.begin(self.header)
            self._decide: Answer = self._policy.begin(self.header)
            return
        try:
            told = json.loads(line)
            self.contexts.append(str(told[_CONTEXT]))
        except (ValueError, KeyError, TypeError) as error:
            raise FormatError(_why_no_message(line)) from error
        self.context_steps.append(len(self.observations))


def _why_no_message(line: bytes) -> str:
    if line.startswith(b'{"features"'):
        return "a second compiler speaks on the same channel: one command may compile one module, in one thread"
    return f"no message of the interactive channel: {line[:80]!r}"


class Channel:
    """A pair of pipes in a folder of its own: `base` is what the compiler's flags name."""

    def __init__(self, base: Path) -> None:
        self.base = base

    @contextmanager
    def hosted(self, policy: ChannelPolicy, rule: AdviceRule) -> Iterator[ChannelHost]:
        """A host for one compiler. The pipes are new, and removed at the end."""
        with opened_pipes(self.base) as (inward, outward):
            yield ChannelHost(inward, outward, policy, rule)

    @classmethod
    def in_folder(cls, folder: Path) -> Self:
        return cls(folder / "channel")
