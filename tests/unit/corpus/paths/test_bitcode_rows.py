"""Rows of Parquet files of bitcode, on a disk and behind a URL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bitcode_builder import bitcode

from rl4real_data.core.errors import SourceError, UsageError
from rl4real_data.corpus.catalog import Catalog
from rl4real_data.corpus.module import Corpus
from rl4real_data.corpus.paths.row_range import RowRange, split_rows
from rl4real_data.corpus.resolve import resolve, resolve_available
from rl4real_data.corpus.sources.source import Supply

EMPTY = Catalog(manifests={}, groups={})
ROWS, GROUP = 9, 2
URL = "memory://bucket/c/train.parquet"


def corpora(tmp_path: Path, *words: str | Path) -> tuple[Corpus, ...]:
    return resolve([str(word) for word in words], cache=tmp_path / "cache", catalog=EMPTY)


def rows_of(corpus: Corpus) -> list[int]:
    """The numbers in the modules' names, each of which holds the content of that row."""
    numbers = [int(module.path.stem) for module in corpus.modules]
    assert [module.source.read_bytes() for module in corpus.modules] == [content(number) for number in numbers]
    return numbers


def content(number: int) -> bytes:
    return bitcode(triple=f"row-{number}-linux")


def write_parquet(path: Path, *, rows: int = ROWS, **columns: object) -> Path:
    contents = [content(number) for number in range(rows)]
    table = {"content": contents, "license_expression": ["MIT"] * rows, "language": ["c"] * rows}
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({**table, **columns}), path, row_group_size=GROUP)
    return path


@pytest.fixture
def memory() -> Iterator[Any]:
    """fsspec's file system of this process, which is empty."""
    import fsspec  # type: ignore[import-untyped]

    file_system = fsspec.filesystem("memory")
    file_system.store.clear()
    yield file_system
    file_system.store.clear()


@pytest.fixture
def url(memory: Any, tmp_path: Path) -> str:
    memory.pipe_file("/bucket/c/train.parquet", write_parquet(tmp_path / "elsewhere.parquet").read_bytes())
    return URL


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("0:1", [0]),
        ("1:4", [1, 2, 3]),
        ("2:4", [2, 3]),
        ("3:", [3, 4, 5, 6, 7, 8]),
        (":2", [0, 1]),
        ("8:99", [8]),
        (":", [*range(ROWS)]),
    ],
)
def test_rows_of_a_file(tmp_path: Path, url: str, rows: str, found: list[int]) -> None:
    path = write_parquet(tmp_path / "train.parquet")
    here, elsewhere = corpora(tmp_path, f"{path}#rows={rows}", f"{url}#rows={rows}")

    assert (rows_of(here), rows_of(elsewhere)) == (found, found)
    assert {here.name, elsewhere.name} == {"train", "train-2"}
    assert here.license == "MIT"


@pytest.mark.parametrize("first", range(ROWS))
@pytest.mark.parametrize("end", range(1, ROWS + 1))
def test_all_ranges(tmp_path: Path, first: int, end: int) -> None:
    word = f"{write_parquet(tmp_path / 'train.parquet')}#rows={first}:{end}"
    if first >= end:
        with pytest.raises(UsageError, match="names no rows"):
            corpora(tmp_path, word)
        return
    assert rows_of(*corpora(tmp_path, word)) == [*range(first, end)]


def test_two_ranges_are_two_corpora(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "train.parquet")
    one, two = corpora(tmp_path, f"{path}#rows=0:3", f"{path}#rows=3:5")

    assert (rows_of(one), rows_of(two)) == ([0, 1, 2], [3, 4])
    assert one.name != two.name


def test_file_that_is_called_so(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "train.parquet#rows=0:1")
    assert rows_of(*corpora(tmp_path, path)) == [*range(ROWS)]


@pytest.mark.parametrize("rows", ["", "3", "a:b", "-1:2", "2:2", "5:1", "0:0", ":0", "1:2:3", "1e3:", " 1:2", "٣:"])
def test_ranges_that_are_none(tmp_path: Path, url: str, rows: str) -> None:
    for word in (f"{write_parquet(tmp_path / 'train.parquet')}#rows={rows}", f"{url}#rows={rows}"):
        with pytest.raises(UsageError, match="names no rows") as raised:
            corpora(tmp_path, word)
        assert "#rows=1000:2000" in raised.value.hint


def test_rows_behind_the_last_one(tmp_path: Path, url: str) -> None:
    with pytest.raises(UsageError, match="names no rows of the 9 that there are"):
        corpora(tmp_path, f"{write_parquet(tmp_path / 'train.parquet')}#rows=9:12")
    with pytest.raises(SourceError, match="names no rows of the 9 that there are"):
        corpora(tmp_path, f"{url}#rows=9:12")


