"""Labels and candidates carried out again, by a compiler whose answers are the test's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import label_builder as build
import pytest

from rl4real_data.core.errors import ToolchainError
from rl4real_data.labels.trial_costs import TrialCosts
from rl4real_data.live.trial_result import Executed, FinalCode, TrialResult
from rl4real_data.validation import label_replay
from rl4real_data.validation.label_replay import LabelReplay, ReplayedRow, replay_labels

TOOL: Any = None
"""Of a compiler that nobody starts."""


def result_of(costs: TrialCosts | None, score: float | None, final: Any) -> TrialResult:
    assert costs is not None
    assert score is not None
    figures = Executed(instructions=final.instructions, loads=final.loads, stores=final.stores)
    code = FinalCode(size=final.size, frozen=figures, recomputed=figures, moved=final.moved)
    return TrialResult(costs=costs, score=score, final=code)


class Compiler:
    """Answers what the rows of `label_builder` say, or something else by the decisions' text."""

    def __init__(self, others: dict[str, TrialResult] | None = None, *, error: Exception | None = None) -> None:
        label, trial = build.make_label(""), build.make_trial("")
        self.answers = {
            str(label.decisions): result_of(label.costs, label.score, label.final),
            str(trial.decisions): result_of(trial.costs, trial.score, trial.final),
            "()": result_of(label.greedy_costs, label.greedy_score, label.greedy_final),
            **(others or {}),
        }
        self.error = error
        self.asked: list[tuple[str, str]] = []

    def __iter__(self) -> Iterator[Compiler]:
        yield self

    def try_many(self, candidates: Iterable[Any], *, until: str) -> Iterator[TrialResult]:
        for candidate in candidates:
            if self.error is not None:
                raise self.error
            self.asked.append((str(candidate), until))
            yield self.answers[str(candidate)]


@pytest.fixture
def ids(tmp_path: Path) -> list[str]:
    """Four episodes with a label each, the first two with a candidate that is carried out and one that failed."""
    build.write_labellable(tmp_path)
    ids = build.ids_of(tmp_path)
    trials = [
        make(one, number) for one in ids[:2] for number, make in enumerate((build.make_trial, build.make_failed_trial))
    ]
    build.put_labels(tmp_path, map(build.make_label, ids), trials=trials)
    return ids


def replay(data_dir: Path, compiler: Compiler, monkeypatch: pytest.MonkeyPatch, **options: Any) -> LabelReplay:
    @contextmanager
    def trial_of_mir(tool: Any, text: str) -> Iterator[Compiler]:  # noqa: ARG001
        yield compiler

    monkeypatch.setattr(label_replay, "trial_of_mir", trial_of_mir)
    return replay_labels(data_dir, TOOL, **options)


@pytest.mark.usefixtures("ids")
def test_equal_figures_are_equal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiler = Compiler()
    found = replay(tmp_path, compiler, monkeypatch)

    assert found == LabelReplay(labels=4, candidates=2, differing=())
    assert found.share_equal == 1.0
    assert len(compiler.asked) == 4 * 2 + 2
    assert {until for _, until in compiler.asked} == {"code"}


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"score": 9.5}, "score is 9.5, not 9.0"),
        ({"costs": build.make_costs(reloads=4)}, "costs.reloads is 4, not 2"),
        ({"final": None}, "final.size is None, not 40"),
        ({"costs": None, "reason": "SIGSEGV"}, "the compiler gave no code (SIGSEGV)"),
    ],
)
def test_a_figure_that_differs_is_named(
    tmp_path: Path, ids: list[str], monkeypatch: pytest.MonkeyPatch, changes: Any, what: str
) -> None:
    text = str(build.make_label("").decisions)
    found = replay(tmp_path, Compiler({text: replace(Compiler().answers[text], **changes)}), monkeypatch)

    assert found.differing == tuple(
        ReplayedRow(episode_id=one, row="label of improve for final", what=what) for one in ids
    )
    assert found.share_equal == pytest.approx(2 / 6)
    assert found.as_dict()["differing"][0]["what"] == what


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (ToolchainError("the compiler that tries candidates failed: it ended\nwith words"), "the compiler that tries"),
        (ValueError("the compiler does not take these decisions: x"), "the compiler does not take these decisions: x"),
    ],
)
@pytest.mark.usefixtures("ids")
def test_a_compiler_that_ends_costs_its_episode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, what: str
) -> None:
    found = replay(tmp_path, Compiler(error=error), monkeypatch)

    assert len(found.differing) == 4
    assert found.differing[0].what.startswith(what)
    assert "\n" not in found.differing[0].what


@pytest.mark.usefixtures("ids")
def test_a_share_of_the_episodes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, int]] = []
    found = replay(tmp_path, Compiler(), monkeypatch, limit=2, progress=lambda done, total: seen.append((done, total)))

    assert (found.labels, found.candidates, seen) == (2, 1, [(1, 2), (2, 2)])


def test_what_is_no_list_of_decisions_is_left_out(
    tmp_path: Path, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    build.put_labels(tmp_path, [build.make_label(ids[0]), build.make_failed(ids[1])])
    build.put_labels(tmp_path, [build.make_proof(ids[2])], origin=build.of_proofs())

    assert replay(tmp_path, Compiler(), monkeypatch) == LabelReplay(labels=1, candidates=0, differing=())


def test_nothing_to_replay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build.write_labellable(tmp_path)

    assert replay(tmp_path, Compiler(), monkeypatch).share_equal == 1.0
