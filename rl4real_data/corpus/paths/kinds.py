"""The kinds of path that may stand after `--corpus`.

The name and the first bytes tell the kind, and the file of that kind does the rest.

    @list.txt                  the files that the list names
    compile_commands.json      a compilation database
    corpus_description.json    an MLGO corpus, or the folder that holds it
    *.parquet                  modules as ComPile stores them; `#rows=A:B` behind it: some of them
    a URL                      such a file elsewhere
    an object file, an archive the bitcode inside
    a folder to be built       under `--allow-build`: what its build system says

Anything else is a folder or a single file of sources or LLVM IR.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from rl4real_data.core.errors import UsageError
from rl4real_data.core.regular_files import open_regular
from rl4real_data.corpus.paths.bitcode_parquet import find_parquet, find_remote
from rl4real_data.corpus.paths.build import BuildTools, find_build
from rl4real_data.corpus.paths.compile_commands import find_database
from rl4real_data.corpus.paths.contained_modules import Content, content_of, find_container
from rl4real_data.corpus.paths.file_list import LIST_SIGN, find_listed
from rl4real_data.corpus.paths.mlgo import DESCRIPTION_NAME, find_mlgo
from rl4real_data.corpus.paths.path_corpus import Found
from rl4real_data.corpus.paths.row_range import RowRange, split_rows
from rl4real_data.corpus.paths.source_files import find_modules
from rl4real_data.corpus.paths.undescribed import UndescribedFolder

_PARQUET_MAGIC: Final = b"PAR1"


def find_path(word: str, build_tools: BuildTools | None = None) -> Found | None:
    """What the word stands for, None if there is no such path; UsageError for one that cannot be used.

    `build_tools`: with them a folder's own build system is run, if it has one.
    """
    if word.startswith(LIST_SIGN) and not _exists(Path(word)):
        return find_listed(Path(word.removeprefix(LIST_SIGN)))
    if remote := find_remote(word):
        return remote
    path = Path(word)
    if not word or not _exists(path):
        return _rows_of(word)
    if path.name == DESCRIPTION_NAME:
        return find_mlgo(path.parent)
    if (path / DESCRIPTION_NAME).is_file():
        return find_mlgo(path)
    if build_tools is not None and (build := find_build(path, build_tools)):
        return build
    if path.suffix == ".json" and path.is_file():
        return find_database(path)
    magic = _first_bytes(path)
    if magic == _PARQUET_MAGIC:
        return find_parquet(path, RowRange())
    if _holds_modules(path):
        return find_container(path)
    return UndescribedFolder(found=find_modules(path))


def _rows_of(word: str) -> Found | None:
    """Rows of a Parquet file; None for no such file."""
    file, rows = split_rows(word)
    path = Path(file)
    if file == word or not _exists(path):
        return None
    if _first_bytes(path) != _PARQUET_MAGIC:
        raise UsageError(f"{word}: {file} is no Parquet file, which alone has rows")
    return find_parquet(path, rows)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # longer than any path may be, or with a NUL
        return False


def _holds_modules(path: Path) -> bool:
    """Whether there may be modules in it, if only none that can be used: whoever takes the path says so."""
    try:
        return content_of(path) in (Content.CONTAINER, Content.OBJECT)
    except OSError:
        return False


def _first_bytes(path: Path) -> bytes:
    """Nothing for what is no readable file: whoever takes the path says so."""
    try:
        with open_regular(path, most_bytes=sys.maxsize) as stream:
            return stream.read(4)
    except OSError:
        return b""
