"""The command `rl4real-data corpus fetch`.

Corpora downloaded and unpacked.
"""

from __future__ import annotations

from typing import Annotated

import typer

from rl4real_data.commands.console import fetch_progress, say, shows_bars
from rl4real_data.commands.corpus.supply import supply_of
from rl4real_data.commands.options import CorpusNames, Mirror
from rl4real_data.core.environment import load_environment
from rl4real_data.core.errors import UsageError


def fetch(
    names: CorpusNames = None,
    everything: Annotated[bool, typer.Option("--all", help="Fetch every corpus that has a manifest.")] = False,
    mirror: Mirror = None,
) -> None:
    """Download and unpack corpora, a few at once; those that cannot be had do not stop the others."""
    if bool(names) == everything:
        raise UsageError("name corpora or groups, or say --all", hint="`rl4real-data corpus list` shows them")

    from rl4real_data.corpus.cache import Cache
    from rl4real_data.corpus.fetching import fetch_all, plan_fetch
    from rl4real_data.corpus.named import manifests_for

    environment = load_environment()
    plan = plan_fetch(manifests_for(names or ()), Cache(root=environment.cache_dir))
    say(plan.text)
    with fetch_progress() as progress:
        supply = supply_of(environment, mirror=mirror, progress=progress)
        report = fetch_all(plan, supply, done=_nothing_more if shows_bars() else _say_modules)
    print("\n".join(f"{name}  {modules} modules" for name, modules in report.modules.items()))
    report.raise_if_incomplete()


def _say_modules(name: str, modules: int) -> None:
    say(f"{name}: {modules} modules")


def _nothing_more(_name: str, _modules: int) -> None:
    """A bar has shown it; a line would break the bars that still move."""
