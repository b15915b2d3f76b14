"""Parts of a trace packed into a DATA_DIR: which functions become trajectories, and the books."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from trace_builder import SHA, compilation, corpus, entry, module, order, part, priorities

from rl4real_data.core.failure import Failure, FailureKind
from rl4real_data.flow.working_folder import open_workdir
from rl4real_data.stages.job import Decider
from rl4real_data.stages.part import arrow_path, marker_path
from rl4real_data.stages.part_functions import DamagedPart
from rl4real_data.stages.selection import Entry
from rl4real_data.traces.dataset import TraceDataset
from rl4real_data.traces.features import PRIORITY, Task
from rl4real_data.traces.index import read_trace_index
from rl4real_data.tracing.packing import LEFT, NO_DECISION, pack_traces, packed_index

CRASH = Failure(kind=FailureKind.CRASH, reason="the compiler died of SIGSEGV", stderr="PLEASE submit")


def test_rows_are_the_functions_with_decisions(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with open_workdir(data_dir) as work:
        entries = [
            entry(tmp_path, work, "a.c", priorities("f", 3, 4, score=1.0, baseline=3.0), priorities("none")),
            entry(tmp_path, work, "b.c", priorities("left", 5, failure="no answer"), priorities("g", 6, score=2.0)),
        ]
        pack_traces(work, order(tmp_path, entries))

    rows = pq.read_table(data_dir / "data").to_pylist()
    assert [(row["module"], row["context"], row["steps"], row["decision"]) for row in rows] == [
        ("a.c", "f", 2, [3, 4]),
        ("b.c", "g", 1, [6]),
    ]
    assert [row["default_decision"] for row in rows] == [[4, 5], [7]]
    assert [[row[spec.name] for spec in PRIORITY] for row in rows] == [[[0, 1], [1, 2], [2.0, 3.0]], [[0], [1], [2.0]]]
    assert [row["reward"] for row in rows] == [pytest.approx(1 - 1.01 / 3.01), 0.0]
    shared = {"corpus": "toy", "license": "MIT", "redistributable": True, "target": "x86", "policy": "somebody"}
    recipe = compilation(tmp_path).recipe
    shared |= {"cpu": recipe.cpu, "opt_level": recipe.opt_level, "llvm_version": "22.1.8"}
    assert all({name: row[name] for name in shared} == shared for row in rows)


def test_the_books_balance(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with open_workdir(data_dir) as work:
        left_out = Entry(
            module=module(tmp_path, "d.c"), part=part(work.parts, "d.c", []), command="", left_out="a licence"
        )
        entries = [
            entry(tmp_path, work, "a.c", priorities("f", 3), priorities("none"), priorities("void")),
            entry(tmp_path, work, "b.c", priorities("late", 5, failure="no answer"), priorities("bad", failure="x")),
            entry(tmp_path, work, "c.c", failure=CRASH),
            left_out,
        ]
        books = pack_traces(work, order(tmp_path, entries, skipped=("absent",))).books

    assert books.imbalances() == ()
    assert (books.modules, books.modules_done, books.modules_failed) == (4, 2, 1)
    assert books.modules_filtered == {"a licence": 1}
    assert (books.functions, books.episodes, books.skipped) == (5, 1, ("absent",))
    assert books.filtered == {"no decision": 3, "the policy was left: no answer": 1}
    assert books.failures == {"crash": 1}
    rows = pq.read_table(data_dir / "modules.parquet").to_pylist()
    assert [(row["module"], row["status"], row["functions"], row["episodes"]) for row in rows] == [
        ("a.c", "done", 3, 1),
        ("b.c", "done", 2, 0),
        ("c.c", "failed", 0, 0),
        ("d.c", "filtered", 0, 0),
    ]
    assert (rows[2]["kind"], rows[2]["reason"]) == ("crash", CRASH.reason)


def test_a_long_reason_is_cut_and_counted_once(tmp_path: Path) -> None:
    with open_workdir(tmp_path / "data") as work:
        one = entry(tmp_path, work, "a.c", *(priorities(f"f{n}", 3, failure="y" * 200 + str(n)) for n in range(2)))
        books = pack_traces(work, order(tmp_path, [one])).books

    assert books.filtered == {(LEFT + "y" * 200)[:120]: 2}
    assert NO_DECISION not in books.filtered


def test_shards_and_row_groups_are_cut_by_trajectories(tmp_path: Path) -> None:
    made = compilation(tmp_path)
    made = replace(made, recipe=replace(made.recipe, per_shard=3, per_row_group=2))
    with open_workdir(tmp_path / "data") as work:
        names = ("a.c", "b.c", "c.c")
        entries = [
            entry(tmp_path, work, name, *(priorities(f"{name[0]}{n}", n + 1) for n in range(count)))
            for name, count in zip(names, (1, 4, 2), strict=True)
        ]
        index = pack_traces(work, order(tmp_path, entries, compilation=made))

    shards = sorted((tmp_path / "data" / "data").iterdir())
    files = [pq.ParquetFile(shard) for shard in shards]
    assert [[file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)] for file in files] == [
        [2, 1],
        [2, 1],
        [1],
    ]
    assert [one.context for one in TraceDataset(tmp_path / "data")] == ["a0", "b0", "b1", "b2", "b3", "c0", "c1"]
    assert [index.files[f"data/{shard.name}"].rows for shard in shards] == [3, 3, 1]


def test_nothing_at_all(tmp_path: Path) -> None:
    with open_workdir(tmp_path / "data") as work:
        index = pack_traces(work, order(tmp_path, [entry(tmp_path, work, "a.c", priorities("none"))]))

    assert (index.books.functions, index.books.episodes) == (1, 0)
    assert len(TraceDataset(tmp_path / "data")) == 0


def test_what_is_packed_already_is_found_again(tmp_path: Path) -> None:
    with open_workdir(tmp_path / "data") as work:
        asked = order(tmp_path, [entry(tmp_path, work, "a.c", priorities("f", 3))])
        assert packed_index(work, asked) is None
        made = pack_traces(work, asked)

        assert packed_index(work, asked) == made == read_trace_index(tmp_path / "data")
        for other in (
            replace(asked, policy=("somebody", "cd" * 32)),
            replace(asked, policy=("another", SHA)),
            replace(asked, skipped=("absent",)),
            replace(asked, entries=(entry(tmp_path, work, "a.c", priorities("f", 4)),)),
        ):
            assert packed_index(work, other) is None
        (tmp_path / "data" / "README.md").write_text("mine")
        assert packed_index(work, asked) is None


def test_the_policy_is_no_expert_of_the_toolchain(tmp_path: Path) -> None:
    decider = Decider(name="trace of priority: somebody", sha256=SHA, flags=(), shown=())
    made = replace(compilation(tmp_path), decider=decider)
    with open_workdir(tmp_path / "data") as work:
        one = entry(tmp_path, work, "a.c", priorities("f", 3))
        index = pack_traces(work, order(tmp_path, [one], compilation=made))

    assert index.toolchain == {"llvm_version": "22.1.8", "clang": "clang version 22.1.8", "plugin": "0" * 16}
    assert (index.task, index.policy, index.policy_sha256) == (Task.PRIORITY, "somebody", SHA)


def test_a_damaged_part_is_told_and_nothing_is_published(tmp_path: Path) -> None:
    with open_workdir(tmp_path / "data") as work:
        one = entry(tmp_path, work, "a.c", priorities("f", 3))
        arrow_path(work.parts, one.part.key).write_bytes(b"")

        with pytest.raises(DamagedPart):
            pack_traces(work, order(tmp_path, [one]))
        assert not marker_path(work.parts, one.part.key).exists()
    assert not (tmp_path / "data" / "dataset.json").exists()


def test_corpora_are_named_by_what_is_there(tmp_path: Path) -> None:
    with open_workdir(tmp_path / "data") as work:
        one = entry(tmp_path, work, "a.c", priorities("f", 3))
        empty = replace(corpus(tmp_path), name="empty")
        books = pack_traces(work, order(tmp_path, [one], corpora=(empty, corpus(tmp_path, "a.c")))).books

    assert [(each.name, each.modules) for each in books.corpora] == [("toy", 1)]
