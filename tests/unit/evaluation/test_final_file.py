"""The plugin's file on final code, read."""

from __future__ import annotations

import json

import pytest
from evaluation_builder import make_row, make_text

from rl4real_data.evaluation.final_file import FinalFileError, read_final_file


def test_a_function_with_all_its_figures() -> None:
    (found,) = read_final_file(make_text(make_row("work", 20.0, spilled=1)))

    assert (found.function, found.content_hash, found.nodes) == ("work", "hash of work", 5)
    assert (found.stores, found.reloads, found.copies) == (4.0, 4.0, 2.0)
    assert (found.callee_saved, found.callee_saved_cost, found.score) == (1, 2.0, 10.0)
    assert found.final.frozen.total == pytest.approx(20.0)
    assert found.is_edited


def test_who_neither_splits_nor_spills_edits_nothing() -> None:
    (found,) = read_final_file(make_text(make_row("work")))

    assert not found.is_edited


def test_a_module_without_functions() -> None:
    assert read_final_file(make_text()) == ()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param(json.dumps(make_row("work")) + "\n", id="cut off between two lines"),
        pytest.param(make_text(make_row("work"))[:-30], id="cut off within a line"),
        pytest.param(make_text({"function": "work"}), id="without figures"),
        pytest.param("[]\n", id="no object"),
    ],
)
def test_what_is_no_such_file(text: str) -> None:
    with pytest.raises(FinalFileError, match="no file of final code"):
        read_final_file(text)
