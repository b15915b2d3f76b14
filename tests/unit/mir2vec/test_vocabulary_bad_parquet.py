"""Parquet that is no vocabulary: what is wrong with it is said, with the file's name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from vocabulary_builder import make_small

from rl4real_data.core.errors import VocabularyError
from rl4real_data.mir2vec.vocabulary_file import read_vocabulary, write_vocabulary


def write_rows(path: Path, **columns: pa.Array) -> Path:
    """A Parquet vocabulary of two entities, with columns replaced by whatever."""
    vectors = pa.FixedSizeListArray.from_arrays(pa.array([1.0, 2.0, 3.0, 4.0], pa.float32()), 2)
    table = {
        "section": pa.array(["Opcodes", "Opcodes"]),
        "entity": pa.array(["ADD", "MOV"]),
        "count": pa.array([5, None], pa.int64()),
        "vector": vectors,
        **columns,
    }
    metadata = {b"rl4real_data.vocabulary_version": b"0"}
    pq.write_table(pa.table(table).replace_schema_metadata(metadata), path)
    return path


def fixed(values: Sequence[Any], kind: pa.DataType = pa.float32(), *, dimension: int = 2) -> pa.Array:
    return pa.FixedSizeListArray.from_arrays(pa.array(values, kind), dimension)


@pytest.mark.parametrize(
    ("columns", "culprit"),
    [
        ({"vector": pa.array([[1.0, 2.0], [3.0]])}, "not lists of one size"),
        ({"vector": pa.array([[1.0, 2.0], None], pa.list_(pa.float32(), 2))}, "not lists of one size"),
        ({"vector": pa.array([1.0, 2.0])}, "not lists of one size"),
        ({"vector": pa.array(["[1, 2]", "[3, 4]"])}, "not lists of one size"),
        ({"vector": fixed(["a", "b", "c", "d"], pa.string())}, "cannot be read .*'a'"),
        ({"vector": fixed([1.0, 2.0, 3.0, float("nan")])}, "vector of MOV holds a number that is not finite"),
        ({"vector": fixed([float("inf"), 2.0, 3.0, 4.0])}, "vector of ADD holds a number that is not finite"),
        ({"vector": fixed([1.0, 2.0, 3.0, None])}, "vector of MOV holds a number that is not finite"),
        ({"vector": fixed([1.0, 1e300, 3.0, 4.0], pa.float64())}, "vector of ADD holds a number that is not finite"),
        ({"entity": pa.array(["ADD", "ADD"])}, "ADD of Opcodes is there twice"),
        ({"entity": pa.array(["ADD", None])}, "a row does not name its entity"),
        ({"entity": pa.array([7, 8])}, "a row does not name its entity"),
        ({"section": pa.array(["Opcodes", "Operands"])}, "'Operands' is not a valid Section"),
        ({"section": pa.array(["Opcodes", None])}, "None is not a valid Section"),
        ({"count": pa.array(["many", "few"])}, "cannot be read .*many"),
        ({"count": pa.array([1, 2**64 - 1], pa.uint64())}, "cannot be read"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_parquet_that_is_no_vocabulary(tmp_path: Path, columns: dict[str, pa.Array], culprit: str) -> None:
    path = write_rows(tmp_path / "bad.parquet", **columns)

    with pytest.raises(VocabularyError, match=rf"bad\.parquet: .*{culprit}"):
        read_vocabulary(path)


def test_parquet_rows_as_above_without_a_fault(tmp_path: Path) -> None:
    vocabulary = read_vocabulary(write_rows(tmp_path / "good.parquet"))

    assert vocabulary.vectors.tolist() == [[1, 2], [3, 4]]
    assert vocabulary.counts.tolist() == [5, -1]


def test_one_null_among_the_names_of_a_section(tmp_path: Path) -> None:
    columns = {"section": pa.array(["Opcodes", "CommonOperands"]), "entity": pa.array(["ADD", None])}

    with pytest.raises(VocabularyError, match=r"bad\.parquet: a row does not name its entity"):
        read_vocabulary(write_rows(tmp_path / "bad.parquet", **columns))


def test_parquet_without_rows(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "bad.parquet")
    pq.write_table(pq.read_table(path).slice(0, 0), path)

    with pytest.raises(VocabularyError, match=r"bad\.parquet: "):
        read_vocabulary(path)


@pytest.mark.parametrize("column", ["section", "entity", "count", "vector"])
def test_parquet_lacks_a_column(tmp_path: Path, column: str) -> None:
    path = write_rows(tmp_path / "bad.parquet")
    pq.write_table(pq.read_table(path).drop_columns([column]), path)

    with pytest.raises(VocabularyError, match=rf"bad\.parquet: cannot be read \(.*{column}"):
        read_vocabulary(path)


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {b"rl4real_data.vocabulary_version": b"1"},
        {b"rl4real_data.vocabulary_version": b"0", b"rl4real_data.origin": b'{"a": '},
        {b"rl4real_data.vocabulary_version": b"0", b"rl4real_data.origin": b"[1]"},
        {b"rl4real_data.vocabulary_version": b"0", b"rl4real_data.origin": b"[" * 200_000},
        {b"rl4real_data.vocabulary_version": b"0", b"rl4real_data.target": b"\xff"},
    ],
    ids=["no version", "another version", "origin cut", "origin is a list", "origin nested deeply", "target no text"],
)
def test_parquet_with_another_footer(tmp_path: Path, metadata: dict[bytes, bytes]) -> None:
    path = write_rows(tmp_path / "bad.parquet")
    pq.write_table(pq.read_table(path).replace_schema_metadata(metadata), path)

    with pytest.raises(VocabularyError, match=r"bad\.parquet: (not a vocabulary of version 0|cannot be read)"):
        read_vocabulary(path)


def test_parquet_cut_anywhere(tmp_path: Path) -> None:
    path = tmp_path / "whole.parquet"
    write_vocabulary(path, make_small())
    whole = path.read_bytes()
    cut = tmp_path / "cut.parquet"
    for length in range(4, len(whole), 97):
        cut.write_bytes(whole[:length])

        with pytest.raises(VocabularyError, match=r"cut\.parquet: cannot be read"):
            read_vocabulary(cut)
