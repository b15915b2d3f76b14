"""The supply of sources that the corpus commands work with."""

from __future__ import annotations

from rl4real_data.commands.console import say
from rl4real_data.core.environment import Environment
from rl4real_data.corpus.sources.debian import check_mirror
from rl4real_data.corpus.sources.source import Progress, Supply


def supply_of(environment: Environment, *, mirror: str | None, progress: Progress, jobs: int | None = None) -> Supply:
    """As the environment says, with the user's mirror; UsageError for one that is no address."""
    mirror = mirror or environment.mirror
    check_mirror(mirror)
    return Supply.of(environment, mirror=mirror, progress=progress, jobs=jobs or environment.jobs, say=say)
