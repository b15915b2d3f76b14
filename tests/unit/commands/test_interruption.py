"""Ctrl-C that somebody swallows: the command ends with 130 all the same, publishes nothing, and resumes."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from types import ModuleType
from typing import Any

import pytest
from command_line import CommandLine
from world import World, write_three

from rl4real_data.commands import flow as flow_command
from rl4real_data.core import interruption
from rl4real_data.flow import packing, plan, run, runner
from rl4real_data.stages import record

FLOW = ("flow", "x86", "train", "mlra", "--corpus", "src", "--data-dir", "data", "--jobs", "2")
SAID = "rl4real-data: error: interrupted\n  next: the same command resumes\n"


def swallow_interrupt(monkeypatch: pytest.MonkeyPatch, place: ModuleType | type, name: str) -> None:
    """The function is interrupted when it is called for the first time, and does as if nothing had been."""
    inner = getattr(place, name)
    calls: list[str] = []

    def swallowing(*words: Any, **options: Any) -> Any:
        calls.append(name)
        if len(calls) == 1:
            with contextlib.suppress(KeyboardInterrupt):
                os.kill(os.getpid(), signal.SIGINT)
        return inner(*words, **options)

    monkeypatch.setattr(place, name, swallowing)


@pytest.mark.parametrize(
    ("place", "name"),
    [
        (run, "refuse_foreign"),
        (plan, "part_key"),
        (runner.Progress, "add"),
        (packing, "select_functions"),
        (packing, "with_card"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_swallowed_interrupt_ends_the_run_before_anything_is_published(
    call: CommandLine, world: World, monkeypatch: pytest.MonkeyPatch, place: ModuleType | type, name: str
) -> None:
    write_three(world)
    with monkeypatch.context() as patch:
        swallow_interrupt(patch, place, name)
        answer = call(*FLOW)

    assert (answer.code, answer.out) == (130, "")
    assert answer.err.endswith(SAID)
    assert answer.err.count("interrupted") == 1
    assert not (world.data_dir / "dataset.json").exists()

    assert call(*FLOW).code == 0
    assert sorted(world.functions()) == ["four", "one", "three", "two"]


def test_interrupt_after_the_dataset_is_there_still_is_one(
    call: CommandLine, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_three(world)
    with monkeypatch.context() as patch:
        swallow_interrupt(patch, flow_command, "summary")
        answer = call(*FLOW)

    assert (answer.code, answer.err.count(SAID)) == (130, 1)
    assert "nothing to do: the dataset was finished before" in call(*FLOW).err


def test_interrupt_that_comes_back_as_another_error_is_no_fault_of_the_module(
    call: CommandLine, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an ended compiler leaves behind may look like a defect, and the worker's boundary takes it for one."""
    write_three(world)

    def fail(*_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        while not interruption.has_arrived():  # the main thread's handler ends the compilers, so it comes first
            time.sleep(0.001)
        raise SystemError("error return without exception set")

    with monkeypatch.context() as patch:
        patch.setattr(record, "read_dump", fail)
        answer = call(*FLOW, "--jobs", "1")

    assert answer.code == 130
    assert list((world.data_dir / ".work" / "parts").iterdir()) == []
    assert "3 done, 0 failed\n" in call(*FLOW).err


def test_signal_handlers_are_put_back_after_a_command(call: CommandLine) -> None:
    before = signal.getsignal(signal.SIGINT)
    call("--version")

    assert signal.getsignal(signal.SIGINT) is before
