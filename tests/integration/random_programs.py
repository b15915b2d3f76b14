"""csmith's programs as modules, with their calls kept apart: by default nearly all is inlined into main."""

from __future__ import annotations

import os
from pathlib import PurePosixPath

from rl4real_data.core.environment import load_environment
from rl4real_data.corpus.module import Language, Module
from rl4real_data.corpus.sources.csmith import CsmithSource
from rl4real_data.corpus.sources.source import Supply

FLAGS = ("-Iinclude", "-DUSE_MATH_MACROS", "-fno-inline")


def random_programs(first: int, last: int) -> tuple[Module, ...]:
    """The programs of the seeds from `first` to `last`, made into the user's cache."""
    environment = load_environment()
    source = CsmithSource(version="2.3.0", seeds=(first, last))
    supply = Supply(cache=environment.cache_dir, search_path=environment.search_path, jobs=os.cpu_count() or 1)
    root = source.fetch(supply.fetch_for("csmith"))
    return tuple(
        Module(
            corpus="csmith",
            path=PurePosixPath(path.name),
            root=root,
            language=Language.C,
            license="CC0-1.0",
            flags=FLAGS,
        )
        for path in sorted(root.glob("seed-*.c"))
    )
