"""The settings that decide the bytes of a dataset.

They are read from `preprocessing/v0/recipe.toml`.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rl4real_data.core.errors import UsageError
from rl4real_data.core.shipped_files import preprocessing_dir
from rl4real_data.core.targets import TargetName


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which functions `train` leaves out."""

    max_nodes: int
    max_uses: int
    needs_nodes: bool
    eh_pads: bool  # keep functions with exception-handling pads
    optnone: bool  # keep functions that ask not to be optimised


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """MIR2Vec's two weights: what the opcode, and what each operand, counts.

    In the RL4ReAl fork 1 and 0.2, in LLVM's own tool 1 and 1.
    """

    opcode: float
    operand: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """The settings of one dataset, for one target."""

    opt_level: str
    cpu: str
    filters: Filters
    mir: bool
    per_shard: int
    per_row_group: int
    compression_level: int
    dimension: int
    opcode_weight: float
    operand_weight: float
    max_missing: float  # share of instructions that may lack an entity of the vocabulary

    @property
    def weights(self) -> Weights:
        """Those of MIR2Vec's formula."""
        return Weights(opcode=self.opcode_weight, operand=self.operand_weight)

    def as_dict(self) -> Mapping[str, Any]:
        return dataclasses.asdict(self)


def load_recipe(target: TargetName, *, mir: bool | None = None, path: Path | None = None) -> Recipe:
    """The recipe of format v0 for `target`; `mir` overrides whether episodes carry the MIR text."""
    path = path or preprocessing_dir() / "recipe.toml"
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        return Recipe(
            opt_level=raw["opt_level"],
            cpu=raw["cpu"][target.value],
            filters=Filters(**raw["filters"]),
            mir=raw["episodes"]["mir"] if mir is None else mir,
            per_shard=raw["episodes"]["per_shard"],
            per_row_group=raw["episodes"]["per_row_group"],
            compression_level=raw["episodes"]["compression_level"],
            **raw["embedding"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{path}: not a recipe of format v0 ({error!r})", hint="restore the file of this release"
        ) from error
