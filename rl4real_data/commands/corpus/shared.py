"""The command `rl4real-data corpus shared`.

Code that corpora have in common.
"""

from __future__ import annotations

import json
from typing import Annotated

import typer

from rl4real_data.commands.completion import complete_corpora
from rl4real_data.commands.console import during, fetch_progress, write_json, write_result
from rl4real_data.commands.options import Json, Mirror
from rl4real_data.core.environment import load_environment


def shared(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME...", help="Corpora, groups, or manifests' files.", autocompletion=complete_corpora
        ),
    ],
    others: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="NAME",
            help="Compare with these; may repeat. [each other]",
            autocompletion=complete_corpora,
        ),
    ] = None,
    mirror: Mirror = None,
    as_json: Json = False,
) -> None:
    """Find code that corpora have in common: vendored copies, which carry what training saw into the evaluation."""
    from rl4real_data.commands.corpus.supply import supply_of
    from rl4real_data.corpus.resolve import resolve_available
    from rl4real_data.corpus.vendored import find_shared_code, without_mirrored

    with fetch_progress() as progress:
        supply = supply_of(load_environment(), mirror=mirror, progress=progress)
        left, right = (resolve_available(words, supply).corpora for words in (names, others or names))
    with during("comparing"):
        found = without_mirrored(find_shared_code(left, right))
    if as_json:
        write_json(json.dumps([pair.to_json() for pair in found], indent=2))
    else:
        write_result("\n".join(map(str, found)) if found else "no file has much in common with one of another corpus")
