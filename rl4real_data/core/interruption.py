"""Interruption of the command line by a signal, noted for good so that nothing can swallow it.

The handler raises KeyboardInterrupt in the main thread, as Python's own does: that ends whatever waits. But an
exception can be lost in a library that drops errors (Arrow's C++ side, which imports pandas), in `__del__` or in a
callback. So the handler also notes the signal and ends the processes that were started; `check`, which our loops call,
raises again; and the exit code is 128 + the signal's number whatever became of the exception.

Python runs a handler when the main thread goes on. One that arrives while that thread is about to wait for another one,
or that the kernel gives to another thread, wakes nobody: the wait would go on to its end, for minutes. So a thread is
told of every signal by the kernel, and wakes the main thread until the handler has run.

Imported before anything else of ours: this file must be quick to load.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import time
from _thread import get_ident, start_new_thread

TYPE_CHECKING = False  # `typing` itself takes longer to load than Python to start
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any, Final

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
HINT: Final = "the same command resumes"

_POKE: Final = signal.SIGURG
"""Nobody minds it: by itself it is ignored."""
_POKE_AFTER_S: Final = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


class _Noted:
    """What became of the signals so far; there is one for the process, and only the main thread writes to it."""

    def __init__(self, *, main_thread: int = 0, is_own_process: bool = False) -> None:
        self.main_thread = main_thread  # of whoever listens; 0: nobody does, and signals do what they did before
        self.is_own_process = is_own_process
        self.number = 0  # of the first signal that arrived
        self.arrivals = 0
        self.shields = 0
        self.is_held_back = False  # it arrived behind a shield, and has not been delivered yet
        self.is_stopping = False
        self.is_closed = False


_noted = _Noted()
_endings: list[Callable[[], None]] = []


class listening:
    """Our handler instead of the one before, which is put back at the end.

    Does nothing off the main thread, where Python takes no handlers, and inside of another. A signal that the process
    was started to ignore (a shell's background job, nohup) stays ignored. `is_own_process`: nobody else's work is lost
    if a second signal ends the process at once.
    """

    def __init__(self, *, is_own_process: bool = False) -> None:
        self._is_own_process = is_own_process
        self._before: dict[signal.Signals, Any] = {}
        self._waking = -1  # what the kernel writes signals to, for whoever wakes the main thread
        self._hook: Callable[[sys.UnraisableHookArgs], Any] | None = None

    def __enter__(self) -> None:
        global _noted
        if _noted.main_thread:
            return
        before = {number: signal.getsignal(number) for number in SIGNALS}
        _noted = _Noted(main_thread=get_ident(), is_own_process=self._is_own_process)
        self._hook, sys.unraisablehook = sys.unraisablehook, self._keep_quiet
        for number, handler in before.items():
            if handler is signal.SIG_IGN or handler is None:  # None: one that is not Python's
                continue
            try:
                signal.signal(number, _note)
            except ValueError:  # not the main thread
                self.__exit__()
                return
            self._before[number] = handler
        if self._before:
            self._start_waking()

    def __exit__(self, *_: object) -> None:
        global _noted
        if self._hook is None:
            return
        if self._waking >= 0:
            signal.set_wakeup_fd(-1)
            os.close(self._waking)  # which ends the thread
        for number, handler in self._before.items():
            signal.signal(number, handler)
        sys.unraisablehook, self._hook = self._hook, None
        _noted = _Noted()

    def _start_waking(self) -> None:
        """Does without where somebody else, such as asyncio, is told of signals, or uses ours."""
        poke = signal.getsignal(_POKE)
        reading, writing = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(writing, False)
        other = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        if other >= 0 or poke not in (signal.SIG_DFL, signal.SIG_IGN):
            signal.set_wakeup_fd(other)
            os.close(reading)
            os.close(writing)
            return
        self._before[_POKE] = poke
        signal.signal(_POKE, _go_on)
        self._waking = writing
        start_new_thread(_wake, (reading, _noted))

    def _keep_quiet(self, unraisable: sys.UnraisableHookArgs) -> None:
        """The interruption is noted: that some `__del__` lost the exception is no news for the user."""
        if self._hook is not None and not issubclass(unraisable.exc_type, KeyboardInterrupt):
            self._hook(unraisable)


class shielded:
    """Holds a signal back to the end of a short block that must not be left half done; no block may wait long."""

    def __enter__(self) -> None:
        if get_ident() == _noted.main_thread:
            _noted.shields += 1

    def __exit__(self, *_: object) -> None:
        if get_ident() != _noted.main_thread:
            return
        _noted.shields -= 1
        if _noted.is_held_back and not _noted.shields:
            _deliver()


class ends_here:
    """A signal is the normal end of what stands inside, such as a server: it is forgotten behind it."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        if kind is None or not issubclass(kind, KeyboardInterrupt):
            return False
        _noted.number = _noted.arrivals = 0
        _noted.is_stopping = False
        return True


def check() -> None:
    """Raises once a signal has arrived: KeyboardInterrupt in the main thread; InterruptedError, an OSError, in others,
    whose pools would not survive the former.
    """
    if _noted.is_stopping:
        if get_ident() == _noted.main_thread:
            raise KeyboardInterrupt
        raise InterruptedError(errno.EINTR, "the run was interrupted")


def has_arrived() -> bool:
    """Whether the run has been interrupted."""
    return _noted.number > 0


def exit_code(code: int) -> int:
    """128 + the number of the signal that arrived, as a shell has it; `code` if none did."""
    return 128 + _noted.number if _noted.number else code


def at_end(ending: Callable[[], None]) -> None:
    """Has `ending` called when a signal arrives, and at the end of the process. It must not wait and may come twice."""
    _endings.append(ending)


def close() -> None:
    """The end of the process begins: nothing may start any more, and another signal ends the process at once."""
    _noted.is_closed = True
    _end_all()


def _wake(reading: int, noted: _Noted) -> None:
    """Sees to it that the main thread runs the handler of every signal that `reading` tells of."""
    answered = 0
    while told := os.read(reading, 64):
        if not set(told) & set(SIGNALS):  # our own poke
            continue
        for pause_s in _POKE_AFTER_S:
            time.sleep(pause_s)
            if noted.arrivals > answered or noted is not _noted:
                break
            signal.pthread_kill(noted.main_thread, _POKE)
        answered = noted.arrivals
    os.close(reading)


def _go_on(_: int, __: FrameType | None) -> None:
    """That it was called is enough: the handlers of all signals that have arrived run beside it."""


def _note(number: int, _: FrameType | None) -> None:
    _noted.arrivals += 1
    _noted.number = _noted.number or number
    _noted.is_stopping = True
    if _noted.shields:
        _noted.is_held_back = True
    else:
        _deliver()


def _deliver() -> None:
    _noted.is_held_back = False
    _end_all()
    if _noted.is_closed or (_noted.arrivals > 1 and _noted.is_own_process):  # nobody wants to wait for the cleaning up
        os.write(2, b"rl4real-data: interrupted\n")
        os._exit(exit_code(1))
    raise KeyboardInterrupt


def _end_all() -> None:
    _noted.is_stopping = True
    for ending in _endings:
        ending()
