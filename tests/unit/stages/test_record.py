"""The record stage: a dump is taken whole and sound, or refused with a reason."""

from __future__ import annotations

import json
import math
import os
import struct
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from column_dump_builder import encode, members_of_version_1

from rl4real_data.stages.column_dump import MAGIC, BadRecord
from rl4real_data.stages.part import FunctionFacts
from rl4real_data.stages.part_functions import PART_SCHEMA, Shapes
from rl4real_data.stages.record import read_dump
from rl4real_data.toolchain.plugin import RECORD_VERSION


def make_record(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A record with two nodes; the first cannot be spilled, the second has three use points."""
    return {
        "function": f"f{number}",
        "function_id": number,
        "content_hash": f"hash {number}",
        "eh_pads": False,
        "optnone": False,
        "mir": "text",
        "inst": [0, 1],
        "block_start": [0],
        "block_freq": [1],
        "block_loop_depth": [0],
        "block_succ": [[]],
        "node_vreg": [4, 9],
        "node_class": [7, 7],
        "node_spill_weight": [None, 0.25],
        "node_size": [16, 32],
        "node_live": [[0, 1], [0, 2]],
        "node_hint": [[], [-1, 3]],
        "node_forbidden": [[], [1]],
        "use_inst": [[0], [0, 1, 1]],
        "use_distance": [[0], [0, 4, 8]],
        "use_spill_weight": [[None], [None, 0.5, 0.75]],
        "split_points": [[], [1]],
        "edge_u": [0],
        "edge_v": [1],
        "reserved": [3],
        "node_outcome": [0, 2],
        "node_assigned": [1, 0],
        "spills": 1,
        "reloads": 2,
        "folded_spills": 3,
        "folded_reloads": 4,
        "copies": 5,
        "spill_cost": 1.5,
        "copy_cost": 0.5,
        **members_of_version_1(2, 1),
        "shape_opcode": ["ADD", "RET"],
        "shape_operands": [["VirtReg_GR32", ""], []],
        **changes,
    }


def write_dump(folder: Path, *records: dict[str, Any], **claims: Any) -> Path:
    path = folder / "unit.columns"
    path.write_bytes(encode(records, **claims))
    return path


def test_dump_becomes_columns_shapes_and_facts(tmp_path: Path) -> None:
    second = make_record(
        2, node_vreg=[], eh_pads=True, use_spill_weight=[], shape_opcode=["MUL"], shape_operands=[["x"]]
    )
    table, shapes, facts = read_dump(write_dump(tmp_path, make_record(), second))

    assert table.schema.names == PART_SCHEMA.names
    assert [table.schema.field(name).type for name in PART_SCHEMA.names] == list(PART_SCHEMA.types)
    assert table["function"].to_pylist() == ["f1", "f2"]
    assert table["node_hint"].to_pylist()[0] == [[], [-1, 3]]
    assert (table["spill_cost"].to_pylist(), table["folded_reloads"].to_pylist()) == ([1.5, 1.5], [4, 4])
    assert shapes == Shapes(opcodes=("ADD", "RET", "MUL"), operands=(("VirtReg_GR32", ""), (), ("x",)))
    assert facts == (
        FunctionFacts(content_hash="hash 1", nodes=2, max_uses=3, eh_pads=False, optnone=False),
        FunctionFacts(content_hash="hash 2", nodes=0, max_uses=0, eh_pads=True, optnone=False),
    )


def test_weights_may_be_infinite(tmp_path: Path) -> None:
    table, _, _ = read_dump(write_dump(tmp_path, make_record(), make_record(2)))

    assert table["node_spill_weight"].to_pylist() == [[math.inf, 0.25]] * 2
    assert table["use_spill_weight"].to_pylist() == [[[math.inf], [math.inf, 0.5, 0.75]]] * 2


def test_columns_without_any_value_have_their_types(tmp_path: Path) -> None:
    nodes = [name for name in make_record() if name.startswith(("node_", "use_", "edge_", "split_", "value_"))]
    record = make_record(inst=[], shape_opcode=[], shape_operands=[], **{name: [] for name in nodes})
    table, shapes, facts = read_dump(write_dump(tmp_path, record))

    assert [table.schema.field(name).type for name in PART_SCHEMA.names] == list(PART_SCHEMA.types)
    assert table["use_spill_weight"].to_pylist() == [[]]
    assert (shapes.opcodes, facts[0].nodes, facts[0].max_uses) == ((), 0, 0)


def test_lists_without_any_value_have_their_types(tmp_path: Path) -> None:
    table, _, _ = read_dump(write_dump(tmp_path, make_record(split_points=[[], []])))

    assert table["split_points"].to_pylist() == [[[], []]]
    assert table["split_points"].type == PART_SCHEMA.field("split_points").type


def test_dump_without_functions_is_sound(tmp_path: Path) -> None:
    table, shapes, facts = read_dump(write_dump(tmp_path))

    assert (table.num_rows, shapes, facts) == (0, Shapes(opcodes=(), operands=()), ())
    assert table.schema.names == PART_SCHEMA.names


def test_text_is_optional(tmp_path: Path) -> None:
    record = make_record()
    del record["mir"]

    assert read_dump(write_dump(tmp_path, record))[0]["mir"].to_pylist() == [None]


def test_names_with_quotes_and_signs_survive(tmp_path: Path) -> None:
    name = 'operator"" _é\n\\\u0001'

    assert read_dump(write_dump(tmp_path, make_record(function=name)))[0]["function"].to_pylist() == [name]


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(BadRecord, match=r"^there is none$"):
        read_dump(tmp_path / "unit.columns")


def test_empty_file(tmp_path: Path) -> None:
    (tmp_path / "unit.columns").touch()
    with pytest.raises(BadRecord, match=r"^it is empty$"):
        read_dump(tmp_path / "unit.columns")


@pytest.mark.parametrize("count", [0, 1, 3])
def test_another_number_of_functions(tmp_path: Path, count: int) -> None:
    with pytest.raises(BadRecord, match=r"^its columns are not what its end says: column \w+ has"):
        read_dump(write_dump(tmp_path, make_record(), make_record(2), functions=count))


@pytest.mark.parametrize("version", [RECORD_VERSION + 1, 2, 1])
def test_other_version(tmp_path: Path, version: int) -> None:
    with pytest.raises(BadRecord, match=rf"^record version {version}, this program reads {RECORD_VERSION}$"):
        read_dump(write_dump(tmp_path, make_record(), version=version))


@pytest.mark.parametrize("name", sorted(make_record().keys() - {"mir"}))
def test_record_that_lacks_a_member(tmp_path: Path, name: str) -> None:
    record = make_record()
    del record[name]

    with pytest.raises(BadRecord, match=rf"^records without '{name}'$"):
        read_dump(write_dump(tmp_path, record))


def test_shapes_of_different_number(tmp_path: Path) -> None:
    with pytest.raises(BadRecord, match="opcodes and operands of different number"):
        read_dump(write_dump(tmp_path, make_record(shape_operands=[[]])))


@pytest.mark.parametrize("number", [2, -1])
def test_instruction_without_a_shape(tmp_path: Path, number: int) -> None:
    with pytest.raises(BadRecord, match=r"^an instruction of a shape that is not in it$"):
        read_dump(write_dump(tmp_path, make_record(inst=[0, number])))


def test_unknown_member(tmp_path: Path) -> None:
    with pytest.raises(BadRecord, match=r"^records with 'unheard_of'$"):
        read_dump(write_dump(tmp_path, make_record(unheard_of=1)))


def test_number_that_its_column_cannot_hold(tmp_path: Path) -> None:
    with pytest.raises(pa.ArrowInvalid, match="70000"):
        read_dump(write_dump(tmp_path, make_record(node_class=[70000, 1])))


@pytest.mark.parametrize("offset", [-8, 10**6])
@pytest.mark.parametrize("name", ["function", "inst", "spill_cost"])
def test_buffers_that_lie_elsewhere(tmp_path: Path, name: str, offset: int) -> None:
    """Every extent and every offset is checked before Arrow may follow it."""
    path = write_dump(tmp_path, make_record(), make_record(2))
    data = path.read_bytes()
    (length,) = struct.unpack("<I", data[-12:-8])
    end = json.loads(data[-12 - length : -12])
    next(column for column in end["columns"] if column["name"] == name)["buffers"][0][0] = offset
    text = json.dumps(end).encode()
    path.write_bytes(data[: -12 - length] + text + struct.pack("<I", len(text)) + MAGIC)

    with pytest.raises(BadRecord, match=f"not what its end says: column {name} has a buffer"):
        read_dump(path)


def test_offsets_that_go_backwards(tmp_path: Path) -> None:
    path = write_dump(tmp_path, make_record(inst=[0, 1, 0]), make_record(2, inst=[1]))
    good, bad = struct.pack("<3i", 0, 3, 4), struct.pack("<3i", 0, 9, 4)
    assert good in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(good, bad))

    with pytest.raises(BadRecord, match="not what its end says"):
        read_dump(path)


def test_text_that_is_no_utf8(tmp_path: Path) -> None:
    path = write_dump(tmp_path, make_record(mir="plain text"))
    path.write_bytes(path.read_bytes().replace(b"plain text", b"plain \xfftxt"))

    with pytest.raises(BadRecord, match="not what its end says"):
        read_dump(path)


@pytest.mark.parametrize("tail", [b"null", b"[]", b"{", b"{}", b'{"v":1,"functions":1}'])
def test_end_that_says_nothing(tmp_path: Path, tail: bytes) -> None:
    path = tmp_path / "unit.columns"
    path.write_bytes(MAGIC + tail + struct.pack("<I", len(tail)) + MAGIC)

    with pytest.raises(BadRecord):
        read_dump(path)


def test_end_longer_than_the_file(tmp_path: Path) -> None:
    path = tmp_path / "unit.columns"
    path.write_bytes(MAGIC + struct.pack("<I", 5000) + MAGIC)

    with pytest.raises(BadRecord, match=r"^its end is longer than itself$"):
        read_dump(path)


def test_every_cut_is_noticed(tmp_path: Path) -> None:
    path = write_dump(tmp_path, make_record(), make_record(2))
    for length in reversed(range(1, path.stat().st_size)):
        os.truncate(path, length)
        with pytest.raises(BadRecord, match=r"cut off|does not begin"):
            read_dump(path)
