"""The books of a split.

Modules are counted by what became of them, with reasons.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from rl4real_data.corpus.module import Corpus
from rl4real_data.episodes.index import CorpusEntry, SplitBooks
from rl4real_data.stages.selection import Entry


def books_of(
    entries: Sequence[Entry],
    corpora: Sequence[Corpus],
    *,
    skipped: tuple[str, ...],
    functions: int,
    episodes: int,
    filtered: Mapping[str, int],
    duplicates: int = 0,
) -> SplitBooks:
    """Counts the modules; what became of the functions is told. `skipped`: names of corpora that were not there."""
    modules = Counter(entry.module.corpus for entry in entries)
    failures = Counter(entry.part.failure.kind.value for entry in entries if entry.part.failure)
    left_out = Counter(entry.left_out for entry in entries if entry.left_out)
    failed = sum(failures.values())
    return SplitBooks(
        corpora=tuple(
            CorpusEntry(name=corpus.name, license=corpus.license, modules=modules[corpus.name])
            for corpus in sorted(corpora, key=lambda corpus: corpus.name)
            if modules[corpus.name]
        ),
        skipped=skipped,
        modules=len(entries),
        modules_done=len(entries) - failed - sum(left_out.values()),
        modules_failed=failed,
        modules_filtered=dict(sorted(left_out.items())),
        failures=dict(sorted(failures.items())),
        functions=functions,
        episodes=episodes,
        filtered=dict(filtered),
        duplicates=duplicates,
    )
