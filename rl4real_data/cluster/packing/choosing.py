"""The choice of a split's functions, out of core.

The same choice as `rl4real_data.stages.selection` makes in memory: modules in their order, the first of equal functions
stays. What decides lies in tables on the disk, and DuckDB sorts and groups them within a limit.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rl4real_data.cluster.batch_facts import hash_texts
from rl4real_data.cluster.packing.fact_tables import FactTables
from rl4real_data.core import interruption
from rl4real_data.core.extras import required_by
from rl4real_data.stages.selection import IN_TRAIN

MEMORY: Final = "400MB"
"""Of DuckDB. A group of 100 million functions takes 8 GB, and goes to the disk."""
_ROWS: Final = 1 << 16
ROW_BITS: Final = 24
"""A function's place is the position of its module, and behind it in so many bits its row there."""
KEYS: Final = pa.schema([("position", pa.int32()), ("key", pa.string())])
OTHERS: Final = pa.schema(
    [("high", pa.uint64()), ("low", pa.uint64()), ("corpus", pa.string()), ("module", pa.string())]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is chosen from: the tables of a run's `facts`, and which key each of its modules has.

    `filters`: whether those of train count. `others`: the episodes of the other split, of which test may hold none.
    """

    facts: FactTables
    keys: Path
    filters: bool
    others: Path | None = None
    threads: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """The account of the choice."""

    functions: int
    episodes: int
    filtered: dict[str, int]
    duplicates: int


class Choosing:
    """One choice, ready to be read. Open until `close`."""

    def __init__(self, question: Question) -> None:
        with required_by("packing the parts of a run with --run", extra="cluster"):
            import duckdb
        self._question = question
        folder = question.facts.folder
        self._database: Any = duckdb.connect(str(folder / "choosing.duckdb"))
        self._do(
            f"set memory_limit='{MEMORY}'; set threads={question.threads}; set preserve_insertion_order=false; "
            f"set temp_directory='{_quoted(folder / 'spilled')}'"
        )
        self._do(
            f"""create view parts as select * from '{_quoted(folder / "parts.parquet")}';
            create view functions as select * from '{_quoted(folder / "functions.parquet")}';
            create view keys as select * from '{_quoted(question.keys)}';
            create table placed as select position, part from keys
                join (select key, max(part) as part from parts group by key) using (key);
            create view candidates as select position, row, high, low, {"reason" if question.filters else "0"} as reason
                from functions join placed using (part)"""
        )
        self._choose()
        self.books: Final = self._books()

    def close(self) -> None:
        self._database.close()

    def _choose(self) -> None:
        """`first` of all equal functions, and what is `kept` of these."""
        self._do(
            f"""create table first as select min(position::bigint << {ROW_BITS} | row) as place, high, low
                from candidates where reason = 0 group by high, low"""
        )
        if self._question.others is not None:
            self._do(f"create view others as select * from '{_quoted(self._question.others)}'")
        apart = self._question.others is not None and not self._question.filters
        self._do(f"create view kept as from first {'anti join others using (high, low)' if apart else ''}")
        # Sorted once: it is read several times.
        path = _quoted(self._question.facts.folder / "kept.parquet")
        self._do(f"copy (select place from kept order by place) to '{path}' (format parquet)")
        self._do(f"create view sorted as select * from '{path}'")

    def _books(self) -> Books:
        texts = list(self._question.facts.reasons)
        counts = dict(self._rows("select reason, count(*) from candidates group by reason"))
        firsts = self._number("select count(*) from first")
        kept = self._number("select count(*) from sorted")
        filtered = {texts[number - 1]: count for number, count in counts.items() if number}
        if firsts > kept:
            filtered[IN_TRAIN] = firsts - kept
        return Books(
            functions=sum(counts.values()),
            episodes=kept,
            filtered=dict(sorted(filtered.items())),
            duplicates=counts.get(0, 0) - firsts,
        )

    def content_hashes(self) -> Iterator[str]:
        """Of what is kept, sorted."""
        yield from self._hashes("select high, low from kept order by high, low")

    def places(self) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
        """(position of the module, row) of what is kept, in order, some at a time."""
        for batch in self._batches("select place from sorted order by place"):
            place = np.asarray(batch["place"])
            yield place >> ROW_BITS, place & ((1 << ROW_BITS) - 1)

    def shapes(self) -> frozenset[int]:
        """Numbers of the shapes that the kept functions use."""
        found = self._rows(
            f"""with own as (select part, (place & {(1 << ROW_BITS) - 1})::int as row from sorted
                join placed on position = (place >> {ROW_BITS})::int)
            select distinct unnest(uses) from functions semi join own using (part, row)"""
        )
        return frozenset(number for (number,) in found)

    def part_places(self) -> Iterator[pa.RecordBatch]:
        """The parts of all modules that have one, in order: position and what `parts.parquet` says."""
        yield from self._batches("select position, parts.* from parts join placed using (part) order by position")

    def dropped_others(self) -> list[tuple[str, str, str]]:
        """(content hash, corpus, module) of the other split's episodes that are kept here."""
        rows = self._rows("select high, low, corpus, module from others semi join kept using (high, low)")
        texts = hash_texts(np.array([row[0] for row in rows], np.uint64), np.array([row[1] for row in rows], np.uint64))
        return [(text, row[2], row[3]) for text, row in zip(texts, rows, strict=True)]

    def other_hashes(self, *, without_kept: bool) -> Iterator[str]:
        """Of the other split's episodes, sorted; `without_kept`: but for those that are kept here."""
        but = "anti join kept using (high, low)" if without_kept else ""
        yield from self._hashes(f"select distinct high, low from others {but} order by high, low")

    def _hashes(self, query: str) -> Iterator[str]:
        for batch in self._batches(query):
            yield from hash_texts(np.asarray(batch["high"]), np.asarray(batch["low"]))

    def _batches(self, query: str) -> Iterator[pa.RecordBatch]:
        with closing(self._database.cursor()) as cursor:
            for batch in cursor.sql(query).to_arrow_reader(_ROWS):
                interruption.check()
                yield batch

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        return list(self._database.execute(query).fetchall())

    def _number(self, query: str) -> int:
        return int(self._rows(query)[0][0])

    def _do(self, statements: str) -> None:
        interruption.check()
        self._database.execute(statements)


def _quoted(path: Path) -> str:
    """Inside of quotes in SQL."""
    return str(path).replace("'", "''")
