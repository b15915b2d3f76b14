"""The output of a process, heard through pipes.

Of what it says the beginning and the end are kept: a process that prints without end costs no memory and no disk, and a
full disk does not silence it.
"""

from __future__ import annotations

import os
import select
import time
from typing import Final, Protocol

ANSWER_BYTES: Final = 1 << 29
"""What is kept of a tool's answer, half from its beginning and half from its end: Debian's index has 80 MB."""

MESSAGE_BYTES: Final = 1 << 16
"""The same of what is said besides: a crash begins with the reason and ends with a stack dump."""

_CHUNK_BYTES: Final = 1 << 16
"""A pipe holds no more."""


class Listener(Protocol):
    """Whoever hears a descriptor of its own while a process is under way; what `read` raises ends the process."""

    @property
    def ours(self) -> int: ...

    def read(self) -> bool:
        """Takes in what is there; false if it listens no longer."""
        ...


class Stream:
    """A pipe: whoever inherits `theirs` speaks, this process hears."""

    def __init__(self, most_bytes: int) -> None:
        """OSError if the system has no more descriptors."""
        self._half = most_bytes // 2
        self._begin = bytearray()
        self._end = bytearray()
        self._is_cut = False
        self.ours, self.theirs = os.pipe()
        os.set_blocking(self.ours, False)

    def has_started(self) -> None:
        """Closes their end here: from now on the pipe ends with the last process that has it."""
        if self.theirs >= 0:
            os.close(self.theirs)
            self.theirs = -1

    def close(self) -> None:
        self.has_started()
        os.close(self.ours)

    def read(self) -> bool:
        """Takes in what is there; false at the end."""
        try:
            data = os.read(self.ours, _CHUNK_BYTES)
        except BlockingIOError:
            return True
        room = self._half - len(self._begin)
        self._begin += data[:room]
        self._end += data[room:]
        if len(self._end) > 2 * self._half + _CHUNK_BYTES:  # rarely, since it moves what is kept
            self._forget()
        return bool(data)

    def _forget(self) -> None:
        del self._end[: -self._half]
        self._is_cut = True

    @property
    def text(self) -> str:
        if len(self._end) > self._half:
            self._forget()
        if not self._is_cut:
            return (self._begin + self._end).decode(errors="backslashreplace")
        return self._begin.decode(errors="backslashreplace") + "\n…\n" + self._end.decode(errors="replace")


class Output:
    """The stdout, of which `stdout_bytes` are kept, and the stderr of one process; a `listener` of another channel."""

    def __init__(self, stdout_bytes: int, listener: Listener | None = None) -> None:
        self.stdout = Stream(stdout_bytes)
        try:
            self.stderr = Stream(MESSAGE_BYTES)
        except OSError:
            self.stdout.close()
            raise
        self._open = {stream.ours: stream for stream in (self.stdout, self.stderr)}
        self._listeners = {} if listener is None else {listener.ours: listener}

    def has_started(self) -> None:
        """The process has inherited what it needs."""
        self.stdout.has_started()
        self.stderr.has_started()

    def close(self) -> None:
        self.stdout.close()
        self.stderr.close()

    def hear(self, timeout_s: float, *, until: int | None = None) -> bool:
        """Takes in what is said within `timeout_s`.

        True as soon as the descriptor `until` can be read, or without one as soon as nobody can say anything any more;
        what the listener hears counts only until then.
        """
        poll = select.poll()
        for descriptor in (*self._open, *(() if until is None else (*self._listeners, until))):
            poll.register(descriptor, select.POLLIN)
        deadline = time.monotonic() + timeout_s
        while until is not None or self._open:
            remaining_s = deadline - time.monotonic()
            events = poll.poll(max(remaining_s, 0) * 1000)  # also if a busy machine has let the time pass before
            if not events:
                return False
            for descriptor, _ in events:
                if descriptor == until:
                    return True
                if not self._hears_on(descriptor):
                    poll.unregister(descriptor)
            if remaining_s <= 0 and self._open:  # somebody speaks without end
                return False
        return True

    def _hears_on(self, descriptor: int) -> bool:
        """False at the end of what is said there."""
        if descriptor in self._listeners:
            goes_on = self._listeners[descriptor].read()
            if not goes_on:
                del self._listeners[descriptor]
        else:
            goes_on = self._open[descriptor].read()
            if not goes_on:
                del self._open[descriptor]
        return goes_on
