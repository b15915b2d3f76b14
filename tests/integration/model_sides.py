"""The model's side of the channels, right or wrong, played byte by byte."""

from __future__ import annotations

import fcntl
import json
import os
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MOST_SECONDS = 300  # until the compiler speaks


class Channel:
    """A pair of pipes that a compiler finds open already: nothing here waits for it but `receive`."""

    def __init__(self, base: Path) -> None:
        self.base = base
        for end in ("in", "out"):
            os.mkfifo(f"{base}.{end}")
        self._source = os.open(f"{base}.out", os.O_RDONLY | os.O_NONBLOCK)
        self._to = os.open(f"{base}.in", os.O_RDWR)
        self._taken = b""

    def send(self, data: bytes) -> None:
        os.write(self._to, data)

    def receive(self, size: int) -> bytes:
        """The next bytes from the compiler; fewer only if it has gone."""
        while len(self._taken) < size:
            ready, _, _ = select.select([self._source], [], [], MOST_SECONDS)
            assert ready, "the compiler says nothing"
            try:
                data = os.read(self._source, 1 << 16)
            except BlockingIOError:
                continue
            if not data:
                break
            self._taken += data
        data, self._taken = self._taken[:size], self._taken[size:]
        return data

    def receive_frame(self) -> bytes:
        return self.receive(int.from_bytes(self.receive(8), "little"))

    def receive_line(self) -> bytes:
        line = b""
        while not line.endswith(b"\n"):
            line += self.receive(1)
        return line

    def stop_listening(self) -> None:
        os.close(self._source)
        self._source = -1

    def close(self) -> None:
        for end in (self._to, self._source):
            if end >= 0:
                os.close(end)
        self._to = self._source = -1


@contextmanager
def channel(folder: Path) -> Iterator[Channel]:
    opened = Channel(folder / "pipe")
    try:
        yield opened
    finally:
        opened.close()


def wait_for_lock(path: Path) -> None:
    """Until a compiler stands in front of the pipe."""
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        while True:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            fcntl.flock(file, fcntl.LOCK_UN)
            time.sleep(0.001)
    except BlockingIOError:
        return
    finally:
        os.close(file)


def frame(payload: bytes) -> bytes:
    return len(payload).to_bytes(8, "little") + payload


def out(value: object) -> bytes:
    """A frame of JSON advice."""
    return frame(json.dumps({"out": value}).encode())
