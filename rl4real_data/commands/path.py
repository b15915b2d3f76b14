"""Where the plugin and the corpora lie on this machine: what the commands in `modules.parquet` ask for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rl4real_data.core.environment import Environment
from rl4real_data.corpus.resolve import resolve_available
from rl4real_data.corpus.sources.source import Progress, Supply
from rl4real_data.toolchain.clang import discover_clang
from rl4real_data.toolchain.plugin import ensure_plugin


def plugin_path(environment: Environment, *, announce: Callable[[str], None]) -> Path:
    """The plugin for the clang in use, built if need be."""
    clang = discover_clang(build_dir=environment.build_dir, search_path=environment.search_path)
    return ensure_plugin(clang, cache_dir=environment.cache_dir, announce=announce).path


def corpus_path(name: str, environment: Environment, *, progress: Progress) -> Path:
    """The folder that the corpus's modules are compiled in, fetched if need be."""
    return resolve_available((name,), Supply.of(environment, progress=progress)).corpora[0].root
