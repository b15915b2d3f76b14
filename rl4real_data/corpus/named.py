"""Which manifests the words of a command stand for: corpora, groups, or manifests' files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rl4real_data.corpus.catalog import Catalog
from rl4real_data.corpus.manifest import Manifest, read_manifest
from rl4real_data.corpus.tables import nearest
from rl4real_data.errors import UsageError

MANIFEST_SUFFIX = ".toml"


def choose_manifests(names: Sequence[str], catalog: Catalog, *, only_one: bool = False) -> tuple[Manifest, ...]:
    """The manifests of all words, each once; one UsageError for all words that stand for none."""
    chosen: dict[str, Manifest] = {}
    unknown = []
    for name in names:
        members = (read_manifest(Path(name)),) if is_manifest_file(name) else catalog.members(name)
        chosen |= {manifest.name: manifest for manifest in members}
        if not members:
            unknown.append(f'"{name}" is no corpus and no group{nearest(name, catalog.names)}')
        elif only_one and len(members) > 1:
            unknown.append(f'"{name}" is a group of {len(members)} corpora: {", ".join(m.name for m in members)}')
    if unknown:
        raise UsageError("\n".join(unknown), hint="`rl4real-data corpus list` shows all; a manifest's file works too")
    return tuple(chosen.values())


def is_manifest_file(name: str) -> bool:
    """True for a word that names a manifest on the disk and not one of the catalog."""
    return name.endswith(MANIFEST_SUFFIX) and Path(name).is_file()
