"""The command `rl4real-data train`.

Policies learned from a dataset, by preset.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from rl4real_data.commands.completion import complete_corpora
from rl4real_data.commands.console import work_progress, write_note, write_path
from rl4real_data.core.absent_pandas import do_with_pandas
from rl4real_data.core.counted import counted
from rl4real_data.core.environment import load_environment
from rl4real_data.core.errors import UsageError
from rl4real_data.core.split import Split
from rl4real_data.traces.task_name import Task
from rl4real_data.training.choices import FinalReward

if TYPE_CHECKING:
    from rl4real_data.training.training_run import Progress, Trained

RESULTS: Final = Path("~/ray_results")


class Preset(StrEnum):
    """The values of `--preset`."""

    RL4REAL = "rl4real"
    ADVICE = "advice"


class Algorithm(StrEnum):
    """The values of `--algorithm`: those of the preset rl4real, and those of `--task`."""

    BC = "bc"
    PPO = "ppo"
    BC_PPO = "bc+ppo"
    ES = "es"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command line asks of a preset. `flags`: settings by name, those that were given."""

    data_dir: Path
    split: Split | None
    out: Path | None
    config: Path | None
    is_resumed: bool
    start: Path | None
    flags: Mapping[str, Any]


def train(
    data_dir: Annotated[
        Path | None, typer.Argument(metavar="DATA_DIR", help="Folder of a dataset. [DATA_DIR]", show_default=False)
    ] = None,
    preset: Annotated[
        Preset, typer.Option(help="rl4real: RL4ReAl's four agents; advice: a few decisions for greedy.")
    ] = Preset.RL4REAL,
    task: Annotated[
        Task | None, typer.Option(help="Instead of a preset: a policy of MLGO's, from a DATA_DIR of `trace`.")
    ] = None,
    algorithm: Annotated[
        Algorithm | None,
        typer.Option(
            help="bc: from the expert's decisions; ppo: by playing; bc+ppo: one after the other; with --task also es: "
            "evolution strategies. [bc+ppo; with --task bc]"
        ),
    ] = None,
    live: Annotated[bool | None, typer.Option("--live/--no-live", help="Costs are those that clang counts.")] = None,
    corpus: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME|FOLDER|FILE",
            help="With --task and --live: where the modules of the trace lie; may repeat. [the trace's names]",
            autocompletion=complete_corpora,
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the run. [~/ray_results/PRESET_TARGET_TIME]")
    ] = None,
    config: Annotated[Path | None, typer.Option(metavar="FILE", help="Settings as TOML; flags go before it.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the newest checkpoint in --out.")] = False,
    start: Annotated[
        Path | None, typer.Option("--from", metavar="CHECKPOINT", help="Begin with the weights of a checkpoint.")
    ] = None,
    split: Annotated[Split | None, typer.Option(help="Split to learn from. [train, if there is one]")] = None,
    train_iterations: Annotated[int | None, typer.Option(min=1, help="Iterations of PPO. [1000]")] = None,
    bc_iterations: Annotated[int | None, typer.Option(min=1, help="Iterations of behaviour cloning. [200]")] = None,
    episode_number: Annotated[int | None, typer.Option(min=1, help="End after so many games. [no limit]")] = None,
    current_batch: Annotated[
        int | None, typer.Option(min=1, help="Functions that a process plays. [all, shared out]")
    ] = None,
    with_spills: Annotated[
        bool | None, typer.Option("--with-spills", help="Play only functions in which greedy spilled.")
    ] = None,
    num_env_runners: Annotated[
        int | None,
        typer.Option(
            "--num-env-runners", "--num-rollout-workers", min=0, help="Processes that play; 0: the learner's own. [0]"
        ),
    ] = None,
    num_gpus: Annotated[int | None, typer.Option(min=0, help="GPUs of the learner. [0]")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Another one plays in another order. [0]")] = None,
    checkpoint_every: Annotated[
        int | None, typer.Option(min=1, help="Iterations from checkpoint to checkpoint; there is one at the end. [100]")
    ] = None,
    lr: Annotated[float | None, typer.Option(min=0.0, help="Learning rate of PPO. [1e-5]")] = None,
    final_reward: Annotated[
        FinalReward | None, typer.Option(help="Reward at the end of a function; see docs/train.md. [cost]")
    ] = None,
    mca_timeout: Annotated[
        int | None, typer.Option(min=1, help="Seconds of the compiler and llvm-mca, for the reward mca. [30]")
    ] = None,
    mca_reward_clip: Annotated[float | None, typer.Option(min=0.0, help="The reward mca. [10]")] = None,
) -> None:
    """Train a policy on a dataset."""
    flags = {
        "algorithm": algorithm,
        "live": live,
        "train_iterations": train_iterations,
        "bc_iterations": bc_iterations,
        "episode_number": episode_number,
        "current_batch": current_batch,
        "with_spills": with_spills,
        "num_env_runners": num_env_runners,
        "num_gpus": num_gpus,
        "seed": seed,
        "checkpoint_every": checkpoint_every,
        "lr": lr,
        "final_reward": final_reward,
        "mca_timeout": mca_timeout,
        "mca_reward_clip": mca_reward_clip,
    }
    said = {name: value for name, value in flags.items() if value is not None}
    asked = Asked(
        data_dir=data_dir or _data_dir(),
        split=split,
        out=out,
        config=config,
        is_resumed=resume,
        start=start,
        flags=said,
    )
    if task is not None:
        write_path(_train_task(asked, task, corpus or [], preset))
        return
    if corpus:
        raise UsageError("--corpus: only --task compiles a corpus", hint="leave it out, or name a --task")
    write_path(_TRAINERS[preset](asked))


