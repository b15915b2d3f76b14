"""The flags that only a clang in LLVM's development mode knows, taken out of a command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from rl4real_data.core.errors import UsageError
from rl4real_data.traces.features import Task


@dataclass(frozen=True, slots=True)
class _Flags:
    """The names of one task's flags."""

    mode: str
    log: str
    model: str


_TASKS: Final[Mapping[Task, _Flags]] = MappingProxyType(
    {
        Task.INLINING: _Flags("enable-ml-inliner", "training-log", "ml-inliner-model-under-training"),
        Task.EVICTION: _Flags("regalloc-enable-advisor", "regalloc-training-log", "regalloc-model"),
        Task.PRIORITY: _Flags(
            "regalloc-enable-priority-advisor", "regalloc-priority-training-log", "regalloc-priority-model"
        ),
    }
)
_DEVELOPMENT: Final = "development"
_OUTPUT: Final = "-o"


@dataclass(frozen=True, slots=True, kw_only=True)
class DevelopmentTask:
    """An advisor in development mode: the log that it writes, and the folder of the model that decides."""

    task: Task
    log: Path | None = None
    model: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DevelopmentCall:
    """`words` are what a stock clang takes; `tasks` are empty where no advisor is in development mode."""

    words: tuple[str, ...]
    tasks: tuple[DevelopmentTask, ...] = ()


def read_development_flags(words: Sequence[str]) -> DevelopmentCall:
    """UsageError for tasks that cannot be had of one compilation."""
    kept: list[str] = []
    values: dict[str, str] = {}
    names = {name for flags in _TASKS.values() for name in (flags.mode, flags.log, flags.model)}
    for word, is_llvm in _words(words):
        name, _, value = word.lstrip("-").partition("=")
        if is_llvm and name in names and not (name in _modes() and value != _DEVELOPMENT):
            values[name] = value
        else:
            kept += ["-mllvm", word] if is_llvm else [word]
    tasks = tuple(
        DevelopmentTask(task=task, log=_path(values.get(flags.log)), model=_path(values.get(flags.model)))
        for task, flags in _TASKS.items()
        if flags.mode in values
    )
    _refuse_mixture(tasks)
    return DevelopmentCall(words=tuple(kept), tasks=tasks)


def _path(value: str | None) -> Path | None:
    return Path(value) if value else None


def _refuse_mixture(tasks: Sequence[DevelopmentTask]) -> None:
    """Logs of eviction and priority go together as long as LLVM decides on both: a log tells of one compilation."""
    if len(tasks) < 2:
        return
    named = " and ".join(each.task for each in tasks)
    if tasks[0].task is Task.INLINING:
        raise UsageError(f"{named}: inlining is logged alone", hint="leave one advisor out, or run the command twice")
    if any(each.model for each in tasks):
        raise UsageError(
            f"{named}: with a model, one task at a time", hint="leave the model or the other advisor's flags out"
        )


def _modes() -> set[str]:
    return {flags.mode for flags in _TASKS.values()}


def _words(words: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Each word, and whether it stands behind `-mllvm`."""
    left = iter(words)
    for word in left:
        if word == "-mllvm" and (flag := next(left, None)) is not None:
            yield flag, True
        else:
            yield word, False
