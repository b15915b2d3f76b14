"""The flags of LLVM's development mode, as MLGO's runners append them, taken out of command lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from rl4real_data.core.errors import UsageError
from rl4real_data.mlgo.development_flags import DevelopmentCall, DevelopmentTask, read_development_flags
from rl4real_data.traces.features import Task

CC1 = ("-cc1", "-O2", "-x", "ir", "a.bc")
EVICTION = "-regalloc-enable-advisor=development"
PRIORITY = "-regalloc-enable-priority-advisor=development"


def words(flags: str) -> list[str]:
    return [word for flag in flags.split() for word in ("-mllvm", flag)]


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
        (f"{EVICTION} -regalloc-training-log=l", Task.EVICTION, "l", None),
        (f"{EVICTION} -regalloc-model=m", Task.EVICTION, None, "m"),
        (f"-regalloc-priority-training-log=l {PRIORITY}", Task.PRIORITY, "l", None),
        (f"{PRIORITY} -regalloc-priority-training-log=l -regalloc-priority-model=m", Task.PRIORITY, "l", "m"),
    ],
)
def test_each_task(flags: str, task: Task, log: str | None, model: str | None) -> None:
    asked = DevelopmentTask(task=task, log=Path(log) if log else None, model=Path(model) if model else None)

    assert read_development_flags([*CC1, *words(flags), "-o", "a.o"]) == DevelopmentCall(
        words=(*CC1, "-o", "a.o"), tasks=(asked,)
    )


def test_all_else_is_clangs() -> None:
    words = (*CC1, "-mllvm", "-enable-ml-inliner=default", "-mllvm", "-inline-threshold=5", "-training-log=x", "-mllvm")

    assert read_development_flags(words) == DevelopmentCall(words=words)


def test_logs_of_eviction_and_priority_go_together() -> None:
    flags = f"{PRIORITY} {EVICTION} -regalloc-training-log=e -regalloc-priority-training-log=p"

    assert read_development_flags(words(flags)).tasks == (
        DevelopmentTask(task=Task.EVICTION, log=Path("e")),
        DevelopmentTask(task=Task.PRIORITY, log=Path("p")),
    )


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (f"-enable-ml-inliner=development {EVICTION}", "inlining and eviction: inlining is logged alone"),
        (f"-enable-ml-inliner=development {PRIORITY}", "inlining and priority: inlining is logged alone"),
        (f"{EVICTION} {PRIORITY} -regalloc-model=m", "eviction and priority: with a model, one task at a time"),
        (
            f"{EVICTION} {PRIORITY} -regalloc-priority-model=m",
            "eviction and priority: with a model, one task at a time",
        ),
    ],
)
def test_tasks_that_exclude_each_other(flags: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        read_development_flags(words(flags))
    assert "leave" in caught.value.hint
