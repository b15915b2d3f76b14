"""Vocabulary files: every form is read and written, and what is wrong with a file is said, with its name."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rl4real_data.errors import UsageError, VocabularyError
from rl4real_data.mir2vec import vocabulary as vocabulary_module
from rl4real_data.mir2vec import vocabulary_file, vocabulary_json, vocabulary_parquet, vocabulary_text
from rl4real_data.mir2vec.entities import ANY_PHYSICAL, Section
from rl4real_data.mir2vec.vocabulary import MAX_ENTITIES, Entity, Vocabulary, make_vocabulary
from rl4real_data.mir2vec.vocabulary_file import MAX_BYTES, read_vocabulary, write_vocabulary
from rl4real_data.mir2vec.vocabulary_json import read_json, write_json
from rl4real_data.mir2vec.vocabulary_text import read_text

OPCODES, COMMON = Section.OPCODES, Section.COMMON_OPERANDS
PHYSICAL, VIRTUAL = Section.PHYSICAL_REGISTERS, Section.VIRTUAL_REGISTERS
ENTITIES = (
    Entity(OPCODES, "ADD"),
    Entity(OPCODES, "MOV"),
    Entity(COMMON, "Immediate"),
    Entity(PHYSICAL, "PhyReg_GR32"),
    Entity(VIRTUAL, "VirtReg_FR64"),
    Entity(VIRTUAL, "VirtReg_GR32"),
)
ROWS = [[0.5, -1.0], [0.1, 3.0], [0.0, 1e-30], [2.5, 2.5], [7.0, 8.0], [1.0, 1.0 / 3.0]]
JSON: Mapping[str, Mapping[str, Sequence[float]]] = {
    "Opcodes": {"MOV": [0.1, 3], "ADD": [0.5, -1]},
    "CommonOperands": {"Immediate": [0, 1e-30]},
    "PhysicalRegisters": {"GR32": [2.5, 2.5]},
    "VirtualRegisters": {"GR32": [1, 0.3333333333333333], "FR64": [7, 8]},
}
Content = dict[str, Any]


def make(**changes: Any) -> Vocabulary:
    return replace(make_vocabulary("a test", ENTITIES, ROWS), **changes)


def names(vocabulary: Vocabulary) -> list[tuple[str, str]]:
    return [(entity.section.value, entity.name) for entity in vocabulary.entities]


def same_content(first: Vocabulary, second: Vocabulary) -> bool:
    """Entities and the bits of their vectors."""
    same_bits = first.vectors.tobytes() == second.vectors.tobytes()
    return first.entities == second.entities and first.vectors.dtype == second.vectors.dtype == np.float32 and same_bits


def content(**sections: Any) -> Content:
    """LLVM's JSON with sections replaced."""
    return {**JSON, **sections}


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


