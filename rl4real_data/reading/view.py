"""The view of a dataset, as a reader asked for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.dataset as arrow_dataset

from rl4real_data.core.errors import UsageError
from rl4real_data.episodes.schema import EPISODES


@dataclass(frozen=True, slots=True, kw_only=True)
class Shuffle:
    seed: int
    mixed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    rank: int
    world_size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What was asked of a dataset; `steps` in the order in which they were asked."""

    columns: tuple[str, ...] | None = None
    condition: Any = None
    steps: tuple[Shuffle | Share, ...] = ()

    def __str__(self) -> str:
        """As the calls that make it, each with a dot before it; nothing for all that there is."""
        return "".join(f".{call}" for call in self._calls())

    def _calls(self) -> Iterator[str]:
        for step in self.steps:
            if isinstance(step, Shuffle):
                yield f"shuffle({step.seed})"
            else:
                yield f"shard({step.rank}, {step.world_size})"
        if self.condition is not None:
            yield f"filter({self.condition})"
        if self.columns is not None:
            yield f"select({list(self.columns)})"


def check_condition(condition: Any) -> None:
    """UsageError unless `condition` is a `pyarrow.compute` expression that is true or false of an episode."""
    hint = "such as `pyarrow.compute.field('spills') > 0`"
    if not isinstance(condition, arrow_dataset.Expression):
        raise UsageError(f"a filter is an expression of pyarrow.compute, not {type(condition).__name__}", hint=hint)
    try:
        kept = arrow_dataset.dataset(EPISODES.empty_table()).to_table(columns={"kept": condition})["kept"]
    except (pa.ArrowException, ValueError) as error:
        raise UsageError(f"the filter cannot be used: {str(error).splitlines()[0]}", hint=hint) from error
    if not pa.types.is_boolean(kept.type):
        raise UsageError(f"the filter gives {kept.type}, not true or false", hint=hint)
