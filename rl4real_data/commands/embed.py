"""The command `rl4real-data embed`.

The vectors of another vocabulary for a finished dataset.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from rl4real_data.commands.completion import complete_vocabularies
from rl4real_data.commands.options import DataDir


def embed(
    data_dir: DataDir,
    vocab: Annotated[
        Path,
        typer.Option(
            metavar="FILE",
            help="MIR2Vec vocabulary: Parquet, LLVM's JSON, or text.",
            autocompletion=complete_vocabularies,
        ),
    ],
) -> None:
    """Give a finished dataset the vectors of another vocabulary, without compiling."""
    from rl4real_data.flow.embedding import embed_dataset

    done = embed_dataset(data_dir, vocab)
    print(
        f"{done.shapes:,} instruction shapes have new vectors; {done.coverage.share:.4%} of "
        f"{done.coverage.instructions:,} instructions have all their entities",
        file=sys.stderr,
    )
