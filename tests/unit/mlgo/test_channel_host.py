"""The host of the channel, which is given bytes as compilers send them, in whatever pieces."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

import pytest
from channel_talk import header, line, observation, talk

from rl4real_data.core.errors import UsageError
from rl4real_data.mlgo.channel_host import Answer
from rl4real_data.mlgo.policies.simple import DefaultPolicy, RandomPolicy, ReplayPolicy
from rl4real_data.mlgo.tensors import FormatError, Header
from rl4real_data.traces.features import Task

BEGIN = header("cost", "inlining_default") + line({"context": ""})


def seen(number: int, *values: int) -> bytes:
    return observation(number, struct.pack(f"={len(values)}q", *values))


def answers(*decisions: int) -> bytes:
    return struct.pack(f"={len(decisions)}q", *decisions)


def test_default_decisions_are_those_of_the_column(tmp_path: Path) -> None:
    with talk(tmp_path, DefaultPolicy()) as talking:
        assert talking.say(BEGIN) == b""
        assert talking.say(seen(0, 7, 1)) == answers(1)
        assert talking.say(seen(1, 8, 0)) == answers(0)
        host = talking.host
        host.finish()
    assert host.decisions == [1, 0]
    assert host.contexts == [""]
    assert host.header is not None
    assert host.header.layout.columns(host.observations)["cost"].tolist() == [7, 8]


@pytest.mark.parametrize("size", [1, 7, 40])
def test_pieces_of_any_size_make_the_same(tmp_path: Path, size: int) -> None:
    said = BEGIN + seen(0, 10, 1) + seen(1, 0x0A0A0A0A0A0A0A0A, 0)  # tensors full of newlines
    with talk(tmp_path, DefaultPolicy()) as talking:
        heard = b"".join(talking.say(said[at : at + size]) for at in range(0, len(said), size))
    assert heard == answers(1, 0)


def test_several_messages_at_once(tmp_path: Path) -> None:
    with talk(tmp_path, DefaultPolicy()) as talking:
        assert talking.say(BEGIN + seen(0, 1, 1) + line({"context": "second"}) + seen(0, 2, 0)) == answers(1, 0)
        assert talking.host.context_steps == [0, 1]


def test_a_second_compiler_is_told_apart(tmp_path: Path) -> None:
    with talk(tmp_path, DefaultPolicy()) as talking:
        talking.say(BEGIN)
        with pytest.raises(FormatError, match="a second compiler speaks on the same channel"):
            talking.say(BEGIN)


def test_two_that_speak_at_once_are_told_apart(tmp_path: Path) -> None:
    with talk(tmp_path, DefaultPolicy()) as talking:
        talking.say(BEGIN)
        with pytest.raises(FormatError, match="do two compilers speak at once"):
            talking.say(line({"observation": 0}) + BEGIN)


def test_a_message_that_is_cut_off(tmp_path: Path) -> None:
    with talk(tmp_path, DefaultPolicy()) as talking:
        talking.say(BEGIN + seen(0, 1, 1)[:-3])
        with pytest.raises(FormatError, match="cut off"):
            talking.host.finish()


@pytest.mark.parametrize("said", [b"hello\n", b"{}\n", b'{"features":[{"name":"a"}],"advice":{}}\n'])
def test_what_is_no_header(tmp_path: Path, said: bytes) -> None:
    with talk(tmp_path, DefaultPolicy()) as talking, pytest.raises(FormatError, match=r"no header|describes no tensor"):
        talking.say(said)


def test_another_tasks_header(tmp_path: Path) -> None:
    other = line({"features": [], "advice": {"name": "priority", "type": "float", "port": 0, "shape": [1]}})
    with talk(tmp_path, DefaultPolicy()) as talking, pytest.raises(FormatError, match="no inlining_decision"):
        talking.say(other)


def test_a_compiler_that_tells_no_default(tmp_path: Path) -> None:
    with talk(tmp_path, DefaultPolicy()) as talking, pytest.raises(FormatError, match="sends no inlining_default"):
        talking.say(header("cost"))


class Fixed:
    """Answers in their order, whatever is asked."""

    def __init__(self, decisions: Sequence[float]) -> None:
        self._decisions = iter(decisions)

    def begin(self, _header: Header) -> Answer:
        return lambda _observation: next(self._decisions)


@pytest.mark.parametrize("wrong", [2, -1, 0.5, float("nan")])
def test_an_answer_out_of_range_is_not_sent(tmp_path: Path, wrong: float) -> None:
    with talk(tmp_path, Fixed([wrong])) as talking:
        talking.say(BEGIN)
        with pytest.raises(UsageError, match="where inlining takes 0 or 1"):
            talking.say(seen(0, 1, 1))
        assert talking.host.decisions == []


def test_a_replay_that_is_asked_for_more(tmp_path: Path) -> None:
    with talk(tmp_path, ReplayPolicy([1])) as talking:
        assert talking.say(BEGIN + seen(0, 1, 0)) == answers(1)
        with pytest.raises(UsageError, match="asks more than the 1 decisions"):
            talking.say(seen(1, 1, 0))


def test_random_is_both_answers_and_the_same_again(tmp_path: Path) -> None:
    said = BEGIN + b"".join(seen(number, 0, 0) for number in range(64))
    heard = []
    for _ in range(2):
        with talk(tmp_path, RandomPolicy(Task.INLINING, seed=3)) as talking:
            heard.append(talking.say(said))
    assert heard[0] == heard[1]
    assert set(struct.unpack("=64q", heard[0])) == {0, 1}


def test_pipes_are_removed(tmp_path: Path) -> None:
    with talk(tmp_path, DefaultPolicy()):
        assert len(list(tmp_path.iterdir())) == 2
    assert list(tmp_path.iterdir()) == []
