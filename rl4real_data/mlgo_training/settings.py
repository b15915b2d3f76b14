"""The settings of a training of MLGO's tasks.

Order: flag > configuration file > default.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from rl4real_data.core.errors import UsageError
from rl4real_data.core.regular_files import read_regular_text
from rl4real_data.core.toml_tables import Table

_SEE: Final = "see docs/mlgo.md"


class TaskAlgorithm(StrEnum):
    """How a policy learns: from recorded decisions, by evolution strategies, or by PPO."""

    BC = "bc"
    ES = "es"
    PPO = "ppo"


LEARNING_RATES: Final[Mapping[TaskAlgorithm, float]] = {
    TaskAlgorithm.BC: 1e-3,
    TaskAlgorithm.ES: 1e-2,
    TaskAlgorithm.PPO: 1e-4,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MlgoSettings:
    """`lr`: None for the algorithm's own. `quantiles`: of each feature; `layers`: sizes of the network's.

    Of bc: `steps` of `batch` decisions an iteration. Of es and ppo: `modules` an iteration, `num_env_runners` compilers
    at once (0 is one), `timeout` in seconds a module. Of es: `pairs` of perturbations, their deviation `sigma`. Of ppo:
    `epochs` over what was played, in parts of `minibatch` decisions; `clip` of the ratio, weight of the `entropy`,
    `decay` of each function's moving average of rewards.
    """

    algorithm: TaskAlgorithm = TaskAlgorithm.BC
    bc_iterations: int = 200
    train_iterations: int = 1000
    checkpoint_every: int = 20
    seed: int = 0
    live: bool = False
    lr: float | None = None
    layers: tuple[int, ...] = (40, 40, 20)
    quantiles: int = 1000
    steps: int = 100
    batch: int = 512
    modules: int = 20
    num_env_runners: int = 0
    timeout: int = 60
    pairs: int = 8
    sigma: float = 0.05
    epochs: int = 4
    minibatch: int = 512
    clip: float = 0.2
    entropy: float = 0.003
    decay: float = 0.8

    @property
    def learning_rate(self) -> float:
        return LEARNING_RATES[self.algorithm] if self.lr is None else self.lr

    @property
    def iterations(self) -> int:
        """Of the whole run."""
        return self.bc_iterations if self.algorithm is TaskAlgorithm.BC else self.train_iterations

    def as_dict(self) -> dict[str, Any]:
        """As JSON has them."""
        return {**dataclasses.asdict(self), "layers": list(self.layers)}


def read_settings(path: Path | None, flags: Mapping[str, Any]) -> MlgoSettings:
    """The settings of a TOML file, if there is one, under those of the command line.

    UsageError with everything that is wrong with the file, and where learning and `live` do not go together.
    """
    found = dataclasses.replace(MlgoSettings(), **{**({} if path is None else _read(path)), **flags})
    if found.algorithm is TaskAlgorithm.BC and found.live:
        raise UsageError("bc learns from recorded decisions: it needs no compiler", hint="leave --live out")
    if found.algorithm is not TaskAlgorithm.BC and not found.live:
        raise UsageError(f"{found.algorithm}: only a compiler tells what decisions are worth", hint="add --live")
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        table = Table(values=tomllib.loads(read_regular_text(path)), problems=[])
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}", hint="name a TOML file of settings") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: is no TOML file of settings: {error}", hint=_SEE) from error
    fields = dataclasses.fields(MlgoSettings)
    found = {field.name: _READERS[field.type](table, field.name) for field in fields if field.name in table.values}
    table.asked.update(field.name for field in fields)
    table.close()
    if table.problems:
        raise UsageError("\n".join(f"{path}: {problem}" for problem in table.problems), hint=_SEE)
    return found


def _from_zero(table: Table, key: str) -> int:
    """Also 0, which `Table.whole_number` refuses."""
    return 0 if table.values[key] == 0 and table.values[key] is not False else table.whole_number(key)


def _sizes(table: Table, key: str) -> tuple[int, ...]:
    found = table.whole_numbers(key)
    if 0 in found:
        table.note(key, "must be above zero")
    return found


_MAY_BE_ZERO: Final = ("seed", "num_env_runners")

_READERS: Final[Mapping[Any, Callable[[Table, str], Any]]] = {
    "int": lambda table, key: (_from_zero if key in _MAY_BE_ZERO else Table.whole_number)(table, key),
    "bool": lambda table, key: table.flag(key),
    "float": lambda table, key: table.number(key),
    "float | None": lambda table, key: table.number(key),
    "tuple[int, ...]": _sizes,
    "TaskAlgorithm": lambda table, key: TaskAlgorithm(table.choice(key, TaskAlgorithm) or TaskAlgorithm.BC),
}
"""By the annotation of a field."""
