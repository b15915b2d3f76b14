"""One row of the tables of invariants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rl4real_data.validation.episode_batch import EpisodeBatch, Spots


@dataclass(frozen=True, slots=True)
class Invariant:
    """`find` returns where it does not hold; `what` says so, with `{place}` for the place in the row."""

    what: str
    find: Callable[[EpisodeBatch], Spots]
