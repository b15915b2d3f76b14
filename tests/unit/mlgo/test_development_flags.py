"""The flags of LLVM's development mode, as MLGO's runners append them, taken out of command lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from rl4real_data.core.errors import UsageError
from rl4real_data.mlgo.development_flags import DevelopmentCall, read_development_flags
from rl4real_data.traces.features import Task

CC1 = ("-cc1", "-O2", "-x", "ir", "a.bc")


@pytest.mark.parametrize(
    ("flags", "task", "log", "model"),
    [
        ("-enable-ml-inliner=development -training-log=/t/log", Task.INLINING, "/t/log", None),
        (
            "-enable-ml-inliner=development -training-log=/t/log -ml-inliner-model-under-training=/t/policy",
            Task.INLINING,
            "/t/log",
            "/t/policy",
        ),
        ("-regalloc-enable-advisor=development -regalloc-training-log=l", Task.EVICTION, "l", None),
        ("-regalloc-enable-advisor=development -regalloc-model=m", Task.EVICTION, None, "m"),
        (
            "-regalloc-priority-training-log=l -regalloc-enable-priority-advisor=development",
            Task.PRIORITY,
            "l",
            None,
        ),
    ],
)
def test_each_task(flags: str, task: Task, log: str | None, model: str | None) -> None:
    words = [word for flag in flags.split() for word in ("-mllvm", flag)]

    assert read_development_flags([*CC1, *words, "-o", "a.o"]) == DevelopmentCall(
        words=(*CC1, "-o", "a.o"),
        task=task,
        log=Path(log) if log else None,
        model=Path(model) if model else None,
    )


def test_all_else_is_clangs() -> None:
    words = (*CC1, "-mllvm", "-enable-ml-inliner=default", "-mllvm", "-inline-threshold=5", "-training-log=x", "-mllvm")

    assert read_development_flags(words) == DevelopmentCall(words=words)


def test_two_tasks_at_once() -> None:
    words = ("-mllvm", "-enable-ml-inliner=development", "-mllvm", "-regalloc-enable-advisor=development")

    with pytest.raises(UsageError, match="inlining and eviction: one task at a time"):
        read_development_flags(words)
