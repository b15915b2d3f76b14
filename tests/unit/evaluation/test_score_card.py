"""The score card: its rows, and what must not stand in one table."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from evaluation_builder import make_code, make_function, make_module

from rl4real_data.benchmarks.callgrind import Counts
from rl4real_data.core.errors import UsageError
from rl4real_data.evaluation.comparison import Comparison
from rl4real_data.evaluation.evaluation import Evaluation
from rl4real_data.evaluation.figures import Standing
from rl4real_data.evaluation.program_runs import WorkloadResult
from rl4real_data.evaluation.score_card import Notes, render_score_card

COUNTS = Counts(instructions=1000, reads=300, writes=100)


def made(policy: str, totals: dict[str, float], *, target: str = "x86", corpora: tuple[str, ...] = ("toy",)) -> Any:
    """The JSON of an evaluation in which each allocator's code of one function takes so long; greedy's takes 10."""
    comparisons = []
    for name, total in totals.items():
        comparison = Comparison(name=name)
        comparison.add(
            make_module(), make_code(make_function("work", 10.0, spilled=1)), make_code(make_function("work", total))
        )
        comparisons.append(comparison)
    workloads = [
        WorkloadResult(allocator=name, program="toy/toy", workload="work", counts=counts, greedy=COUNTS)
        for name, counts in (("basic", replace(COUNTS, instructions=1100)), ("mine.onnx", COUNTS))
    ]
    found = Evaluation(
        policy=policy,
        target=target,
        cpu="core2",
        opt_level="O3",
        llvm_version="22.1.8",
        corpora=corpora,
        modules=1,
        comparisons=tuple(comparisons),
        standings=tuple(map(Standing.of, comparisons)),
        workloads=tuple(one for one in workloads if one.allocator in totals),
    )
    return json.loads(found.to_json())


def rows(text: str) -> list[str]:
    return [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ")]


def test_each_allocator_is_a_row_once() -> None:
    text = render_score_card(
        [made("greedy", {"basic": 11.0, "pbqp": 10.5}), made("mine.onnx", {"basic": 11.0, "mine.onnx": 9.0})], Notes()
    )

    table = text.partition("Executed")[0]
    assert rows(table) == ["allocator", "greedy", "basic", "pbqp", "mine.onnx"]
    assert "| mine.onnx | 0.900 | 100.0% | 0.0% | 0.900 | 100.0% | 0.0% |" in text
    assert "1 function of toy (1 module); in 1 of them greedy split or spilled. core2, -O3, LLVM 22.1.8." in text


def test_only_settings_that_help_are_rows_and_all_are_named() -> None:
    text = render_score_card([made("greedy", {"good=1": 9.5, "bad=1": 10.5, "idle=1": 10.0})], Notes())

    assert rows(text) == ["allocator", "greedy", "greedy, `good=1`"]
    assert "- settings that were tried: `good=1`, `bad=1`, `idle=1`." in text


def test_targets_have_tables_of_their_own() -> None:
    text = render_score_card(
        [made("greedy", {"basic": 11.0}), made("greedy", {"basic": 9.0}, target="aarch64")], Notes()
    )

    assert [line for line in text.splitlines() if line.startswith("## ")][:2] == ["## x86", "## aarch64"]


def test_what_programs_execute_has_a_table_where_they_were_run() -> None:
    run = render_score_card([made("mine.onnx", {"basic": 11.0, "mine.onnx": 9.0})], Notes())

    assert "| program | basic | mine.onnx |" in run
    assert "| toy/toy work | 1.1000 | 1.0000 |" in run
    assert "| geometric mean | 1.1000 | 1.0000 |" in run
    assert "| program |" not in render_score_card([made("greedy", {"pbqp": 10.0})], Notes())


def test_other_code_is_no_row_of_the_same_table() -> None:
    with pytest.raises(UsageError, match=r"x86: mine\.onnx was evaluated with another corpora"):
        render_score_card(
            [made("greedy", {"basic": 11.0}), made("mine.onnx", {"mine.onnx": 9.0}, corpora=("other",))], Notes()
        )


def test_what_nobody_said_is_not_there() -> None:
    text = render_score_card([made("greedy", {"basic": 11.0})], Notes())

    assert "@" not in text
    assert "times:" not in text
    said = render_score_card([made("greedy", {"basic": 11.0})], Notes(hardware="2 cores", training=["mine: 4 h"]))
    assert "- times: 2 cores.\n- mine: 4 h.\n" in said
