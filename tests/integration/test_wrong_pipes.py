"""Models behind pipes that are wrong, slow or gone: clear words for that function, and the compiler ends well."""

from __future__ import annotations

import json
import os
import re
import struct
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from .hello import Hello, finish
from .model_sides import Channel, channel, frame, out

pytestmark = pytest.mark.clang

PLENTY_MS, SHORT_MS = 120_000, 400
Script = Callable[[Channel], None]


def says(data: bytes) -> Script:
    """Answers the first question with these bytes, and closes."""

    def play(model: Channel) -> None:
        model.receive_frame()
        model.send(data)
        model.close()

    return play


def stays(data: bytes) -> Script:
    """Answers the first question with these bytes, and stays."""

    def play(model: Channel) -> None:
        model.receive_frame()
        model.send(data)

    return play


def closes(model: Channel) -> None:
    model.receive_frame()
    model.close()


def drips(model: Channel) -> None:
    """A byte at a time, the last one never."""
    model.receive_frame()
    for byte in out(1)[:-1]:
        model.send(bytes([byte]))


JSON_KINDS: dict[str, tuple[Script, str]] = {
    "closes before it answers": (closes, r"pipe.in: the model's side closed it after 0 of 8 bytes"),
    "closes within the length": (says(out(1)[:5]), r"the model's side closed it after 5 of 8 bytes"),
    "closes within the payload": (says(out(1)[:12]), r"the model's side closed it after 4 of 10 bytes"),
    "a length without end": (
        stays(b"\xff" * 8),
        r"the answer has 18446744073709551615 bytes; at most 1048576 are taken",
    ),
    "a negative length": (stays(struct.pack("<q", -1)), r"the answer has 18446744073709551615 bytes"),
    "a byte more than the limit": (stays(struct.pack("<q", 1048577)), r"the answer has 1048577 bytes; at most"),
    "a length in the other order": (stays(struct.pack(">q", 10)), r"the answer has 720575940379279360 bytes"),
    "no length": (stays(b'{"out": 1}' * 2), r"the answer has \d+ bytes; at most"),
    "an empty payload": (stays(frame(b"")), r"the answer is empty"),
    "no JSON": (stays(frame(b"hello")), r"no JSON: an object was expected at byte 0 of 5"),
    "half of a JSON": (stays(frame(b'{"out": [1')), r"no JSON: a value was expected at byte 10 of 10"),
    "a list in place of an object": (stays(frame(b"[1]")), r"no JSON: an object was expected"),
    "more behind the object": (stays(frame(b'{"out": 1} 2')), r"no JSON: the end was expected at byte 11"),
    "another key": (stays(frame(b'{"advice": 1}')), r'the answer has no "out"'),
    "deeper than any answer": (stays(frame(b'{"a": ' + b"[" * 100_000)), r"no JSON: a value was expected"),
    "null": (stays(frame(b'{"out": null}')), r"no JSON: a value was expected at byte 8"),
    "an object": (stays(frame(b'{"out": {"a": 1}}')), r"no JSON: a value was expected"),
    "text": (stays(out("spill")), r"the answer is text where numbers were expected"),
    "a fraction": (stays(out(1.5)), r"the answer has 1\.500000 where an integer was expected"),
    "no number": (stays(out(float("nan"))), r"the answer has -?nan where an integer was expected"),
    "infinity": (stays(out(float("-inf"))), r"the answer has -inf where an integer was expected"),
    "out of range": (stays(out(1 << 40)), r"the answer has 1099511627776, which is out of range"),
    "beyond all numbers": (stays(frame(b'{"out": 1e999}')), r"the answer has inf where an integer was expected"),
    "several kinds": (stays(out([1, "a"])), r"the answer is a list of several kinds of values"),
    "too many": (stays(out([1, 2])), r"one number was expected, not 2"),
    "too few": (stays(out([])), r"one number was expected, not 0"),
}
BYTES_KINDS: dict[str, tuple[Script, str]] = {
    "bytes that are no integers": (stays(frame(b"12345")), r"the answer has 5 bytes, which is no number of int32_ts"),
    "too many integers": (stays(frame(struct.pack("<2i", 1, 2))), r"one number was expected, not 2"),
    "closes within an integer": (says(frame(b"1234")[:10]), r"the model's side closed it after 2 of 4 bytes"),
}
SLOW_KINDS: dict[str, tuple[Script, str]] = {
    "says nothing": (stays(b""), r"pipe.in: no answer within the limit, after 0 of 8 bytes"),
    "says half": (stays(out(1)[:9]), r"no answer within the limit, after 1 of 10 bytes"),
    "drips": (drips, r"no answer within the limit, after 9 of 10 bytes"),
}


def first_line(hello: Hello, model: Channel, script: Script, **flags: object) -> str:
    """What is said of the only function."""
    compiler = hello.only_one().start(runner="pipe", address=model.base, **flags)
    script(model)
    model.close()
    return finish(compiler)[0]


def expect(line: str, words: str) -> None:
    head, _, reason = line.partition("no advice: ")
    assert head == "hello: three: 3 instructions, "
    assert re.search(words, reason), line


@pytest.mark.parametrize("kind", JSON_KINDS)
def test_json(hello: Hello, tmp_path: Path, kind: str) -> None:
    script, words = JSON_KINDS[kind]
    with channel(tmp_path) as model:
        expect(first_line(hello, model, script, limit=PLENTY_MS), words)


