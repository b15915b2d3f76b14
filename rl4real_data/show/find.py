"""The episode that a person means.

By identity, by its beginning, by function, or by module and function.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from rl4real_data.core.counted import counted
from rl4real_data.core.errors import UsageError
from rl4real_data.core.shown_text import shown
from rl4real_data.episodes.index import read_index
from rl4real_data.episodes.shards import find_shards, iterate_batches, open_table

LISTED: Final = 20
_COLUMNS: Final = ("episode_id", "function", "module", "corpus")
_ROWS: Final = 8192
_NEAR: Final = 6
_COMPARED: Final = 20_000
"""Comparing a name with so many others takes about a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """An episode that fits: `row` is its number in its split, counted over all shards."""

    episode_id: str
    function: str
    module: str
    corpus: str
    split: str
    row: int

    def describe(self) -> str:
        return shown(f"{self.episode_id}  {self.corpus}/{self.module}:{self.function}")


def find_episode(data_dir: Path, word: str) -> Match:
    """The one episode that `word` names.

    A whole episode_id goes before a function's name, and that before the beginning of an episode_id.
    UsageError if several episodes fit (it lists them) or none does (it names near ones); DatasetError if there is
    no dataset, or a file of it cannot be read.
    """
    by_id: list[Match] = []
    by_name: list[Match] = []
    by_beginning: list[Match] = []
    beginning = word.lower()
    for batch, split, row in _identities(data_dir):
        ids = batch["episode_id"]
        by_id += _matches(batch, pc.equal(ids, beginning), split, row)
        by_name += _matches(batch, _is_named(batch, word), split, row)
        by_beginning += _matches(batch, pc.starts_with(ids, beginning), split, row)
    for found in (by_id, by_name, by_beginning if word else []):
        if len(found) == 1:
            return found[0]
        if found:
            raise _several(data_dir, word, found)
    raise _nothing(data_dir, word)


def _identities(data_dir: Path) -> Iterator[tuple[pa.RecordBatch, str, int]]:
    """Batches of the identity columns, the split, and the number in it of the batch's first row."""
    rows: dict[str, int] = {}
    index = read_index(data_dir)
    for shard in find_shards(index):
        with open_table(data_dir, index, shard.name) as file:
            for batch in iterate_batches(file, _COLUMNS, rows=_ROWS):
                yield batch, shard.split, rows.get(shard.split, 0)
                rows[shard.split] = rows.get(shard.split, 0) + len(batch)


def _is_named(batch: pa.RecordBatch, word: str) -> pa.Array:
    """Both parts may hold colons themselves (`-[List add:]`), so the word is cut at each of them."""
    named = pc.equal(batch["function"], word)
    for cut in (place for place, letter in enumerate(word) if letter == ":"):
        module, function = word[:cut], word[cut + 1 :]
        named = pc.or_(named, pc.and_(pc.equal(batch["module"], module), pc.equal(batch["function"], function)))
    return named


def _matches(batch: pa.RecordBatch, fits: pa.Array, split: str, first_row: int) -> list[Match]:
    places = pc.indices_nonzero(pc.fill_null(fits, False))
    if not len(places):
        return []
    told = batch.take(places).to_pylist()
    return [
        Match(**row, split=split, row=first_row + place) for row, place in zip(told, places.to_pylist(), strict=True)
    ]


def _several(data_dir: Path, word: str, found: list[Match]) -> UsageError:
    lines = [f"  {match.describe()}" for match in found[:LISTED]]
    if len(found) > LISTED:
        lines.append(f"  … and {len(found) - LISTED:,} more")
    return UsageError(
        "\n".join([f"{data_dir}: {counted(len(found), 'episode')} are meant by {word!r}:", *lines]),
        hint="name one by its episode_id, or as module:function",
    )


def _nothing(data_dir: Path, word: str) -> UsageError:
    near = _near_names(data_dir, word)
    message = f"{data_dir}: no episode is called {word!r}"
    if near:
        message += "; near are " + ", ".join(map(shown, near))
    return UsageError(
        message, hint="EPISODE is an episode_id or its beginning, the symbol of a function, or module:function"
    )


def _near_names(data_dir: Path, word: str) -> list[str]:
    """Symbols that hold the word (`push` finds `_Z4pushv`), then those that are spelled like it."""
    function = word.rpartition(":")[2] or word
    holding: dict[str, None] = {}
    alike: dict[str, None] = {}
    for batch, _, _ in _identities(data_dir):
        names = batch["function"]
        if len(holding) < _NEAR and len(function) > 2:
            found = names.filter(pc.match_substring(names, function, ignore_case=True))
            holding |= dict.fromkeys(found.to_pylist())
        if len(alike) < _COMPARED:
            length = pc.utf8_length(names)
            close = pc.and_(pc.less_equal(length, len(function) + 6), pc.greater_equal(length, len(function) - 6))
            alike |= dict.fromkeys(names.filter(close).to_pylist())
    spelled = difflib.get_close_matches(function, list(alike)[:_COMPARED], n=_NEAR, cutoff=0.6)
    shortest = sorted(holding, key=lambda name: (len(name), name))
    return list(dict.fromkeys(shortest + spelled))[:_NEAR]
