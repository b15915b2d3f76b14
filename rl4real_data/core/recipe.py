"""The settings that decide the bytes of a dataset.

They are those of `preprocessing/v0/recipe.toml` unless the user has a recipe of his own, or another processor or level.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rl4real_data.core.errors import UsageError
from rl4real_data.core.shipped_files import preprocessing_dir
from rl4real_data.core.targets import TargetName

if TYPE_CHECKING:
    from rl4real_data.core.toml_tables import Table


class OptLevel(StrEnum):
    """clang's optimisation levels at which an allocator has a problem to solve: `-O0` has none."""

    O1 = "O1"
    O2 = "O2"
    O3 = "O3"
    OS = "Os"
    OZ = "Oz"


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


def load_recipe(
    target: TargetName,
    *,
    path: Path | None = None,
    mir: bool | None = None,
    cpu: str | None = None,
    opt_level: OptLevel | None = None,
) -> Recipe:
    """The recipe in `path`, or the one of format v0, for `target`; the other arguments take the place of what it says.

    UsageError with everything that is wrong with the file, or with a processor that is another one on every machine.
    """
    recipe = _read(path or preprocessing_dir() / "recipe.toml", target, is_own=path is not None)
    recipe = dataclasses.replace(
        recipe,
        mir=recipe.mir if mir is None else mir,
        cpu=recipe.cpu if cpu is None else cpu,
        opt_level=recipe.opt_level if opt_level is None else opt_level.value,
    )
    if recipe.cpu == "native":
        raise UsageError(
            'the processor "native" is another one on every machine, and a dataset is made for one',
            hint="name it: `clang -### -march=native -c -x c /dev/null` shows this machine's after -target-cpu",
        )
    return recipe


def _read(path: Path, target: TargetName, *, is_own: bool) -> Recipe:
    import tomllib  # the names of the levels are wanted at every start, a file hardly ever

    from rl4real_data.core.toml_tables import Table

    hint = f"see {preprocessing_dir() / 'recipe.toml'}" if is_own else "restore the file of this release"
    try:
        table = Table(values=tomllib.loads(path.read_text(encoding="utf-8")), problems=[])
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}", hint=hint) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: is no recipe: {error}", hint=hint) from error
    recipe = _recipe(table, target)
    if table.problems:
        raise UsageError("\n".join(f"{path}: {problem}" for problem in table.problems), hint=hint)
    return recipe


def _recipe(table: Table, target: TargetName) -> Recipe:
    cpu, filters, episodes, embedding = (
        table.table_or_empty(key) for key in ("cpu", "filters", "episodes", "embedding")
    )
    recipe = Recipe(
        opt_level=table.choice("opt_level", OptLevel),
        cpu={name: cpu.text(name, default=None if name is target else "") for name in TargetName}[target],
        filters=Filters(
            max_nodes=filters.whole_number("max_nodes"),
            max_uses=filters.whole_number("max_uses"),
            needs_nodes=filters.required_flag("needs_nodes"),
            eh_pads=filters.required_flag("eh_pads"),
            optnone=filters.required_flag("optnone"),
        ),
        mir=episodes.required_flag("mir"),
        per_shard=episodes.whole_number("per_shard"),
        per_row_group=episodes.whole_number("per_row_group"),
        compression_level=episodes.whole_number("compression_level"),
        dimension=embedding.whole_number("dimension"),
        opcode_weight=embedding.number("opcode_weight"),
        operand_weight=embedding.number("operand_weight"),
        max_missing=embedding.number("max_missing", at_most=1),
    )
    for each in (table, cpu, filters, episodes, embedding):
        each.close()
    return recipe
