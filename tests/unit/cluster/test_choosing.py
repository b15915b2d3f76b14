"""The choice out of core is the choice in memory, and its account too."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path, PurePosixPath

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rl4real_data.cluster.batch_facts import BatchFacts, MadePart, facts_of, hash_halves, hash_texts
from rl4real_data.cluster.packing.choosing import KEYS, OTHERS, Books, Choosing, Question
from rl4real_data.cluster.packing.fact_tables import FactTables, TableFile
from rl4real_data.cluster.packing.shard_plan import ShardPlan, plan_shards
from rl4real_data.core.errors import StoreError
from rl4real_data.core.failure import Failure, FailureKind
from rl4real_data.core.recipe import Filters
from rl4real_data.corpus.module import Language, Module
from rl4real_data.stages.part import FunctionFacts, Part
from rl4real_data.stages.part_functions import Shapes
from rl4real_data.stages.selection import Entry, Selection, select_functions
from rl4real_data.stages.shape_uses import ShapeUses

pytestmark = pytest.mark.large
FILTERS = Filters(max_nodes=5, max_uses=100, needs_nodes=True, eh_pads=False, optnone=True)
Functions = Sequence[tuple[int, int]]
"""Content and nodes of each function of a module."""


def content(number: int) -> str:
    return f"{number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % (1 << 128):032x}"


def entry_of(number: int, key: int, functions: Functions) -> Entry:
    facts = tuple(
        FunctionFacts(content_hash=content(each), nodes=nodes, max_uses=1, eh_pads=each == 3, optnone=False)
        for each, nodes in functions
    )
    part = Part(
        key=f"{key:032x}",
        source_sha256="s",
        headers=(("h.h", "0"),),
        functions=facts,
        size=len(facts),
        sha256="",
        seconds=0.0,
    )
    module = Module(corpus="c", path=PurePosixPath(f"{number}.c"), root=Path("/c"), language=Language.C, license="MIT")
    return Entry(module=module, part=part, command="")


def made(entry: Entry) -> MadePart:
    """Function r of the part uses its shape r, which is called after its content."""
    names = tuple(facts.content_hash for facts in entry.part.functions)
    rows = np.arange(len(names), dtype=np.int32)
    shapes = Shapes(opcodes=names, operands=tuple(("x",) for _ in names))
    return MadePart(part=entry.part, shapes=(shapes, ShapeUses(functions=rows, shapes=rows)))


def question_of(entries: Sequence[Entry], others: Sequence[int] | None, *, is_train: bool, folder: Path) -> Question:
    tables = FactTables(folder)
    by_key = list({entry.part.key: entry for entry in entries}.values())
    for begin in range(0, len(by_key), 2):
        some = by_key[begin : begin + 2]
        offsets = {entry.part.key: place for place, entry in enumerate(some)}
        facts = facts_of([made(entry) for entry in some], offsets, FILTERS)
        tables.add(f"parts/{begin}.tar", BatchFacts.of_bytes(facts.to_bytes(), name="facts"))
    tables.close()
    with TableFile(folder / "keys.parquet", KEYS) as keys:
        for position, entry in enumerate(entries):
            if entry.part.size:
                keys.add(pa.table([[position], [entry.part.key]], schema=KEYS))
    if others is not None:
        with TableFile(folder / "others.parquet", OTHERS) as table:
            halves = hash_halves([content(each) for each in others])
            words = [f"m{each}" for each in others]
            columns = [pa.array(halves[:, 0]), pa.array(halves[:, 1]), pa.array(words), pa.array(words)]
            table.add(pa.table(columns, schema=OTHERS))
    return Question(
        facts=tables,
        keys=folder / "keys.parquet",
        filters=is_train,
        others=None if others is None else folder / "others.parquet",
    )


def assert_same(choosing: Choosing, tables: FactTables, expected: Selection) -> None:
    assert choosing.books == Books(
        functions=expected.functions,
        episodes=expected.episodes,
        filtered=dict(expected.filtered),
        duplicates=expected.duplicates,
    )
    assert [*choosing.content_hashes()] == sorted(expected.content_hashes)
    kept = [(int(a), int(b)) for some in choosing.places() for a, b in zip(*some, strict=True)]
    assert kept == [(number, row) for number, each in enumerate(expected.modules) for row in each.rows]
    known = list(tables.shapes)
    assert {known[number][0] for number in choosing.shapes()} == expected.content_hashes


modules = st.lists(
    st.tuples(st.integers(0, 5), st.lists(st.tuples(st.integers(0, 9), st.sampled_from([0, 3, 4, 9])), max_size=5)),
    max_size=7,
)


@settings(max_examples=25)
@given(modules, st.none() | st.lists(st.integers(0, 9), max_size=6), st.booleans())
@example([(0, [(1, 3), (1, 3)]), (0, [(1, 3), (1, 3)]), (1, [(2, 9), (1, 4)])], [1], False)
def test_choice_is_that_of_the_memory(
    modules: list[tuple[int, Functions]], others: list[int] | None, is_train: bool
) -> None:
    by_key = dict(modules)  # modules of one key have one part
    entries = [entry_of(number, key, by_key[key]) for number, (key, _) in enumerate(modules)]
    train = frozenset(content(each) for each in others or () if not is_train)
    expected = select_functions(entries, filters=FILTERS if is_train else None, train_hashes=train)
    with tempfile.TemporaryDirectory() as name:
        question = question_of(entries, others, is_train=is_train, folder=Path(name))
        with closing(Choosing(question)) as choosing:
            assert_same(choosing, question.facts, expected)
            if others is not None:
                told = {content(each) for each in others}
                assert [*choosing.other_hashes(without_kept=False)] == sorted(told)
                left = told - expected.content_hashes
                assert [*choosing.other_hashes(without_kept=True)] == sorted(left)
                dropped = sorted((content(each), f"m{each}") for each in others if content(each) not in left)
                assert sorted((text, corpus) for text, corpus, _ in choosing.dropped_others()) == dropped


def test_plans_hold_every_kept_function_in_order(tmp_path: Path) -> None:
    entries = [entry_of(number, number, [(10 * number + row, 3) for row in range(number)]) for number in range(6)]
    question = question_of(entries, None, is_train=True, folder=tmp_path)
    with closing(Choosing(question)) as choosing:
        plans = [
            ShardPlan.of_bytes(plan.to_bytes(), name="plan")
            for plan in plan_shards(
                ("a", "b", "c", "d"),
                choosing.places(),
                choosing.part_places(),
                (entry.module for entry in entries),
                per_shard=6,
            )
        ]

    assert [(plan.name, plan.episodes) for plan in plans] == [("a", 6), ("b", 6), ("c", 3), ("d", 0)]
    found = [(part.name, row) for plan in plans for part in plan.parts for row in part.rows]
    assert found == [(f"{number}.c", row) for number in range(6) for row in range(number)]
    assert [(part.name, part.archive, part.offset) for part in plans[1].parts] == [
        ("4.c", "parts/4.tar", 0),
        ("5.c", "parts/4.tar", 1),
    ][-len(plans[1].parts) :]


def test_facts_of_a_failure() -> None:
    failure = Failure(kind=FailureKind.CRASH, reason="SIGSEGV", stderr="…")
    part = Part(key="k", source_sha256="s", headers=(("h.h", "0"),), functions=(), size=0, seconds=0.0, failure=failure)
    facts = facts_of([MadePart(part=part, shapes=None), made(entry_of(0, 1, [(1, 3), (2, 9)]))], {}, FILTERS)
    known: dict[tuple[str, str], tuple[str, str]] = {}
    failed, done = BatchFacts.of_bytes(facts.to_bytes(), name="facts").distant_parts(known)

    assert (failed.failure, failed.function_count, failed.headers) == (failure, 0, (("h.h", "0"),))
    assert (done.failure, done.function_count, done.key) == (None, 2, f"{1:032x}")
    assert failed.headers[0] is done.headers[0]


@pytest.mark.parametrize("data", [b"", b"ARROW1\0\0", b"{}"])
def test_what_holds_no_facts(data: bytes) -> None:
    with pytest.raises(StoreError, match="there: holds no facts of a batch"):
        BatchFacts.of_bytes(data, name="there")
    with pytest.raises(StoreError, match="there: is no plan of a shard"):
        ShardPlan.of_bytes(data, name="there")


def test_halves_of_hashes() -> None:
    hashes = sorted(content(number) for number in range(50))
    halves = hash_halves(hashes)

    assert hash_texts(halves[:, 0], halves[:, 1]) == hashes
    assert halves.tolist() == sorted(halves.tolist())
    with pytest.raises(ValueError, match="has not 32 digits"):
        hash_halves(["00"])
