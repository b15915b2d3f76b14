"""Parts: written whole, and taken only while everything that they were made of is the same."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from rl4real_data.core.errors import DatasetError
from rl4real_data.core.failure import Failure, FailureKind
from rl4real_data.stages.part import (
    FileHashes,
    FunctionFacts,
    Part,
    arrow_path,
    find_part,
    marker_path,
    write_marker,
)
from rl4real_data.stages.part_functions import PART_SCHEMA, Shapes, read_functions, read_shapes, write_functions

SHAPES = Shapes(opcodes=("ADD", "RET"), operands=(("VirtReg_GR32", ""), ()))
FAILURE = Failure(kind=FailureKind.CRASH, reason="the compiler died of SIGSEGV", stderr="…")
FACTS = FunctionFacts(content_hash="h", nodes=2, max_uses=3, eh_pads=True, optnone=False)


def one_function() -> pa.Table:
    row = {"function": "f", "function_id": 1, "content_hash": "h", "inst": [0, 1], "node_spill_weight": [float("inf")]}
    return pa.Table.from_pylist([row], schema=PART_SCHEMA)


def write_part(folder: Path, **changes: object) -> Part:
    size = write_functions(folder, "k", one_function(), SHAPES)
    part = Part(key="k", source_sha256="s", headers=(), functions=(FACTS,), size=size, seconds=0.5)
    part = replace(part, **changes)  # type: ignore[arg-type]
    write_marker(folder, part)
    return part


def find(folder: Path, root: Path | None = None) -> Part | None:
    return find_part(folder, "k", root=root or folder, hashes=FileHashes())


def test_functions_come_back_as_written(tmp_path: Path) -> None:
    size = write_functions(tmp_path, "k", one_function(), SHAPES)
    table, shapes = read_functions(tmp_path, "k"), read_shapes(tmp_path, "k")

    assert table.to_pylist() == one_function().to_pylist()
    assert shapes == SHAPES
    assert arrow_path(tmp_path, "k").stat().st_size == size
    assert [path.name for path in tmp_path.iterdir()] == ["k.arrow"]


def test_same_functions_are_the_same_bytes(tmp_path: Path) -> None:
    for key in ("k", "l"):
        write_functions(tmp_path, key, one_function(), SHAPES)

    assert arrow_path(tmp_path, "k").read_bytes() == arrow_path(tmp_path, "l").read_bytes()


def test_marker_comes_back_as_written(tmp_path: Path) -> None:
    (tmp_path / "h.h").write_text("x")
    header = ("h.h", hashlib.sha256(b"x").hexdigest())

    assert write_part(tmp_path, headers=(header,)) == find(tmp_path)


def test_failed_part_comes_back_with_its_failure(tmp_path: Path) -> None:
    write_marker(
        tmp_path, Part(key="k", source_sha256="", headers=(), functions=(), size=0, seconds=0, failure=FAILURE)
    )

    found = find(tmp_path)
    assert found is not None
    assert found.failure == FAILURE


def test_no_marker_is_no_part(tmp_path: Path) -> None:
    write_functions(tmp_path, "k", one_function(), SHAPES)

    assert find(tmp_path) is None


@pytest.mark.parametrize("change", ["shorter", "longer", "gone"])
def test_arrow_file_of_another_size_is_no_part(tmp_path: Path, change: str) -> None:
    part = write_part(tmp_path)
    path = arrow_path(tmp_path, "k")
    if change == "gone":
        path.unlink()
    else:
        os.truncate(path, part.size + (1 if change == "longer" else -1))

    assert find(tmp_path) is None


@pytest.mark.parametrize("content", ["y", None])
def test_changed_or_lost_header_is_no_part(tmp_path: Path, content: str | None) -> None:
    (tmp_path / "h.h").write_text("x")
    write_part(tmp_path, headers=(("h.h", hashlib.sha256(b"x").hexdigest()),))
    assert find(tmp_path) is not None
    (tmp_path / "h.h").unlink()
    if content:
        (tmp_path / "h.h").write_text(content)

    assert find(tmp_path) is None


def test_header_outside_the_corpus_has_its_full_path(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    outside = tmp_path / "system.h"
    outside.write_text("x")
    write_part(tmp_path, headers=((str(outside), hashlib.sha256(b"x").hexdigest()),))
    assert find(tmp_path, tmp_path / "root") is not None
    outside.write_text("longer")

    assert find(tmp_path, tmp_path / "root") is None


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "null", "7", '"text"', "{}"),
        '{"key":"k","source_sha256":"","headers":[["one"]],"functions":[],"size":0,"seconds":0,"failure":null}',
        '{"key":"k","source_sha256":"","headers":[],"functions":[{"nodes":1}],"size":0,"seconds":0,"failure":null}',
        '{"key":"k","source_sha256":"","headers":[],"functions":[],"size":0,"seconds":0,"failure":{"kind":"new"}}',
        '{"key":"k","source_sha256":"","headers":[],"functions":[],"size":"0","seconds":0,"failure":null}',
    ],
)
def test_garbage_marker_is_no_part(tmp_path: Path, text: str) -> None:
    write_part(tmp_path)
    marker_path(tmp_path, "k").write_text(text)

    assert find(tmp_path) is None


def test_marker_that_is_no_text_is_no_part(tmp_path: Path) -> None:
    write_part(tmp_path)
    marker_path(tmp_path, "k").write_bytes(b"\xff\xfe\x00")

    assert find(tmp_path) is None


def test_damaged_functions_lose_their_marker(tmp_path: Path) -> None:
    part = write_part(tmp_path)
    arrow_path(tmp_path, "k").write_bytes(b"\0" * part.size)

    with pytest.raises(DatasetError, match=r"k\.arrow: damaged \(Not an Arrow file\)"):
        read_functions(tmp_path, "k")
    assert find(tmp_path) is None


def test_arrow_file_of_something_else_is_damaged(tmp_path: Path) -> None:
    table = pa.table({"x": [1]})
    with pa.OSFile(str(arrow_path(tmp_path, "k")), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)

    with pytest.raises(DatasetError, match=r"k\.arrow: damaged"):
        read_shapes(tmp_path, "k")


def test_marker_holds_no_indentation(tmp_path: Path) -> None:
    write_part(tmp_path)
    text = marker_path(tmp_path, "k").read_text()

    assert json.loads(text)["functions"] == [
        {"content_hash": "h", "nodes": 2, "max_uses": 3, "eh_pads": True, "optnone": False}
    ]
    assert "\n" not in text


def test_hashes_are_read_once_and_none_for_what_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"abc")
    hashes = FileHashes()

    # sha256("abc"), from FIPS 180-2
    assert hashes.of(str(path)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    path.unlink()
    assert hashes.of(str(path)) is not None
    assert FileHashes().of(str(path)) is None
    assert FileHashes().of(str(tmp_path)) is None
