"""The index of a trace dataset.

Its `dataset.json`, which no reader of episodes takes for its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from rl4real_data.core.errors import DatasetError
from rl4real_data.core.open_folder import OpenFolder
from rl4real_data.core.split import Split
from rl4real_data.episodes import index_values as checked
from rl4real_data.episodes.file_names import INDEX_NAME
from rl4real_data.episodes.index import MAX_BYTES, TRACE_FORMAT, FileEntry, SplitBooks, parse_books, parse_entry
from rl4real_data.traces.features import Task

TRACE_VERSION: Final = 1
_MAKE_ONE: Final = "make one with `rl4real-data trace inlining|eviction|priority x86 --data-dir …`"


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceIndex:
    """`books` count trajectories as episodes. `policy` is who decided, `policy_sha256` of all that decides with it."""

    task: Task
    target: str
    policy: str
    policy_sha256: str
    recipe: Mapping[str, Any]
    toolchain: Mapping[str, str]
    books: SplitBooks
    files: Mapping[str, FileEntry]
    generator: str
    fingerprint: str
    version: int = TRACE_VERSION

    def to_json(self) -> str:
        """Equal indices are equal bytes. `sha256` is the hash of all the rest."""
        raw = {"format": TRACE_FORMAT, **asdict(self), "task": self.task.value}
        return checked.canonical_text({**raw, "sha256": checked.own_sha256(raw)})

    @property
    def made_anew(self) -> str:
        """See `ListsFiles`; the same command sees what is damaged, and makes it again."""
        return "run the `rl4real-data trace` command that made it once more"

    @property
    def splits(self) -> Mapping[str, SplitBooks]:
        """Its books, under the name that its shards have."""
        return {Split.TRAIN.value: self.books}


def is_trace_dataset(data_dir: Path) -> bool:
    """Whether the folder's index is one of traces; false, too, where there is none that can be read."""
    try:
        return bool(json.loads(_text(data_dir))["format"] == TRACE_FORMAT)
    except (DatasetError, ValueError, KeyError, TypeError, RecursionError):
        return False


def read_trace_index(data_dir: Path) -> TraceIndex:
    """DatasetError if there is none, or one that this version cannot read."""
    path = data_dir / INDEX_NAME
    try:
        raw = checked.load_json(_text(data_dir))
        if raw["format"] != TRACE_FORMAT:
            raise DatasetError(f"{path}: holds no traces", hint=_MAKE_ONE)
        if checked.count(raw["version"], "version") > TRACE_VERSION:
            raise DatasetError(
                f"{path}: written in version {raw['version']} of the trace format, this program reads up to "
                f"{TRACE_VERSION}",
                hint="install a newer rl4real-data",
            )
        return _parse(raw)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DatasetError(
            f"{path}: damaged index ({error})",
            hint="delete it and run the same `rl4real-data trace` again: it is made anew without compiling",
        ) from error


def _parse(raw: Mapping[str, Any]) -> TraceIndex:
    if raw["sha256"] != checked.own_sha256(raw):
        raise ValueError("its sha256 is not the one that it names itself")
    return TraceIndex(
        task=Task(raw["task"]),
        target=checked.text(raw["target"], "target"),
        policy=checked.text(raw["policy"], "policy"),
        generator=checked.text(raw["generator"], "generator"),
        policy_sha256=checked.digest(raw["policy_sha256"], "policy_sha256"),
        recipe=checked.mapping(raw["recipe"], "recipe"),
        toolchain=checked.texts(raw["toolchain"], "toolchain"),
        books=parse_books(checked.mapping(raw["books"], "books")),
        files={
            checked.file_name(name): parse_entry(name, checked.mapping(entry, name))
            for name, entry in checked.mapping(raw["files"], "files").items()
        },
        fingerprint=checked.digest(raw["fingerprint"], "fingerprint"),
    )


def _text(data_dir: Path) -> str:
    try:
        with OpenFolder(data_dir) as folder:
            return folder.read(INDEX_NAME, at_most=MAX_BYTES).decode()
    except (FileNotFoundError, NotADirectoryError):
        what = "holds no finished dataset" if data_dir.is_dir() else "does not exist"
        raise DatasetError(f"{data_dir}: {what} ({INDEX_NAME} is missing)", hint=_MAKE_ONE) from None
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{data_dir / INDEX_NAME}: cannot be read ({error})") from error
