"""The result of an evaluation as text, as JSON and as a page."""

from __future__ import annotations

import json

from evaluation_builder import make_code, make_function, make_module
from html_page import NASTY, Page, assert_self_contained

from rl4real_data.core.failure import Failure, FailureKind
from rl4real_data.evaluation.comparison import Comparison
from rl4real_data.evaluation.evaluation import Evaluation
from rl4real_data.evaluation.figures import Standing
from rl4real_data.evaluation.page import render_evaluation_page
from rl4real_data.evaluation.standings_text import render_standings


def make_evaluation(name: str = "work") -> Evaluation:
    comparison = Comparison(name="random")
    greedy = make_code(make_function(name, 10.0, spilled=1), make_function("idle", 4.0))
    comparison.add(make_module(), greedy, make_code(make_function(name, 15.0), make_function("idle", 4.0)))
    comparison.add(make_module("b.c"), make_code(), Failure(kind=FailureKind.TIMEOUT, reason=f"not done: {name}"))
    return Evaluation(
        policy="random",
        target="x86",
        cpu="core2",
        opt_level="O3",
        llvm_version="22.1.8",
        corpora=("toy",),
        modules=2,
        comparisons=(comparison,),
        standings=(Standing.of(comparison),),
    )


def test_rows_of_the_table() -> None:
    found = make_evaluation()
    lines = render_standings(found.standings, title=found.title).splitlines()

    assert lines[0] == "toy: 2 modules, 2 functions; x86 (core2), -O3, LLVM 22.1.8"
    assert "the 1 that greedy split or spilled" in lines[1]
    assert lines[3].split()[:7] == ["all", "better", "equal", "worse", "edited", "better", "worse"]
    assert lines[4].split() == ["greedy", "1.000"]
    assert lines[5].split()[:8] == ["random", "1.225", "0", "1", "1", "1.500", "0", "1"]


def test_functions_that_stand_out_and_what_is_left_out_are_named() -> None:
    text = render_standings(make_evaluation().standings, title="")

    assert "random, worst\n    1.500  toy/a.c: work\n" in text
    assert "random, best" not in text
    assert (
        "random: 1 name left out: the module did not compile: timeout (--timeout gives more)\n  toy/b.c: not done: work"
        in text
    )


def test_json_has_every_function() -> None:
    found = json.loads(make_evaluation().to_json())

    assert (found["version"], found["policy"], found["modules"]) == (1, "random", 2)
    assert [(row["function"], row["edited"]) for row in found["functions"]] == [("idle", False), ("work", True)]
    assert found["standings"][0]["edited"]["geometric_mean"] == 1.5


def test_the_page_needs_nothing_and_obeys_nobody() -> None:
    text = render_evaluation_page(make_evaluation(NASTY))

    assert_self_contained(text)
    assert NASTY.rstrip("\x01")[:10] in Page(text).words


def test_the_page_has_commands_to_look_at_functions() -> None:
    words = Page(render_evaluation_page(make_evaluation())).words

    assert "rl4real-data show data/x86-greedy a.c:work --html greedy.html" in words
    assert "rl4real-data flow x86 test mlra --corpus toy --cpu core2 --opt-level O3 --policy random" in words


def test_each_function_is_in_one_bar() -> None:
    text = render_evaluation_page(make_evaluation())

    assert "141 to 170: 1 functions of all, 50.0%" in text
    assert "100: 1 functions of all, 50.0%" in text
