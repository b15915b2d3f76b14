"""Checkpoints of training runs.

    OUT/checkpoint_000100/checkpoint.json     what it is of: format, preset, target, sizes, settings, how far it is
    OUT/checkpoint_000100/agents/NAME.pt      the weights of each agent, in torch's form
    OUT/checkpoint_000100/rllib/              what RLlib needs to go on

A checkpoint appears whole or not at all. RLlib's part is pickled: go on with runs that you trust only; the weights are
read without that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from rl4real_data.training.checkpoint_folder import CheckpointKind, publish_checkpoint, read_told
from rl4real_data.training.sizes import AgentSizes

KIND: Final = CheckpointKind(format="rl4real-data checkpoint", version=2, name="checkpoint", maker="rl4real-data train")
AGENTS_NAME: Final = "agents"
RLLIB_NAME: Final = "rllib"


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


def write_checkpoint(out: Path, checkpoint: Checkpoint, fill: Callable[[Path], None]) -> Path:
    """Writes one; `fill` puts agents and RLlib's state into the folder that it is given. One that is there is replaced
    by none: the same iteration is the same checkpoint.
    """
    return publish_checkpoint(out, checkpoint.total, KIND, asdict(checkpoint), fill)


def read_checkpoint(path: Path) -> Checkpoint:
    """What a checkpoint is of; a run's folder stands for its newest one. UsageError for anything else."""
    return read_told(path, KIND, _made)


def _made(told: dict[str, Any]) -> Checkpoint:
    sizes, registers = AgentSizes(**told.pop("sizes")), tuple(told.pop("registers"))
    return Checkpoint(sizes=sizes, registers=registers, **told)
