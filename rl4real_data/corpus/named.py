"""The manifests that words of a command stand for.

A word names a corpus, a group, or a manifest's file.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rl4real_data.core.errors import UsageError
from rl4real_data.core.toml_tables import nearest
from rl4real_data.corpus.catalog import Catalog, find_manifest_folder, load_catalog
from rl4real_data.corpus.manifest import Manifest, read_manifest

MANIFEST_SUFFIX: Final = ".toml"


def choose_manifests(names: Sequence[str], catalog: Catalog, *, only_one: bool = False) -> tuple[Manifest, ...]:
    """The manifests of all words, each once; one UsageError for all words that stand for none."""
    chosen: dict[str, Manifest] = {}
    unknown = []
    groups: list[str] = []
    for name in names:
        members = manifests_of_word(name, catalog)
        chosen |= {manifest.name: manifest for manifest in members}
        if not members:
            unknown.append(f'"{name}" is no corpus and no group{nearest(name, catalog.names, most=3)}')
        elif only_one and len(members) > 1:
            groups.append(f'"{name}" is a group of {len(members)} corpora: {", ".join(m.name for m in members)}')
    if unknown or groups:
        hint = "`rl4real-data corpus list` shows all; a manifest's file works too" if unknown else "name one of them"
        raise UsageError("\n".join([*unknown, *groups]), hint=hint)
    return tuple(chosen.values())


def manifests_for(words: Sequence[str]) -> tuple[Manifest, ...]:
    """The manifests that the words stand for in this installation; all of them for no word."""
    catalog = load_catalog()
    return choose_manifests(words, catalog) if words else tuple(catalog.manifests.values())


def one_manifest(word: str) -> Manifest:
    """The one manifest that the word stands for; UsageError for a group."""
    (manifest,) = choose_manifests([word], load_catalog(), only_one=True)
    return manifest


def manifests_of_word(name: str, catalog: Catalog) -> tuple[Manifest, ...]:
    """The manifests of a corpus, of a group, or of a manifest's file; none for any other word."""
    members = catalog.members(name)
    if not members and name.endswith(MANIFEST_SUFFIX) and Path(name).is_file():
        return (read_manifest(Path(name)),)
    return members


def manifest_path(name: str, catalog: Catalog) -> Path:
    """The file of the one manifest that `name` stands for."""
    (manifest,) = choose_manifests([name], catalog, only_one=True)
    is_own = manifest.name in catalog.manifests and not name.endswith(MANIFEST_SUFFIX)
    return find_manifest_folder() / f"{manifest.name}{MANIFEST_SUFFIX}" if is_own else Path(name)
