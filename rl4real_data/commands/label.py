"""The command `rl4real-data label`.

The best allocations of small functions, proven in a model.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from rl4real_data.commands.console import say, work_progress, write_note, write_path
from rl4real_data.commands.options import DataDir, Jobs
from rl4real_data.core.counted import counted
from rl4real_data.core.environment import load_environment
from rl4real_data.proof.settings import DEFAULT_NODES, DEFAULT_SECONDS, ProofModel, ProofSettings

if TYPE_CHECKING:
    from rl4real_data.proof.labelling import Labelled

_SHOWN: Final = 12


def label(
    data_dir: DataDir,
    model: Annotated[
        ProofModel, typer.Option(help="static: one place for each node all its life; split: it may change.")
    ],
    nodes: Annotated[
        int | None, typer.Option(min=1, help="Functions of at most so many nodes. [static 60, split 25]")
    ] = None,
    seconds: Annotated[
        float, typer.Option(min=0.1, help="The solver's time for a function, the same steps on every machine.")
    ] = DEFAULT_SECONDS,
    limit: Annotated[int | None, typer.Option(min=1, help="The first so many functions only.")] = None,
    jobs: Jobs = None,
) -> None:
    """Prove the best allocation of small functions in a model, and carry it out in the compiler."""
    from rl4real_data.proof.dataset_compiler import find_compiler
    from rl4real_data.proof.labelling import label_dataset
    from rl4real_data.proof.prover import PROVERS
    from rl4real_data.toolchain.installation import Installation

    environment = load_environment()
    installation = Installation.of(environment)
    settings = ProofSettings(model=model, nodes=nodes or DEFAULT_NODES[model], seconds=seconds, limit=limit)
    with work_progress("proving", "episode") as watch:
        done = label_dataset(
            data_dir,
            settings,
            lambda index: find_compiler(data_dir, index, installation, announce=say),
            prover=PROVERS[model],
            jobs=jobs or environment.jobs,
            progress=watch,
        )
    write_note(_text(data_dir, settings, done))
    write_path(data_dir)


def _text(data_dir: Path, settings: ProofSettings, done: Labelled) -> str:
    statuses = ", ".join(f"{count:,} {status}" for status, count in sorted(done.statuses.items()))
    lines = [
        f"{data_dir}: {counted(done.asked, 'episode')}, model {settings.model}",
        f"  status     {statuses}",
        f"  improved   {done.improved:,} cost less than the expert's",
    ]
    if done.ratios:
        mean = statistics.geometric_mean(max(ratio, 1e-3) for ratio in done.ratios)
        median = statistics.median(done.ratios)
        lines.append(f"  ratio      {median:.3f} median, {mean:.3f} geometric mean of answer / expert")
    lines.append(f"  compiler   {done.carried:,} carried out, {done.equal:,} cost what the model says, kind by kind")
    lines += _counts("differs", done.differences)
    lines += _counts("reason", done.reasons)
    return "\n".join(lines)


def _counts(word: str, counts: Mapping[str, int]) -> list[str]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    lines = [f"  {word:<10} {count:,} {text}" for text, count in ordered[:_SHOWN]]
    if len(ordered) > _SHOWN:
        lines.append(f"  {'':<10} and {len(ordered) - _SHOWN:,} more")
    return lines
