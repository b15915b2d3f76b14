"""`rl4real-data export`: parse, call the library, render."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from rl4real_data.corpus.module import Split


class DatasetFormat(StrEnum):
    """The forms that a dataset is written in."""

    RL4REAL = "rl4real"
    RLLIB = "rllib"


def export_dataset(
    data_dir: Annotated[Path, typer.Argument(metavar="DATA_DIR", help="Folder of a dataset.")],
    output: Annotated[Path, typer.Argument(metavar="OUT", help="New folder.")],
    to: Annotated[DatasetFormat, typer.Option("--to", help="The fork's graphs, or transitions for RLlib.")],
    split: Annotated[Split | None, typer.Option(help="Split to export. [train, if there is one]")] = None,
    sources: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[CORPUS=]FOLDER",
            help="rl4real: where a corpus's files lie, which the fork's scripts compile; may repeat.",
        ),
    ] = None,
    max_nodes: Annotated[int, typer.Option(min=1, help="rllib: leave out functions with more nodes.")] = 128,
    max_uses: Annotated[int, typer.Option(min=1, help="rllib: use points that the split policy sees.")] = 200,
    vectors: Annotated[
        bool, typer.Option("--vectors/--no-vectors", help="rllib: the node's vector in each row.")
    ] = True,
) -> None:
    """Write a dataset as the RL4ReAl fork's training scripts read it, or the expert's decisions for RLlib."""
    if to is DatasetFormat.RL4REAL:
        from rl4real_data.commands import fork_report

        text = fork_report.export(data_dir, output, split=split, sources=sources or ())
    else:
        from rl4real_data.export.rllib import RllibRequest, export_rllib

        request = RllibRequest(
            data_dir=str(data_dir),
            output=output,
            split=(split or Split.TRAIN).value,
            max_nodes=max_nodes,
            max_uses=max_uses,
            vectors=vectors,
        )
        text = export_rllib(request).text
    print(text, file=sys.stderr)
    print(output)
