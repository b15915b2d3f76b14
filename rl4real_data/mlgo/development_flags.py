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
class DevelopmentCall:
    """`words` are what a stock clang takes; `task` is None where no advisor is in development mode."""

    words: tuple[str, ...]
    task: Task | None = None
    log: Path | None = None
    model: Path | None = None


def read_development_flags(words: Sequence[str]) -> DevelopmentCall:
    """UsageError for two tasks at once, which share a log in no clang either."""
    kept: list[str] = []
    values: dict[str, str] = {}
    names = {name for flags in _TASKS.values() for name in (flags.mode, flags.log, flags.model)}
    for word, is_llvm in _words(words):
        name, _, value = word.lstrip("-").partition("=")
        if is_llvm and name in names and not (name in _modes() and value != _DEVELOPMENT):
            values[name] = value
        else:
            kept += ["-mllvm", word] if is_llvm else [word]
    tasks = [task for task, flags in _TASKS.items() if flags.mode in values]
    if len(tasks) > 1:
        raise UsageError(f"{tasks[0]} and {tasks[1]}: one task at a time", hint="leave one advisor out")
    if not tasks:
        return DevelopmentCall(words=tuple(kept))
    flags = _TASKS[tasks[0]]
    log, model = values.get(flags.log), values.get(flags.model)
    return DevelopmentCall(
        words=tuple(kept), task=tasks[0], log=Path(log) if log else None, model=Path(model) if model else None
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
