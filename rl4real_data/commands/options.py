"""The options and arguments that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from rl4real_data.commands.completion import complete_corpora, complete_vocabularies
from rl4real_data.core.targets import TargetName

DEFAULT_TIMEOUT_S: Final = 300.0  # the slowest known module (sqlite3.c) takes 27 s
DEFAULT_MEMORY_MB: Final = 4096  # address space; clang needs 0.5 GB for itself, sqlite3.c 1 GB
DEFAULT_MAX_FAILED: Final = 0.01

DataDir = Annotated[Path, typer.Argument(metavar="DATA_DIR", help="Folder of a dataset.")]
Html = Annotated[
    Path | None,
    typer.Option(
        "--html",
        metavar="FOLDER",
        help="Write a page and those of the largest functions; a name that ends with .html is that page alone.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Jobs = Annotated[int | None, typer.Option("--jobs", "-j", min=1, help="Processes at once. [all cores]")]
Mirror = Annotated[
    str | None, typer.Option(metavar="URL", help="Mirror of the distribution's packages. [apt's sources]")
]
CorpusName = Annotated[
    str,
    typer.Argument(metavar="NAME", help="Name of a corpus, or a manifest's file.", autocompletion=complete_corpora),
]
CorpusNames = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[NAME]...",
        help="Corpora, groups, or manifests' files.",
        show_default=False,
        autocompletion=complete_corpora,
    ),
]
VocabularyFile = Annotated[
    str,
    typer.Argument(
        metavar="FILE",
        help=f"Vocabulary: Parquet, LLVM's JSON, text; or {', '.join(TargetName)}.",
        autocompletion=complete_vocabularies,
    ),
]
