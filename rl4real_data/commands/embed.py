"""The command `rl4real-data embed`.

The vectors of another vocabulary for a finished dataset.
"""

from __future__ import annotations

from typing import Annotated

import typer

from rl4real_data.commands.completion import complete_vocabularies
from rl4real_data.commands.console import during, write_note
from rl4real_data.commands.data_dir import takes_urls
from rl4real_data.commands.options import DataDir
from rl4real_data.core.counted import counted
from rl4real_data.core.errors import TooLittleKnown
from rl4real_data.core.targets import TargetName


@takes_urls(is_written=True)
def embed(
    data_dir: DataDir,
    vocab: Annotated[
        str,
        typer.Option(
            metavar="FILE",
            help=f"MIR2Vec vocabulary: Parquet, LLVM's JSON, text; or {', '.join(TargetName)}.",
            autocompletion=complete_vocabularies,
        ),
    ],
) -> None:
    """Give a finished dataset the vectors of another vocabulary, without compiling."""
    from rl4real_data.flow.embedding import embed_dataset
    from rl4real_data.mir2vec.vocabulary_file import vocabulary_path

    with during("embedding"):
        done = embed_dataset(data_dir, vocabulary_path(vocab))
    write_note(
        f"{done.shapes:,} instruction shapes have new vectors; {done.coverage.share:.4%} of "
        f"{counted(done.coverage.instructions, 'instruction')} have all their entities"
    )
    if done.coverage.is_short(done.max_missing):
        raise TooLittleKnown(
            f"{data_dir}: {done.coverage.explained(done.max_missing)}",
            hint="it was taken because the one before knew less; learn one from the dataset with "
            "`rl4real-data vocab train`",
        )
