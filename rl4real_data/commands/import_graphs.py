"""`rl4real-data import`: parse, call the library, render."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from rl4real_data.core.allocators import ModelName
from rl4real_data.core.environment import load_environment
from rl4real_data.core.targets import TargetName
from rl4real_data.corpus.module import Split
from rl4real_data.flow.settings import DEFAULT_MAX_FAILED


class ForkFormat(StrEnum):
    """The form of other datasets."""

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
    model: Annotated[ModelName, typer.Option(help="The fork's model.")] = ModelName.MLRA,
    corpus: Annotated[str | None, typer.Option(metavar="NAME", help="Name of the corpus. [that of FOLDER]")] = None,
    license_: Annotated[str, typer.Option("--license", metavar="SPDX", help="Of the sources.")] = "NOASSERTION",
    redistributable: Annotated[bool, typer.Option("--redistributable", help="The sources may be passed on.")] = False,
    llvm_version: Annotated[str, typer.Option(metavar="VERSION", help="LLVM that wrote the graphs.")] = "10.0.1",
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", min=1, help="Readers at once. [all cores]")] = None,
    max_failed: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Share of broken files that is no error.")
    ] = DEFAULT_MAX_FAILED,
) -> None:
    """Make a dataset of graphs that the RL4ReAl fork wrote, as DOT or as its scripts' JSON."""
    from rl4real_data.commands import fork_report

    assert source is ForkFormat.RL4REAL
    environment = load_environment()
    words = fork_report.ImportWords(
        folder=folder,
        data_dir=data_dir,
        config_dir=config_dir or environment.config_dir,
        target=target,
        split=split,
        model=model,
        corpus=corpus,
        license=license_,
        llvm_version=llvm_version,
        redistributable=redistributable,
        jobs=jobs or environment.jobs,
        max_failed=max_failed,
    )
    summary = fork_report.import_(words, show_bar=sys.stderr.isatty())
    print(summary.text, file=sys.stderr)
    print(data_dir)
    if summary.shortfall:
        raise summary.shortfall
