"""`rl4real-data export --to rllib`: parse, call the library, render; `cli.py` joins it with the other forms."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from rl4real_data.corpus.module import Split

MaxNodes = Annotated[int, typer.Option(min=1, help="rllib: leave out functions with more nodes.")]
MaxUses = Annotated[int, typer.Option(min=1, help="rllib: use points that the split policy sees.")]
WithVectors = Annotated[bool, typer.Option("--vectors/--no-vectors", help="rllib: the node's vector in each row.")]


def export_to_rllib(
    data_dir: Annotated[str, typer.Argument(metavar="DATA_DIR", help="Dataset.")],
    output: Annotated[Path, typer.Argument(metavar="OUT", help="New folder.")],
    split: Annotated[Split, typer.Option(help="Split to export.")] = Split.TRAIN,
    max_nodes: MaxNodes = 128,
    max_uses: MaxUses = 200,
    vectors: WithVectors = True,
) -> None:
    """Write the expert's decisions as transitions for RLlib, one table for each policy of RL4ReAl."""
    from rl4real_data.export.rllib import RllibRequest, export_rllib

    request = RllibRequest(
        data_dir=data_dir,
        output=output,
        split=split.value,
        max_nodes=max_nodes,
        max_uses=max_uses,
        vectors=vectors,
    )
    print(export_rllib(request).text, file=sys.stderr)
    print(output)
