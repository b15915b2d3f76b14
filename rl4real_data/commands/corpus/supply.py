"""The supply of sources that the corpus commands work with, and the fetching of many corpora from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rl4real_data.commands.console import fetch_progress, say, shows_bars
from rl4real_data.core.counted import counted
from rl4real_data.core.environment import Environment
from rl4real_data.corpus.sources.debian import check_mirror
from rl4real_data.corpus.sources.source import Progress, Supply

if TYPE_CHECKING:
    from rl4real_data.corpus.fetching import FetchPlan, FetchReport


def supply_of(environment: Environment, *, mirror: str | None, progress: Progress, jobs: int | None = None) -> Supply:
    """As the environment says, with the user's mirror; UsageError for one that is no address."""
    mirror = mirror or environment.mirror
    check_mirror(mirror)
    return Supply.of(environment, mirror=mirror, progress=progress, jobs=jobs or environment.jobs, say=say)


def fetch_planned(plan: FetchPlan, environment: Environment, *, mirror: str | None) -> FetchReport:
    """Fetches the corpora of the plan and shows how far they are."""
    from rl4real_data.corpus.fetching import fetch_all

    with fetch_progress() as progress:
        supply = supply_of(environment, mirror=mirror, progress=progress)
        return fetch_all(plan, supply, done=_nothing_more if shows_bars() else _say_modules)


def _say_modules(name: str, modules: int) -> None:
    say(f"{name}: {counted(modules, 'module')}")


def _nothing_more(_name: str, _modules: int) -> None:
    """A bar has shown it; a line would break the bars that still move."""
