"""The command `rl4real-data corpus fetch`.

Corpora downloaded and unpacked.
"""

from __future__ import annotations

from typing import Annotated

import typer

from rl4real_data.commands.console import say, write_result
from rl4real_data.commands.corpus.supply import fetch_planned
from rl4real_data.commands.options import CorpusNames, Mirror
from rl4real_data.core.counted import counted
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
    from rl4real_data.corpus.fetching import plan_fetch
    from rl4real_data.corpus.named import manifests_for

    environment = load_environment()
    plan = plan_fetch(manifests_for(names or ()), Cache(root=environment.cache_dir))
    say(plan.text)
    report = fetch_planned(plan, environment, mirror=mirror)
    write_result("\n".join(f"{name}  {counted(modules, 'module')}" for name, modules in report.modules.items()))
    report.raise_if_incomplete()
