"""The plugin's pipe from the policy's side, with messages that are written here by hand."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rl4real_data.core.errors import UsageError
from rl4real_data.mlgo.channel_host import Answer
from rl4real_data.mlgo.pipe_host import PipeHost
from rl4real_data.mlgo.pipe_pair import opened_pipes
from rl4real_data.mlgo.tensors import FormatError, Header
from rl4real_data.traces.features import Task

NUMBERS = struct.Struct("=qqf")
"""The three features of a priority."""


class Policy:
    """Asks `decide` with the features of a priority."""

    def __init__(self, decide: Callable[..., float]) -> None:
        self.decide = decide

    def begin(self, header: Header) -> Answer:
        assert header.layout.names == ("li_size", "stage", "weight")
        return lambda observation: self.decide(*NUMBERS.unpack(observation))


def described(name: str, kind: str, count: int) -> dict[str, object]:
    return {"name": name, "type": kind, "port": 6020, "shape": [count]}


def message(function: str, *numbers: float, weight: str = "weight") -> bytes:
    """As Messages.cpp of the plugin writes it, in a frame."""
    name = function.encode()
    features = [described("context", "uint8_t", len(name)), described("li_size", "int64_t", 1)]
    features += [described("stage", "int64_t", 1), described(weight, "float", 1)]
    payload = json.dumps({"features": features}).encode() + b"\n" + name + NUMBERS.pack(*numbers) + b"\n"
    return len(payload).to_bytes(8, "little") + payload


@pytest.fixture
def pipes(tmp_path: Path) -> Iterator[tuple[int, int]]:
    with opened_pipes(tmp_path / "pipe") as pair:
        yield pair
    assert list(tmp_path.iterdir()) == []


def test_questions_in_pieces_are_answered_in_their_order(pipes: tuple[int, int]) -> None:
    inward, outward = pipes
    entered: list[str] = []
    policy = Policy(lambda size, stage, weight: size * 100 + stage * 10 + weight)
    host = PipeHost(inward, outward, policy, Task.PRIORITY, entered=entered.append)
    sent = message("f", 1, 2, 0.5) + message("f", 3, 4, 0.25) + message("g", 10, 10, 0.0)  # 10 is a newline
    for begin in range(0, len(sent), 7):
        os.write(outward, sent[begin : begin + 7])
        assert host.read()
    host.finish()

    frame = struct.Struct("=qf")
    assert [frame.unpack(os.read(inward, frame.size)) for _ in range(3)] == [(4, 120.5), (4, 340.25), (4, 1100.0)]
    assert host.decisions == [120.5, 340.25, 1100.0]
    assert entered == ["f", "g"]


@pytest.mark.parametrize("wrong", [-1.0, 4294967296.0, float("nan"), float("inf")])
def test_what_greedys_queue_does_not_hold_is_not_sent(pipes: tuple[int, int], wrong: float) -> None:
    inward, outward = pipes
    host = PipeHost(inward, outward, Policy(lambda *_: wrong), Task.PRIORITY)
    os.write(outward, message("f", 1, 2, 3))

    with pytest.raises(UsageError, match=r"where greedy's queue takes a priority from 0 to 4294967040"):
        host.read()
    with pytest.raises(BlockingIOError):
        os.read(inward, 1)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (message("f", 1, 2, 3, weight="height"), "features are not those of MLGO's priority"),
        (b"\x03" + bytes(7) + b"{}\n", "no message of the plugin"),
        (b"\x0f" + bytes(7) + b'{"features":[]}\n'[:15], "no message of the plugin"),
        (b"\xff" * 8, "a message of 18,446,744,073,709,551,615 bytes"),
        (message("f", 1, 2, 3)[:-1] + b"x", "another size"),
    ],
)
def test_what_is_no_message(pipes: tuple[int, int], sent: bytes, said: str) -> None:
    host = PipeHost(*pipes, Policy(lambda *_: 1.0), Task.PRIORITY)
    os.write(pipes[1], sent)

    with pytest.raises(FormatError, match=said):
        host.read()


def test_a_message_that_is_cut_off(pipes: tuple[int, int]) -> None:
    host = PipeHost(*pipes, Policy(lambda *_: 1.0), Task.PRIORITY)
    os.write(pipes[1], message("f", 1, 2, 3)[:-3])
    assert host.read()
    assert host.read()  # nothing more is there

    with pytest.raises(FormatError, match="cut off"):
        host.finish()
