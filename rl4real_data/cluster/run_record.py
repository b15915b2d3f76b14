"""The record of a run.

With what its parts are made, the same on every host.

It is written once. Whoever comes later, a host or another driver, works with just that or does not work at all.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from rl4real_data import __version__
from rl4real_data.cluster.layout import RUN
from rl4real_data.cluster.store import Store
from rl4real_data.core.errors import StoreError
from rl4real_data.core.recipe import Filters, Recipe
from rl4real_data.flow.pipeline import FLOW
from rl4real_data.stages.job import Compilation

FORMAT: Final = 1
"""Of a store; raise it when its names or files change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """All that decides the bytes of a part besides its module. `headers`: what the system's headers say."""

    program: str
    stages: tuple[tuple[str, int], ...]
    clang: str  # the banner
    clang_version: str
    clang_content: str
    plugin: str  # the hash of its sources
    plugin_sha256: str
    headers: str
    target: str
    allocator: str
    recipe: dict[str, Any]
    verify: bool

    @classmethod
    def of(cls, compilation: Compilation, *, headers: str) -> RunRecord:
        assert compilation.plugin is not None, "the fork is refused before"
        return cls(
            program=__version__,
            stages=FLOW.module_versions(),
            clang=compilation.clang.banner,
            clang_version=compilation.clang.version,
            clang_content=compilation.clang.content,
            plugin=compilation.plugin.source_hash,
            plugin_sha256=compilation.plugin.sha256,
            headers=headers,
            target=compilation.target.name.value,
            allocator=compilation.allocator.name.value,
            recipe=dict(compilation.recipe.as_dict()),
            verify=compilation.verify,
        )

    def differences(self, other: RunRecord) -> tuple[str, ...]:
        """Which of the two say another thing, as `clang (X, not Y)` with what `other` says first."""
        ours, theirs = _settings(dataclasses.asdict(self)), _settings(dataclasses.asdict(other))
        return tuple(
            f"{name.replace('_', ' ')} ({_short(theirs.get(name))}, not {_short(ours.get(name))})"
            for name in sorted({*ours, *theirs})
            if ours.get(name) != theirs.get(name)
        )

    def recipe_of_run(self) -> Recipe:
        return Recipe(**{**self.recipe, "filters": Filters(**self.recipe["filters"])})


def _settings(told: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Each setting by its name, those of a table with the table's before it: who reads of two recipes asks in what."""
    found: dict[str, Any] = {}
    for name, value in told.items():
        found.update(_settings(value, f"{above}{name} ") if isinstance(value, Mapping) else {above + name: value})
    return found


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def read_run_record(store: Store) -> RunRecord | None:
    """None if no run was begun there. StoreError for a run of another version, and for what is none."""
    data = store.read_if_there(RUN)
    if data is None:
        return None
    hint = "choose another --run"
    try:
        raw = json.loads(data)
        number = raw.pop("format")
        if number != FORMAT:
            raise StoreError(f"{store}: a run of format {number}; this program has {FORMAT}", hint=hint)
        stages = tuple((str(name), int(version)) for name, version in raw["stages"])
        record = RunRecord(**{**raw, "stages": stages})
        record.recipe_of_run()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(f"{store}: {RUN} is no record of a run ({error})", hint=hint) from error
    return record


def write_run_record(store: Store, record: RunRecord) -> None:
    """For a new run; one that is there must say the same. StoreError."""
    found = read_run_record(store)
    if found is None:
        text = json.dumps({"format": FORMAT, **dataclasses.asdict(record)}, indent=1, sort_keys=True)
        store.write(RUN, text.encode())
    elif different := record.differences(found):
        raise StoreError(
            f"{store}: its parts are made with another {', another '.join(different)}",
            hint="choose another --run, or what it was begun with",
        )
