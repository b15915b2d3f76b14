"""The settings of a training run.

Defaults are those of RL4ReAl where it has them. Order: flag > configuration file > default.
"""

from __future__ import annotations

__all__ = ["TrainSettings"]

import dataclasses
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rl4real_data.core.errors import UsageError
from rl4real_data.core.regular_files import read_regular_text
from rl4real_data.core.toml_tables import Table
from rl4real_data.training.choices import Algorithm, FinalReward


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainSettings:
    """`num_env_runners`: processes that play; 0: the learner's own. `games`: played side by side in each.

    `current_batch`: so many functions a process, in the dataset's order; None: all, shared out. `with_spills`: only
    functions in which greedy spilled. `max_nodes`: only functions of so many nodes; None: all. `episodes`: only those
    of these `episode_id`s; none: all. `file_repeat_frequency`: games of a function one after the other.
    `episode_number`: games after which the run ends; None: no limit. `mca_reward_clip`, `mca_timeout`: of the final
    reward `mca`, how much it is, and the seconds that the compiler and llvm-mca have. `bc_plays`: how many plays are
    tried, whenever a function comes, for a cheap one to clone; 0: the expert's is cloned.
    """

    algorithm: Algorithm = Algorithm.BC_PPO
    train_iterations: int = 1000
    bc_iterations: int = 200
    checkpoint_every: int = 100
    episode_number: int | None = None
    current_batch: int | None = None
    file_repeat_frequency: int = 1
    with_spills: bool = False
    max_nodes: int | None = None
    episodes: tuple[str, ...] = ()
    num_env_runners: int = 0
    games: int = 8
    num_gpus: int = 0
    seed: int = 0
    live: bool = False
    final_reward: FinalReward = FinalReward.COST
    local_reward: bool = False
    mca_reward_clip: float = 10.0
    mca_timeout: int = 30
    gamma: float = 0.9
    lr: float = 1e-5
    train_batch_size: int = 256
    minibatch_size: int = 128
    num_epochs: int = 1
    gae_lambda: float = 1.0
    kl_coeff: float = 0.6
    kl_target: float = 0.003
    entropy_coeff: float = 0.01
    clip_param: float = 10.0
    vf_clip_param: float = 10.0
    vf_loss_coeff: float = 1.0
    grad_clip: float = 40.0
    bc_lr: float = 1e-3
    bc_train_batch_size: int = 256
    bc_plays: int = 0

    def as_dict(self) -> dict[str, Any]:
        """As JSON has them."""
        return {**dataclasses.asdict(self), "episodes": list(self.episodes)}


ALIASES: Final[Mapping[str, str]] = {"num_rollout_workers": "num_env_runners", "use_local_reward": "local_reward"}
"""RL4ReAl's words."""


def read_settings(path: Path | None, flags: Mapping[str, Any]) -> TrainSettings:
    """The settings of a TOML file, if there is one, under those of the command line; None there: not said.

    UsageError with everything that is wrong with the file.
    """
    said = {name: value for name, value in flags.items() if value is not None}
    return dataclasses.replace(TrainSettings(), **{**({} if path is None else _read(path)), **said})


def _read(path: Path) -> dict[str, Any]:
    try:
        table = Table(values=_in_own_words(tomllib.loads(read_regular_text(path))), problems=[])
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}", hint="name a TOML file of settings") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: is no TOML file of settings: {error}", hint="see docs/train.md") from error
    found = {
        field.name: _READERS[field.type](table, field.name)
        for field in dataclasses.fields(TrainSettings)
        if field.name in table.values
    }
    table.asked.update(field.name for field in dataclasses.fields(TrainSettings))
    table.close()
    if table.problems:
        raise UsageError("\n".join(f"{path}: {problem}" for problem in table.problems), hint="see docs/train.md")
    return found


def _in_own_words(values: Mapping[str, object]) -> dict[str, object]:
    return {ALIASES.get(name, name): value for name, value in values.items()}


def _from_zero(table: Table, key: str) -> int:
    """Also 0, which `Table.whole_number` refuses."""
    return 0 if table.values[key] == 0 and table.values[key] is not False else table.whole_number(key)


_READERS: Final[Mapping[Any, Callable[[Table, str], Any]]] = {
    "int": _from_zero,
    "int | None": lambda table, key: table.whole_number(key),
    "bool": lambda table, key: table.flag(key),
    "tuple[str, ...]": lambda table, key: table.texts(key),
    "float": lambda table, key: table.number(key),
    "Algorithm": lambda table, key: Algorithm(table.choice(key, Algorithm) or Algorithm.BC),
    "FinalReward": lambda table, key: FinalReward(table.choice(key, FinalReward) or FinalReward.COST),
}
"""By the annotation of a field."""
