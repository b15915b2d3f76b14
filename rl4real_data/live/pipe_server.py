"""The model's side of MLCompilerBridge's pipes."""

from __future__ import annotations

__all__ = ["serve_pipe"]

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from rl4real_data.live.fifo_pair import connection, pipes
from rl4real_data.live.frames import FrameError, read_frame, write_frame
from rl4real_data.live.messages import Policy, answer
from rl4real_data.live.wires import Wire, WireError, read_message, write_advice


def serve_pipe(
    base: Path,
    wire: Wire,
    policy: Policy,
    *,
    ready: Callable[[], None],
    is_over: Callable[[], bool] = lambda: False,
) -> None:
    """Answers one compiler after the other until it is interrupted; `ready` is called once compilers can connect.

    A compiler that goes away, or sends what is no message, is let go of; behind each `is_over` tells whether it was the
    last one. UsageError if something else has these names.
    """
    with pipes(base) as pair:
        ready()
        while not is_over():
            with suppress(FrameError, WireError, BrokenPipeError), connection(*pair) as (to, source):
                _answer_one(to, source, wire, policy)


def _answer_one(to: BinaryIO, source: BinaryIO, wire: Wire, policy: Policy) -> None:
    while (payload := read_frame(source)) is not None:
        write_frame(to, write_advice(wire, answer(policy, read_message(wire, payload))))
