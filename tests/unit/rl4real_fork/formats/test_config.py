"""The fork's CONFIG_DIR as a register file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rl4real_data.core.errors import UsageError
from rl4real_data.episodes.registers import class_ids, register_table
from rl4real_data.rl4real_fork.formats.config import read_fork_config, read_release

CLASSES = {
    "GR64": [{"regId": 5, "regName": "RAX"}, {"regId": 8, "regName": "RBX"}],
    "GR32": [{"regId": 2, "regName": "EAX"}],
}
OVERLAPS = {"2": [2, 5, 1], "5": [5, 2, 1], "8": [8], "1": [1, 2, 5]}


def write_config(folder: Path, classes: Any = CLASSES, overlaps: Any = OVERLAPS) -> Path:
    (folder / "regalloc").mkdir()
    (folder / "regalloc" / "X86_supported_RegClasses.json").write_text(json.dumps(classes))
    (folder / "regalloc" / "X86_overlaps_info.json").write_text(json.dumps(overlaps))
    return folder


def test_classes_are_numbered_by_name(tmp_path: Path) -> None:
    found = read_fork_config(write_config(tmp_path), "X86")

    assert found["classes"] == [
        {"class_id": 0, "name": "GR32", "order": [2]},
        {"class_id": 1, "name": "GR64", "order": [5, 8]},
    ]
    assert class_ids(found) == (("GR32", 0), ("GR64", 1))
    assert found["reserved"] == []


def test_registers_of_classes_and_of_overlaps(tmp_path: Path) -> None:
    found = read_fork_config(write_config(tmp_path), "X86")

    assert [(row["reg_id"], row["name"], row["aliases"]) for row in found["registers"]] == [
        (1, "register 1", [2, 5]),
        (2, "EAX", [1, 5]),
        (5, "RAX", [1, 2]),
        (8, "RBX", []),
    ]


def test_two_registers_share_a_unit_where_they_alias(tmp_path: Path) -> None:
    rows = {row["reg_id"]: row for row in read_fork_config(write_config(tmp_path), "X86")["registers"]}

    # Each register has one unit of its own, and one for every pair of aliases, counted in the order of reg_ids:
    # 1: 0, pair 1-2: 1, pair 1-5: 2; 2: 3, pair 2-5: 4; 5: 5; 8: 6
    assert {number: row["units"] for number, row in rows.items()} == {1: [0, 1, 2], 2: [1, 3, 4], 5: [2, 4, 5], 8: [6]}
    for one in rows:
        for other in rows:
            shares = bool(set(rows[one]["units"]) & set(rows[other]["units"]))
            assert shares == (one == other or other in rows[one]["aliases"])


def test_it_makes_a_register_table(tmp_path: Path) -> None:
    table = register_table("x86", read_fork_config(write_config(tmp_path), "X86"))

    assert table["colour"].to_pylist() == [0, 1, 2, 3]


def test_register_without_overlaps_has_no_alias(tmp_path: Path) -> None:
    found = read_fork_config(write_config(tmp_path, overlaps={}), "X86")

    assert [row["aliases"] for row in found["registers"]] == [[], [], []]


@pytest.mark.parametrize("name", ["X86_supported_RegClasses.json", "X86_overlaps_info.json"])
@pytest.mark.parametrize("text", [None, b"", b"{", b"\xff"])
def test_missing_or_broken_file_is_named(tmp_path: Path, name: str, text: bytes | None) -> None:
    path = write_config(tmp_path) / "regalloc" / name
    path.unlink()
    if text is not None:
        path.write_bytes(text)

    with pytest.raises(UsageError, match=rf"{name}: cannot be read") as raised:
        read_fork_config(tmp_path, "X86")
    assert raised.value.hint == "CONFIG_DIR is the fork's configuration folder"


def test_config_of_another_target_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"AArch64_supported_RegClasses\.json: cannot be read"):
        read_fork_config(write_config(tmp_path), "AArch64")


@pytest.mark.parametrize(
    ("classes", "overlaps"),
    [
        ([], OVERLAPS),
        ({"GR64": [{"regName": "RAX"}]}, OVERLAPS),
        ({"GR64": [7]}, OVERLAPS),
        (CLASSES, {"RAX": [1]}),
        (CLASSES, {"5": 7}),
        (CLASSES, None),
    ],
)
def test_files_of_another_form_are_refused(tmp_path: Path, classes: Any, overlaps: Any) -> None:
    write_config(tmp_path, classes, overlaps)

    with pytest.raises(UsageError, match="its register files are not what the fork's training scripts read"):
        read_fork_config(tmp_path, "X86")


@pytest.mark.parametrize("text", ["22.1.8\n", "10.0.1", "23.0.0git"])
def test_release_of_the_numbers(tmp_path: Path, text: str) -> None:
    assert read_release(tmp_path) is None
    (tmp_path / "llvm_version").write_text(text)
    assert read_release(tmp_path) == text.strip()


@pytest.mark.parametrize("text", ["", "latest", "22\x1b[2J", "1" * 300])
def test_what_is_no_release_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "llvm_version").write_text(text)
    with pytest.raises(UsageError, match=r"llvm_version: (names no release|cannot be read)"):
        read_release(tmp_path)
