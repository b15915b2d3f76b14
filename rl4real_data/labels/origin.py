"""The origin of the labels of one source.

What they were sought with stands in the footer of both tables, so that labels of another LLVM, recipe or dataset are
refused and not taken for these.
"""

from __future__ import annotations

__all__ = ["Origin"]

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from rl4real_data.core.errors import DatasetError
from rl4real_data.episodes.index import DatasetIndex
from rl4real_data.episodes.label_values import LabelSource, Objective

LABELS_VERSION: Final = 2
"""Of what the columns of both tables mean, beside the version of the dataset format.

1 named the blocks of decisions by LLVM's numbers, which another compilation may give to others.
"""
VERSION_WORD: Final = "labels_version"
ORIGINS_WORD: Final = "labels"
_PREFIX: Final = "rl4real_data."
_NEWER: Final = "install a newer rl4real-data"
_OLDER: Final = "run `rl4real-data flow` for this dataset again, which drops them, then seek them again"

Key = tuple[LabelSource, Objective]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What labels of one source and objective were sought with.

    `recipe`: all settings that decide them (candidates, seed, limits, what is sampled, the solver's limits), plain
    values. `plugin` is the hash of its sources, as `dataset.json` has it.
    """

    source: LabelSource
    objective: Objective
    recipe: Mapping[str, str | int | float | bool | None]
    llvm_version: str
    plugin: str
    record_version: int
    generator: str

    @property
    def key(self) -> Key:
        return self.source, self.objective


def footer_words(origins: Iterable[Origin]) -> dict[str, str]:
    """What a footer says of them; equal origins are equal words."""
    ordered = sorted(origins, key=lambda origin: order_of(origin.key))
    text = json.dumps([asdict(origin) for origin in ordered], sort_keys=True, allow_nan=False)
    return {VERSION_WORD: str(LABELS_VERSION), ORIGINS_WORD: text}


def order_of(key: Key) -> tuple[int, int]:
    """Labels lie in the order of their sources, those of one in that of objectives."""
    return list(LabelSource).index(key[0]), list(Objective).index(key[1])


def origins_of(metadata: Mapping[bytes, bytes] | None, *, name: str) -> tuple[Origin, ...]:
    """Of a footer. DatasetError for another version of the tables, ValueError for what is no footer of ours."""
    words = metadata or {}
    version = words.get(f"{_PREFIX}{VERSION_WORD}".encode(), b"0").decode(errors="replace")
    if version != str(LABELS_VERSION):
        raise DatasetError(
            f"{name}: its labels are of version {version}, this program reads version {LABELS_VERSION}",
            hint=_NEWER if version.isdigit() and int(version) > LABELS_VERSION else _OLDER,
        )
    raw = json.loads(words.get(f"{_PREFIX}{ORIGINS_WORD}".encode(), b""))
    origins = tuple(map(_origin_of, raw))
    if len({origin.key for origin in origins}) != len(origins):
        raise ValueError("its footer names a source twice")
    return origins


def _origin_of(raw: Mapping[str, Any]) -> Origin:
    if set(raw) != {field.name for field in fields(Origin)}:
        raise ValueError("its footer does not say what the labels were sought with")
    recipe, texts = raw["recipe"], [raw[name] for name in ("llvm_version", "plugin", "generator")]
    if not isinstance(recipe, dict) or not all(
        isinstance(value, str | int | float | None) for value in recipe.values()
    ):
        raise ValueError("its footer names a recipe that is none")
    if not all(isinstance(text, str) for text in texts) or type(raw["record_version"]) is not int:
        raise ValueError("its footer names tools that are none")
    return Origin(**{**raw, "source": LabelSource(raw["source"]), "objective": Objective(raw["objective"])})


def require_same_llvm(origins: Iterable[Origin], index: DatasetIndex, *, name: str) -> None:
    """DatasetError for labels of another LLVM than the one whose episodes they label."""
    wanted = index.toolchain.get("llvm_version", "")
    for origin in origins:
        if origin.llvm_version != wanted:
            raise DatasetError(
                f"{name}: its labels of {origin.source} are of LLVM {origin.llvm_version}, the episodes of LLVM "
                f"{wanted or 'of a release that the dataset does not name'}",
                hint="seek them again with the LLVM that made the dataset: what is better for one release need not be "
                "for another",
            )


def require_same_recipe(found: Origin, wanted: Origin, *, name: str) -> None:
    """DatasetError, which names the first setting that differs, for labels of another recipe."""
    settings = {field.name for field in fields(Origin)} - {"recipe", "generator"}
    pairs = {key: (getattr(found, key), getattr(wanted, key)) for key in sorted(settings)}
    pairs |= {key: (found.recipe.get(key), wanted.recipe.get(key)) for key in sorted({*found.recipe, *wanted.recipe})}
    for key, (has, asked) in pairs.items():
        if has != asked:
            raise DatasetError(
                f"{name}: its labels of {found.source} were sought with {key} {has}, not {asked}",
                hint="seek them again with these settings, which replaces them",
            )
