"""Checkpoints of training runs.

    OUT/checkpoint_000100/checkpoint.json     what it is of: format, preset, target, sizes, settings, how far it is
    OUT/checkpoint_000100/agents/NAME.pt      the weights of each agent, in torch's form
    OUT/checkpoint_000100/rllib/              what RLlib needs to go on

A checkpoint appears whole or not at all. RLlib's part is pickled: go on with runs that you trust only; the weights are
read without that.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from rl4real_data.core.atomic_files import publish_folder
from rl4real_data.core.errors import UsageError
from rl4real_data.training.sizes import AgentSizes

FORMAT: Final = "rl4real-data checkpoint"
VERSION: Final = 2
CHECKPOINT_NAME: Final = "checkpoint.json"
AGENTS_NAME: Final = "agents"
RLLIB_NAME: Final = "rllib"
_FOLDER: Final = re.compile(r"checkpoint_(\d{6,})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """`phase`: what was learning, `bc` or `ppo`. `total`: iterations of the whole run so far; `games`: played so far.

    `vocabulary`: sha256 of the one whose vectors the agents see.
    """

    preset: str
    target: str
    sizes: AgentSizes
    vocabulary: str
    registers: tuple[str, ...]
    phase: str
    total: int
    games: int
    settings: Mapping[str, Any]


def checkpoint_path(out: Path, total: int) -> Path:
    """Where the checkpoint of an iteration lies."""
    return out / f"checkpoint_{total:06}"


def write_checkpoint(out: Path, checkpoint: Checkpoint, fill: Callable[[Path], None]) -> Path:
    """Writes one; `fill` puts agents and RLlib's state into the folder that it is given. One that is there is replaced
    by none: the same iteration is the same checkpoint.
    """
    final = checkpoint_path(out, checkpoint.total)
    if final.exists():
        return final
    draft = out / f".{final.name}.{uuid4().hex}"
    try:
        draft.mkdir(parents=True)
        fill(draft)
        told = {"format": FORMAT, "version": VERSION, **asdict(checkpoint)}
        (draft / CHECKPOINT_NAME).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
        publish_folder(draft, final)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return final


def remove_drafts(out: Path) -> None:
    """What a killed run left behind."""
    for draft in out.glob(".checkpoint_*"):
        shutil.rmtree(draft, ignore_errors=True)


def newest_checkpoint(out: Path) -> Path | None:
    """The one of the latest iteration; None without any."""
    found = [(int(match[1]), path) for path in out.glob("checkpoint_*") if (match := _FOLDER.fullmatch(path.name))]
    return max(found)[1] if found else None


def read_checkpoint(path: Path) -> Checkpoint:
    """What a checkpoint is of; a run's folder stands for its newest one. UsageError for anything else."""
    folder = path if (path / CHECKPOINT_NAME).is_file() else newest_checkpoint(path) or path
    hint = "name a folder checkpoint_… that `rl4real-data train` wrote, or the folder of such a run"
    try:
        told = json.loads((folder / CHECKPOINT_NAME).read_text(encoding="utf-8"))
        kind, version = told.pop("format"), told.pop("version")
        if kind != FORMAT:
            raise ValueError(f"its format is {kind!r}")
        if version != VERSION:
            raise ValueError(f"version {version} of the format, this release reads {VERSION}")
        sizes, registers = AgentSizes(**told.pop("sizes")), tuple(told.pop("registers"))
        return Checkpoint(sizes=sizes, registers=registers, **told)
    except OSError as error:
        raise UsageError(f"{path}: no checkpoint: {error.strerror} ({CHECKPOINT_NAME})", hint=hint) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{folder}: no checkpoint: {error}", hint=hint) from error


def folder_of(path: Path) -> Path:
    """The folder that `read_checkpoint` reads."""
    return path if (path / CHECKPOINT_NAME).is_file() else newest_checkpoint(path) or path