def limit_entities(monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    for module in (vocabulary_module, vocabulary_json, vocabulary_parquet, vocabulary_text):
        monkeypatch.setattr(module, "MAX_ENTITIES", limit)


# --- every form, read and written


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
    vocabulary = read_json(Path("v.json"), json.dumps(content(PhysicalRegisters={key: [6, 6], "PHY_REG": [9, 9]})))

    assert vocabulary.vectors[vocabulary.operand_row("PhyReg_GR32")].tolist() == [6, 6]
    assert vocabulary.vectors[vocabulary.operand_row("PhyReg_FR32")].tolist() == [9, 9]


@pytest.mark.parametrize("key", ["GR32", "VIRT_REG_GR32", "VirtReg_GR32"])
def test_virtual_classes_of_every_style(key: str) -> None:
    vocabulary = read_json(Path("v.json"), json.dumps(content(VirtualRegisters={key: [6, 6]})))

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
    vocabulary = make(target="x86", counts=counts, origin={"corpora": {"lua": "MIT"}, "losses": [0.5, 0.25], "é": None})

    write_vocabulary(path, vocabulary)

    read = read_vocabulary(path)
    assert same_content(read, vocabulary)
    assert (read.target, read.origin) == ("x86", {"corpora": {"lua": "MIT"}, "losses": [0.5, 0.25], "é": None})
    assert read.counts.tolist() == [7, -1, 0, 2**40, -1, 1]
    assert pq.read_table(path)["count"].to_pylist() == [7, None, 0, 2**40, None, 1]
    assert read.digest == vocabulary.digest


def test_rows_are_sorted_with_their_vectors_and_counts() -> None:
    vocabulary = make_vocabulary("a test", ENTITIES[::-1], ROWS[::-1], counts=[6, 5, 4, 3, 2, 1])

    assert same_content(vocabulary, make())
    assert vocabulary.counts.tolist() == [1, 2, 3, 4, 5, 6]


def test_parquet_without_a_target(tmp_path: Path) -> None:
    write_vocabulary(tmp_path / "v.parquet", make())

    assert read_vocabulary(tmp_path / "v.parquet").target is None


def test_parquet_is_the_same_bytes_for_the_same_vocabulary(tmp_path: Path) -> None:
    shuffled = make_vocabulary(
        "a test", ENTITIES[::-1], ROWS[::-1], target="x86", counts=[1] * 6, origin={"b": 1, "a": 2}
    )
    ordered = make(target="x86", counts=np.array([1] * 6, np.int64), origin={"a": 2, "b": 1})
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


def test_digest_is_of_all_that_it_holds() -> None:
    one = make(target="x86")
    other_entities = (Entity(OPCODES, "ADC"), *ENTITIES[1:])
    changed = [
        replace(one, target="aarch64"),
        replace(one, entities=other_entities),
        replace(one, vectors=one.vectors + np.float32(1)),
        replace(one, counts=one.counts + 1),
        replace(one, origin={"a": 1}),
    ]

    assert make(target="x86").digest == one.digest
    assert replace(one, origin={"a": 1, "b": 2}).digest == replace(one, origin={"b": 2, "a": 1}).digest
    assert len({vocabulary.digest for vocabulary in [one, *changed]}) == 6


@pytest.mark.parametrize("name", ["v.txt", "v", "v.PARQUET", ".json"])
def test_other_names_are_not_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"written as \.parquet or as \.json"):
        write_vocabulary(tmp_path / name, make())

    assert not list(tmp_path.iterdir())


# --- JSON that is no vocabulary


