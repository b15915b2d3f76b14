"""The last words of `rl4real-data flow`."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from rl4real_data.core.counted import counted, noun
from rl4real_data.core.shown_text import shown
from rl4real_data.corpus.flags.guard import count_names

if TYPE_CHECKING:
    from rl4real_data.flow.request import Destination
    from rl4real_data.flow.run import RunReport

_FAILURES_SHOWN: Final = 5
_MISSING_SHOWN: Final = 4


def summary(destination: Destination, report: RunReport, *, seconds: float) -> str:
    index = report.index
    assert index is not None
    books = index.splits[destination.split.value]
    size = sum(entry.size for entry in index.files.values())
    left_out = len(report.plan.left_out)
    again = len(report.plan.jobs) - report.compiled - left_out
    lines = [
        f"{destination.data_dir}: {counted(books.episodes, 'episode')} in {destination.split.value} "
        f"({size / 1e6:.1f} MB, {seconds:.1f} s)",
        f"  modules    {books.modules:,}: {books.modules_done:,} done, {books.modules_failed:,} failed"
        + (f", {left_out:,} left out" if left_out else "")
        + (f"; {again:,} from an earlier run" if again else ""),
        *(f"             {count:,} {reason}" for reason, count in books.modules_filtered.items()),
        f"  functions  {books.functions:,}: {counted(books.episodes, 'episode')}, "
        f"{sum(books.filtered.values()):,} left out, "
        f"{counted(books.duplicates, 'duplicate')}",
        *(f"             {count:,} {reason}" for reason, count in books.filtered.items()),
        *_decision_lines(destination, report),
        *_vector_lines(report),
    ]
    if report.was_finished:
        lines.append("  nothing to do: the dataset was finished before")
    lines += [f"  skipped    {skipped.reason.splitlines()[0]}" for skipped in report.skipped]
    lines += _flag_lines(report)
    lines += _failure_lines(report)
    lines.append(f"  see it with  rl4real-data stats {destination.data_dir}")
    return "\n".join(lines)


def _decision_lines(destination: Destination, report: RunReport) -> list[str]:
    """What was decided beside the allocator, and what became of it."""
    index = report.index
    if index is None or "expert" not in index.toolchain:
        return []
    from rl4real_data.flow.decision_counts import count_decisions

    found = count_decisions(destination.data_dir, index, destination.split)
    return [
        f"  decisions  by {index.toolchain['expert']}: {found.made:,} made in {counted(found.episodes, 'episode')}, "
        f"{found.kept:,} of {counted(found.assigned, 'assigned register')} kept, {found.illegal:,} not legal"
    ]


def _flag_lines(report: RunReport) -> list[str]:
    """Which flags of the corpora no compiler was given; what each of them is for was said when the run began."""
    names = Counter(name for job in report.plan.jobs for name in job.module.flags_left_out)
    return [f"  flags      left out: {count_names(names)}"] if names else []


def _vector_lines(report: RunReport) -> list[str]:
    """What the vocabulary lacks, the most frequent first."""
    vocabulary = report.index.vocabulary if report.index else None
    if vocabulary is None or not vocabulary["coverage"]["incomplete"]:
        return []
    coverage = vocabulary["coverage"]
    missing = list(coverage["missing"].items())
    named = ", ".join(f"{entity} ({count:,})" for entity, count in missing[:_MISSING_SHOWN])
    more = f" and {len(missing) - _MISSING_SHOWN:,} more" if len(missing) > _MISSING_SHOWN else ""
    lacking = noun(coverage["incomplete"], "lacks", "lack")
    return [
        f"  vectors    {coverage['incomplete']:,} of {counted(coverage['instructions'], 'instruction')} {lacking} an "
        "entity of the vocabulary:",
        f"             {named}{more}",
    ]


def _failure_lines(report: RunReport) -> list[str]:
    from rl4real_data.stages.pasted_command import command_here

    lines, failed = [], report.failed
    for entry in failed[:_FAILURES_SHOWN]:
        failure = entry.part.failure
        assert failure is not None
        what = f"{entry.module.corpus}/{entry.module.name}: {failure.kind.value}: {failure.reason}"
        lines.append(f"  failed     {shown(what)}")
        lines.append(f"             {command_here(report.plan.jobs[0].compilation, entry.module)}")
    if len(failed) > _FAILURES_SHOWN:
        lines.append(f"  and {len(failed) - _FAILURES_SHOWN} more")
    return lines
