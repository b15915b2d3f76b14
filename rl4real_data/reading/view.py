"""The view of a dataset, as a reader asked for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


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
