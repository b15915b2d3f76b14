"""The record stage: a dump is taken whole and sound, or refused with a reason."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from rl4real_data.stages.part import PART_SCHEMA, FunctionFacts, Shapes
from rl4real_data.stages.record import BadRecord, read_dump


def make_record(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A record with two nodes; the first cannot be spilled, the second has three use points."""
    return {
        "v": 1,
        "function": f"f{number}",
        "function_id": number,
        "content_hash": f"hash {number}",
        "eh_pads": False,
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
        "shape_opcode": ["ADD", "RET"],
        "shape_operands": [["VirtReg_GR32", ""], []],
        **changes,
    }


def write_dump(folder: Path, *records: dict[str, Any]) -> Path:
    path = folder / "unit.ndjson"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def closing(count: int) -> dict[str, int]:
    return {"v": 1, "functions": count}


def test_dump_becomes_columns_shapes_and_facts(tmp_path: Path) -> None:
    second = make_record(
        2, node_vreg=[], eh_pads=True, use_spill_weight=[], shape_opcode=["MUL"], shape_operands=[["x"]]
    )
    table, shapes, facts = read_dump(write_dump(tmp_path, make_record(), second, closing(2)))

    assert table.schema.names == PART_SCHEMA.names
    assert [table.schema.field(name).type for name in PART_SCHEMA.names] == list(PART_SCHEMA.types)
    assert table["function"].to_pylist() == ["f1", "f2"]
    assert table["node_hint"].to_pylist()[0] == [[], [-1, 3]]
    assert (table["spill_cost"].to_pylist(), table["folded_reloads"].to_pylist()) == ([1.5, 1.5], [4, 4])
    assert shapes == Shapes(opcodes=("ADD", "RET", "MUL"), operands=(("VirtReg_GR32", ""), (), ("x",)))
    assert facts == (
        FunctionFacts(content_hash="hash 1", nodes=2, max_uses=3, eh_pads=False),
        FunctionFacts(content_hash="hash 2", nodes=0, max_uses=0, eh_pads=True),
    )


def test_null_weights_are_infinite(tmp_path: Path) -> None:
    table, _, _ = read_dump(write_dump(tmp_path, make_record(), make_record(2), closing(2)))

    assert table["node_spill_weight"].to_pylist() == [[math.inf, 0.25]] * 2
    assert table["use_spill_weight"].to_pylist() == [[[math.inf], [math.inf, 0.5, 0.75]]] * 2


def test_dump_without_functions_is_sound(tmp_path: Path) -> None:
    table, shapes, facts = read_dump(write_dump(tmp_path, closing(0)))

    assert (table.num_rows, shapes, facts) == (0, Shapes(opcodes=(), operands=()), ())
    assert table.schema.names == PART_SCHEMA.names


def test_text_is_optional(tmp_path: Path) -> None:
    record = make_record()
    del record["mir"]

    assert read_dump(write_dump(tmp_path, record, closing(1)))[0]["mir"].to_pylist() == [None]


def test_large_record_fits(tmp_path: Path) -> None:
    """Arrow's default block of 1 MB must not cut a record."""
    count = 1_500_000
    table, _, _ = read_dump(write_dump(tmp_path, make_record(inst=[0] * count), closing(1)))
    assert (tmp_path / "unit.ndjson").stat().st_size > 4 << 20

    assert len(table["inst"][0]) == count


def test_names_with_quotes_and_signs_survive(tmp_path: Path) -> None:
    name = 'operator"" _é\n\\\u0001'

    assert read_dump(write_dump(tmp_path, make_record(function=name), closing(1)))[0]["function"].to_pylist() == [name]


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(BadRecord, match=r"^there is none$"):
        read_dump(tmp_path / "unit.ndjson")


def test_empty_file(tmp_path: Path) -> None:
    with pytest.raises(BadRecord, match=r"^it is empty$"):
        read_dump(write_dump(tmp_path))


@pytest.mark.parametrize("count", [0, 2])
def test_closing_record_with_another_count(tmp_path: Path, count: int) -> None:
    with pytest.raises(BadRecord, match=r"^its closing record is missing: it was cut off$"):
        read_dump(write_dump(tmp_path, make_record(), closing(count)))


def test_missing_closing_record(tmp_path: Path) -> None:
    with pytest.raises(BadRecord, match="cut off"):
        read_dump(write_dump(tmp_path, make_record(), make_record(2)))


def test_closing_record_in_the_middle(tmp_path: Path) -> None:
    with pytest.raises(BadRecord, match="cut off"):
        read_dump(write_dump(tmp_path, closing(1), make_record()))


def test_two_dumps_in_one_file(tmp_path: Path) -> None:
    with pytest.raises(BadRecord, match="cut off"):
        read_dump(write_dump(tmp_path, make_record(), closing(1), make_record(), closing(3)))


@pytest.mark.parametrize(("version", "shown"), [(2, r"\['2'\]"), (0, r"\['0'\]")])
def test_other_version(tmp_path: Path, version: int, shown: str) -> None:
    records = [{**record, "v": version} for record in (make_record(), closing(1))]
    with pytest.raises(BadRecord, match=rf"^record version {shown}, this program reads 1$"):
        read_dump(write_dump(tmp_path, *records))


def test_mixed_versions(tmp_path: Path) -> None:
    with pytest.raises(BadRecord, match=r"^record version \['1', '2'\]"):
        read_dump(write_dump(tmp_path, make_record(v=2), closing(1)))


@pytest.mark.parametrize("name", sorted(make_record().keys() - {"v", "function", "mir"}))
def test_record_that_lacks_a_member(tmp_path: Path, name: str) -> None:
    record = make_record()
    del record[name]

    with pytest.raises(BadRecord, match=rf"^a record without '{name}'$"):
        read_dump(write_dump(tmp_path, record, make_record(2), closing(2)))


def test_record_without_a_name(tmp_path: Path) -> None:
    with pytest.raises(BadRecord, match="cut off"):
        read_dump(write_dump(tmp_path, make_record(function=None), closing(1)))


def test_shapes_of_different_number(tmp_path: Path) -> None:
    with pytest.raises(BadRecord, match="opcodes and operands of different number"):
        read_dump(write_dump(tmp_path, make_record(shape_operands=[[]]), closing(1)))


@pytest.mark.parametrize("number", [2, -1])
def test_instruction_without_a_shape(tmp_path: Path, number: int) -> None:
    with pytest.raises(BadRecord, match=r"^an instruction of a shape that is not in it$"):
        read_dump(write_dump(tmp_path, make_record(inst=[0, number]), closing(1)))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"unheard_of": 1}, "unexpected field"),
        ({"inst": "text"}, "changed from array to string"),
        ({"spills": 0.5}, "Failed to convert JSON to int32"),
        ({"node_class": [70000, 1]}, "Failed to convert JSON to int16"),
    ],
)
def test_record_of_another_form(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(pa.ArrowInvalid, match=message):
        read_dump(write_dump(tmp_path, make_record(**changes), closing(1)))


@pytest.mark.parametrize("keep", [1, 0.3, 0.9, -2])
def test_every_cut_is_noticed(tmp_path: Path, keep: float) -> None:
    path = write_dump(tmp_path, make_record(), make_record(2), closing(2))
    data = path.read_bytes()
    path.write_bytes(data[: int(keep * len(data)) if 0 < keep < 1 else int(keep)])

    with pytest.raises((BadRecord, pa.ArrowInvalid), match=r"cut off|JSON parse error|version|Empty"):
        read_dump(path)
