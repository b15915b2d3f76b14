"""The index of a DATA_DIR.

`dataset.json` says what it is made of and is written last: a folder without it is no dataset yet.
"""

from __future__ import annotations

__all__ = ["CorpusEntry", "DatasetIndex", "FileEntry", "SplitBooks", "read_index"]

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from rl4real_data.core.errors import DatasetError
from rl4real_data.episodes.schema_version import SCHEMA_VERSION

INDEX_NAME: Final = "dataset.json"
FORMAT: Final = "rl4real-data"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEntry:
    """One file of the dataset."""

    rows: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusEntry:
    """One corpus of a split; `modules` counts the modules that the run was asked for."""

    name: str
    license: str
    modules: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitBooks:
    """What became of every module and every function of a split; `skipped` are the corpora that it goes without.

    Two sums hold, always:

    modules = modules_done + modules_failed + sum(modules_filtered)
    functions = episodes + sum(filtered) + duplicates
    """

    corpora: tuple[CorpusEntry, ...]
    skipped: tuple[str, ...] = ()
    modules: int
    modules_done: int
    modules_failed: int
    modules_filtered: Mapping[str, int] = field(default_factory=dict)
    failures: Mapping[str, int] = field(default_factory=dict)
    functions: int
    episodes: int
    filtered: Mapping[str, int] = field(default_factory=dict)
    duplicates: int

    def imbalances(self) -> tuple[str, ...]:
        """The sums that do not hold, in words; empty for a sound split."""
        found = []
        if self.modules != self.modules_done + self.modules_failed + sum(self.modules_filtered.values()):
            found.append(f"{self.modules} modules are not the sum of done, failed and filtered")
        if self.functions != self.episodes + sum(self.filtered.values()) + self.duplicates:
            found.append(f"{self.functions} functions are not the sum of episodes, filtered and duplicates")
        if self.modules_failed != sum(self.failures.values()):
            found.append(f"{self.modules_failed} failed modules are not the sum of the failures by kind")
        if self.modules != sum(corpus.modules for corpus in self.corpora):
            found.append(f"{self.modules} modules are not the sum of the modules of the corpora")
        return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetIndex:
    """The content of `dataset.json`."""

    target: str
    model: str
    recipe: Mapping[str, Any]
    toolchain: Mapping[str, str]
    splits: Mapping[str, SplitBooks]
    files: Mapping[str, FileEntry]
    generator: str
    vocabulary: Mapping[str, Any] | None = None
    schema_version: int = SCHEMA_VERSION

    def to_json(self) -> str:
        """Sorted and indented, so that equal indices are equal bytes."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def parse_index(text: str, *, path: Path | str) -> DatasetIndex:
    """DatasetError for anything that is not the index of a dataset that this version can read."""
    try:
        raw = json.loads(text)
        if raw["format"] != FORMAT:
            raise DatasetError(f"{path}: not a dataset of {FORMAT}")
        if raw["schema_version"] > SCHEMA_VERSION:
            raise DatasetError(
                f"{path}: written in schema version {raw['schema_version']}, this program reads up to {SCHEMA_VERSION}",
                hint="install a newer rl4real-data",
            )
        splits = {
            name: SplitBooks(
                **{
                    **books,
                    "corpora": tuple(CorpusEntry(**c) for c in books["corpora"]),
                    "skipped": tuple(books.get("skipped", ())),
                }
            )
            for name, books in raw["splits"].items()
        }
        files = {name: FileEntry(**entry) for name, entry in raw["files"].items()}
        known = {key: raw[key] for key in ("target", "model", "recipe", "toolchain", "generator", "schema_version")}
        return DatasetIndex(splits=splits, files=files, vocabulary=raw.get("vocabulary"), **known)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DatasetError(
            f"{path}: damaged index ({error})",
            hint="delete it and run the `rl4real-data flow` of each split again: it is made anew without compiling",
        ) from error


def read_index(data_dir: Path) -> DatasetIndex:
    """The index of the dataset in `data_dir`; DatasetError if there is none."""
    path = data_dir / INDEX_NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        what = "holds no finished dataset" if data_dir.is_dir() else "does not exist"
        raise DatasetError(
            f"{data_dir}: {what} ({INDEX_NAME} is missing)",
            hint="make one with `rl4real-data flow x86 train mlra --data-dir …`; an interrupted run is resumed by the "
            "command that started it",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path}: cannot be read ({error})") from error
    return parse_index(text, path=path)


def file_entry(path: Path, *, rows: int) -> FileEntry:
    """Size and sha256 of a file that has just been written."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return FileEntry(rows=rows, size=path.stat().st_size, sha256=digest)
