"""The replay of labels and candidates.

Whether each list of decisions, carried out again in the compiler, still has the costs, the score and the final code
that its row names, beside greedy's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import joblib

from rl4real_data.core import interruption
from rl4real_data.core.errors import ToolchainError
from rl4real_data.episodes.index import read_index
from rl4real_data.episodes.label_values import Effect
from rl4real_data.episodes.shards import find_shards, iterate_batches, open_table
from rl4real_data.labels.decisions import Decisions
from rl4real_data.labels.executed_code import ExecutedCode
from rl4real_data.labels.files import read_labels, read_trials
from rl4real_data.labels.label import Label
from rl4real_data.labels.trial import Trial, is_same
from rl4real_data.labels.trial_costs import TrialCosts
from rl4real_data.live.trial import CompilerTool, TrialFunction, trial_of_mir
from rl4real_data.live.trial_result import TrialResult

_ROWS: Final = 16
"""Episodes with their text that are held at once, beside those at work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedRow:
    """A label or a candidate that did not come out as its row says; `what` names the first figure that differs."""

    episode_id: str
    row: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelReplay:
    """`labels` and `candidates` that were carried out again, and those of them that differ."""

    labels: int
    candidates: int
    differing: tuple[ReplayedRow, ...]

    @property
    def share_equal(self) -> float:
        """Of labels and candidates; 1.0 for none at all. A label may differ in greedy's figures, too: it is one."""
        rows = self.labels + self.candidates
        return 1 - len({(one.episode_id, one.row) for one in self.differing}) / rows if rows else 1.0

    def as_dict(self) -> Mapping[str, Any]:
        return {**asdict(self), "share_equal": self.share_equal}


@dataclass(frozen=True, slots=True)
class _Expected:
    """One list of decisions and what its row says of it."""

    row: str
    decisions: Decisions
    score: float | None
    costs: TrialCosts | None
    final: ExecutedCode | None


def replay_labels(
    data_dir: Path,
    tool: CompilerTool,
    *,
    jobs: int = 1,
    limit: int | None = None,
    progress: Callable[[int, int], object] = lambda _done, _total: None,
) -> LabelReplay:
    """Carries out all labels with decisions, and the kept candidates of their episodes; or those of `limit` episodes,
    spread evenly, the same ones every time.

    Candidates that failed are left out: what a machine has no room for another one may have. Solvers' answers that are
    no decisions are, too. ToolchainError for a compiler that does not go on.
    """
    labels = [label for label in read_labels(data_dir) if label.has_answer and label.decisions is not None]
    chosen = _spread(list(dict.fromkeys(label.episode_id for label in labels)), limit)
    wanted: dict[str, list[Label]] = {episode_id: [] for episode_id in chosen}
    tried: dict[str, list[Trial]] = {episode_id: [] for episode_id in chosen}
    for label in labels:
        if label.episode_id in wanted:
            wanted[label.episode_id].append(label)
    for trial in read_trials(data_dir):
        if trial.episode_id in tried and trial.effect is not Effect.FAILED:
            tried[trial.episode_id].append(trial)
    work = (
        joblib.delayed(_replay_episode)(tool, text, episode_id, wanted[episode_id], tried[episode_id])
        for episode_id, text in _texts(data_dir, frozenset(chosen))
    )
    # Threads: the work is the compiler's. As a generator, so that only the texts under way are in memory.
    results = joblib.Parallel(n_jobs=jobs, prefer="threads", return_as="generator")(work)
    differing: list[ReplayedRow] = []
    for done, found in enumerate(results, start=1):
        interruption.check()
        differing += found
        progress(done, len(chosen))
    return LabelReplay(
        labels=sum(map(len, wanted.values())), candidates=sum(map(len, tried.values())), differing=tuple(differing)
    )


def _spread(ids: list[str], limit: int | None) -> list[str]:
    count = len(ids) if limit is None else min(limit, len(ids))
    return [ids[number * len(ids) // count] for number in range(count)]


def _texts(data_dir: Path, chosen: frozenset[str]) -> Iterator[tuple[str, str | None]]:
    index = read_index(data_dir)
    for shard in find_shards(index):
        with open_table(data_dir, index, shard.name) as file:
            for batch in iterate_batches(file, ("episode_id", "mir"), rows=_ROWS):
                for row, episode_id in enumerate(batch["episode_id"].to_pylist()):
                    if episode_id in chosen:
                        yield episode_id, batch["mir"][row].as_py()


def _replay_episode(
    tool: CompilerTool, text: str | None, episode_id: str, labels: list[Label], trials: list[Trial]
) -> list[ReplayedRow]:
    if text is None:
        return [ReplayedRow(episode_id=episode_id, row="label", what="the episode has no MIR text")]
    expected = [one for label in labels for one in _of_label(label)] + [_of_trial(trial) for trial in trials]
    try:
        with trial_of_mir(tool, text) as compiler:
            function = next(iter(compiler), None)
            if function is None:
                return [ReplayedRow(episode_id=episode_id, row="label", what="the compiler finds no function")]
            found = list(_differences(function, expected))
    except (ToolchainError, ValueError) as error:  # it ended, or takes these words for no decisions
        return [ReplayedRow(episode_id=episode_id, row="label", what=str(error).splitlines()[0])]
    return [ReplayedRow(episode_id=episode_id, row=row, what=what) for row, what in found]


def _of_label(label: Label) -> Iterator[_Expected]:
    assert label.decisions is not None, "only labels with decisions are replayed"
    name = f"label of {label.source} for {label.objective}"
    yield _Expected(name, label.decisions, label.score, label.costs, label.final)
    yield _Expected(name, (), label.greedy_score, label.greedy_costs, label.greedy_final)


def _of_trial(trial: Trial) -> _Expected:
    name = f"candidate {trial.number} for {trial.objective}"
    return _Expected(name, trial.decisions, trial.score, trial.costs, trial.final)


def _differences(function: TrialFunction, expected: list[_Expected]) -> Iterator[tuple[str, str]]:
    for until in ("allocation", "code"):
        wanted = [one for one in expected if (one.final is not None) is (until == "code")]
        results = function.try_many((one.decisions for one in wanted), until=until)
        for one, result in zip(wanted, results, strict=True):
            if what := _difference(one, result):
                yield one.row, what


def _difference(expected: _Expected, result: TrialResult) -> str:
    """The first figure that differs, in words; empty if none does. What a row does not say compares equal."""
    if not result.ok:
        return f"the compiler gave no code ({result.reason})"
    final = None if result.final is None else result.final.counted()
    pairs: dict[str, tuple[float | None, float | None]] = {"score": (expected.score, result.score)}
    for name, figures, found in (("costs", expected.costs, result.costs), ("final", expected.final, final)):
        now = asdict(found) if found is not None else {}
        was = asdict(figures) if figures is not None else {}
        pairs |= {f"{name}.{key}": (value, now.get(key)) for key, value in was.items()}
    for name, (was_one, now_one) in pairs.items():
        if was_one is not None and (now_one is None or not is_same(was_one, now_one)):
            return f"{name} is {now_one}, not {was_one}"
    return ""
