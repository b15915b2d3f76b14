"""The option `--task` of the command `rl4real-data train`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rl4real_data.commands.console import fetch_progress, say, work_progress, write_note
from rl4real_data.core.counted import counted
from rl4real_data.core.environment import load_environment
from rl4real_data.core.errors import DatasetError, UsageError
from rl4real_data.traces.task_name import Task

if TYPE_CHECKING:
    from rl4real_data.commands.train import Asked
    from rl4real_data.mlgo_training.live_modules import Loop
    from rl4real_data.mlgo_training.settings import MlgoSettings
    from rl4real_data.mlgo_training.training_run import TaskProgress, TaskTrained
    from rl4real_data.traces.dataset import TraceDataset

_OWN_FLAGS: Final = frozenset(
    {"algorithm", "live", "train_iterations", "bc_iterations", "num_env_runners", "seed", "checkpoint_every", "lr"}
)
_ALGORITHMS: Final = ("bc", "es", "ppo")


def train_task(asked: Asked, task: Task, corpora: Sequence[str], out: Path) -> Path:
    """Trains, and returns the last checkpoint. UsageError for flags of the presets."""
    _require_own(asked)
    from rl4real_data.mlgo_training.settings import TaskAlgorithm, read_settings
    from rl4real_data.traces.dataset import TraceDataset

    flags = dict(asked.flags)
    if "algorithm" in flags:
        if flags["algorithm"] not in _ALGORITHMS:
            raise UsageError(
                f"--algorithm {flags['algorithm']}: not of --task",
                hint="train with bc first, then with es or ppo --live --from CHECKPOINT",
            )
        flags["algorithm"] = TaskAlgorithm(flags["algorithm"])
    settings = read_settings(asked.config, flags)
    if corpora and not settings.live:
        raise UsageError("--corpus: only --live compiles anything", hint="leave it out, or add --live")
    dataset = TraceDataset(asked.data_dir)
    if dataset.task is not task:
        raise DatasetError(
            f"{asked.data_dir}: holds traces of {dataset.task}, not of {task}",
            hint=f"--task {dataset.task}, or make one with `rl4real-data trace {task}`",
        )
    with work_progress("training", "iteration") as watch:
        trained = _run(asked, dataset, settings, corpora, out, watch)
    write_note(_text(out, task, trained))
    return trained.checkpoint


def _require_own(asked: Asked) -> None:
    foreign = [f"--{name.replace('_', '-')}" for name in sorted(set(asked.flags) - _OWN_FLAGS)]
    foreign += ["--split"] * (asked.split is not None)
    if foreign:
        raise UsageError(
            f"{', '.join(foreign)}: --task has no such setting", hint="see docs/mlgo.md for those that it has"
        )


def _run(
    asked: Asked,
    dataset: TraceDataset,
    settings: MlgoSettings,
    corpora: Sequence[str],
    out: Path,
    watch: object,
) -> TaskTrained:
    from rl4real_data.mlgo_training.training_run import TaskRequest, train_task

    def tell(progress: TaskProgress) -> None:
        watch(progress.total, progress.whole, _remark(progress.told))  # type: ignore[operator]

    request = TaskRequest(
        dataset=dataset,
        out=out,
        settings=settings,
        loop=lambda: _loop(dataset, settings, corpora),
        is_resumed=asked.is_resumed,
        start=asked.start,
    )
    return train_task(request, watch=tell)


def _loop(dataset: TraceDataset, settings: MlgoSettings, corpora: Sequence[str]) -> Loop:
    from rl4real_data.corpus.sources.source import Supply
    from rl4real_data.mlgo_training.live_modules import LoopRequest, open_loop
    from rl4real_data.toolchain.installation import Installation
    from rl4real_data.toolchain.process import Limits

    environment = load_environment()
    with fetch_progress() as progress:
        supply = Supply.of(
            environment, mirror=environment.mirror, jobs=1, allow_build=False, progress=progress, say=say
        )
        request = LoopRequest(
            corpora=corpora,
            supply=supply,
            installation=Installation.of(environment),
            limits=Limits(timeout_s=settings.timeout),
        )
        loop = open_loop(dataset, request, say=say)
    say(f"{counted(len(loop.modules), 'module')} in the loop")
    return loop


def _remark(told: dict[str, float]) -> str:
    speed = f"{told['modules_per_s']:.1f} modules/s, " if "modules" in told else ""
    speed += f"{told['decisions_per_s']:,.0f} decisions/s"
    if "agreement" in told:
        return f"loss {told['loss']:.4f}, {told['agreement']:.1%} as LLVM, {speed}"
    return f"reward {told['reward']:+.4f}, {speed}" + (f", {told['failures']:.0f} failed" if told["failures"] else "")


def _text(out: Path, task: Task, trained: TaskTrained) -> str:
    lines = [f"{out}: {counted(trained.iterations, 'iteration')} of {task}"]
    if trained.last is not None:
        lines.append(f"  {_remark(trained.last.told)}")
    lines.append(f"  use it with  rl4real-data export --to onnx {trained.checkpoint} {task}.onnx")
    return "\n".join(lines)
