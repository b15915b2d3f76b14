"""The index of a DATA_DIR.

`dataset.json` says what it is made of and is written last: a folder without it is no dataset yet.
"""

from __future__ import annotations

__all__ = ["CorpusEntry", "DatasetIndex", "FileEntry", "SplitBooks", "read_index"]

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from rl4real_data.core.errors import DatasetError
from rl4real_data.core.open_folder import OpenFolder
from rl4real_data.episodes import index_values as checked
from rl4real_data.episodes.file_names import INDEX_NAME
from rl4real_data.episodes.schema_version import SCHEMA_VERSION

FORMAT: Final = "rl4real-data"
TRACE_FORMAT: Final = "rl4real-data-trace"
"""Of the index of a trace dataset, which is another one (`rl4real_data.traces.index`)."""
MAX_BYTES: Final = 64 << 20
"""Of an index; that of a million episodes has 60 kB."""
_KEYS: Final = frozenset(
    {
        *("format", "schema_version", "generator", "target", "model", "recipe", "toolchain", "splits", "files"),
        *("vocabulary", "fingerprint", "sha256"),
    }
)


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


_MADE_ANEW: Final = (
    "delete {index} and run the flow of each split again: what this version compiled is kept; name its vocabulary "
    "with --vocab, if it is not the shipped one"
)


class ListsFiles(Protocol):
    """An index, as whoever compares or publishes the files of a DATA_DIR sees it."""

    @property
    def files(self) -> Mapping[str, FileEntry]:
        """All files but the index itself."""
        ...

    @property
    def made_anew(self) -> str:
        """What mends a dataset whose files are not those of its index, which is called `{index}`."""
        ...

    def to_json(self) -> str:
        """The content of `dataset.json`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetIndex:
    """The content of `dataset.json`.

    `fingerprint` stands in the footers of its shards and tables too, so that those of two datasets are never taken for
    one; None in datasets of 0.1.0.
    """

    target: str
    model: str
    recipe: Mapping[str, Any]
    toolchain: Mapping[str, str]
    splits: Mapping[str, SplitBooks]
    files: Mapping[str, FileEntry]
    generator: str
    vocabulary: Mapping[str, Any] | None = None
    fingerprint: str | None = None
    schema_version: int = SCHEMA_VERSION

    @property
    def made_anew(self) -> str:
        """See `ListsFiles`."""
        return _MADE_ANEW

    def to_json(self) -> str:
        """Equal indices are equal bytes. `sha256` is the hash of all the rest."""
        raw = {"format": FORMAT, **asdict(self)}
        return checked.canonical_text({**raw, "sha256": checked.own_sha256(raw)})

    @property
    def answered_by(self) -> str:
        """Whose the answers are, in words."""
        expert = self.toolchain.get("expert")
        return "LLVM's own allocator" if expert is None else f"{expert} and LLVM's allocator"


def parse_index(text: str, *, path: Path | str) -> DatasetIndex:
    """DatasetError for anything that is not the index of a dataset that this version can read."""
    try:
        raw = checked.load_json(text)
        if raw["format"] == TRACE_FORMAT:
            raise DatasetError(
                f"{path}: holds traces, and no episodes",
                hint="`stats` and `validate` know traces, `rl4real_data.traces.dataset.TraceDataset` reads them",
            )
        if raw["format"] != FORMAT:
            raise DatasetError(f"{path}: not a dataset of {FORMAT}")
        version = checked.count(raw["schema_version"], "schema_version")
        if version > SCHEMA_VERSION:
            raise DatasetError(
                f"{path}: written in schema version {version}, this program reads up to {SCHEMA_VERSION}",
                hint="install a newer rl4real-data",
            )
        _compare_with_itself(raw)
        fingerprint = raw.get("fingerprint")
        return DatasetIndex(
            **{name: checked.text(raw[name], name) for name in ("target", "model", "generator")},
            recipe=checked.recipe(raw["recipe"]),
            toolchain=checked.texts(raw["toolchain"], "toolchain"),
            splits={
                checked.split_name(name): parse_books(checked.mapping(books, name))
                for name, books in checked.mapping(raw["splits"], "splits").items()
            },
            files={
                checked.file_name(name): parse_entry(name, checked.mapping(entry, name))
                for name, entry in checked.mapping(raw["files"], "files").items()
            },
            vocabulary=checked.vocabulary(raw.get("vocabulary")),
            fingerprint=None if fingerprint is None else checked.digest(fingerprint, "fingerprint"),
            schema_version=version,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DatasetError(
            f"{path}: damaged index ({error})",
            hint="delete it and run the `rl4real-data flow` of each split again: it is made anew without compiling",
        ) from error


def _compare_with_itself(raw: Mapping[str, Any]) -> None:
    """Datasets of 0.1.0 have no checksum; nor have they a key that we do not know, such as what is left of ours."""
    if "sha256" in raw:
        if raw["sha256"] != checked.own_sha256(raw):
            raise ValueError("its sha256 is not the one that it names itself")
    elif strange := sorted(raw.keys() - _KEYS):
        raise ValueError(f"it has a key {strange[0]!r} and no sha256")


def parse_books(raw: Mapping[str, Any]) -> SplitBooks:
    """ValueError, KeyError or TypeError for what is none."""
    plain = ("modules", "modules_done", "modules_failed", "functions", "episodes", "duplicates")
    by_reason = ("modules_filtered", "failures", "filtered")
    if strange := sorted(raw.keys() - {*plain, *by_reason, "corpora", "skipped"}):
        raise ValueError(f"its books have a key {strange[0]!r}")
    figures: dict[str, Any] = {name: checked.count(raw[name], name) for name in plain}
    figures |= {name: checked.counts(raw.get(name, {}), name) for name in by_reason}
    return SplitBooks(
        corpora=tuple(
            CorpusEntry(
                name=checked.text(corpus["name"], "the name of a corpus"),
                license=checked.text(corpus["license"], "the licence of a corpus"),
                modules=checked.count(corpus["modules"], "modules"),
            )
            for corpus in raw["corpora"]
        ),
        skipped=tuple(checked.text(name, "skipped") for name in raw.get("skipped", ())),
        **figures,
    )


def parse_entry(name: str, raw: Mapping[str, Any]) -> FileEntry:
    """ValueError, KeyError or TypeError for what is none."""
    entry = FileEntry(
        rows=checked.count(raw["rows"], f"{name}: rows"),
        size=checked.count(raw["size"], f"{name}: size"),
        sha256=checked.digest(raw["sha256"], f"{name}: sha256"),
    )
    if entry.rows > entry.size:  # no table says less than a byte with a row; what reads it makes room for the rows
        raise ValueError(f"{name}: {entry.rows:,} rows in {entry.size:,} bytes")
    return entry


def read_index(data_dir: Path) -> DatasetIndex:
    """The index of the dataset in `data_dir`; DatasetError if there is none."""
    path = data_dir / INDEX_NAME
    try:
        with OpenFolder(data_dir) as folder:
            text = folder.read(INDEX_NAME, at_most=MAX_BYTES).decode()
    except (FileNotFoundError, NotADirectoryError):
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
