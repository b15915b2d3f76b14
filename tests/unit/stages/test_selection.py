"""Which functions become episodes, and the account of the rest."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rl4real_data.core.recipe import Filters
from rl4real_data.corpus.module import Language, Module
from rl4real_data.stages.part import FunctionFacts, Part
from rl4real_data.stages.selection import Entry, filter_reason, select_functions

FILTERS = Filters(max_nodes=10, max_uses=5, needs_nodes=True, eh_pads=False, optnone=False)


def facts(content_hash: str = "a", **changes: Any) -> FunctionFacts:
    return FunctionFacts(
        **{"content_hash": content_hash, "nodes": 3, "max_uses": 2, "eh_pads": False, "optnone": False, **changes}
    )


def entry(*functions: FunctionFacts) -> Entry:
    module = Module(corpus="c", path=PurePosixPath("m.c"), root=Path("/c"), language=Language.C, license="MIT")
    part = Part(key="k", source_sha256="", headers=(), functions=functions, size=1, seconds=0.0)
    return Entry(module=module, part=part, command="clang")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"nodes": 10}, None),
        ({"nodes": 11}, "more than 10 nodes"),
        ({"max_uses": 5}, None),
        ({"max_uses": 6}, "more than 5 use points in one register"),
        ({"nodes": 0, "max_uses": 0}, "no virtual register"),
        ({"eh_pads": True}, "exception-handling pads"),
        ({"optnone": True}, "not to be optimised (optnone)"),
        ({"nodes": 11, "max_uses": 6, "eh_pads": True}, "more than 10 nodes"),
    ],
)
def test_filter_has_a_reason(changes: dict[str, Any], reason: str | None) -> None:
    assert filter_reason(facts(**changes), FILTERS) == reason
    assert filter_reason(facts(**changes), None) is None


def test_filters_can_be_off() -> None:
    lenient = Filters(max_nodes=10, max_uses=5, needs_nodes=False, eh_pads=True, optnone=True)

    assert filter_reason(facts(nodes=0, max_uses=0, eh_pads=True, optnone=False), lenient) is None


def test_filtered_function_is_no_duplicate_and_hides_no_other() -> None:
    selection = select_functions([entry(facts("a", eh_pads=True), facts("a"), facts("a"))], filters=FILTERS)

    assert [selected.rows for selected in selection.modules] == [(1,)]
    assert (dict(selection.filtered), selection.duplicates) == ({"exception-handling pads": 1}, 1)


def test_duplicates_are_found_across_modules() -> None:
    selection = select_functions([entry(facts("a"), facts("b")), entry(facts("b"), facts("c"))], filters=None)

    assert [selected.rows for selected in selection.modules] == [(0, 1), (1,)]
    assert (selection.functions, selection.episodes, selection.duplicates) == (4, 3, 1)
    assert selection.content_hashes == {"a", "b", "c"}


def test_function_of_train_counts_once_and_its_copies_as_duplicates() -> None:
    functions = entry(facts("a"), facts("a"), facts("b"))
    selection = select_functions([functions], filters=None, train_hashes={"a"})

    assert (selection.modules[0].rows, dict(selection.filtered), selection.duplicates) == (
        (2,),
        {"in the train split": 1},
        1,
    )
    assert selection.content_hashes == {"b"}


def test_failed_module_keeps_its_place() -> None:
    selection = select_functions([entry(), entry(facts("a"))], filters=None)

    assert [selected.rows for selected in selection.modules] == [(), (0,)]


FUNCTIONS = st.builds(
    FunctionFacts,
    content_hash=st.sampled_from("abcdef"),
    nodes=st.integers(0, 12),
    max_uses=st.integers(0, 7),
    eh_pads=st.booleans(),
    optnone=st.booleans(),
)


@given(
    st.lists(st.lists(FUNCTIONS, max_size=5), max_size=5),
    st.sets(st.sampled_from("abcdef")),
    st.sampled_from([None, FILTERS]),
)
def test_books_balance(modules: list[list[FunctionFacts]], train: set[str], filters: Filters | None) -> None:
    selection = select_functions([entry(*module) for module in modules], filters=filters, train_hashes=train)

    assert selection.functions == sum(map(len, modules))
    assert selection.functions == selection.episodes + sum(selection.filtered.values()) + selection.duplicates
    kept = [modules[m][row].content_hash for m, selected in enumerate(selection.modules) for row in selected.rows]
    assert len(kept) == len(set(kept))
    assert set(kept) == selection.content_hashes
    assert set(kept) & train == set()
