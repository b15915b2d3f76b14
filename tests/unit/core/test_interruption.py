"""Interruption: a signal cannot be swallowed, held back for long, or change a process that is not ours."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_clang import write_script

from rl4real_data.core import interruption
from rl4real_data.core.interruption import at_end, check, exit_code, has_arrived, listening, shielded
from rl4real_data.toolchain.process import Limits, run


def interrupt(number: int = signal.SIGINT) -> None:
    os.kill(os.getpid(), number)


class Swallowing:
    """Python drops what `__del__` raises."""

    def __del__(self) -> None:
        interrupt()


@pytest.fixture(autouse=True)
def hang_ups() -> Iterator[None]:
    """Those of a test run that nohup started are ignored, and a signal that was ignored before stays so."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.fixture
def endings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Notes each time that what was started is ended."""
    calls: list[str] = []
    monkeypatch.setattr(interruption, "_endings", [*interruption._endings])
    at_end(lambda: calls.append("ended"))
    return calls


def test_signal_ends_what_waits_and_what_was_started(endings: list[str]) -> None:
    timer = threading.Timer(0.05, interrupt)
    with listening():
        timer.start()
        with pytest.raises(KeyboardInterrupt, match=r"^$"):
            threading.Event().wait(60)

    assert endings == ["ended"]


def test_signal_that_the_kernel_gives_to_another_thread_ends_what_waits(endings: list[str]) -> None:
    """The lock would wake up by itself after a minute: nothing but its end would let the handler run."""

    def interrupt_here() -> None:
        signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

    waited = threading.Lock()
    waited.acquire()
    timer = threading.Timer(0.05, interrupt_here)
    begin = time.monotonic()
    with listening():
        timer.start()
        with pytest.raises(KeyboardInterrupt, match=r"^$"):
            waited.acquire(timeout=60)

    assert endings == ["ended"]
    assert time.monotonic() - begin < 30


def test_whoever_is_told_of_signals_stays_so() -> None:
    """asyncio, in the process of a guest."""
    reading, writing = os.pipe2(os.O_NONBLOCK)
    try:
        assert signal.set_wakeup_fd(writing) == -1
        with listening():
            with contextlib.suppress(KeyboardInterrupt):
                interrupt(signal.SIGTERM)
            assert os.read(reading, 9) == bytes([signal.SIGTERM])
        assert signal.set_wakeup_fd(-1) == writing
    finally:
        os.close(reading)
        os.close(writing)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_swallowed_signal_is_raised_again_and_decides_the_exit_code(
    number: signal.Signals, code: int, endings: list[str]
) -> None:
    with listening():
        with contextlib.suppress(KeyboardInterrupt):
            interrupt(number)
        assert has_arrived()
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt, match=r"^$"):
                check()
        assert (exit_code(0), exit_code(3)) == (code, code)

    assert endings == ["ended"]


def test_destructor_that_swallows_it_makes_no_noise(capfd: pytest.CaptureFixture[str]) -> None:
    with listening():
        Swallowing()
        with pytest.raises(KeyboardInterrupt, match=r"^$"):
            check()

    assert capfd.readouterr().err == ""


def test_other_unraisable_exceptions_are_shown_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: shown.append(unraisable.exc_type.__name__))

    class Failing:
        def __del__(self) -> None:
            raise ZeroDivisionError

    with listening():
        Failing()

    assert shown == ["ZeroDivisionError"]


def test_worker_gets_an_error_that_its_pool_survives() -> None:
    caught: list[BaseException] = []

    def work() -> None:
        try:
            check()
        except BaseException as error:  # noqa: BLE001 - the kind is what is tested
            caught.append(error)

    with listening():
        with pytest.raises(KeyboardInterrupt, match=r"^$"):
            interrupt()
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()

    assert [type(error) for error in caught] == [InterruptedError]


def test_shield_holds_the_signal_back_to_its_end(endings: list[str]) -> None:
    done: list[str] = []

    def work() -> None:
        with shielded():
            with shielded():
                interrupt()
                done.append("inside")
            done.append("outside")
            assert (has_arrived(), endings) == (True, [])
        done.append("behind")

    with listening(), pytest.raises(KeyboardInterrupt, match=r"^$"):
        work()

    assert (done, endings) == (["inside", "outside"], ["ended"])


def test_shield_of_another_thread_holds_nothing_back() -> None:
    entered, leave = threading.Event(), threading.Event()

    def work() -> None:
        with shielded():
            entered.set()
            leave.wait(60)

    thread = threading.Thread(target=work)
    with listening():
        thread.start()
        entered.wait(60)
        with pytest.raises(KeyboardInterrupt, match=r"^$"):
            interrupt()
        leave.set()
        thread.join()


def test_handlers_are_put_back_and_the_next_run_starts_anew() -> None:
    before = [signal.getsignal(number) for number in interruption.SIGNALS]
    hook = sys.unraisablehook
    with listening():
        with listening():
            assert signal.getsignal(signal.SIGINT) is not before[0]
        assert signal.getsignal(signal.SIGINT) is not before[0]  # the inner one left the outer one's
        with pytest.raises(KeyboardInterrupt, match=r"^$"):
            interrupt()

    assert [signal.getsignal(number) for number in interruption.SIGNALS] == before
    assert sys.unraisablehook is hook
    assert not has_arrived()
    check()
    assert exit_code(0) == 0


def test_signal_that_the_parent_wants_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with listening():
            interrupt()
            check()
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
            with pytest.raises(KeyboardInterrupt, match=r"^$"):
                interrupt(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGINT, before)


def test_thread_that_may_take_no_handler_changes_nothing() -> None:
    before = signal.getsignal(signal.SIGINT)
    seen: list[bool] = []

    def work() -> None:
        with listening():
            seen.append(signal.getsignal(signal.SIGINT) is before)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert seen == [True]
    with listening():  # and the main thread still may
        assert signal.getsignal(signal.SIGINT) is not before


def test_second_signal_of_a_guest_raises_again() -> None:
    with listening():
        for _ in range(3):
            with pytest.raises(KeyboardInterrupt, match=r"^$"):
                interrupt()


def run_script(folder: Path, *lines: str) -> tuple[int, str]:
    """Exit code and stderr of a process of its own that runs `lines`, with our package and those that it needs."""
    paths = [str(Path(interruption.__file__).parents[2]), *(path for path in sys.path if "site-packages" in path)]
    head = (
        f"import sys; sys.path[:0] = {[str(folder), *paths]}",
        "import os, signal, time",
        "from rl4real_data.core import interruption",
        "def interrupt(): os.kill(os.getpid(), signal.SIGINT)",
    )
    scratch = folder / "scratch"
    scratch.mkdir()
    script = write_script(folder / "script", "\n".join((*head, *lines)) + "\n")
    done = run([str(script)], cwd=folder, limits=Limits(timeout_s=60), scratch=scratch)
    return done.returncode, done.stderr


def test_second_signal_ends_our_own_process_at_once(tmp_path: Path) -> None:
    code, stderr = run_script(
        tmp_path,
        "interruption.at_end(lambda: print('ended', file=sys.stderr, flush=True))",
        "with interruption.listening(is_own_process=True):",
        "    try:",
        "        interrupt()",
        "    finally:",
        "        interrupt()  # while the run cleans up, which may take long",
        "        time.sleep(60)",
    )

    assert (code, stderr) == (130, "ended\nended\nrl4real-data: interrupted\n")


def test_signal_at_the_very_end_of_our_own_process(tmp_path: Path) -> None:
    code, stderr = run_script(
        tmp_path,
        "with interruption.listening(is_own_process=True):",
        "    interruption.close()",
        "    interrupt()",
        "    os._exit(interruption.exit_code(0))",
    )

    assert (code, stderr) == (130, "rl4real-data: interrupted\n")


def test_interrupted_import_of_pandas_that_arrow_drops(tmp_path: Path) -> None:
    """What made a run go on after Ctrl-C: Arrow's C++ side imports pandas and forgets what that raises."""
    (tmp_path / "pandas.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    code, stderr = run_script(
        tmp_path,
        "import numpy as np, pyarrow as pa",
        "array = pa.Array.from_buffers(pa.int32(), 1, [None, pa.py_buffer(b'1234')])",
        "with interruption.listening():",
        "    np.asarray(array)",
        "    print('swallowed', file=sys.stderr)",
        "    try:",
        "        interruption.check()",
        "    except KeyboardInterrupt:",
        "        print('and raised again', file=sys.stderr)",
        "    sys.exit(interruption.exit_code(0))",
    )

    assert (code, stderr) == (130, "swallowed\nand raised again\n")
