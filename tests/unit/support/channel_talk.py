"""What a compiler says on the channel, made by the rules of LLVM's TrainingLogger."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rl4real_data.mlgo.advice_rules import AdviceRule, InliningRule
from rl4real_data.mlgo.channel_host import Channel, ChannelHost, ChannelPolicy


def described(name: str, kind: str = "int64_t", shape: Sequence[int] = (1,)) -> dict[str, object]:
    return {"name": name, "type": kind, "port": 0, "shape": list(shape)}


def line(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"


def header(*names: str, advice: str = "inlining_decision") -> bytes:
    return line({"features": [described(name) for name in names], "advice": described(advice)})


def observation(number: int, tensors: bytes) -> bytes:
    return line({"observation": number}) + tensors + b"\n"


class Talk:
    """The compiler's ends of the pipes."""

    def __init__(self, host: ChannelHost, base: Path) -> None:
        self.host = host
        self._to = os.open(f"{base}.out", os.O_WRONLY | os.O_NONBLOCK)
        self._answers = os.open(f"{base}.in", os.O_RDONLY | os.O_NONBLOCK)

    def say(self, data: bytes) -> bytes:
        """Says it, lets the host read, and returns what it was answered."""
        os.write(self._to, data)
        assert self.host.read()
        try:
            return os.read(self._answers, 1 << 16)
        except BlockingIOError:
            return b""

    def close(self) -> None:
        os.close(self._to)
        os.close(self._answers)


@contextmanager
def talk(folder: Path, policy: ChannelPolicy, rule: AdviceRule | None = None) -> Iterator[Talk]:
    channel = Channel.in_folder(folder)
    with channel.hosted(policy, rule or InliningRule()) as host:
        talking = Talk(host, channel.base)
        try:
            yield talking
        finally:
            talking.close()
