"""The command `rl4real-data vocab convert`.

A vocabulary in another form.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rl4real_data.commands.console import write_path
from rl4real_data.commands.options import VocabularyFile


def convert(
    file: VocabularyFile,
    output: Annotated[Path, typer.Argument(metavar="OUTPUT", help="New file: .parquet, or .json for LLVM's tools.")],
) -> None:
    """Write a vocabulary in another form."""
    from rl4real_data.mir2vec.vocabulary_file import read_vocabulary, vocabulary_path, write_vocabulary

    write_vocabulary(output, read_vocabulary(vocabulary_path(file)))
    write_path(output)
