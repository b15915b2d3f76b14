"""Each promise of a dataset is broken alone, and gives exactly the finding that names it."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import episode_builder as build
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from changed_index import change_index, relist

from rl4real_data.core.errors import DatasetError
from rl4real_data.episodes.file_names import INDEX_NAME
from rl4real_data.episodes.index import read_index
from rl4real_data.episodes.schema import EPISODES
from rl4real_data.validation.finding import Finding
from rl4real_data.validation.whole_dataset import validate

SHARD = "data/train-00000-of-00001.parquet"


def test_a_sound_dataset_has_no_finding(tmp_path: Path) -> None:
    train = [[build.make_episode(1), build.make_spilled_episode(2)], [build.make_episode(3)]]
    build.write_dataset(
        tmp_path, {"train": train, "test": [[build.make_episode(4)]]}, more_modules=[build.make_module()]
    )
    assert validate(tmp_path) == ()


def test_episode_ids_are_unique_over_all_shards(tmp_path: Path) -> None:
    again = build.make_episode(2, episode_id=f"{1:032x}")
    build.write_dataset(tmp_path, {"train": [[build.make_episode(1)], [again]]})
    what = "episode_id is that of data/train-00000-of-00002.parquet, row 0"
    assert validate(tmp_path) == (Finding("data/train-00001-of-00002.parquet", 0, what),)


def test_contents_are_unique_within_a_split(tmp_path: Path) -> None:
    same = {"content_hash": "a" * 32}
    rows = [build.make_episode(1, **same), build.make_episode(2, **same), build.make_episode(3, **same)]
    build.write_dataset(tmp_path, {"train": [rows]})
    assert validate(tmp_path) == (
        Finding(SHARD, 1, "content_hash is that of row 0"),
        Finding(SHARD, 2, "content_hash is that of row 0"),
    )


def test_many_repeats_are_counted(tmp_path: Path) -> None:
    rows = [build.make_episode(number, content_hash="a" * 32) for number in range(1, 15)]
    build.write_dataset(tmp_path, {"train": [rows]})
    found = validate(tmp_path)
    assert found[:10] == tuple(Finding(SHARD, row, "content_hash is that of row 0") for row in range(1, 11))
    what = "here and behind, 3 rows more repeat the content_hash of an earlier one"
    assert found[10:] == (Finding(SHARD, None, what),)


def test_train_and_test_are_disjoint(tmp_path: Path) -> None:
    same = {"content_hash": "a" * 32}
    rows = {"train": [[build.make_episode(1, **same)]], "test": [[build.make_episode(2, **same)]]}
    build.write_dataset(tmp_path, rows)
    what = f"content_hash is that of {SHARD}, row 0, and train and test share no function"
    assert validate(tmp_path) == (Finding("data/test-00000-of-00001.parquet", 0, what),)


# --- files -----------------------------------------------------------------------------------------------


def write_sound(data_dir: Path) -> None:
    build.write_dataset(data_dir, {"train": [[build.make_episode(1), build.make_episode(2)]]})


def test_no_dataset_is_an_error_and_no_finding(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="holds no finished dataset"):
        validate(tmp_path)


def test_an_index_that_cannot_be_read(tmp_path: Path) -> None:
    write_sound(tmp_path)
    (tmp_path / INDEX_NAME).write_text("{")
    (found,) = validate(tmp_path)
    assert found.file == INDEX_NAME
    assert found.what.startswith("damaged index (")
    assert "delete it and run the `rl4real-data flow` of each split again" in found.what


def test_books_that_do_not_balance(tmp_path: Path) -> None:
    build.write_dataset(tmp_path, {"train": [[build.make_episode(1)]]}, books={"train": {"duplicates": 3}})
    assert validate(tmp_path) == (
        Finding(INDEX_NAME, None, "train: 1 functions are not the sum of episodes, filtered and duplicates"),
    )


def test_a_missing_file(tmp_path: Path) -> None:
    write_sound(tmp_path)
    (tmp_path / SHARD).unlink()
    assert validate(tmp_path) == (Finding(SHARD, None, "is missing"),)


def test_a_shortened_file(tmp_path: Path) -> None:
    write_sound(tmp_path)
    whole = (tmp_path / SHARD).read_bytes()
    (tmp_path / SHARD).write_bytes(whole[:1000])
    assert validate(tmp_path) == (Finding(SHARD, None, f"has 1,000 bytes, not {len(whole):,}"),)


def test_a_changed_byte(tmp_path: Path) -> None:
    write_sound(tmp_path)
    content = bytearray((tmp_path / SHARD).read_bytes())
    content[100] ^= 0xFF
    (tmp_path / SHARD).write_bytes(content)
    (found,) = validate(tmp_path)
    assert (found.file, found.row) == (SHARD, None)
    assert found.what.startswith("has sha256 ")


@pytest.mark.parametrize("name", [SHARD, "modules.parquet", "instructions.parquet", "registers.parquet"])
def test_a_listed_file_that_is_no_parquet(tmp_path: Path, name: str) -> None:
    write_sound(tmp_path)
    (tmp_path / name).write_bytes(b"no Parquet at all")
    relist(tmp_path, name, rows=2)
    (found,) = validate(tmp_path)
    assert (found.file, found.row) == (name, None)
    assert found.what.startswith("cannot be read (")


def test_a_parquet_file_with_a_damaged_page(tmp_path: Path) -> None:
    write_sound(tmp_path)
    content = bytearray((tmp_path / SHARD).read_bytes())
    content[4:2000] = bytes(1996)
    (tmp_path / SHARD).write_bytes(content)
    relist(tmp_path, SHARD, rows=2)
    (found,) = validate(tmp_path)
    assert (found.file, found.row) == (SHARD, None)
    assert found.what.startswith("cannot be read (")


def test_a_parquet_file_that_nobody_lists(tmp_path: Path) -> None:
    write_sound(tmp_path)
    name = "data/train-00001-of-00002.parquet"
    build.write_table(tmp_path / name, [build.make_episode(9)], EPISODES)
    assert validate(tmp_path) == (Finding(name, None, "is not listed in dataset.json"),)


def test_a_wrong_number_of_rows(tmp_path: Path) -> None:
    write_sound(tmp_path)
    relist(tmp_path, SHARD, rows=3)
    assert validate(tmp_path) == (Finding(SHARD, None, "has 2 rows, not 3"),)


Change = Callable[[pa.Table], pa.Table]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda table: table.drop_columns(["cpu"]), "columns: lacks cpu"),
        (lambda table: table.append_column("more", pa.array([1, 2])), "columns: has more"),
        (lambda table: table.select(["function", *(n for n in EPISODES.names if n != "function")]),
         "columns: not in the order of the schema"),
        (lambda table: table.set_column(3, "function_id", pa.array([1, 2], pa.int64())),
         "column function_id has type int64, not int32"),
        (lambda table: table.replace_schema_metadata({}), "its footer names schema version none, not 1"),
        (lambda table: table.replace_schema_metadata({b"rl4real_data.schema_version": b"7"}),
         "its footer names schema version 7, not 1"),
    ],
    ids=["missing", "foreign", "order", "type", "no version", "version"],
)  # fmt: skip
def test_another_schema(tmp_path: Path, change: Change, what: str) -> None:
    write_sound(tmp_path)
    pq.write_table(change(pq.read_table(tmp_path / SHARD)), tmp_path / SHARD)
    relist(tmp_path, SHARD, rows=2)
    assert validate(tmp_path) == (Finding(SHARD, None, what),)


def test_a_dataset_without_modules(tmp_path: Path) -> None:
    write_sound(tmp_path)
    change_index(tmp_path, lambda raw: raw["files"].pop("modules.parquet"))
    assert read_index(tmp_path).files
    assert Finding(INDEX_NAME, None, "lists no modules.parquet") in validate(tmp_path)


# --- tables ----------------------------------------------------------------------------------------------


def with_modules(data_dir: Path, *modules: build.Row, **books: Any) -> tuple[Finding, ...]:
    rows = [build.make_episode(1)]
    build.write_dataset(data_dir, {"train": [rows]}, more_modules=modules, books={"train": books} if books else None)
    return validate(data_dir)


def test_modules_against_the_books(tmp_path: Path) -> None:
    found = with_modules(tmp_path, build.make_module(), failures={"crash": 1})
    assert found == (
        Finding(INDEX_NAME, None, "train: kind crash is 0 in modules.parquet, 1 in the books"),
        Finding(INDEX_NAME, None, "train: kind rejected is 1 in modules.parquet, 0 in the books"),
    )


def test_functions_against_the_books(tmp_path: Path) -> None:
    found = with_modules(tmp_path, functions=4, duplicates=3)
    assert found == (Finding(INDEX_NAME, None, "train: functions is 1 in modules.parquet, 4 in the books"),)


def test_episodes_of_a_corpus_against_its_modules(tmp_path: Path) -> None:
    modules = build.modules_of("train", [build.make_episode(1), build.make_episode(2)])
    build.write_dataset(tmp_path, {"train": [[build.make_episode(1)]]}, modules=modules)
    what = "train: corpus tiny has 1 episode in the shards, 2 here"
    assert validate(tmp_path) == (Finding("modules.parquet", None, what),)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"kind": "bored"}, "a failed module of kind 'bored'"),
        ({"reason": None}, "a failed module without a reason"),
        ({"status": "filtered", "reason": ""}, "a filtered module without a reason"),
    ],
)
def test_a_module_that_cannot_be(tmp_path: Path, changes: dict[str, Any], what: str) -> None:
    assert with_modules(tmp_path, build.make_module(**changes)) == (Finding("modules.parquet", 1, what),)


def test_inst_ids_are_row_numbers(tmp_path: Path) -> None:
    instructions = build.make_instructions()
    instructions[2]["inst_id"] = 7
    build.write_dataset(tmp_path, {"train": [[build.make_episode(1)]]}, instructions=instructions)
    assert validate(tmp_path) == (Finding("instructions.parquet", 2, "inst_id is 7, not the row number"),)


def test_instruction_shapes_are_distinct(tmp_path: Path) -> None:
    instructions = build.make_instructions()
    instructions[3].update(opcode="MOV", operands=["VirtReg_gr"])
    build.write_dataset(tmp_path, {"train": [[build.make_episode(1)]]}, instructions=instructions)
    assert validate(tmp_path) == (Finding("instructions.parquet", 3, "the same shape as row 0"),)


def test_vectors_without_an_opcode_are_distinct_and_there(tmp_path: Path) -> None:
    shapes = build.make_vector_instructions([0.0, 1.0, 2.0], [-0.0, 1.0, 2.0], [0.0, 1.0, 2.0], [0.0, math.inf, 0.0])
    shapes.append({"inst_id": 4, "opcode": None, "operands": None, "embedding": None})
    build.write_dataset(tmp_path, {"train": [[build.make_fork_episode()]]}, instructions=shapes)

    assert validate(tmp_path) == (
        Finding("instructions.parquet", 2, "the same shape as row 0"),
        Finding("instructions.parquet", 3, "neither an opcode nor a vector"),
        Finding("instructions.parquet", 4, "neither an opcode nor a vector"),
    )


def test_registers_of_another_target(tmp_path: Path) -> None:
    registers = [{**register, "target": "aarch64"} for register in build.make_registers()]
    build.write_dataset(tmp_path, {"train": [[]]}, registers=registers)
    assert validate(tmp_path) == (Finding("registers.parquet", None, "holds no register of target x86"),)
