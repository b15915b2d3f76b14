"""The settings of a run that proves labels."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rl4real_data.episodes.label_values import LabelSource


class ProofModel(StrEnum):
    """In which model an allocation is the best one."""

    STATIC = "static"
    SPLIT = "split"


DEFAULT_NODES: Final = {ProofModel.STATIC: 60, ProofModel.SPLIT: 25}
DEFAULT_SECONDS: Final = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofSettings:
    """Functions of at most `nodes` nodes, `seconds` of the solver's own deterministic time each; of the first `limit`
    functions, None: of all.
    """

    model: ProofModel
    nodes: int
    seconds: float = DEFAULT_SECONDS
    limit: int | None = None

    @property
    def source(self) -> LabelSource:
        return LabelSource(self.model.value)

    def recipe(self) -> dict[str, str | int | float | bool | None]:
        """All that decides the labels."""
        return {"model": self.model.value, "nodes": self.nodes, "seconds": self.seconds, "limit": self.limit}
