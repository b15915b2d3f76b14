"""A user's clang command with decisions, run in the user's folder, with the user's input and output."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from uuid import uuid4

from rl4real_data.core.errors import HostError, Rl4realError, UsageError
from rl4real_data.live.clang_call import ClangCall
from rl4real_data.live.fifo_pair import call_and_leave
from rl4real_data.live.heard import Heard
from rl4real_data.live.messages import Policy
from rl4real_data.live.pipe_server import serve_pipe
from rl4real_data.live.policy_flags import PluginFlags
from rl4real_data.live.report import DecisionReport, read_report
from rl4real_data.live.wires import Wire
from rl4real_data.toolchain.plugin import Plugin
from rl4real_data.toolchain.process import run_attached

RECORDING: Final = ("-mlra", "-mlra-dump-mir")
_PATIENCE_S: Final = 10.0
"""With a policy whose answer nobody waits for any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedCompile:
    """`returncode`: clang's, negative for a signal. `report`: None for a call that compiled nothing."""

    returncode: int
    report: DecisionReport | None
    report_text: bytes = b""


def compile_plainly(call: ClangCall, *, start: Callable[..., int] = run_attached) -> DecidedCompile:
    """Runs the command as it is."""
    return DecidedCompile(returncode=_start(call, (), {}, (), start), report=None)


def compile_decided(
    call: ClangCall,
    plugin: Plugin,
    flags: PluginFlags,
    *,
    dump: Path | None = None,
    before: bool = False,
    is_quiet: bool = False,
    start: Callable[..., int] = run_attached,
) -> DecidedCompile:
    """Runs the command with the plugin and its flags. `dump`: where its functions are recorded. `before`: whether the
    report has what greedy alone would have made. `is_quiet`: the plugin warns of nothing.

    UsageError for a record of several modules in one file.
    """
    if dump is not None and call.compiles > 1:
        raise UsageError(
            f"--dump: one file cannot hold the records of {call.compiles} sources", hint="compile them one by one"
        )
    recording = () if dump is None else (*RECORDING, f"-mlra-dump={dump.absolute()}")
    if not (flags.flags or recording):  # greedy itself
        return replace(compile_plainly(call, start=start), report=DecisionReport(functions=()))
    with Heard() as heard:
        reporting = (f"-mlra-report={heard.name}", f"-mlra-report-before={str(before).lower()}")
        words = flags.for_clang(plugin.path, *reporting, *recording, is_quiet=is_quiet)
        returncode = _start(call, words, dict(flags.environment), (heard.descriptor,), start)
    return DecidedCompile(returncode=returncode, report=read_report(heard.text), report_text=heard.text)


def _start(
    call: ClangCall,
    words: tuple[str, ...],
    environment: dict[str, str],
    passed: tuple[int, ...],
    start: Callable[..., int],
) -> int:
    command = (str(call.clang.path), *words, *call.words)
    try:
        return start(command, passed=passed, more=environment)
    except OSError as error:
        raise HostError.of(error, doing=f"starting {call.clang.path}") from error


@contextmanager
def served(policy: Policy, *, wire: Wire = Wire.JSON, folder: Path = Path("/tmp")) -> Iterator[str]:
    """Answers compilers, from a thread, while the body runs; yields the name of the pipes in `folder`.

    The pipes are gone afterwards, and the thread has ended unless the policy is at an answer that takes it too long.
    HostError where there can be no pipes.
    """
    name = f"rl4real-data-{uuid4().hex}"
    base = folder / name
    is_ready, is_over = threading.Event(), threading.Event()
    failed: list[Rl4realError] = []

    def serve() -> None:
        try:
            serve_pipe(base, wire, policy, ready=is_ready.set, is_over=is_over.is_set)
        except Rl4realError as error:
            if is_ready.is_set():
                raise
            failed.append(error)
            is_ready.set()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    is_ready.wait()
    if failed:
        raise failed[0]
    try:
        yield name
    finally:
        is_over.set()
        _end(thread, base)


def _end(thread: threading.Thread, base: Path) -> None:
    """Waits for the thread of a server that is to end. It removes the pipes itself: who did it meanwhile would do so
    between two compilers, and it would make new ones for the next, which is none.
    """
    end = time.monotonic() + _PATIENCE_S
    while thread.is_alive() and time.monotonic() < end:
        with suppress(OSError):
            call_and_leave(base)
        thread.join(timeout=0.01)
    if thread.is_alive():
        for suffix in (".in", ".out"):
            base.with_name(base.name + suffix).unlink(missing_ok=True)