@pytest.mark.parametrize("kind", BYTES_KINDS)
def test_bytes(hello: Hello, tmp_path: Path, kind: str) -> None:
    script, words = BYTES_KINDS[kind]
    with channel(tmp_path) as model:
        expect(first_line(hello, model, script, format="bytes", limit=PLENTY_MS), words)


@pytest.mark.parametrize("kind", SLOW_KINDS)
def test_slow(hello: Hello, tmp_path: Path, kind: str) -> None:
    script, words = SLOW_KINDS[kind]
    with channel(tmp_path) as model:
        compiler = hello.only_one().start(address=model.base, limit=SHORT_MS)
        script(model)
        expect(finish(compiler)[0], words)


def test_no_reader_takes_a_long_question(hello: Hello, tmp_path: Path) -> None:
    """More than the pipe holds."""
    body = "\n".join(f"  br label %b{n}\nb{n}:" for n in range(20_000))
    long = tmp_path / "long.ll"
    long.write_text(f"define void @three() {{\n{body}\n  ret void\n}}\n")
    with channel(tmp_path) as model:
        compiler = Hello(opt=hello.opt, plugin=hello.plugin, code=long).start(address=model.base, limit=3000)
        (line,) = finish(compiler)
    assert line.partition("no advice: ")[2].endswith("bytes within the limit")


def test_question_over_the_limit(hello: Hello, tmp_path: Path) -> None:
    with channel(tmp_path) as model:
        said = hello.only_one().say(address=model.base, message_limit=20)
    expect(said[0], r"the question has \d+ bytes; at most 20")


def test_answers_twice(hello: Hello, tmp_path: Path) -> None:
    """The second answer belongs to no question, and is not taken for that of the next one."""
    with channel(tmp_path) as model:
        compiler = hello.start(address=model.base, limit=SHORT_MS)
        model.receive_frame()
        model.send(out(1) + out(2))
        said = finish(compiler)
    assert said[0].endswith("advice 1.000000")
    assert said[1].endswith("no advice: " + f"{model.base}.in: the model said more than it was asked for")


def test_stops_listening(hello: Hello, tmp_path: Path) -> None:
    """Writing to it raises SIGPIPE, which would end the compiler."""
    with channel(tmp_path) as model:
        compiler = hello.start(address=model.base, limit=PLENTY_MS)
        model.receive_frame()
        model.stop_listening()
        model.send(out(1))
        said = finish(compiler)
    assert said[0].endswith("advice 1.000000")
    assert said[1].endswith(f"no advice: {model.base}.out: the model's side closed it")


def test_speaks_first(hello: Hello, tmp_path: Path) -> None:
    with channel(tmp_path) as model:
        model.send(out(1))
        expect(finish(hello.only_one().start(address=model.base))[0], r"the model said more than it was asked for")


def test_no_files(hello: Hello, tmp_path: Path) -> None:
    said = hello.say(address=tmp_path / "none", limit=SHORT_MS)
    expect(said[0], r"none.in: No such file or directory")


def test_nobody_opens(hello: Hello, tmp_path: Path) -> None:
    for end in ("in", "out"):
        os.mkfifo(tmp_path / f"pipe.{end}")
    said = hello.say(address=tmp_path / "pipe", limit=SHORT_MS)
    expect(said[0], r"pipe.out: nobody opened it to read within the limit")


@pytest.mark.parametrize("end", ["in", "out"])
def test_no_pipes(hello: Hello, tmp_path: Path, end: str) -> None:
    for other in ("in", "out"):
        os.mkfifo(tmp_path / f"pipe.{other}")
    (tmp_path / f"pipe.{end}").unlink()
    (tmp_path / f"pipe.{end}").write_bytes(out(1))
    said = hello.say(address=tmp_path / "pipe", limit=SHORT_MS)
    expect(said[0], rf"pipe.{end} is no pipe")


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (Channel.close, r"closed it after 0 of 8 bytes"),
        (lambda model: (model.send(b"123"), model.close()), r"closed it after 3 of 8 bytes"),
    ],
    ids=["closes", "half an answer"],
)
def test_interactive_channel(hello: Hello, tmp_path: Path, script: Script, words: str) -> None:
    with channel(tmp_path) as model:
        compiler = hello.only_one().start(runner="interactive", address=model.base, limit=PLENTY_MS)
        for _ in range(3):
            model.receive_line()
        script(model)
        model.close()
        expect(finish(compiler)[0], words)


def next_frame(model: Channel) -> bytes:
    """The next compiler's first: between two compilers the pipe has come to its end."""
    until = time.monotonic() + PLENTY_MS / 1000
    while not (frame := model.receive_frame()):
        assert time.monotonic() < until
    return frame


def test_compilers_wait_for_each_other(hello: Hello, tmp_path: Path) -> None:
    """Two at a time at one pair of pipes would take each other's answers."""
    with channel(tmp_path) as model:
        first = hello.start(address=model.base, limit=PLENTY_MS)
        assert json.loads(model.receive_frame())["name"] == "three"
        second = hello.only_one().start(address=model.base, limit=PLENTY_MS)
        third = hello.only_one().say(address=model.base, limit=SHORT_MS)
        model.send(out(30))
        assert json.loads(model.receive_frame())["name"] == "four"
        model.send(out(40))
        assert [line[-9:] for line in finish(first)] == ["30.000000", "40.000000"]
        assert json.loads(next_frame(model))["name"] == "three"
        model.send(out(50))
        assert finish(second)[0].endswith("advice 50.000000")
    expect(third[0], r"pipe.in: another compiler is still asking")
