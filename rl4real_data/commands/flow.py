"""What `rl4real-data flow` shows: progress while it runs, one summary at the end."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from rl4real_data.core.errors import Interrupted, LessThanAsked, TooManyFailures
from rl4real_data.corpus.sources.source import Progress
from rl4real_data.flow.run import Console, RunReport, plan_flow, run_flow
from rl4real_data.flow.settings import RunSettings
from rl4real_data.stages.selection import Entry

if TYPE_CHECKING:
    from tqdm import tqdm

_FAILURES_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The closing words of a run; `shortfall` is what it must end with, if it is less than was asked for."""

    text: str
    shortfall: LessThanAsked | None


def execute(settings: RunSettings, *, show_bar: bool) -> Summary:
    """Runs the flow and sums it up."""
    begin = time.monotonic()
    try:
        with fetch_progress(show_bar) as progress:
            report = run_flow(settings, Console(say=say, show_bar=show_bar, fetch_progress=progress))
    except KeyboardInterrupt:
        raise Interrupted("interrupted", hint="the same command resumes") from None
    return Summary(
        text=_summary(settings, report, seconds=time.monotonic() - begin), shortfall=_shortfall(settings, report)
    )


def _shortfall(settings: RunSettings, report: RunReport) -> LessThanAsked | None:
    missing = [skipped.corpus for skipped in report.skipped if not skipped.is_declared]
    share = len(report.failed) / max(1, len(report.plan.jobs))
    if share > settings.max_failed:
        return TooManyFailures(
            f"{len(report.failed)} of {len(report.plan.jobs)} modules failed ({share:.1%}), more than "
            f"{settings.max_failed:.1%}; the dataset holds the rest",
            hint=f"see `rl4real-data stats {settings.data_dir}`; allow more with --max-failed, "
            "try again with --retry-failed",
        )
    if missing:
        return LessThanAsked(
            f"corpora that could not be had: {', '.join(missing)}; the dataset holds the rest",
            hint="the same command tries them again",
        )
    return None


def dry_run(settings: RunSettings) -> str:
    """What would be compiled, and why."""
    with fetch_progress(False) as progress:
        plan = plan_flow(settings, Console(say=say, fetch_progress=progress)).plan
    jobs = plan.to_compile
    lines = [f"compile  {job.module.corpus}/{job.module.name}  ({plan.reasons[job.key]})" for job in jobs]
    lines += [f"leave    {key.removeprefix('left out: ')}  ({reason})" for key, reason in plan.left_out.items()]
    done = len(plan.jobs) - len(jobs) - len(plan.left_out)
    lines.append(
        f"{len(plan.jobs)} modules: {len(jobs)} to compile, {done} done before"
        + (f", {len(plan.left_out)} left out" if plan.left_out else "")
    )
    return "\n".join(lines)


def say(text: str) -> None:
    """One line for whoever watches."""
    print(f"rl4real-data: {text}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def fetch_progress(show_bar: bool) -> Iterator[Progress]:
    """Shows downloads: a bar each on a terminal, else a line when one starts."""
    bars: dict[str, tqdm[NoReturn]] = {}

    def show(name: str, done: int, total: int) -> None:
        from tqdm import tqdm

        if name not in bars:
            if not show_bar:
                say(f"fetching {name} ({total / 1e6:.1f} MB)")
            bars[name] = tqdm(
                desc=f"fetching {name}",
                total=total,
                unit="B",
                unit_scale=True,
                disable=not show_bar,
                file=sys.stderr,
            )
        bars[name].update(done - bars[name].n)
        if done >= total:
            bars[name].close()  # else each of many downloads keeps its line of the terminal

    try:
        yield show
    finally:
        for bar in bars.values():
            bar.close()


def _summary(settings: RunSettings, report: RunReport, *, seconds: float) -> str:
    index = report.index
    assert index is not None
    books = index.splits[settings.split.value]
    size = sum(entry.size for entry in index.files.values())
    left_out = len(report.plan.left_out)
    again = len(report.plan.jobs) - report.compiled - left_out
    lines = [
        f"{settings.data_dir}: {books.episodes:,} episodes in {settings.split.value} "
        f"({size / 1e6:.1f} MB, {seconds:.1f} s)",
        f"  modules    {books.modules:,}: {books.modules_done:,} done, {books.modules_failed:,} failed"
        + (f", {left_out:,} left out by their licence" if left_out else "")
        + (f"; {again:,} from an earlier run" if again else ""),
        f"  functions  {books.functions:,}: {books.episodes:,} episodes, {sum(books.filtered.values()):,} left out, "
        f"{books.duplicates:,} duplicates",
        *(f"             {count:,} {reason}" for reason, count in books.filtered.items()),
    ]
    if report.was_finished:
        lines.append("  nothing to do: the dataset was finished before")
    lines += [f"  skipped    {skipped.reason.splitlines()[0]}" for skipped in report.skipped]
    lines += _failure_lines(report.failed)
    lines.append(f"  see it with  rl4real-data stats {settings.data_dir}")
    return "\n".join(lines)


def _failure_lines(failed: tuple[Entry, ...]) -> list[str]:
    lines = []
    for entry in failed[:_FAILURES_SHOWN]:
        failure = entry.part.failure
        assert failure is not None
        lines.append(f"  failed     {entry.module.corpus}/{entry.module.name}: {failure.kind.value}: {failure.reason}")
        lines.append(f"             (cd {os.path.relpath(entry.module.root)} && {entry.command.split(' && ')[-1]})")
    if len(failed) > _FAILURES_SHOWN:
        lines.append(f"  and {len(failed) - _FAILURES_SHOWN} more")
    return lines
