"""The settings of the preset advice.

Order: flag > configuration file > default.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rl4real_data.advice.learning import TrainSettings
from rl4real_data.core.errors import UsageError
from rl4real_data.core.regular_files import read_regular_text
from rl4real_data.core.toml_tables import Table

_FROM_ZERO: Final = ("edited", "others", "seed")


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceSettings:
    """`edited` and `others`: at most so many functions are tried that greedy split or spilled, and of all others.

    `networks`: so many learn, each from a seed of its own, and their mean decides. `epochs`, `batch` (functions a
    step), `learning_rate`, `weight_decay`, `width` and `rounds` are each network's. `parts`: on how many of the three
    parts of the examples they are compared with what they have not learned from; each costs two thirds of a training.
    """

    edited: int = 10_000
    others: int = 1600
    networks: int = 1
    epochs: int = 20
    batch: int = 32
    learning_rate: float = 3e-3
    weight_decay: float = 1e-2
    width: int = 32
    rounds: int = 2
    parts: int = 3
    seed: int = 0

    def learning(self) -> TrainSettings:
        """What of it is the training's."""
        names = (field.name for field in dataclasses.fields(TrainSettings))
        return TrainSettings(**{name: getattr(self, name) for name in names})


def read_settings(path: Path | None, flags: Mapping[str, Any]) -> AdviceSettings:
    """The settings of a TOML file, if there is one, under those of the command line.

    UsageError with everything that is wrong with the file.
    """
    return dataclasses.replace(AdviceSettings(), **{**({} if path is None else _read(path)), **flags})


def _read(path: Path) -> dict[str, Any]:
    try:
        table = Table(values=tomllib.loads(read_regular_text(path)), problems=[])
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}", hint="name a TOML file of settings") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: is no TOML file of settings: {error}", hint="see docs/advice.md") from error
    fields = dataclasses.fields(AdviceSettings)
    found = {
        field.name: table.number(field.name) if field.type == "float" else _whole(table, field.name)
        for field in fields
        if field.name in table.values
    }
    table.asked.update(field.name for field in fields)
    table.close()
    if table.problems:
        raise UsageError("\n".join(f"{path}: {problem}" for problem in table.problems), hint="see docs/advice.md")
    return found


def _whole(table: Table, key: str) -> int:
    """Some may be 0, which `Table.whole_number` refuses."""
    may_be_none = key in _FROM_ZERO and table.values[key] is not False
    return 0 if may_be_none and table.values[key] == 0 else table.whole_number(key)
