"""The stages of the flow in their order.

Corpus manifest -> modules -> clang + plugin -> records -> embeddings -> shards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rl4real_data.stages.check import check_ir
from rl4real_data.stages.compile import compile_module
from rl4real_data.stages.embed import check_coverage, embed_instructions
from rl4real_data.stages.pack import merge_instructions, pack_episodes, pack_tables
from rl4real_data.stages.record import record_module
from rl4real_data.stages.stage import DatasetStage, ModuleStage

CHECK: Final = ModuleStage(name="check", version=1, run=check_ir)
COMPILE: Final = ModuleStage(name="compile", version=1, run=compile_module)
RECORD: Final = ModuleStage(name="record", version=1, run=record_module)
MERGE: Final = DatasetStage(name="merge", version=1, run=merge_instructions)
EMBED: Final = DatasetStage(name="embed", version=2, run=embed_instructions)
PACK: Final = DatasetStage(name="pack", version=1, run=pack_episodes)
COVERAGE: Final = DatasetStage(name="coverage", version=1, run=check_coverage)
TABLES: Final = DatasetStage(name="tables", version=1, run=pack_tables)


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
