"""The command `rl4real-data work`.

One host's share of a run that `flow --run` has laid out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from rl4real_data.commands.console import say, work_progress, write_note
from rl4real_data.core.counted import counted
from rl4real_data.core.environment import load_environment
from rl4real_data.core.errors import UsageError

if TYPE_CHECKING:
    from rl4real_data.cluster.sharded_work import Share


def work(
    run: Annotated[str, typer.Argument(metavar="RUN", help="Where the run lies, as flow --run was told.")],
    shard: Annotated[str, typer.Option(metavar="I/N", help="Which of N shares is done here, from 1.")] = "1/1",
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", min=1, help="Compilers at once. [all cores]")] = None,
) -> None:
    """Compile one share of a run, or write one of its dataset, as a job of a batch system does."""
    from rl4real_data.cluster.sharded_work import work_on_share

    wanted = _share(shard)
    with work_progress("working", "task", "tasks") as watch:
        report = work_on_share(run, wanted, jobs=jobs or load_environment().jobs, say=say, show=watch)
    written = f"; {counted(report.shards, 'shard')} of the dataset, {report.shards_found:,} of them found"
    write_note(
        f"{run}: share {shard} is done: {counted(report.batches, 'batch', 'batches')}, {report.found:,} of them found; "
        f"{counted(report.modules, 'module')} ({report.failed:,} failed), {counted(report.functions, 'function')}"
        f"{written if report.shards else ''}"
    )


def _share(text: str) -> Share:
    from rl4real_data.cluster.sharded_work import Share

    match = re.fullmatch(r"([0-9]{1,9})/([0-9]{1,9})", text, re.ASCII)
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise UsageError(f"--shard {text}: is no share", hint="the third of eight is 3/8")
    return Share(index=int(match[1]), count=int(match[2]))
