"""The command `rl4real-data corpus verify`.

The cache compared with its promises.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from rl4real_data.commands.console import during, say, write_json, write_result
from rl4real_data.commands.options import CorpusNames, Json, Mirror
from rl4real_data.core.counted import counted
from rl4real_data.core.environment import Environment, load_environment
from rl4real_data.core.errors import ValidationFailed

if TYPE_CHECKING:
    from rl4real_data.corpus.manifest import Manifest
    from rl4real_data.corpus.verification import Verification


def verify(
    names: CorpusNames = None,
    repair: Annotated[bool, typer.Option("--repair", help="Remove what is damaged and fetch it again.")] = False,
    mirror: Mirror = None,
    as_json: Json = False,
) -> None:
    """Compare the cache with its promises: archives by sha256, every unpacked file with its archive."""
    from rl4real_data.corpus.cache import Cache
    from rl4real_data.corpus.named import manifests_for
    from rl4real_data.corpus.sources.debian import check_mirror
    from rl4real_data.corpus.verification import verify_cache

    environment = load_environment()
    check_mirror(mirror or environment.mirror)
    manifests = manifests_for(names or ())
    with during("comparing"):
        found = verify_cache(manifests, Cache(root=environment.cache_dir), say=say)
    if repair and found.damages:
        _repair(manifests, found, environment, mirror=mirror)
    if as_json:
        write_json(json.dumps(found.to_json(), indent=2))
    else:
        write_result(found.text)
    if found.damages and not repair:
        raise ValidationFailed(
            f"damaged in the cache: {counted(len(found.damages), 'entry', 'entries')}",
            hint="mend them with --repair",
        )


def _repair(
    manifests: Sequence[Manifest], found: Verification, environment: Environment, *, mirror: str | None
) -> None:
    """Removes what is damaged and fetches it again."""
    from rl4real_data.commands.corpus.supply import fetch_planned
    from rl4real_data.corpus.cache import Cache
    from rl4real_data.corpus.fetching import plan_fetch
    from rl4real_data.corpus.verification import remove_damaged

    remove_damaged(found)
    damaged = {damage.corpus for damage in found.damages}
    plan = plan_fetch(
        [manifest for manifest in manifests if manifest.name in damaged], Cache(root=environment.cache_dir)
    )
    fetch_planned(plan, environment, mirror=mirror).raise_if_incomplete()
