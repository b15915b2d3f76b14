"""The corpora of a run on the disk, with the flags that its compiler takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from rl4real_data.core.targets import Target
from rl4real_data.corpus.catalog import Catalog
from rl4real_data.corpus.flags.acceptance import Inquiry, accept_corpora
from rl4real_data.corpus.resolve import Resolution, resolve_available
from rl4real_data.corpus.sources.source import Supply
from rl4real_data.toolchain.clang import Clang


def accepted_corpora(
    words: Sequence[str],
    supply: Supply,
    *,
    catalog: Catalog,
    clang: Clang,
    target: Target,
    jobs: int,
    say: Callable[[str], None],
) -> Resolution:
    """What is skipped or left out is said at once: a user may rather stop than compile the rest."""
    found = resolve_available(words, supply, catalog=catalog, target=target.name)
    for skipped in found.skipped:
        say(f"skipped: {skipped.reason}")
    corpora, notes = accept_corpora(found.corpora, Inquiry(clang=clang, target=target), jobs=jobs)
    for note in notes:
        say(note)
    return replace(found, corpora=corpora)
