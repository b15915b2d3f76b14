"""The command `rl4real-data corpus update`.

A manifest that pins what is served now.
"""

from __future__ import annotations

import json
from typing import Annotated

import typer

from rl4real_data.commands.console import fetch_progress, say, write_json, write_result
from rl4real_data.commands.options import CorpusName, Json, Mirror
from rl4real_data.core.environment import load_environment


def update(
    name: CorpusName,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, write nothing.")] = False,
    mirror: Mirror = None,
    as_json: Json = False,
) -> None:
    """Pin what is served now, and show what that changes: version, checksum, files, modules."""
    from rl4real_data.commands.corpus.supply import supply_of
    from rl4real_data.corpus.catalog import load_catalog
    from rl4real_data.corpus.named import manifest_path
    from rl4real_data.drafting.repin import update_manifest

    with fetch_progress() as progress:
        supply = supply_of(load_environment(), mirror=mirror, progress=progress)
        path = manifest_path(name, load_catalog())
        result = update_manifest(path, supply, dry_run=dry_run, say=say)
    if as_json:
        write_json(json.dumps(result.to_json(), indent=2))
    else:
        write_result(result.text)
