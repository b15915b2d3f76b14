"""The model's side of LLVM's interactive channel, which every stock clang speaks.

A line describes the features and the advice, a line names each context (a function, a module), a line numbers each
observation; raw tensors follow it, and a newline. The answer is the raw advice.
"""

from __future__ import annotations

__all__ = ["serve_interactive"]

import json
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from rl4real_data.live.fifo_pair import connection, pipes
from rl4real_data.live.messages import Message, Policy
from rl4real_data.live.wires import TensorSpec, WireError

CONTEXT = "context"


def serve_interactive(base: Path, policy: Policy, *, ready: Callable[[], None]) -> None:
    """Answers one compiler after the other until it is interrupted; `ready` is called once compilers can connect.

    A message begins with the pair `("context", NAME)`. The policy must answer: a compiler without its answer fails.
    """
    with pipes(base) as pair:
        ready()
        while True:
            with suppress(WireError, BrokenPipeError), connection(*pair) as (to, source):
                answer_channel(to, source, policy)


def answer_channel(to: BinaryIO, source: BinaryIO, policy: Policy) -> None:
    """Answers all that a compiler asks; WireError for what is none of the channel's."""
    header = source.readline()
    if not header:
        return
    with _told_apart():
        described = json.loads(header)
        specs = [TensorSpec.of(one) for one in described["features"]]
        advised = TensorSpec.of(described["advice"])
    for message in _messages(source, specs):
        advice = policy(message)
        numbers = [advice] if isinstance(advice, int | float) else advice
        to.write(array(advised.type_code, numbers).tobytes())


def _messages(source: BinaryIO, specs: Sequence[TensorSpec]) -> Iterator[Message]:
    name = ""
    while line := source.readline():
        with _told_apart():
            told: Mapping[str, Any] = json.loads(line)
            if CONTEXT in told:
                name = str(told[CONTEXT])
                continue
            message: Message = [(CONTEXT, name), *((spec.name, spec.read(source.read(spec.size))) for spec in specs)]
            source.read(1)  # the newline
        yield message


@contextmanager
def _told_apart() -> Iterator[None]:
    """What is wrong with a message is none of the policy's errors."""
    try:
        yield
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise WireError(f"no message of the interactive channel: {error}") from error
