"""Files of decisions and reports on them, as text and in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rl4real_data.core.errors import UsageError
from rl4real_data.live.decisions_file import decisions_line, read_decisions
from rl4real_data.live.report import Proposed, read_report
from rl4real_data.live.report_text import report_text

COSTS = {
    "spills": 1, "spills_cost": 0.5, "reloads": 2, "reloads_cost": 1.5, "copies": 0, "copies_cost": 0,
    "spill_cost": 2.0, "callee_saved": 1, "callee_saved_cost": 2.0,
}  # fmt: skip


def function_row(name: str, **changes: Any) -> dict[str, Any]:
    row = {
        "function": name, "function_id": 1, "decider": "file", "made": {"assign": 3, "split": 1},
        "illegal": {"spill: no such node": 2}, "kept": 2, "moved": 1, "lost": 0, "forced_away": 0, "restored": 0,
        "costs": COSTS, "score": 7.25,
    }  # fmt: skip
    return {**row, **changes}


def report(*rows: dict[str, Any]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


END = {"functions": 1, "unused": []}


def test_a_report_is_read_and_summed_up() -> None:
    found = read_report(report(function_row("f"), {"functions": 1, "unused": ["g"]}, function_row("h"), END))

    assert [one.function for one in found.functions] == ["f", "h"]
    assert (found.made, found.kept, found.assigned, found.illegal) == (8, 4, 6, 4)
    assert (found.unused, found.is_whole) == (("g",), True)
    assert found.functions[0].costs == {"spills": 0.5, "reloads": 1.5, "copies": 0.0, "callee_saved": 2.0}
    assert (found.functions[0].before, found.functions[0].before_failure) == (None, "")


def before(score: float, **costs: float) -> dict[str, Any]:
    return {"before": {"costs": {**COSTS, **costs}, "score": score}}


def test_what_greedy_alone_would_have_made_stands_beside_it() -> None:
    rows = [
        function_row("better", **before(8.5, spills_cost=1)),
        function_row("worse", **before(7)),
        function_row("alike", **before(7.25 + 1e-12)),
        function_row("unknown", before=None, before_failure="SIGSEGV"),
    ]
    found = read_report(report(*rows, END))

    better, *_, unknown = found.functions
    assert better.before is not None
    assert (better.before.score, better.before.costs["spills"], better.before.costs["reloads"]) == (8.5, 1, 1.5)
    assert (unknown.before, unknown.before_failure) == (None, "SIGSEGV")
    lines = report_text(found, verbose=True).splitlines()
    assert lines[1] == "  by LLVM's score 1 better than greedy alone, 1 alike, 1 worse"
    assert [line.rpartition("; ")[2] for line in lines if line.startswith(("  better", "  unknown: 3"))] == [
        "score 7.25, greedy's 8.5",
        "score 7.25",
    ]
    assert lines[-1] == "  unknown: not known what greedy alone would have made: SIGSEGV"


def test_proposals_of_a_model_are_told() -> None:
    rows = [
        function_row("tried", decider="advice", proposals=5, proposal=2, predicted=0.25, gain=0.5),
        function_row("greedy", decider="advice", proposals=3, proposal=0, predicted=0, gain=0),
        function_row("asked", decider="advice", proposals=1, proposal=1, predicted=0.125),
        function_row("failed", decider="advice", failure="NaN"),
    ]
    found = read_report(report(*rows, END))

    assert [one.proposed for one in found.functions] == [
        Proposed(proposals=5, chosen=2, predicted=0.25, gain=0.5),
        Proposed(proposals=3, chosen=0, predicted=0, gain=0),
        Proposed(proposals=1, chosen=1, predicted=0.125, gain=None),
        None,
    ]
    assert report_text(found, verbose=False).splitlines()[1] == (
        "  9 proposals, in 2 functions one carried out; final code of 2 functions tried: 0.7788 of greedy's "
        "(geometric mean)"
    )


@pytest.mark.parametrize("cut", [1, 20])
def test_a_report_that_was_cut_off_says_so(cut: int) -> None:
    whole = report(function_row("f"), END)

    assert not read_report(whole[: len(whole) - cut - len(json.dumps(END))]).is_whole
    assert read_report(b"").functions == ()


def test_a_report_in_words() -> None:
    left = function_row("slow", failure="no answer within 10 s", made={}, illegal={}, kept=0, moved=0)
    found = read_report(report(function_row("f"), left, {"functions": 2, "unused": ["gone"]}))

    assert report_text(found, verbose=True).splitlines() == [
        "2 functions decided on: 4 decisions made, 2 of 3 assigned registers kept, 2 not legal",
        "  spill: no such node: 2",
        "  f: 3 assign, 1 split; 2 kept, 1 moved, 0 lost, 2 not legal; score 7.25",
        "  slow: nothing; 0 kept, 0 moved, 0 lost, 0 not legal; score 7.25",
        "  slow: left to greedy: no answer within 10 s",
        "  not compiled here: gone",
    ]
    assert report_text(read_report(b""), verbose=False) == "nothing was decided: the code is what greedy makes"


def test_names_that_nobody_compiled_are_said_where_nothing_was_decided() -> None:
    found = read_report(report({"functions": 0, "unused": ["wrok"]}))

    assert report_text(found, verbose=False).splitlines() == [
        "nothing was decided: the code is what greedy makes",
        "  not compiled here: wrok",
    ]


def test_a_report_without_an_end_does_not_say_what_the_code_is() -> None:
    found = read_report(b"{")

    assert report_text(found, verbose=False).splitlines() == [
        "nothing was decided",
        "  the report was cut off: the compiler ended before it was done",
    ]


def test_decisions_are_written_as_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "decisions"
    first = decisions_line("café", [["split", 5, 2], ["assign", "5.1", "rbx"]])
    path.write_text(first + "\n" + decisions_line("g", [["spill", 7]]) + decisions_line("café", [["keep", 4]]))

    assert first == '{"function": "café", "decisions": [["split", 5, 2], ["assign", "5.1", "rbx"]]}\n'
    assert read_decisions(path) == {
        "café": [["split", 5, 2], ["assign", "5.1", "rbx"], ["keep", 4]],
        "g": [["spill", 7]],
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "decisions:1: no JSON"),
        ('\n{"function": "f"}', 'decisions:2: "function", a text, and "decisions", a list, are expected'),
        ("[]", "are expected"),
        ('{"function": "f", "decisions": [["spill", 1], []]}', "is no decision"),
        ('{"function": "f", "decisions": [7]}', "7 is no decision"),
        ('{"function": "f", "decisions": [["splat", 3]]}', "no kind of decision is called splat"),
        ('{"function": "f", "decisions": [["assign", 3]]}', "assign takes 2 more, not 1"),
        ('{"function": "f", "decisions": [["split", 3]]}', "split takes 2 or 3 more, not 1"),
    ],
)
def test_a_line_that_is_none_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "decisions"
    path.write_text(text)

    with pytest.raises(UsageError, match=message):
        read_decisions(path)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(UsageError, match="no text in UTF-8"):
        read_decisions(tmp_path / "binary")
    with pytest.raises(UsageError, match="No such file"):
        read_decisions(tmp_path / "missing")
