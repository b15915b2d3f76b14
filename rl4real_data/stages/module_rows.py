"""The rows of `modules.parquet`."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any, Final

import pyarrow as pa

from rl4real_data.core.split import Split
from rl4real_data.episodes.schema import MODULES
from rl4real_data.stages.selection import Entry

_AT_ONCE: Final = 4096


def module_rows(split: Split, modules: Iterable[tuple[Entry, int]]) -> Iterator[pa.Table]:
    """One split's, in the order of the run, some at a time; `modules`: each with the number of its episodes."""
    rows = (_row(split, entry, episodes) for entry, episodes in modules)
    some = list(itertools.islice(rows, _AT_ONCE))
    yield pa.Table.from_pylist(some, schema=MODULES)
    while some := list(itertools.islice(rows, _AT_ONCE)):
        yield pa.Table.from_pylist(some, schema=MODULES)


def _row(split: Split, entry: Entry, episodes: int) -> dict[str, Any]:
    module, part, failure = entry.module, entry.part, entry.part.failure
    return {
        "split": split.value,
        "corpus": module.corpus,
        "module": module.name,
        "language": module.language.value,
        "license": module.license,
        "redistributable": module.redistributable,
        "sha256": part.source_sha256,
        "status": "failed" if failure else "filtered" if entry.left_out else "done",
        "kind": failure.kind.value if failure else None,
        "reason": failure.reason if failure else entry.left_out,
        "stderr": failure.stderr if failure else None,
        "command": None if module.left_out else entry.command,
        "flags_left_out": list(module.flags_left_out),
        "functions": part.function_count,
        "episodes": episodes,
    }
