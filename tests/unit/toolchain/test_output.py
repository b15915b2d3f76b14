"""What is kept of a process's output."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest

from rl4real_data.toolchain import output
from rl4real_data.toolchain.output import Output, Stream


@pytest.fixture
def stream() -> Iterator[Stream]:
    stream = Stream(20)
    yield stream
    stream.close()


def speak(stream: Stream, data: bytes) -> None:
    os.write(stream.theirs, data)
    assert stream.read()


@pytest.mark.parametrize("size", [0, 1, 9, 10, 11, 19, 20])
def test_short_text_is_whole(stream: Stream, size: int) -> None:
    text = bytes(range(65, 65 + size))
    for at in range(0, size, 3):
        speak(stream, text[at : at + 3])

    assert stream.text == text.decode()


@pytest.mark.parametrize("chunk", [1, 7, 100])
def test_of_a_long_text_both_ends_are_kept(stream: Stream, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "_CHUNK_BYTES", 100)
    text = b"0123456789" + b"x" * 300 + b"abcdefghij"
    for at in range(0, len(text), chunk):
        speak(stream, text[at : at + chunk])

    assert stream.text == "0123456789\n…\nabcdefghij"


def test_one_byte_too_many_is_the_middle_one(stream: Stream) -> None:
    speak(stream, b"0123456789-abcdefghij")

    assert stream.text == "0123456789\n…\nabcdefghij"


def test_end_and_silence_are_told_apart(stream: Stream) -> None:
    assert stream.read()
    stream.has_started()

    assert not stream.read()


def test_nobody_left_to_speak_is_heard_at_once() -> None:
    heard = Output(100)
    os.write(heard.stdout.theirs, b"out")
    os.write(heard.stderr.theirs, b"err")
    heard.has_started()

    assert heard.hear(30)
    assert (heard.stdout.text, heard.stderr.text) == ("out", "err")
    heard.close()


def test_endless_words_do_not_outlast_the_time() -> None:
    heard = Output(100)
    begin = time.monotonic()
    assert not heard.hear(0.05)
    assert 0.05 <= time.monotonic() - begin < 10
    assert not heard.hear(0)
    heard.close()


def test_what_was_said_in_time_is_heard_however_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may let a listener sleep through all of its time."""
    heard = Output(100)
    os.write(heard.stdout.theirs, b"out")
    os.write(heard.stderr.theirs, b"err")
    clock = iter((0.0, 60.0, 60.0, 60.0))
    monkeypatch.setattr(output.time, "monotonic", lambda: next(clock))

    assert not heard.hear(0.2)  # their ends are open still
    assert (heard.stdout.text, heard.stderr.text) == ("out", "err")
    heard.close()
