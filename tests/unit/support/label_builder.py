"""Labels and candidates by hand, and a dataset to put them into."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import episode_builder as build
import pyarrow.parquet as pq

from rl4real_data.episodes.file_names import INDEX_NAME
from rl4real_data.episodes.footer import belonging, with_words
from rl4real_data.episodes.index import DatasetIndex, file_entry
from rl4real_data.episodes.label_values import Effect, LabelSource, LabelStatus, Objective
from rl4real_data.flow.labelling import write_labels
from rl4real_data.flow.working_folder import open_workdir
from rl4real_data.labels.executed_code import ExecutedCode
from rl4real_data.labels.label import Label, LabelPart
from rl4real_data.labels.origin import Origin
from rl4real_data.labels.trial import Trial
from rl4real_data.labels.trial_costs import TrialCosts

FINGERPRINT = "f" * 64


def make_costs(**changes: Any) -> TrialCosts:
    """Two reloads of cost 3, and a callee-saved register."""
    kinds = ("spills", "reloads", "folded_spills", "folded_reloads", "copies", "cheap_remats", "dear_remats")
    costs: dict[str, Any] = {kind: 0 for kind in kinds} | {f"{kind}_cost": 0.0 for kind in kinds}
    costs |= {"reloads": 2, "reloads_cost": 3.0, "spill_cost": 3.0, "callee_saved": 1, "callee_saved_cost": 2.0}
    return TrialCosts(**{**costs, **changes})


def make_code(instructions: float = 100.0, **changes: Any) -> ExecutedCode:
    """Executes so many instructions, 30 loads and 20 stores."""
    code: dict[str, Any] = {"size": 40, "instructions": instructions, "loads": 30.0, "stores": 20.0, "moved": 0.0}
    return ExecutedCode(**{**code, **changes})


def make_label(episode_id: str, **changes: Any) -> Label:
    """One of a search: 130 where greedy has 150."""
    label: dict[str, Any] = {
        **{"episode_id": episode_id, "source": LabelSource.IMPROVE, "objective": Objective.FINAL},
        **{"status": LabelStatus.BETTER, "decisions": (("spill", 7), ("assign", "5.1", "rbx"))},
        **{"value": 130.0, "greedy_value": 150.0, "score": 9.0, "greedy_score": 12.5},
        **{"costs": make_costs(), "greedy_costs": make_costs(reloads=3, reloads_cost=4.5, spill_cost=4.5)},
        **{"final": make_code(80.0), "greedy_final": make_code(), "candidates": 40, "failed_candidates": 1, "seed": 1},
    }
    return Label(**{**label, **changes})


def make_equal(episode_id: str, **changes: Any) -> Label:
    """One of a search that found nothing."""
    of_greedy = {"value": 150.0, "score": 12.5, "final": make_code(), "decisions": (), "status": LabelStatus.EQUAL}
    return make_label(episode_id, **{**of_greedy, "costs": make_label("").greedy_costs, **changes})


def make_failed(episode_id: str, **changes: Any) -> Label:
    """One of a search whose episode the compiler does not take."""
    kept = {"episode_id", "source", "objective", "candidates", "failed_candidates", "status", "reason"}
    nothing = {field.name: None for field in fields(Label) if field.name not in kept}
    told = {"status": LabelStatus.FAILED, "reason": "llc refuses it", "candidates": 0, "failed_candidates": 0}
    return make_label(episode_id, **{**nothing, **told, **changes})


def make_proof(episode_id: str, **changes: Any) -> Label:
    """One of a solver."""
    label: dict[str, Any] = {
        **{"episode_id": episode_id, "source": LabelSource.STATIC, "objective": Objective.COST},
        **{"status": LabelStatus.OPTIMAL, "parts": (LabelPart(node=0, first=0, last=8, place=3),)},
        **{"value": 7.0, "greedy_value": 8.0, "bound": 7.0, "solver": "CP-SAT", "solver_version": "9.14"},
    }
    return Label(**{**label, **changes})


def make_trial(episode_id: str, number: int = 0, **changes: Any) -> Trial:
    """A candidate that is worse than greedy."""
    trial: dict[str, Any] = {
        **{"episode_id": episode_id, "objective": Objective.FINAL, "number": number, "decisions": (("first", 3),)},
        **{"effect": Effect.WORSE, "value": 170.0, "score": 14.0, "costs": make_costs(), "final": make_code(120.0)},
    }
    return Trial(**{**trial, **changes})


def make_failed_trial(episode_id: str, number: int = 0, **changes: Any) -> Trial:
    nothing = {"value": None, "score": None, "costs": None, "final": None}
    return make_trial(episode_id, number, **{**nothing, "effect": Effect.FAILED, "reason": "SIGSEGV", **changes})


def make_origin(**changes: Any) -> Origin:
    """Of the labels of `make_label`, for a dataset of `write_labellable`."""
    origin: dict[str, Any] = {
        **{"source": LabelSource.IMPROVE, "objective": Objective.FINAL, "recipe": {"candidates": 40, "seed": 1}},
        **{"llvm_version": "22.1.8", "plugin": "p" * 64, "record_version": 3, "generator": "tests"},
    }
    return Origin(**{**origin, **changes})


def of_proofs(**changes: Any) -> Origin:
    """Of the labels of `make_proof`."""
    return make_origin(**{"source": LabelSource.STATIC, "objective": Objective.COST, "recipe": {}, **changes})


def write_labellable(
    data_dir: Path,
    episodes: int = 4,
    *,
    test_episodes: int = 1,
    make: Callable[[int], build.Row] = build.make_episode,
    write: Callable[..., DatasetIndex] = build.write_dataset,
    **options: Any,
) -> DatasetIndex:
    """A dataset with a fingerprint in all of its files, as `flow` writes it."""
    train = [make(number) for number in range(1, episodes + 1)]
    test = [make(number) for number in range(101, 101 + test_episodes)]
    splits = {"train": [train], **({"test": [test]} if test_episodes else {})}
    index = write(data_dir, splits, recipe={**build.RECIPE, "compression_level": 3, "opt_level": "O3"}, **options)
    files = {}
    for name, entry in index.files.items():
        table = pq.read_table(data_dir / name)
        pq.write_table(table.cast(with_words(table.schema, belonging(FINGERPRINT))), data_dir / name)
        files[name] = file_entry(data_dir / name, rows=entry.rows)
    index = replace(index, files=files, fingerprint=FINGERPRINT)
    (data_dir / INDEX_NAME).write_text(index.to_json(), encoding="utf-8")
    return index


def ids_of(data_dir: Path, split: str = "train") -> list[str]:
    """In the order of the shards."""
    (path,) = (data_dir / "data").glob(f"{split}-*")
    found: list[str] = pq.read_table(path, columns=["episode_id"])["episode_id"].to_pylist()
    return found


def put_labels(
    data_dir: Path, labels: Iterable[Label], *, trials: Iterable[Trial] = (), origin: Origin | None = None
) -> DatasetIndex:
    """As a command does."""
    with open_workdir(data_dir) as work:
        return write_labels(work, origin or make_origin(), labels, trials=trials)