def test_rows_of_something_else(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text("int f;")
    with pytest.raises(UsageError, match=r"a\.c is no Parquet file, which alone has rows"):
        corpora(tmp_path, tmp_path / "a.c#rows=0:3")
    with pytest.raises(UsageError, match="no path that exists"):
        corpora(tmp_path, tmp_path / "gone.parquet#rows=0:3")


def test_range_is_written_as_it_is_read() -> None:
    for rows in (RowRange(), RowRange(first=3), RowRange(first=3, end=7)):
        assert split_rows(f"file{rows}") == ("file", rows)
    assert split_rows("file") == ("file", RowRange())


def test_only_the_row_groups_are_fetched_that_are_wanted(
    tmp_path: Path, memory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = [os.urandom(100_000) for _ in range(ROWS)]
    path = write_parquet(tmp_path / "large.parquet", content=large)
    memory.pipe_file("/bucket/c/train.parquet", path.read_bytes())
    fetched = []
    from fsspec.implementations.memory import MemoryFile  # type: ignore[import-untyped]

    read = MemoryFile.read
    monkeypatch.setattr(MemoryFile, "read", lambda *words: (lambda got: fetched.append(len(got)) or got)(read(*words)))
    (corpus,) = corpora(tmp_path, f"{URL}#rows=4:6")

    assert [module.source.read_bytes() for module in corpus.modules] == large[4:6]
    footer = 1 << 18
    assert 200_000 < sum(fetched) < footer + 250_000 < path.stat().st_size


def test_what_was_fetched_is_not_fetched_again(tmp_path: Path, url: str, memory: Any) -> None:
    (before,) = corpora(tmp_path, f"{url}#rows=0:2")
    state = [module.source.stat().st_mtime_ns for module in before.modules]
    (again,) = corpora(tmp_path, f"{url}#rows=0:2")
    assert (again, [module.source.stat().st_mtime_ns for module in again.modules]) == (before, state)

    other = write_parquet(tmp_path / "other.parquet", content=[b"other"] * ROWS)
    memory.pipe_file("/bucket/c/train.parquet", other.read_bytes())
    (changed,) = corpora(tmp_path, f"{url}#rows=0:2")
    assert [module.source.read_bytes() for module in changed.modules] == [b"other"] * 2


def test_dataset_tells_where_modules_are_and_no_secret(tmp_path: Path, url: str) -> None:
    del url
    said: list[str] = []
    found = resolve_available([f"{URL}#rows=0:1"], Supply(cache=tmp_path / "cache", say=said.append), catalog=EMPTY)
    (module,) = found.corpora[0].modules
    assert module.whereabouts is not None
    assert (module.whereabouts.word, module.whereabouts.is_shipped) == (f"{URL}#rows=0:1", True)
    assert said == [f"fetching {URL}#rows=0:1"]

    from rl4real_data.corpus.paths.bitcode_parquet import find_remote

    signed = find_remote("https://user:word@host/a/train.parquet?X-Amz-Signature=1#rows=2:3")
    assert signed is not None
    assert (signed.told, signed.name) == ("https://host/a/train.parquet#rows=2:3", "train")


def test_files_behind_a_url_that_are_none(tmp_path: Path, memory: Any) -> None:
    memory.pipe_file("/bucket/text.parquet", b"no Parquet")
    no_modules = tmp_path / "numbers.parquet"
    pq.write_table(pa.table({"number": [1]}), no_modules)
    memory.pipe_file("/bucket/numbers.parquet", no_modules.read_bytes())
    many = tmp_path / "many.parquet"
    pq.write_table(pa.table({f"column_{number}": [1] for number in range(99)}), many)
    memory.pipe_file("/bucket/many.parquet", many.read_bytes())
    for name, problem in (
        ("many.parquet", r"\(it has column_0, column_1, [^)]*column_5, …\)"),
        ("gone.parquet", "there is no such file"),
        ("text.parquet", "Parquet magic bytes not found"),
        ("numbers.parquet", "has no column content, license_expression, language"),
    ):
        with pytest.raises(SourceError, match=rf"memory://bucket/{name}.*{problem}"):
            corpora(tmp_path, f"memory://bucket/{name}")
    with pytest.raises(SourceError, match="nonsense"):
        corpora(tmp_path, "nonsense://bucket/train.parquet")


def test_damaged_rows_behind_a_url(tmp_path: Path, url: str, memory: Any) -> None:
    data = memory.cat_file("/bucket/c/train.parquet")
    memory.pipe_file("/bucket/c/train.parquet", data[:4] + bytes(90) + data[94:])
    with pytest.raises(SourceError, match=r"train\.parquet: row 0 cannot be read"):
        corpora(tmp_path, url)
    assert not list((tmp_path / "cache").glob("corpora/*/c"))
