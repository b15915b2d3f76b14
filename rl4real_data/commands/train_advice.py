"""The preset `advice` of the command `rl4real-data train`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rl4real_data.commands.console import say, write_note
from rl4real_data.commands.trial_tool import find_trial_tool
from rl4real_data.core.environment import load_environment
from rl4real_data.core.errors import UsageError

if TYPE_CHECKING:
    from rl4real_data.advice.preset import Advised
    from rl4real_data.commands.train import Asked

_OWN_FLAGS: Final = {"train_iterations": "epochs", "lr": "learning_rate", "seed": "seed"}
"""Flags that this preset has, and the setting that each stands for."""


def train_advice(asked: Asked, out: Path) -> Path:
    """Gathers, learns and exports; returns the model. UsageError for flags of other presets."""
    _require_own(asked)
    from rl4real_data.advice.preset import train_advice as run
    from rl4real_data.advice.settings import read_settings

    settings = read_settings(asked.config, {_OWN_FLAGS[name]: value for name, value in asked.flags.items()})
    if not asked.is_resumed and list(out.glob("checkpoint*.pt")):
        raise UsageError(f"{out}: a run lies there already", hint="go on with it by --resume, or name another folder")
    advised = run(
        asked.data_dir,
        out,
        lambda index: find_trial_tool(asked.data_dir, index),
        settings,
        command=_command(asked),
        jobs=load_environment().jobs,
        say=say,
    )
    write_note(_text(advised))
    return advised.model


def _require_own(asked: Asked) -> None:
    foreign = sorted(set(asked.flags) - set(_OWN_FLAGS))
    given = [f"--{name.replace('_', '-')}" for name in foreign]
    given += ["--from"] * (asked.start is not None) + ["--split"] * (asked.split is not None)
    if given:
        raise UsageError(
            f"{', '.join(given)}: the preset advice has no such setting",
            hint="it has --train-iterations (epochs), --lr, --seed, and those of a file: see docs/advice.md",
        )


def _command(asked: Asked) -> str:
    """What to type for the same model; all settings stand beside it in the model's metadata."""
    flags = [word for name, value in asked.flags.items() for word in (f"--{name.replace('_', '-')}", str(value))]
    if asked.config is not None:
        flags += ["--config", asked.config.name]
    return shlex.join(["rl4real-data", "train", asked.data_dir.name, "--preset", "advice", *flags])


def _text(advised: Advised) -> str:
    lines = [
        f"{advised.model}: learned from {advised.examples:,} functions",
        f"  not learned  {advised.calibration.figures}",
        f"  use it with  rl4real-data compile --policy {advised.model} -- clang -O3 -c file.c",
    ]
    return "\n".join(lines)
