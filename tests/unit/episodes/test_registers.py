"""`registers.parquet` from the plugin's register file."""

from __future__ import annotations

from fake_clang import REGISTERS

from rl4real_data.episodes.registers import class_ids, register_class_table, register_mask_table, register_table
from rl4real_data.episodes.schema import REGISTER_CLASSES, REGISTER_MASKS
from rl4real_data.episodes.schema import REGISTERS as REGISTERS_SCHEMA

WHOLE = {
    "reserved": [],
    "registers": [
        {
            "reg_id": 4,
            "name": "R12",
            "units": [0, 1],
            "aliases": [1, 2],
            "subregs": [{"index": 3, "name": "sub_lo", "reg_id": 1}, {"index": 5, "name": "sub_hi", "reg_id": 2}],
            "cost": 1,
        },
    ],
    "classes": [
        {
            "class_id": 9,
            "name": "PAIR",
            "order": [4],
            "spill_size": 16,
            "spill_align": 8,
            "copy_cost": -1,
            "priority": 2,
        },
    ],
    "masks": [
        {"mask_id": 0, "name": "csr_none", "preserved": []},
        {"mask_id": 1, "name": "csr_pair", "preserved": [1, 2, 4]},
    ],
}


def test_one_row_a_register() -> None:
    table = register_table("x86", REGISTERS)

    assert table.schema.equals(REGISTERS_SCHEMA)
    assert table["target"].to_pylist() == ["x86"] * 4
    assert table["name"].to_pylist() == ["R1", "R2", "SP", "R12"]
    assert table["units"].to_pylist() == [[0], [1], [2], [0, 1]]
    assert table["aliases"].to_pylist() == [[4], [4], [], [1, 2]]


def test_place_in_the_allocation_order() -> None:
    rows = register_table("x86", REGISTERS).to_pylist()

    # class GR is given out in the order R2, R1, SP
    assert [row["classes"] for row in rows] == [
        [{"class_id": 7, "name": "GR", "order": 1}],
        [{"class_id": 7, "name": "GR", "order": 0}],
        [{"class_id": 7, "name": "GR", "order": 2}],
        [{"class_id": 9, "name": "PAIR", "order": 0}],
    ]


def test_colours_count_what_may_be_given_out() -> None:
    rows = register_table("x86", REGISTERS).to_pylist()

    assert [(row["name"], row["colour"], row["reserved"]) for row in rows] == [
        ("R1", 1, False),
        ("R2", 2, False),
        ("SP", 0, True),  # reserved
        ("R12", 3, False),
    ]


def test_register_of_no_class_has_no_colour() -> None:
    lonely = {**REGISTERS, "registers": [{"reg_id": 9, "name": "FLAGS", "units": [7], "aliases": []}]}
    (row,) = register_table("x86", lonely).to_pylist()

    assert (row["colour"], row["classes"], row["reserved"]) == (0, [], False)


def test_register_in_two_classes_has_two_places() -> None:
    classes = [{"class_id": 1, "name": "A", "order": [1]}, {"class_id": 2, "name": "B", "order": [2, 1]}]
    row = register_table("x86", {**REGISTERS, "classes": classes}).to_pylist()[0]

    assert row["classes"] == [
        {"class_id": 1, "name": "A", "order": 0},
        {"class_id": 2, "name": "B", "order": 1},
    ]


def test_class_ids_in_the_order_of_the_file() -> None:
    assert class_ids(REGISTERS) == (("GR", 7), ("PAIR", 9))


def test_sub_registers_and_cost() -> None:
    (row,) = register_table("x86", WHOLE).to_pylist()

    assert row["subregs"] == WHOLE["registers"][0]["subregs"]
    assert row["cost"] == 1


def test_register_file_that_tells_neither_leaves_null() -> None:
    rows = register_table("x86", {**WHOLE, "registers": [{"reg_id": 9, "name": "R", "units": [7], "aliases": []}]})

    assert [(row["subregs"], row["cost"]) for row in rows.to_pylist()] == [(None, None)]


def test_one_row_a_class() -> None:
    table = register_class_table("x86", WHOLE)

    assert table is not None
    assert table.schema.equals(REGISTER_CLASSES)
    assert table.to_pylist() == [{"target": "x86", **WHOLE["classes"][0]}]


def test_one_row_a_mask() -> None:
    table = register_mask_table("aarch64", WHOLE)

    assert table is not None
    assert table.schema.equals(REGISTER_MASKS)
    assert table.to_pylist() == [{"target": "aarch64", **mask} for mask in WHOLE["masks"]]


def test_register_file_of_the_fork_has_neither_table() -> None:
    without_spills = {"classes": [{"class_id": 7, "name": "GR", "order": [2, 1]}]}

    assert register_class_table("x86", without_spills) is None
    assert register_mask_table("x86", without_spills) is None
