"""The search over corpora, inside clang, whose decisions lie in one file in the end.

Each function is searched by itself; what was found goes into a log beside the file at once, from which a killed run
goes on.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import joblib

from rl4real_data.core import interruption
from rl4real_data.core.atomic_files import exclusive, publish
from rl4real_data.core.counted import counted
from rl4real_data.core.errors import HostError, UsageError
from rl4real_data.corpus.module import Module
from rl4real_data.flow.replay_log import ReplayLog
from rl4real_data.improve.function_search import Found
from rl4real_data.improve.gain import Gain
from rl4real_data.improve.greedy_alone import GreedysFunction
from rl4real_data.improve.module_search import ModuleSearch, SearchedModule, line_of

Progress = Callable[[int, int, str], object]
Wanted = dict[str, GreedysFunction]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImprovedCorpora:
    """`functions` were asked for; `searched` of them now, the others before. `failures`: modules, and why."""

    modules: int
    functions: int
    searched: int
    failures: tuple[tuple[str, str], ...]
    gain: Gain


def improve_corpora(
    modules: Sequence[Module],
    search: ModuleSearch,
    file: Path,
    *,
    limit: int | None = None,
    jobs: int = 1,
    progress: Progress = lambda _done, _total, _remark: None,
) -> ImprovedCorpora:
    """Writes the decisions found to `file`. Killed, it goes on; any number of `jobs` gives the same bytes.

    `limit`: so many functions only, those that are executed most; without a profile spread evenly.
    """
    with _open_log(file) as log:
        looked = _looked_at(modules, search, jobs, progress)
        run = _Run(search=search, log=log, progress=progress)
        run.choose(looked, limit)
        run.search_all(jobs)
        with publish(file) as draft:
            draft.write_text("".join(run.lines()), encoding="utf-8")
        if not run.failures:
            _log_path(file).unlink()
    return ImprovedCorpora(
        modules=len(modules),
        functions=run.total,
        searched=run.searched,
        failures=tuple(run.failures),
        gain=run.gain,
    )


def _looked_at(modules: Sequence[Module], search: ModuleSearch, jobs: int, progress: Progress) -> list[SearchedModule]:
    todo = (joblib.delayed(search.look_at)(module) for module in modules)
    found: list[SearchedModule] = []
    for one in joblib.Parallel(n_jobs=jobs, prefer="threads", return_as="generator")(todo):
        interruption.check()
        found.append(one)
        progress(0, 0, f"looked at {len(found)} of {counted(len(modules), 'module')}")
    return found


@dataclass(slots=True, kw_only=True)
class _Run:
    """One search over modules under way."""

    search: ModuleSearch
    log: ReplayLog
    progress: Progress
    asked: list[tuple[Module, Wanted]] = field(default_factory=list)
    total: int = 0
    done: int = 0
    searched: int = 0
    failures: list[tuple[str, str]] = field(default_factory=list)
    gain: Gain = field(default_factory=Gain)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def choose(self, looked: Sequence[SearchedModule], limit: int | None) -> None:
        """What is searched, in the order of the modules."""
        self.failures += [(_name(one.module), one.failure) for one in looked if one.failure]
        all_of_them = [(number, each) for number, one in enumerate(looked) for each in one.functions]
        chosen = all_of_them if limit is None else self._first(all_of_them, limit)
        self.total = len(chosen)
        for number, one in enumerate(looked):
            wanted = {each.name: each for place, each in chosen if place == number}
            if wanted:
                self.asked.append((one.module, wanted))

    def _first(self, functions: list[tuple[int, GreedysFunction]], limit: int) -> list[tuple[int, GreedysFunction]]:
        profile = self.search.profile
        if profile is not None:
            return sorted(functions, key=lambda one: -profile.executed(one[1].name))[:limit]
        count = min(limit, len(functions))
        return [functions[place * len(functions) // count] for place in range(count)]

    def search_all(self, jobs: int) -> None:
        """Searches what the log does not have."""
        left = [(module, self._left(module, wanted)) for module, wanted in self.asked]
        todo = (joblib.delayed(self._search)(module, wanted) for module, wanted in left if wanted)
        for name, problem in joblib.Parallel(n_jobs=jobs, prefer="threads", return_as="generator")(todo):
            interruption.check()
            if problem:
                self.failures.append((name, problem))

    def _left(self, module: Module, wanted: Wanted) -> Wanted:
        left = {}
        for name, function in wanted.items():
            text = _logged(self.log, self.search.key(module, function))
            if text is None:
                left[name] = function
            else:
                self._count(text)
        return left

    def _search(self, module: Module, wanted: Wanted) -> tuple[str, str]:
        """The module's name, and why some of its functions are missing."""

        def tell(function: GreedysFunction, found: Found) -> None:
            text = line_of(module, function, found)
            with self._lock:
                self.log.add(self.search.key(module, function), text.encode())
                self.searched += 1
                self._count(text)

        return _name(module), self.search.search(module, wanted, tell)

    def _count(self, text: str) -> None:
        line = json.loads(text)
        self.gain.count(line["value"], line["greedy_value"], line["decisions"])
        if line["reason"]:
            self.gain.reasons[line["reason"]] += 1
        self.done += 1
        self.progress(self.done, self.total, str(self.gain))

    def lines(self) -> Iterator[str]:
        """Of all that was found, in the order of modules and functions."""
        for module, wanted in self.asked:
            for function in wanted.values():
                text = _logged(self.log, self.search.key(module, function))
                if text is not None:
                    yield text


def _name(module: Module) -> str:
    return f"{module.corpus}/{module.name}"


def _logged(log: ReplayLog, key: bytes) -> str | None:
    return log.record(key).to_pybytes().decode() if key in log else None


def _log_path(file: Path) -> Path:
    return file.with_name(f".{file.name}.searched")


@contextlib.contextmanager
def _open_log(file: Path) -> Iterator[ReplayLog]:
    """The log beside the file. UsageError where no file can be, and for one that somebody else is making."""
    if file.is_dir() or not file.parent.is_dir():
        missing = f"{file}: a folder" if file.is_dir() else f"{file.parent}: no such folder"
        raise UsageError(f"--decisions: {missing}", hint="name a file in a folder that is there")
    path = _log_path(file)
    try:
        with exclusive(path, wait=False) as is_ours:
            if not is_ours:
                raise UsageError(f"{file}: another search is making it", hint="name another file, or wait for that one")
            descriptor = os.open(path, os.O_RDWR | os.O_APPEND)
            try:
                yield ReplayLog(descriptor)
            finally:
                os.close(descriptor)
    except OSError as error:
        raise HostError.of(error, doing=f"writing {path}") from error
