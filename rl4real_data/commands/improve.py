"""The command `rl4real-data improve`.

A search for decisions that make code better than greedy's.
"""

from __future__ import annotations

import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from rl4real_data.commands.completion import complete_corpora
from rl4real_data.commands.console import work_progress, write_note, write_path
from rl4real_data.commands.options import Jobs
from rl4real_data.commands.trial_tool import find_trial_tool
from rl4real_data.core.counted import counted
from rl4real_data.core.environment import load_environment
from rl4real_data.core.errors import LessThanAsked, UsageError
from rl4real_data.core.targets import TargetName
from rl4real_data.episodes.label_values import LabelStatus, Objective

if TYPE_CHECKING:
    from rl4real_data.improve.function_search import SearchSettings
    from rl4real_data.improve.improving import Improved


class Sought(StrEnum):
    """What a search makes less: of a label's objectives those by which a candidate is measured, not a solver's."""

    FINAL = Objective.FINAL
    SCORE = Objective.SCORE


_KINDS_SHOWN: Final = 12
_REASONS_SHOWN: Final = 5


def improve(
    data_dir: Annotated[Path | None, typer.Argument(metavar="DATA_DIR", help="Folder of a dataset.")] = None,
    corpus: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME|FOLDER|FILE",
            help="Search inside clang, without a dataset: corpus, group, folder or file; may repeat.",
            autocompletion=complete_corpora,
        ),
    ] = None,
    decisions: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where what is found for --corpus goes.")
    ] = None,
    target: Annotated[TargetName, typer.Option(help="For which target --corpus is compiled.")] = TargetName.X86,
    profile: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A profile of what --corpus executes, as llvm-profdata merges them."),
    ] = None,
    objective: Annotated[
        Sought,
        typer.Option(
            help="What shall become less: instructions and memory accesses of the final code, or LLVM's score."
        ),
    ] = Sought.FINAL,
    candidates: Annotated[int, typer.Option(min=1, help="Sets of decisions to be tried a function.")] = 400,
    seed: Annotated[int, typer.Option(min=0, help="Another one tries others.")] = 0,
    trials: Annotated[int, typer.Option(min=0, help="Candidates a function to keep in trials.parquet.")] = 16,
    take_all: Annotated[
        bool, typer.Option("--all", help="Search functions, too, in which greedy neither split nor spilled.")
    ] = False,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help="Search only so many functions: evenly spread, or what --profile saw most of."),
    ] = None,
    jobs: Jobs = None,
) -> None:
    """Search for decisions that make functions better than greedy's, and keep them as labels or in a file."""
    from rl4real_data.improve.function_search import SearchSettings

    sought, kept = Objective(objective), 0 if corpus else trials
    settings = SearchSettings(objective=sought, candidates=candidates, seed=seed, trials=kept)
    if corpus:
        from rl4real_data.commands.improve_corpora import CorporaToImprove, improve_words

        if data_dir is not None:
            raise UsageError(f"{data_dir} and --corpus: one of them is searched", hint="leave one out")
        asked = CorporaToImprove(
            words=tuple(corpus), target=target, decisions=decisions, profile=profile, take_all=take_all, limit=limit
        )
        improve_words(asked, settings, jobs=jobs)
        return
    for option, value in (("--decisions", decisions), ("--profile", profile)):
        if value is not None:
            raise UsageError(f"{option}: is for --corpus; a dataset keeps labels", hint="add --corpus, or leave it out")
    if data_dir is None:
        raise UsageError("nothing to search", hint="name a DATA_DIR, or --corpus NAME --decisions FILE")
    _improve_dataset(data_dir, settings, take_all=take_all, limit=limit, jobs=jobs)


def _improve_dataset(
    data_dir: Path, settings: SearchSettings, *, take_all: bool, limit: int | None, jobs: int | None
) -> None:
    from rl4real_data.improve.improving import improve_dataset

    environment = load_environment()
    begin = time.monotonic()
    with work_progress("searching", "function") as watch:
        done = improve_dataset(
            data_dir,
            lambda index: find_trial_tool(data_dir, index),
            settings,
            take_all=take_all,
            limit=limit,
            jobs=jobs or environment.jobs,
            progress=watch,
        )
    write_note(_text(data_dir, done, seconds=time.monotonic() - begin))
    write_path(data_dir)
    if shortfall := _shortfall(data_dir, done):
        raise shortfall


def _text(data_dir: Path, done: Improved, *, seconds: float) -> str:
    gain = done.gain
    share = gain.improved / gain.compared if gain.compared else 0.0
    lines = [
        f"{data_dir}: {counted(done.episodes, 'function')} ({done.searched:,} searched now, {seconds:.1f} s)",
        f"  better     {gain.improved:,} of {gain.compared:,} ({share:.1%})",
        f"  best       {gain.geometric_mean:.4f} of greedy's, geometric mean",
    ]
    if done.replaced:
        lines.append(f"  replaced   {counted(done.replaced, 'label')} that were sought with other settings")
    for place, (kind, count) in enumerate(gain.kinds.most_common(_KINDS_SHOWN)):
        lines.append(f"  {'' if place else 'with':10} {count:,} {kind}")
    for reason, count in gain.reasons.most_common(_REASONS_SHOWN):
        lines.append(f"  {'without':10} {count:,} {reason}")
    return "\n".join(lines)


def _shortfall(data_dir: Path, done: Improved) -> LessThanAsked | None:
    from rl4real_data.improve.episode_search import NO_TEXT

    if not done.episodes:
        return LessThanAsked(
            f"{data_dir}: no function that greedy split or spilled", hint="add --all to search the others"
        )
    if untold := done.gain.reasons[NO_TEXT]:
        return LessThanAsked(
            f"{data_dir}: {counted(untold, 'episode')} of {done.episodes:,} without MIR text, from which to search",
            hint="make the dataset with MIR text (the default of `rl4real-data flow` with the plugin)",
        )
    if failed := done.gain.statuses[LabelStatus.FAILED]:
        return LessThanAsked(
            f"{data_dir}: {counted(failed, 'function')} of {done.episodes:,} could not be searched",
            hint="labels.parquet says why, in `reason`; greedy stands for them",
        )
    return None
