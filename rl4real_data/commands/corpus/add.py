"""The command `rl4real-data corpus add`.

A first manifest.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rl4real_data.commands.console import fetch_progress, say, write_note, write_path
from rl4real_data.commands.options import Jobs, Mirror
from rl4real_data.core.environment import load_environment


def add(
    source: Annotated[
        str,
        typer.Argument(
            metavar="FOLDER|FILE|PACKAGE",
            help="Folder, compile_commands.json, source package of the distribution, pypi:NAME or npm:NAME.",
        ),
    ],
    name: Annotated[str | None, typer.Option(help="Name of the corpus. [that of the source]")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Manifest to write. [NAME.toml]")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the manifest.")] = False,
    jobs: Jobs = None,
    mirror: Mirror = None,
) -> None:
    """Write a first manifest: find the sources, try each module, keep those that compile, guess the licence."""
    from rl4real_data.commands.corpus.supply import supply_of
    from rl4real_data.drafting.add import AddRequest, add_manifest

    environment = load_environment()
    request = AddRequest(word=source, name=name, output=output, force=force, jobs=jobs or environment.jobs)
    with fetch_progress() as progress:
        supply = supply_of(environment, mirror=mirror, progress=progress)
        added = add_manifest(request, environment, supply, say=say)
    write_note(added.text)
    write_path(added.path)
