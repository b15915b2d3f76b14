"""The command `rl4real-data import`.

A dataset of graphs that another project wrote.
"""

from __future__ import annotations

import shlex
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from rl4real_data.commands.console import work_progress, write_note, write_path
from rl4real_data.commands.options import DEFAULT_MAX_FAILED
from rl4real_data.core.allocators import AllocatorName
from rl4real_data.core.counted import counted
from rl4real_data.core.environment import load_environment
from rl4real_data.core.errors import TooManyFailures
from rl4real_data.core.split import Split
from rl4real_data.core.targets import TargetName

if TYPE_CHECKING:
    from rl4real_data.rl4real_fork.graph_import import ForkImport, ImportReport

_FAILURES_SHOWN: Final = 5


class ForkFormat(StrEnum):
    """The values of `--from`."""

    RL4REAL = "rl4real"


def import_dataset(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder with .dot or .json graphs below it.")],
    data_dir: Annotated[Path, typer.Argument(metavar="DATA_DIR", help="Dataset to make, or to add a split to.")],
    source: Annotated[ForkFormat, typer.Option("--from", help="Form of the folder.")],
    config_dir: Annotated[
        Path | None, typer.Option(help="The fork's configuration of these graphs. [CONFIG_DIR, or FOLDER/config]")
    ] = None,
    target: Annotated[TargetName | None, typer.Option(help="Target of the graphs. [that of CONFIG_DIR]")] = None,
    split: Annotated[Split, typer.Option(help="Split to make; train is filtered.")] = Split.TRAIN,
    model: Annotated[AllocatorName, typer.Option(help="The fork's model.")] = AllocatorName.MLRA,
    corpus: Annotated[str | None, typer.Option(metavar="NAME", help="Name of the corpus. [that of FOLDER]")] = None,
    license_: Annotated[str, typer.Option("--license", metavar="SPDX", help="Of the sources.")] = "NOASSERTION",
    redistributable: Annotated[bool, typer.Option("--redistributable", help="The sources may be passed on.")] = False,
    llvm_version: Annotated[
        str | None, typer.Option(metavar="VERSION", help="LLVM that wrote the graphs. [what CONFIG_DIR tells]")
    ] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", min=1, help="Readers at once. [all cores]")] = None,
    max_failed: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Share of broken files that is no error.")
    ] = DEFAULT_MAX_FAILED,
) -> None:
    """Make a dataset of graphs that the RL4ReAl fork wrote, as DOT or as its scripts' JSON."""
    from rl4real_data.rl4real_fork.formats.config import CONFIG, read_release, target_of
    from rl4real_data.rl4real_fork.graph_import import ForkImport
    from rl4real_data.rl4real_fork.graph_modules import Origin

    assert source is ForkFormat.RL4REAL
    environment = load_environment()
    config_dir = config_dir or environment.config_dir or folder / CONFIG
    name = folder.absolute().name
    request = ForkImport(
        folder=folder,
        data_dir=data_dir,
        config_dir=config_dir,
        target=target or target_of(config_dir),
        split=split,
        model=model,
        origin=Origin(
            folder=folder,
            corpus=corpus or name,
            license=license_,
            redistributable=redistributable,
            command=shlex.join(["rl4real-data", "import", "--from", "rl4real", name, data_dir.absolute().name]),
        ),
        llvm_version=llvm_version or read_release(config_dir),
        jobs=jobs or environment.jobs,
    )
    _run(request, max_failed=max_failed)


def _run(request: ForkImport, *, max_failed: float) -> None:
    from rl4real_data.rl4real_fork.graph_import import import_fork

    begin = time.monotonic()
    with work_progress("reading", "file") as watch:
        report = import_fork(request, progress=watch)
    write_note(_text(request, report, seconds=time.monotonic() - begin))
    write_path(request.data_dir)
    if shortfall := _shortfall(request, report, max_failed=max_failed):
        raise shortfall


def _text(request: ForkImport, report: ImportReport, *, seconds: float) -> str:
    books = report.index.splits[request.split.value]
    lines = [
        f"{request.data_dir}: {counted(books.episodes, 'episode')} in {request.split.value} "
        f"from {counted(report.files, 'file')} ({seconds:.1f} s)",
        f"  modules    {books.modules:,}: {books.modules_done:,} done, {books.modules_failed:,} are files that are no "
        "graphs",
        f"  functions  {books.functions:,}: {counted(books.episodes, 'episode')}, "
        f"{sum(books.filtered.values()):,} left out, "
        f"{counted(books.duplicates, 'duplicate')}",
        *(f"             {count:,} {reason}" for reason, count in books.filtered.items()),
    ]
    reasons = [entry.part.failure.reason for entry in report.failed if entry.part.failure]
    lines += [f"  failed     {reason}" for reason in reasons[:_FAILURES_SHOWN]]
    if len(reasons) > _FAILURES_SHOWN:
        lines.append(f"  and {len(reasons) - _FAILURES_SHOWN} more")
    return "\n".join(lines)


def _shortfall(request: ForkImport, report: ImportReport, *, max_failed: float) -> TooManyFailures | None:
    share = len(report.failed) / report.files
    if share <= max_failed:
        return None
    return TooManyFailures(
        f"{len(report.failed)} of {counted(report.files, 'file')} are no graphs ({share:.1%}), more than "
        f"{max_failed:.1%}; the dataset holds the rest",
        hint=f"see `rl4real-data stats {request.data_dir}`; allow more with --max-failed",
    )
