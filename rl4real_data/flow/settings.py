"""Everything that one `flow` run was asked for, resolved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from rl4real_data.core.allocators import ModelName
from rl4real_data.core.targets import TargetName
from rl4real_data.corpus.module import Split

DEFAULT_CORPUS: Final = "sample"
DEFAULT_TIMEOUT_S: Final = 300.0  # the slowest known module (sqlite3.c) takes 27 s
DEFAULT_MEMORY_MB: Final = 4096  # address space; clang needs 0.5 GB for itself, sqlite3.c 1 GB
DEFAULT_MAX_FAILED: Final = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """`data_dir` takes the dataset; `limit` is a number of modules; `max_failed` a share of them."""

    target: TargetName
    split: Split
    model: ModelName
    corpora: tuple[str, ...]
    data_dir: Path
    cache_dir: Path
    search_path: str
    build_dir: Path | None = None
    config_dir: Path | None = None
    vocab: Path | None = None
    embed: bool = True
    mirror: str | None = None
    pypi: str | None = None
    npm: str | None = None
    jobs: int = 1
    limit: int | None = None
    timeout_s: float = DEFAULT_TIMEOUT_S
    memory_mb: int = DEFAULT_MEMORY_MB
    max_failed: float = DEFAULT_MAX_FAILED
    mir: bool | None = None
    verify: bool = False
    retry_failed: bool = False
    allow_build: bool = False
    replace: bool = False
    licenses: frozenset[str] | None = None

    def with_absolute_paths(self) -> RunSettings:
        """The same settings for work in other folders than the one that the paths were meant for."""
        return replace(
            self,
            data_dir=self.data_dir.absolute(),
            cache_dir=self.cache_dir.absolute(),
            build_dir=self.build_dir.absolute() if self.build_dir else None,
            config_dir=self.config_dir.absolute() if self.config_dir else None,
            vocab=self.vocab.absolute() if self.vocab else None,
        )
