"""Parts: written whole, and taken only while everything that they were made of is the same."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

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
from rl4real_data.stages.part_functions import (
    PART_SCHEMA,
    DamagedPart,
    Shapes,
    read_functions,
    read_shapes,
    write_functions,
)

SHAPES = Shapes(opcodes=("ADD", "RET"), operands=(("VirtReg_GR32", ""), ()))
FAILURE = Failure(kind=FailureKind.CRASH, reason="the compiler died of SIGSEGV", stderr="…")
FACTS = FunctionFacts(content_hash="h", nodes=2, max_uses=3, eh_pads=True, optnone=False)


def one_function() -> pa.Table:
    row = {"function": "f", "function_id": 1, "content_hash": "h", "inst": [0, 1], "node_spill_weight": [float("inf")]}
    return pa.Table.from_pylist([row], schema=PART_SCHEMA)


def write_part(folder: Path, **changes: object) -> Part:
    written = write_functions(folder, "k", one_function(), SHAPES)
    part = Part(
        key="k",
        source_sha256="s",
        headers=(),
        functions=(FACTS,),
        size=written.size,
        sha256=written.sha256,
        seconds=0.5,
    )
    part = replace(part, **changes)  # type: ignore[arg-type]
    write_marker(folder, part)
    return part


def find(folder: Path, root: Path | None = None) -> Part | None:
    return find_part(folder, "k", root=root or folder, hashes=FileHashes())


def test_functions_come_back_as_written(tmp_path: Path) -> None:
    part = write_part(tmp_path)
    table, shapes = read_functions(tmp_path, part), read_shapes(tmp_path, part)

    assert table.to_pylist() == one_function().to_pylist()
    assert shapes == SHAPES
    assert arrow_path(tmp_path, "k").stat().st_size == part.size
    assert sorted(path.name for path in tmp_path.iterdir()) == ["k.arrow", "k.json"]


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
        "[" * 100_000,
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


@pytest.mark.parametrize("where", [0, 0.3, 0.6, 0.99])
def test_one_bit_of_the_functions_is_seen_before_arrow_sees_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: float
) -> None:
    part = write_part(tmp_path)
    path = arrow_path(tmp_path, "k")
    content = bytearray(path.read_bytes())
    content[int(where * len(content))] ^= 4
    path.write_bytes(content)
    monkeypatch.setattr(pa.ipc, "open_file", lambda *_, **__: pytest.fail("Arrow has it"))

    assert find(tmp_path) == part  # which looks at its size alone
    with pytest.raises(DamagedPart, match=r"k\.arrow: damaged \(it is not what was written\)"):
        read_functions(tmp_path, part)
    assert find(tmp_path) is None


def test_every_bit_of_the_marker_counts(tmp_path: Path) -> None:
    write_part(tmp_path)
    whole = marker_path(tmp_path, "k").read_bytes()

    for position in range(len(whole)):
        damaged = bytearray(whole)
        damaged[position] ^= 1 << position % 8
        marker_path(tmp_path, "k").write_bytes(damaged)
        assert find(tmp_path) is None, position
        marker_path(tmp_path, "k").write_bytes(whole[:position])
        assert find(tmp_path) is None, position


def test_marker_of_another_module_is_no_part(tmp_path: Path) -> None:
    part = write_part(tmp_path)
    write_marker(tmp_path, replace(part, key="other"))
    marker_path(tmp_path, "other").replace(marker_path(tmp_path, "k"))

    assert find(tmp_path) is None


def test_links_and_pipes_are_no_parts(tmp_path: Path) -> None:
    part = write_part(tmp_path)
    elsewhere = arrow_path(tmp_path, "k").rename(tmp_path / "elsewhere")
    arrow_path(tmp_path, "k").symlink_to(elsewhere)
    with pytest.raises(DamagedPart, match=r"k\.arrow: damaged"):
        read_functions(tmp_path, part)
    os.mkfifo(marker_path(tmp_path, "k"))

    assert find(tmp_path) is None


# Parts of 0.1.0, which have neither seal nor sha256


def write_unsealed(folder: Path, **changes: object) -> Part:
    part = write_part(folder)
    raw = json.loads(marker_path(folder, "k").read_text().splitlines()[0])
    del raw["sha256"]
    marker_path(folder, "k").write_text(json.dumps({**raw, **changes}))
    return replace(part, sha256="")


def test_unsealed_part_counts(tmp_path: Path) -> None:
    part = write_unsealed(tmp_path)

    assert find(tmp_path) == part
    assert read_functions(tmp_path, part).to_pylist() == one_function().to_pylist()


def test_unsealed_functions_are_held_to_their_marker(tmp_path: Path) -> None:
    part = write_unsealed(tmp_path)

    with pytest.raises(DamagedPart, match=r"its functions are not those of its marker"):
        read_functions(tmp_path, replace(part, functions=(replace(FACTS, content_hash="other"),)))
    assert find(tmp_path) is None


def test_unsealed_functions_of_unknown_shapes_are_damaged(tmp_path: Path) -> None:
    part = write_unsealed(tmp_path)
    write_functions(tmp_path, "k", one_function(), Shapes(opcodes=("ADD",), operands=((),)))

    with pytest.raises(DamagedPart, match=r"an instruction of a shape that is not in it"):
        read_functions(tmp_path, part)


@pytest.mark.parametrize("content", [b"", bytes(4000), b"ARROW1"])
def test_unsealed_file_that_is_none_is_damaged(tmp_path: Path, content: bytes) -> None:
    part = write_unsealed(tmp_path)
    arrow_path(tmp_path, "k").write_bytes(content)

    with pytest.raises(DamagedPart, match=r"k\.arrow: damaged"):
        read_shapes(tmp_path, part)
    assert find(tmp_path) is None


def test_marker_is_a_line_and_its_seal(tmp_path: Path) -> None:
    write_part(tmp_path)
    text, last = marker_path(tmp_path, "k").read_text().splitlines()

    assert json.loads(text)["functions"] == [
        {"content_hash": "h", "nodes": 2, "max_uses": 3, "eh_pads": True, "optnone": False}
    ]
    assert last == f"sha256 {hashlib.sha256(text.encode()).hexdigest()}"


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
