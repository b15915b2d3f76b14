"""Each promise of labels and candidates is broken alone, and gives the finding that names it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import label_builder as build
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from changed_index import change_index, relist

from rl4real_data.validation.finding import Finding
from rl4real_data.validation.whole_dataset import validate

LABELS, TRIALS = "labels.parquet", "trials.parquet"
Rows = list[dict[str, Any]]


@pytest.fixture
def ids(tmp_path: Path) -> list[str]:
    """Episodes of train; the first three have a label, and the first two a candidate."""
    build.write_labellable(tmp_path)
    ids = build.ids_of(tmp_path)
    build.put_labels(tmp_path, map(build.make_label, ids[:3]), trials=map(build.make_trial, ids[:2]))
    return ids


def change_rows(data_dir: Path, name: str, change: Callable[[Rows], object]) -> None:
    """Lets `change` alter the rows of a file in their place, which is listed then as it is."""
    table = pq.read_table(data_dir / name)
    rows = table.to_pylist()
    change(rows)
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), data_dir / name)
    relist(data_dir, name, rows=len(rows))


def test_sound_labels_have_no_finding(tmp_path: Path, ids: list[str]) -> None:
    build.put_labels(tmp_path, [build.make_proof(ids[3])], origin=build.of_proofs())

    assert validate(tmp_path) == ()


@pytest.mark.parametrize(
    ("change", "row", "what"),
    [
        (lambda rows: rows[1].update(value=160.0), 1, "its value is 160.0, by its figures 130.0"),
        (
            lambda rows: rows[0].update(status="equal"),
            0,
            "its status is equal, by its value beside greedy's it is better",
        ),
        (lambda rows: rows[0]["costs"].update(reloads_cost=9.0), 0, "its costs.spill_cost is not the sum of those of"),
        (lambda rows: rows[2].update(episode_id="of nobody"), 2, "no episode of the dataset is called of nobody"),
        (lambda rows: rows[2].update(episode_id=rows[1]["episode_id"]), 2, "the row before it is of the same"),
        (lambda rows: rows.reverse(), 1, "is not in the order of sources, objectives and episodes"),
        (lambda rows: rows[1].update(source="static"), 1, "the footer does not say how labels of static for final"),
        (lambda rows: rows[1].update(status="great"), 1, "is none ('great' is not a valid LabelStatus)"),
        (
            lambda rows: rows[1].update(decisions='[["spil", 7]]'),
            1,
            'is none (["spil", 7]: no kind of decision is called',
        ),
        (lambda rows: rows[1].update(reason="why"), 1, "its status is better, and it has a reason"),
        (lambda rows: rows[1].update(greedy_final=None), 1, "it has a greedy_value, and not what that is the sum of"),
    ],
)
@pytest.mark.usefixtures("ids")
def test_a_label_that_breaks_its_promise(tmp_path: Path, change: Callable[[Rows], object], row: int, what: str) -> None:
    change_rows(tmp_path, LABELS, change)
    found = validate(tmp_path)

    assert any(one.file == LABELS and one.row == row and one.what.startswith(what) for one in found), found


@pytest.mark.parametrize(
    ("change", "row", "what"),
    [
        (lambda rows: rows[1].update(effect="better"), 1, "its effect is better, by its value beside greedy's it is"),
        (lambda rows: rows[1].update(episode_id="of nobody"), 1, "no episode of the dataset is called of nobody"),
        (lambda rows: rows[0].update(objective="score"), 0, "its episode has no label of a search for score"),
        (lambda rows: rows[1].update(episode_id=rows[0]["episode_id"]), 1, "the row before it is of the same"),
        (lambda rows: rows[1].update(number=None), 1, "is none ("),
        (lambda rows: rows[1]["final"].update(loads=-30.0), 1, "its final.loads is -30.0"),
    ],
)
@pytest.mark.usefixtures("ids")
def test_a_candidate_that_breaks_its_promise(
    tmp_path: Path, change: Callable[[Rows], object], row: int, what: str
) -> None:
    change_rows(tmp_path, TRIALS, change)
    found = validate(tmp_path)

    assert any(one.file == TRIALS and one.row == row and one.what.startswith(what) for one in found), found


@pytest.mark.usefixtures("ids")
def test_many_findings_are_counted(tmp_path: Path) -> None:
    ids = build.ids_of(tmp_path)
    build.put_labels(
        tmp_path, [build.make_label(ids[0])], trials=[build.make_trial(ids[0], number) for number in range(20)]
    )
    change_rows(tmp_path, TRIALS, lambda rows: [row.update(effect="equal") for row in rows])
    found = validate(tmp_path)

    assert len(found) == 11
    assert str(found[-1]).startswith("trials.parquet: 10 rows more: its effect is equal")


@pytest.mark.usefixtures("ids")
def test_labels_of_another_llvm_are_a_finding(tmp_path: Path) -> None:
    change_index(tmp_path, lambda raw: raw["toolchain"].update(llvm_version="19.1.7"))

    assert Finding(LABELS, None, "its labels of improve are of LLVM 22.1.8, the episodes of LLVM 19.1.7") in validate(
        tmp_path
    )


def test_candidates_of_another_search_are_a_finding(tmp_path: Path, ids: list[str]) -> None:
    trials = (tmp_path / TRIALS).read_bytes()
    build.put_labels(tmp_path, map(build.make_label, ids[:3]), origin=build.make_origin(recipe={"candidates": 7}))
    (tmp_path / TRIALS).write_bytes(trials)
    relist(tmp_path, TRIALS, rows=2)

    what = "its candidates are of another search than the labels in labels.parquet"
    assert validate(tmp_path) == (Finding(TRIALS, None, what),)


@pytest.mark.usefixtures("ids")
def test_candidates_without_labels_are_a_finding(tmp_path: Path) -> None:
    (tmp_path / LABELS).unlink()
    change_index(tmp_path, lambda raw: raw["files"].pop(LABELS))

    assert validate(tmp_path) == (Finding(TRIALS, None, "holds candidates, and there is no labels.parquet"),)


@pytest.mark.usefixtures("ids")
def test_a_file_that_nobody_lists_is_a_finding(tmp_path: Path) -> None:
    for name in (LABELS, TRIALS):
        change_index(tmp_path, lambda raw, name=name: raw["files"].pop(name))  # type: ignore[misc]

    assert validate(tmp_path) == tuple(
        Finding(name, None, "is not listed in dataset.json") for name in (LABELS, TRIALS)
    )


@pytest.mark.parametrize("name", [LABELS, TRIALS])
@pytest.mark.usefixtures("ids")
def test_a_file_of_another_version_is_a_finding(tmp_path: Path, name: str) -> None:
    table = pq.read_table(tmp_path / name)
    words = {**table.schema.metadata, b"rl4real_data.labels_version": b"3"}
    pq.write_table(table.replace_schema_metadata(words), tmp_path / name)
    relist(tmp_path, name)

    assert [one.what for one in validate(tmp_path) if "version 3, this program reads version 2" in one.what] != []


@pytest.mark.parametrize("damage", ["cut", "missing"])
@pytest.mark.usefixtures("ids")
def test_a_damaged_file_has_one_finding(tmp_path: Path, damage: str) -> None:
    content = (tmp_path / LABELS).read_bytes()
    (tmp_path / LABELS).unlink()
    if damage == "cut":
        (tmp_path / LABELS).write_bytes(content[:2000])

    (finding,) = validate(tmp_path)
    assert finding.file == LABELS
    assert finding.what == "is missing" if damage == "missing" else "has 2,000 bytes, not" in finding.what
