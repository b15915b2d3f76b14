"""The preset `advice` from a dataset to an ONNX file.

The steps are to gather, to learn, to calibrate and to export. Each leaves what it made in the folder of the run, from
which a killed run goes on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from rl4real_data.advice.calibration import Calibration, calibrate
from rl4real_data.advice.committee import train_committee
from rl4real_data.advice.examples import Example, read_examples
from rl4real_data.advice.folds import folds_of
from rl4real_data.advice.further_tries import order_of_tries
from rl4real_data.advice.gathering import GatherSettings, gather_trials
from rl4real_data.advice.menu import PLANS
from rl4real_data.advice.network import Predictions, Shape
from rl4real_data.advice.onnx_export import AdviceModel, example_columns, export_onnx
from rl4real_data.advice.rule import AdviceRule
from rl4real_data.advice.settings import AdviceSettings
from rl4real_data.advice.training import predictions_of
from rl4real_data.episodes.index import DatasetIndex, read_index
from rl4real_data.live.trial import CompilerTool

MOST_USES: Final = 700
"""Functions with more use points are not learned from: they are 3 of 100, and take a third of the time."""

MODEL_NAME: Final = "advice.onnx"
_TRIALS: Final = "trials"
Say = Callable[[str], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Advised:
    """The model that a run has made, and what it does on code that it has not learned from."""

    model: Path
    examples: int
    calibration: Calibration


def train_advice(
    data_dir: Path,
    out: Path,
    find_tool: Callable[[DatasetIndex], CompilerTool],
    settings: AdviceSettings,
    *,
    command: str = "",
    jobs: int = 1,
    say: Say = lambda _line: None,
) -> Advised:
    """Makes `out/advice.onnx`. `command` is what made it, for the model's metadata.

    DatasetError for a dataset whose allocator is not greedy, or of too few corpora.
    """
    trials = gather_trials(
        data_dir,
        out / _TRIALS,
        find_tool,
        GatherSettings(edited=settings.edited, others=settings.others),
        jobs=jobs,
        progress=lambda done, total: say(f"gathering: {done:,} of {total:,} functions tried"),
    )
    examples = list(read_examples(data_dir, trials))
    shape = Shape(plans=len(PLANS), width=settings.width, rounds=settings.rounds)
    compared, found = _cross_validated(examples, shape, settings, out, say)
    say(f"code not learned from: {found.figures}")
    committee = train_committee(
        _learnable(examples),
        shape,
        settings.learning(),
        settings.networks,
        checkpoint=out / "checkpoint.pt",
        progress=_telling(say, "all"),
    )
    rule = AdviceRule(plans=PLANS, threshold=found.threshold)
    told = {**rule.metadata(), **_facts(read_index(data_dir), settings, found, command)}
    model = AdviceModel(committee, found.harm, order_of_tries(compared, found.best))
    export_onnx(model, example_columns(), out / MODEL_NAME, told)
    return Advised(model=out / MODEL_NAME, examples=len(examples), calibration=found)


def _cross_validated(
    examples: Sequence[Example], shape: Shape, settings: AdviceSettings, out: Path, say: Say
) -> tuple[list[Example], Calibration]:
    """Each part is predicted by networks that have learned from the others; the examples of the parts come, too."""
    folds = folds_of(examples, settings.seed)
    found: list[tuple[Example, Predictions]] = []
    for number, held_out in enumerate(folds[: settings.parts]):
        learned = _learnable([one for fold in folds if fold is not held_out for one in fold])
        told = _telling(say, f"part {number + 1} of {settings.parts} held out")
        checkpoint, own = out / f"checkpoint-{number}.pt", settings.learning()
        committee = train_committee(learned, shape, own, settings.networks, checkpoint=checkpoint, progress=told)
        found += zip(held_out, predictions_of(committee, held_out), strict=True)
    compared = [one for one, _ in found]
    return compared, calibrate(compared, [one for _, one in found])


def _learnable(examples: Sequence[Example]) -> list[Example]:
    return [one for one in examples if len(one.graph.use_x) <= MOST_USES]


def _telling(say: Say, what: str) -> Callable[[int, int, float], object]:
    return lambda epoch, epochs, loss: say(f"learning, {what}: epoch {epoch} of {epochs}, loss {loss:.4f}")


def _facts(index: DatasetIndex, settings: AdviceSettings, found: Calibration, command: str) -> dict[str, str]:
    return {
        "mlra.target": index.target,
        "mlra.llvm": index.toolchain["llvm_version"].partition(".")[0],
        "mlra.command": command,
        "mlra.data": index.fingerprint or "",
        "mlra.training": json.dumps(asdict(settings)),
        "mlra.held_out": json.dumps(asdict(found.figures)),
    }
