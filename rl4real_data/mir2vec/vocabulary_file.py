"""Vocabulary files of every form, told apart by their content."""

from __future__ import annotations

__all__ = ["read_vocabulary", "shipped_vocabulary", "write_vocabulary"]

from pathlib import Path
from typing import Final

from rl4real_data.core.atomic_files import publish
from rl4real_data.core.errors import UsageError, VocabularyError
from rl4real_data.core.regular_files import open_regular
from rl4real_data.core.shipped_files import preprocessing_dir
from rl4real_data.core.targets import TargetName
from rl4real_data.mir2vec.vocabulary import Vocabulary
from rl4real_data.mir2vec.vocabulary_json import read_json, write_json
from rl4real_data.mir2vec.vocabulary_parquet import read_parquet, write_parquet
from rl4real_data.mir2vec.vocabulary_text import read_text

MAX_BYTES: Final = 256 << 20
_PARQUET_MAGIC: Final = b"PAR1"


def shipped_vocabulary(target: str) -> Path:
    """The file of the vocabulary that comes with this program."""
    return preprocessing_dir() / "vocab" / f"{target}.parquet"


def vocabulary_path(word: str) -> Path:
    """The file that a word of the command line stands for: a target's name is its shipped vocabulary."""
    return shipped_vocabulary(word) if word in list(TargetName) else Path(word)


def read_vocabulary(path: Path) -> Vocabulary:
    """Parquet, LLVM's JSON, or the fork's text. VocabularyError, naming the file, for anything else."""
    try:
        size = path.stat().st_size
        with open_regular(path) as stream:
            head = stream.read(4096)
    except OSError as error:
        raise VocabularyError(f"{path}: cannot be read ({error.strerror})", hint="name a vocabulary file") from None
    if size > MAX_BYTES:
        raise VocabularyError(f"{path}: {size / 1e6:,.0f} MB is more than any vocabulary has ({MAX_BYTES / 1e6:.0f})")
    if head.startswith(_PARQUET_MAGIC):
        return read_parquet(path)
    try:
        if head.lstrip().startswith(b"{"):
            return read_json(path, path.read_text(encoding="utf-8"))
        with path.open(encoding="utf-8") as lines:
            return read_text(path, lines)
    except UnicodeDecodeError:
        raise VocabularyError(
            f"{path}: neither Parquet, nor LLVM's JSON, nor the text of seedEmbedding_*.txt"
        ) from None


def write_vocabulary(path: Path, vocabulary: Vocabulary) -> None:
    """In the form that the name asks for: `.parquet` or `.json`. UsageError for another one."""
    if path.suffix not in (".parquet", ".json"):
        raise UsageError(f"{path}: a vocabulary is written as .parquet or as .json", hint="choose one of the two names")
    path.parent.mkdir(parents=True, exist_ok=True)
    with publish(path) as draft:
        if path.suffix == ".json":
            draft.write_text(write_json(vocabulary), encoding="utf-8")
        else:
            write_parquet(draft, vocabulary)