@pytest.mark.parametrize(
    ("changes", "culprit"),
    [
        ({"Opcodes": {"ADD": [1, 2], "SUB": [1]}}, "vector of SUB has 1 dimensions, others 2"),
        ({"VirtualRegisters": {"GR32": [1, 2, 3]}}, "vector of GR32 has 3 dimensions, others 2"),
        ({"Opcodes": {"ADD": "0.1, 0.2"}}, "ADD has is not a list of numbers"),
        ({"Opcodes": {"ADD": [1, "2"]}}, "ADD has is not a list of numbers"),
        ({"Opcodes": {"ADD": [1, True]}}, "ADD has is not a list of numbers"),
        ({"Opcodes": {"ADD": [1, None]}}, "ADD has is not a list of numbers"),
        ({"Opcodes": {"ADD": [[1, 2]]}}, "ADD has is not a list of numbers"),
        ({"Opcodes": {"ADD": 7}}, "ADD has is not a list of numbers"),
        ({"Opcodes": {"ADD": []}}, "ADD has is not a list of numbers"),
        ({"Opcodes": {"ADD": {"0": 1}}}, "ADD has is not a list of numbers"),
        ({"CommonOperands": {"MBB": None}}, "MBB has is not a list of numbers"),
        ({"CommonOperands": {}}, "section CommonOperands is missing or empty"),
        ({"PhysicalRegisters": None}, "section PhysicalRegisters is missing or empty"),
        ({"CommonOperands": [[1, 2]]}, "section CommonOperands is not an object"),
        ({"Opcodes": "ADD"}, "section Opcodes is not an object"),
        ({"Opcodes": 7}, "section Opcodes is not an object"),
        ({"Operands": {}}, "unknown section 'Operands'; known are Opcodes, CommonOperands, Phys"),
        (
            {"VirtualRegisters": {"GR32": [1, 2], "VirtReg_GR32": [3, 4]}},
            "VirtReg_GR32 of VirtualRegisters is there",
        ),
        ({"PhysicalRegisters": {"PHY_REG_A": [1, 2], "A": [3, 4]}}, "PhyReg_A of PhysicalRegisters is there twice"),
        (
            {"PhysicalRegisters": {"PHY_REG": [1, 2], "PhyReg_*": [3, 4]}},
            "PhyReg_* of PhysicalRegisters is there",
        ),
        ({"Opcodes": {"": [1, 2]}}, "'' of Opcodes is no name"),
        ({"Opcodes": {"\ud800": [1, 2]}}, r"'\ud800' of Opcodes is no name"),  # cannot be stored in Parquet
        ({"CommonOperands": {"A\tB": [1, 2]}}, r"'A\tB' of CommonOperands is no name"),  # splits OpenKE's rows
        ({"Opcodes": {"ADD": [1, 3.5e38]}}, "vector of ADD holds a number that is not finite"),
        ({"Opcodes": {"ADD": [1, -(10**39)]}}, "vector of ADD holds a number that is not finite"),
        ({"Opcodes": {"ADD": [1, 10**400]}}, "vector of ADD holds a number that is not finite"),
        ({"Opcodes": {"ADD": [1, -(10**4000)]}}, "vector of ADD holds a number that is not finite"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_json_that_is_no_vocabulary(tmp_path: Path, changes: Content, culprit: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(content(**changes)), encoding="utf-8")

    with pytest.raises(VocabularyError, match=rf"^{re.escape(str(path))}: .*{re.escape(culprit)}"):
        read_vocabulary(path)


def test_json_lacks_a_section(tmp_path: Path) -> None:
    for section in Section:
        path = tmp_path / f"{section}.json"
        path.write_text(json.dumps({name: JSON[name] for name in JSON if name != section}), encoding="utf-8")

        with pytest.raises(VocabularyError, match=rf"{path.name}: the section {section} is missing or empty$"):
            read_vocabulary(path)


@pytest.mark.parametrize(
    ("text", "culprit"),
    [
        ('{"Opcodes": {"ADD": [1, 2], "SUB": [3, 4], "ADD": [1, 2]}}', "'ADD' is there twice"),
        ('{"Opcodes": {"A": [1]}, "Opcodes": {"B": [1]}}', "'Opcodes' is there twice"),
        ('{"Opcodes": {"ADD": [1, NaN]}}', r"not whole JSON \(NaN is no number\)"),
        ('{"Opcodes": {"ADD": [Infinity]}}', r"\(Infinity is no number\)"),
        ('{"Opcodes": {"ADD": [-Infinity]}}', r"\(-Infinity is no number\)"),
        ('{"Opcodes": {"ADD": [1e400, 1]}}', "section CommonOperands is missing"),
        ('{"Opcodes": ' + "[" * 200_000, "not whole JSON"),
        ('{"Opcodes": {"ADD": ' + "[" * 200_000 + "]" * 200_000 + "}}", "not whole JSON"),
        ('{"Opcodes": ' * 100_000, "not whole JSON"),
        ("{}", "section Opcodes is missing or empty"),
        ("{'Opcodes': 1}", "not whole JSON"),
        ('{"Opcodes": {"ADD": [1]}} x', "not whole JSON"),
    ],
    ids=range(12),
)
def test_json_text_that_is_no_vocabulary(tmp_path: Path, text: str, culprit: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(VocabularyError, match=rf"bad\.json: .*{culprit}"):
        read_vocabulary(path)


@pytest.mark.timeout(30)
def test_a_key_that_is_there_twice_is_found_in_little_time(tmp_path: Path) -> None:
    """Looking for each of 150,000 keys among all of them takes minutes."""
    keys = [f'"{number}": 0' for number in range(150_000)]
    path = tmp_path / "bad.json"
    path.write_text('{"Opcodes": {' + ", ".join([*keys, keys[-1]]) + "}}", encoding="utf-8")

    with pytest.raises(VocabularyError, match=r"bad\.json: '149999' is there twice"):
        read_vocabulary(path)


def test_a_number_too_large_for_any_float(tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(JSON).replace("1e-30", "1e400"), encoding="utf-8")

    with pytest.raises(VocabularyError, match=r"bad\.json: the vector of Immediate holds a number that is not finite"):
        read_vocabulary(path)


def test_json_cut_anywhere(tmp_path: Path) -> None:
    path = tmp_path / "cut.json"
    whole = write_json(make()).rstrip()
    for length in range(1, len(whole)):
        path.write_text(whole[:length], encoding="utf-8")

        with pytest.raises(VocabularyError, match=r"cut\.json: not whole JSON"):
            read_vocabulary(path)


# --- text that is no vocabulary


@pytest.mark.parametrize(
    ("lines", "culprit"),
    [
        (["ADD:[1, 2],", "SUB:[3, 4"], r":2: not of the form NAME"),
        (["ADD:[1, 2],", "", "SUB:"], r":3: not of the form NAME"),
        (["ADD"], r":1: not of the form NAME"),
        (["ADD [1, 2]"], r":1: not of the form NAME"),
        ([":[1, 2]"], r":1: not of the form NAME"),
        (["ADD:1, 2"], r":1: not of the form NAME"),
        (["[", "]"], r":1: not of the form NAME"),
        (['[{"Opcodes": {"ADD": [1]}}]'], r":1: not of the form NAME"),
        (["ADD:[1, 2],", "SUB:[1, 2, 3],"], r":2: SUB has 3 dimensions, the first entity 2"),
        (["ADD:[1, 2],", "SUB:[3],"], r":2: SUB has 1 dimensions, the first entity 2"),
        (["ADD:[1, 2],", "SUB:[3, ],"], r":2: the vector of SUB holds something that is no number"),
        (["ADD:[]"], r":1: the vector of ADD holds something that is no number"),
        (["ADD:[1, true]"], r":1: the vector of ADD holds something that is no number"),
        (["ADD:[[1], 2]"], r":1: the vector of ADD holds something that is no number"),
        (["ADD:[1, 2]", "SUB:[nan, 1]"], r": the vector of SUB holds a number that is not finite"),
        (["SUB:[1, 2]", "ADD:[1, -Infinity]"], r": the vector of ADD holds a number that is not finite"),
        (["ADD:[1e400, 1]"], r": the vector of ADD holds a number that is not finite"),
        (["ADD:[1, 4e38]"], r": the vector of ADD holds a number that is not finite"),
        (["ADD:[1]", "SUB:[2]", "ADD:[1]"], r": ADD of Opcodes is there twice"),
        (["ADD32rr:[1]", "ADD64rr:[2]"], r": ADD of Opcodes is there twice"),
        (["PHY_REG:[1]", "PHY_REG:[2]"], r": PhyReg_\* of PhysicalRegisters is there twice"),
        (['"": [1]'], r": '' of Opcodes is no name"),
        (["", "  ", ""], r": holds no vectors"),
        ([], r": holds no vectors"),
        (["\0\0\0\0"], r":1: not of the form NAME"),
    ],
)
def test_text_that_is_no_vocabulary(tmp_path: Path, lines: list[str], culprit: str) -> None:
    path = tmp_path / "bad.txt"
    path.write_text("\n".join(lines), encoding="utf-8")

    with pytest.raises(VocabularyError, match=rf"bad\.txt{culprit}"):
        read_vocabulary(path)


# --- Parquet that is no vocabulary


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
    write_vocabulary(path, make())
    whole = path.read_bytes()
    cut = tmp_path / "cut.parquet"
    for length in range(4, len(whole), 97):
        cut.write_bytes(whole[:length])

        with pytest.raises(VocabularyError, match=r"cut\.parquet: cannot be read"):
            read_vocabulary(cut)


# --- files that are nothing of all this


def test_binary_rubbish(tmp_path: Path) -> None:
    rubbish = gzip.compress(b"ADD:[1]", mtime=0)
    for name, data in (("a.bin", rubbish), ("b.bin", b"{" + rubbish), ("c.bin", b"ADD:[1]\n" * 99 + rubbish)):
        (tmp_path / name).write_bytes(data)

        with pytest.raises(VocabularyError, match=rf"{name}: neither Parquet, nor LLVM's JSON, nor the text of seedEm"):
            read_vocabulary(tmp_path / name)


def test_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "empty.json"
    path.touch()

    with pytest.raises(VocabularyError, match=r"empty\.json: holds no vectors"):
        read_vocabulary(path)


def test_folder_and_missing_file(tmp_path: Path) -> None:
    with pytest.raises(VocabularyError, match=rf"{tmp_path.name}: cannot be read \(Is a directory\)"):
        read_vocabulary(tmp_path)
    with pytest.raises(VocabularyError, match=r"none\.json: cannot be read \(No such file or directory\)"):
        read_vocabulary(tmp_path / "none.json")


def test_file_larger_than_any_vocabulary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.json"
    path.write_text("{", encoding="utf-8")
    with path.open("r+b") as stream:
        stream.truncate(MAX_BYTES + 1)  # sparse: takes no room

    with pytest.raises(VocabularyError, match=r"large\.json: 268 MB is more than any vocabulary has"):
        read_vocabulary(path)

    small = tmp_path / "small.txt"
    small.write_text("ADD:[1]\n", encoding="utf-8")  # eight bytes
    monkeypatch.setattr(vocabulary_file, "MAX_BYTES", 8)
    assert read_vocabulary(small).vectors.tolist() == [[1]]
    monkeypatch.setattr(vocabulary_file, "MAX_BYTES", 7)
    with pytest.raises(VocabularyError, match=r"small\.txt: 0 MB is more"):
        read_vocabulary(small)


# --- too many entities


def test_as_many_entities_as_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit_entities(monkeypatch, 6)
    write_vocabulary(tmp_path / "v.parquet", make())
    lines = [f"OPC_{i}:[1]" for i in range(6)]

    assert len(read_vocabulary(tmp_path / "v.parquet").entities) == 6
    assert len(read_json(tmp_path, write_json(make())).entities) == 6
    assert len(read_text(tmp_path, lines).entities) == 6


def test_one_entity_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for suffix in ("parquet", "json"):
        write_vocabulary(tmp_path / f"v.{suffix}", make())
    (tmp_path / "v.txt").write_text("".join(f"OPC_{i}:[1]\n" for i in range(6)), encoding="utf-8")
    limit_entities(monkeypatch, 5)

    for name in ("v.parquet", "v.json", "v.txt"):
        with pytest.raises(VocabularyError, match=rf"{name}: .*entities.* target has"):
            read_vocabulary(tmp_path / name)
    with pytest.raises(VocabularyError, match="a test: 6 entities are more than any target has"):
        make()


@pytest.mark.parametrize("suffix", ["parquet", "json"])
def test_too_many_entities_are_found_before_their_vectors_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    write_vocabulary(tmp_path / f"v.{suffix}", make())
    limit_entities(monkeypatch, 1)
    monkeypatch.setattr(vocabulary_json, "_check_vector", lambda *_: pytest.fail("looks at a vector"))
    monkeypatch.setattr(vocabulary_parquet, "_from_table", lambda *_: pytest.fail("looks at the rows"))

    with pytest.raises(VocabularyError, match=rf"v\.{suffix}: "):
        read_vocabulary(tmp_path / f"v.{suffix}")


def test_text_of_too_many_entities_is_not_read_whole() -> None:
    read = 0

    def lines() -> Iterator[str]:
        nonlocal read
        while True:
            assert read < 2 * MAX_ENTITIES, "it reads on and on"
            read += 1
            yield f"OPC_{read}:[1],\n"

    with pytest.raises(VocabularyError, match=r"v\.txt: more than 50,000 entities"):
        read_text(Path("v.txt"), lines())

    assert read == MAX_ENTITIES + 1


# --- does it fit


def test_a_vocabulary_fits_its_target_and_dimension() -> None:
    vocabulary = make(target="x86")

    vocabulary.require(target="x86", dimension=2, name="v.json")
    make().require(target="x86", dimension=2, name="v.json")  # a file that does not tell its target
    with pytest.raises(VocabularyError, match=r"^v\.json: a vocabulary for x86, not for aarch64$"):
        vocabulary.require(target="aarch64", dimension=2, name="v.json")
    with pytest.raises(VocabularyError, match=r"^v\.json: its vectors have 2 dimensions, the recipe says 300$") as info:
        vocabulary.require(target="x86", dimension=300, name="v.json")
    assert "--dim 300" in info.value.hint


@pytest.mark.parametrize(
    ("entities", "rows"),
    [
        ([], []),
        (ENTITIES[:1], [[]]),
        (ENTITIES[:1], [1.0]),
        (ENTITIES[:1], [[[1.0]]]),
    ],
    ids=["no entities", "no dimensions", "numbers", "matrices"],
)
def test_nothing_that_could_be_vectors(entities: Sequence[Entity], rows: Sequence[Any]) -> None:
    with pytest.raises(VocabularyError, match=r"^a test: holds no vectors$"):
        make_vocabulary("a test", entities, rows)
