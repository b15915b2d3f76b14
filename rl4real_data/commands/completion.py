"""Shell completion of words that the program knows.

Corpora, groups, vocabularies.
"""

from __future__ import annotations

import os
from pathlib import Path

from rl4real_data.core.counted import counted
from rl4real_data.core.targets import TargetName

_VOCABULARY_SUFFIXES = (".parquet", ".json", ".txt")


def complete_corpora(incomplete: str) -> list[tuple[str, str]]:
    """Corpora and groups with what they are, then paths; nothing if the manifests cannot be read."""
    from rl4real_data.core.errors import Rl4realError
    from rl4real_data.corpus.catalog import load_catalog

    try:
        catalog = load_catalog()
    except Rl4realError:  # whoever runs the command hears of it
        return _paths(incomplete)
    groups = [
        (name, f"group of {counted(len(members), 'corpus', 'corpora')}") for name, members in catalog.groups.items()
    ]
    corpora = [(manifest.name, manifest.license) for manifest in catalog.manifests.values()]
    known = sorted((name, what) for name, what in (*groups, *corpora) if name.startswith(incomplete))
    return known + _paths(incomplete)


def complete_vocabularies(incomplete: str) -> list[tuple[str, str]]:
    """Targets, which stand for their shipped vocabularies, then files that may be vocabularies."""
    shipped = [(name.value, "shipped") for name in TargetName if name.value.startswith(incomplete)]
    return shipped + [(path, what) for path, what in _paths(incomplete) if path.endswith(("/", *_VOCABULARY_SUFFIXES))]


def _paths(incomplete: str) -> list[tuple[str, str]]:
    """What a shell itself would offer: the entries of the folder that begin so, folders with a slash."""
    folder, _, beginning = incomplete.rpartition("/")
    base = f"{folder}/" if "/" in incomplete else ""
    try:
        with os.scandir(Path(base).expanduser()) as entries:
            found = [(entry.name, entry.is_dir()) for entry in entries]
    except OSError:
        return []
    return [
        (f"{base}{name}{'/' if is_folder else ''}", "")
        for name, is_folder in sorted(found)
        if name.startswith(beginning) and (beginning or not name.startswith("."))
    ]
