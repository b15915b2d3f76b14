"""The stages of the flow in their order.

Corpus manifest -> modules -> clang + plugin -> records -> embeddings -> shards. A stage is imported when it runs first:
NumPy and Arrow take a quarter of a second, in which the first compilers may already be at work.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from rl4real_data.stages.stage import DatasetStage, ModuleStage


def stage_of(module: str, function: str) -> Callable[..., Any]:
    """The function of that name in `rl4real_data.stages.<module>`, imported when it is called."""

    def run(*arguments: Any) -> Any:
        return getattr(importlib.import_module(f"rl4real_data.stages.{module}"), function)(*arguments)

    return run


CHECK: Final = ModuleStage(name="check", version=1, run=stage_of("check", "check_ir"))
COMPILE: Final = ModuleStage(name="compile", version=1, run=stage_of("compile", "compile_module"))
RECORD: Final = ModuleStage(name="record", version=3, run=stage_of("record", "record_module"))
MERGE: Final = DatasetStage(name="merge", version=1, run=stage_of("merge", "merge_instructions"))
EMBED: Final = DatasetStage(name="embed", version=3, run=stage_of("embed", "embed_instructions"))
PACK: Final = DatasetStage(name="pack", version=4, run=stage_of("pack", "pack_episodes"))
COVERAGE: Final = DatasetStage(name="coverage", version=1, run=stage_of("embed", "count_missing"))
TABLES: Final = DatasetStage(name="tables", version=3, run=stage_of("pack", "pack_tables"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Stages of each module, then those of the dataset, in order."""

    modules: tuple[ModuleStage, ...]
    dataset: tuple[DatasetStage, ...]

    def module_versions(self) -> tuple[tuple[str, int], ...]:
        """What a part depends on."""
        return tuple((stage.name, stage.version) for stage in self.modules)

    def dataset_versions(self) -> tuple[tuple[str, int], ...]:
        """What the dataset's files depend on, besides the parts."""
        return tuple((stage.name, stage.version) for stage in self.dataset)


FLOW: Final = Flow(modules=(CHECK, COMPILE, RECORD), dataset=(MERGE, EMBED, PACK, COVERAGE, TABLES))