def _data_dir() -> Path:
    found = load_environment().data_dir
    if found is None:
        raise UsageError("no dataset is named", hint="name its folder, or set DATA_DIR in .env")
    return found


def _train_rl4real(asked: Asked) -> Path:
    do_with_pandas()
    from rl4real_data.training.settings import read_settings
    from rl4real_data.training.training_data import training_data_of
    from rl4real_data.training.training_run import TrainRequest
    from rl4real_data.training.training_run import train as run

    settings = read_settings(asked.config, _own_flags(asked))
    data = training_data_of(asked.data_dir, None if asked.split is None else asked.split.value)
    out = asked.out or run_folder(Preset.RL4REAL, data.target)
    request = TrainRequest(data=data, out=out, settings=settings, is_resumed=asked.is_resumed, start=asked.start)
    with work_progress("training", "iteration") as watch:

        def tell(progress: Progress) -> None:
            watch(progress.total, progress.whole, _remark(progress))

        trained = run(request, watch=tell)
    write_note(_text(out, trained))
    return trained.checkpoint


def _own_flags(asked: Asked) -> dict[str, Any]:
    from rl4real_data.training.choices import Algorithm as OwnAlgorithm

    flags = dict(asked.flags)
    if flags.get("algorithm") is Algorithm.ES:
        raise UsageError(
            "--algorithm es: the preset rl4real has none", hint="it has bc, ppo and bc+ppo; es is --task's"
        )
    return {**flags, **({"algorithm": OwnAlgorithm(flags["algorithm"])} if "algorithm" in flags else {})}


def _train_task(asked: Asked, task: Task, corpora: list[str], preset: Preset) -> Path:
    from rl4real_data.commands.train_task import train_task
    from rl4real_data.traces.index import read_trace_index

    if preset is not Preset.RL4REAL:
        raise UsageError(f"--task and --preset {preset}: one of them", hint="leave one out")
    out = asked.out or run_folder(task, read_trace_index(asked.data_dir).target)
    return train_task(asked, task, corpora, out)


def run_folder(what: Preset | Task, target: str) -> Path:
    """A new folder where RLlib's users look for runs."""
    return RESULTS.expanduser() / f"{what}_{target}_{datetime.now():%Y-%m-%d_%H-%M-%S}"


def _remark(progress: Progress) -> str:
    return (
        f"{progress.phase}, reward {progress.reward:.3f}, cost {progress.cost_ratio:.3f} of greedy's, "
        f"{progress.steps_per_s:,.0f} steps/s"
    )


def _text(out: Path, trained: Trained) -> str:
    lines = [f"{out}: {counted(trained.iterations, 'iteration')}, {counted(trained.games, 'game')}"]
    if trained.last is not None:
        lines.append(f"  cost    {trained.last.cost_ratio:.4f} of greedy's, geometric mean over the last games")
        lines.append(f"  reward  {trained.last.reward:.3f}")
    lines.append(f"  use it with  rl4real-data export --to onnx {trained.checkpoint} FOLDER")
    return "\n".join(lines)


def _train_advice(asked: Asked) -> Path:
    from rl4real_data.commands.train_advice import train_advice
    from rl4real_data.episodes.index import read_index

    return train_advice(asked, asked.out or run_folder(Preset.ADVICE, read_index(asked.data_dir).target))


_TRAINERS: Final[Mapping[Preset, Callable[[Asked], Path]]] = {
    Preset.RL4REAL: _train_rl4real,
    Preset.ADVICE: _train_advice,
}
"""What trains each preset; returns the checkpoint, or model, that came out."""
