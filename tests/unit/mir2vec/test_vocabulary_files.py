"""Vocabulary files: every form is read and written."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from vocabulary_builder import (
    COMMON,
    ENTITIES,
    JSON,
    OPCODES,
    PHYSICAL,
    ROWS,
    VIRTUAL,
    json_with,
    make_small,
    same_content,
)

from rl4real_data.core.errors import UsageError, VocabularyError
from rl4real_data.mir2vec.entities import ANY_PHYSICAL
from rl4real_data.mir2vec.vocabulary import Entity, Vocabulary, make_vocabulary
from rl4real_data.mir2vec.vocabulary_file import read_vocabulary, write_vocabulary
from rl4real_data.mir2vec.vocabulary_json import read_json, write_json


def names(vocabulary: Vocabulary) -> list[tuple[str, str]]:
    return [(entity.section.value, entity.name) for entity in vocabulary.entities]


def test_json_of_llvm(tmp_path: Path) -> None:
    path = tmp_path / "v.json"
    path.write_text("\n  " + json.dumps(JSON), encoding="utf-8")

    vocabulary = read_vocabulary(path)

    assert vocabulary.entities == ENTITIES
    assert vocabulary.vectors.tolist() == np.array(ROWS, np.float32).tolist()
    assert vocabulary.target is None
    assert vocabulary.origin == {}
    assert vocabulary.counts.tolist() == [-1] * 6


def test_json_as_published_for_x86() -> None:
    physical, virtual = {"PHY_REG": [1]}, {"VIRT_REG_GR32": [2], "VIRT_REG_FR64": [3]}
    text = json.dumps(
        {
            "Opcodes": {"ADD": [4]},
            "CommonOperands": {"MBB": [5]},
            "PhysicalRegisters": physical,
            "VirtualRegisters": virtual,
        }
    )

    vocabulary = read_json(Path("v.json"), text)

    assert names(vocabulary)[2:] == [
        ("PhysicalRegisters", "PhyReg_*"),
        ("VirtualRegisters", "VirtReg_FR64"),
        ("VirtualRegisters", "VirtReg_GR32"),
    ]
    assert vocabulary.vectors[vocabulary.operand_row("PhyReg_GR32")].tolist() == [1]
    assert vocabulary.vectors[vocabulary.operand_row("PhyReg_VR512")].tolist() == [1]
    assert vocabulary.vectors[vocabulary.operand_row("VirtReg_GR32")].tolist() == [2]
    assert vocabulary.operand_row("VirtReg_VR512") == -1
    assert vocabulary.operand_row("ADD") == vocabulary.opcode_row("MBB") == -1


@pytest.mark.parametrize("key", ["GR32", "PHY_REG_GR32", "PhyReg_GR32"])
def test_physical_classes_of_every_style(key: str) -> None:
    vocabulary = read_json(Path("v.json"), json.dumps(json_with(PhysicalRegisters={key: [6, 6], "PHY_REG": [9, 9]})))

    assert vocabulary.vectors[vocabulary.operand_row("PhyReg_GR32")].tolist() == [6, 6]
    assert vocabulary.vectors[vocabulary.operand_row("PhyReg_FR32")].tolist() == [9, 9]


@pytest.mark.parametrize("key", ["GR32", "VIRT_REG_GR32", "VirtReg_GR32"])
def test_virtual_classes_of_every_style(key: str) -> None:
    vocabulary = read_json(Path("v.json"), json.dumps(json_with(VirtualRegisters={key: [6, 6]})))

    assert names(vocabulary)[-1] == ("VirtualRegisters", "VirtReg_GR32")


def test_text_of_the_fork(tmp_path: Path) -> None:
    path = tmp_path / "seedEmbedding.txt"
    lines = [
        "ADD32rr:[0.1, -0.2],",
        "OPC_12:[1, 2],",
        "",
        "PHY_REG:[3e0, 4],",
        "VIRT_REG_GR32:[5,6]",
        "Immediate:[7.0, 8.0],",
        '"JMP_4": [9, 10] ,',
        "123:[11, 12]",
    ]
    path.write_text("\r\n".join(lines), encoding="utf-8")

    vocabulary = read_vocabulary(path)

    found = dict(zip(names(vocabulary), vocabulary.vectors.tolist(), strict=True))
    assert found == {
        ("Opcodes", "123"): [11, 12],
        ("Opcodes", "ADD"): [np.float32(0.1), np.float32(-0.2)],
        ("Opcodes", "JMP"): [9, 10],
        ("Opcodes", "OPC_12"): [1, 2],
        ("CommonOperands", "Immediate"): [7, 8],
        ("PhysicalRegisters", ANY_PHYSICAL): [3, 4],
        ("VirtualRegisters", "VirtReg_GR32"): [5, 6],
    }
    assert names(vocabulary) == list(found)
    assert vocabulary.operand_row("PhyReg_GR8") == vocabulary.operand_row(ANY_PHYSICAL) >= 0


def test_parquet_keeps_target_origin_and_counts(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "x86.parquet"
    counts = np.array([7, -1, 0, 2**40, -1, 1], np.int64)
    vocabulary = make_small(
        target="x86", counts=counts, origin={"corpora": {"lua": "MIT"}, "losses": [0.5, 0.25], "é": None}
    )

    write_vocabulary(path, vocabulary)

    read = read_vocabulary(path)
    assert same_content(read, vocabulary)
    assert (read.target, read.origin) == ("x86", {"corpora": {"lua": "MIT"}, "losses": [0.5, 0.25], "é": None})
    assert read.counts.tolist() == [7, -1, 0, 2**40, -1, 1]
    assert pq.read_table(path)["count"].to_pylist() == [7, None, 0, 2**40, None, 1]
    assert read.digest == vocabulary.digest


def test_parquet_without_a_target(tmp_path: Path) -> None:
    write_vocabulary(tmp_path / "v.parquet", make_small())

    assert read_vocabulary(tmp_path / "v.parquet").target is None


def test_parquet_is_the_same_bytes_for_the_same_vocabulary(tmp_path: Path) -> None:
    shuffled = make_vocabulary(
        "a test", ENTITIES[::-1], ROWS[::-1], target="x86", counts=[1] * 6, origin={"b": 1, "a": 2}
    )
    ordered = make_small(target="x86", counts=np.array([1] * 6, np.int64), origin={"a": 2, "b": 1})
    for name, vocabulary in (("a", shuffled), ("b", ordered), ("c", replace(ordered, origin={"a": 2, "b": 0}))):
        write_vocabulary(tmp_path / f"{name}.parquet", vocabulary)

    first, second, other = ((tmp_path / f"{name}.parquet").read_bytes() for name in "abc")
    assert first == second != other
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.parquet", "b.parquet", "c.parquet"]  # no draft


def test_json_is_written_with_bare_names() -> None:
    vocabulary = make_vocabulary(
        "a test", [*ENTITIES, Entity(PHYSICAL, ANY_PHYSICAL)], [*ROWS, [4.0, 4.0]], target="x86"
    )
    written = json.loads(write_json(vocabulary))

    assert {section: list(vectors) for section, vectors in written.items()} == {
        "Opcodes": ["ADD", "MOV"],
        "CommonOperands": ["Immediate"],
        "PhysicalRegisters": ["PHY_REG", "GR32"],
        "VirtualRegisters": ["FR64", "GR32"],
    }
    assert written["Opcodes"]["MOV"] == [0.1, 3.0]  # and not 0.10000000149011612
    assert written["PhysicalRegisters"]["PHY_REG"] == [4.0, 4.0]


FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)

CLASSES = st.text("ABCdef0123_", min_size=1, max_size=4)


@st.composite
def vocabularies(draw: st.DrawFn) -> Vocabulary:
    """Of any names and float32 numbers, in all four sections."""
    dimension = draw(st.integers(1, 3))
    found: list[Entity] = []
    for section, prefix in ((OPCODES, ""), (COMMON, ""), (PHYSICAL, "PhyReg_"), (VIRTUAL, "VirtReg_")):
        classes = draw(st.lists(CLASSES, min_size=1, max_size=3, unique=True))
        found += [Entity(section, prefix + name) for name in classes]
    rows = [draw(st.lists(FLOATS, min_size=dimension, max_size=dimension)) for _ in found]
    counts = [draw(st.integers(-1, 2**62)) for _ in found]
    return make_vocabulary("a test", found, rows, counts=counts, target=draw(st.sampled_from([None, "x86", "aarch64"])))


@given(vocabulary=vocabularies())
def test_round_trips_keep_every_bit(vocabulary: Vocabulary, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "round_trip.parquet"
    write_vocabulary(path, vocabulary)
    from_parquet = read_vocabulary(path)
    from_json = read_json(path, write_json(from_parquet))
    write_vocabulary(path, from_json)

    assert same_content(from_parquet, vocabulary)
    assert same_content(from_json, vocabulary)
    assert same_content(read_vocabulary(path), vocabulary)
    assert from_parquet.digest == vocabulary.digest


@pytest.mark.parametrize("name", ["v.txt", "v", "v.PARQUET", ".json"])
def test_other_names_are_not_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"written as \.parquet or as \.json"):
        write_vocabulary(tmp_path / name, make_small())

    assert not list(tmp_path.iterdir())


@pytest.mark.timeout(60)
def test_pipe_in_the_place_of_a_vocabulary_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "v.parquet")

    with pytest.raises(VocabularyError, match=r"v\.parquet: cannot be read \(is no regular file but a pipe\)"):
        read_vocabulary(tmp_path / "v.parquet")
