"""The inventory of all corpora, and how much of each lies in the cache."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from rl4real_data.corpus.cache import MARKER, Cache
from rl4real_data.corpus.download import Pin
from rl4real_data.corpus.manifest import Manifest
from rl4real_data.corpus.manifest_corpus import tree_paths


class CacheState(StrEnum):
    """How near a corpus is; `local` ones lie in a folder of this machine or in the package and need no cache."""

    UNPACKED = "unpacked"
    DOWNLOADED = "downloaded"
    ABSENT = "-"
    LOCAL = "local"


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryRow:
    """One corpus in a list; counts are those of the manifest, None where nobody counted."""

    name: str
    summary: str
    license: str
    split: str
    modules: int | None
    functions: Mapping[str, int]
    cache: CacheState
    download_bytes: int

    def to_json(self) -> dict[str, object]:
        """The row for machines."""
        return {**asdict(self), "functions": dict(self.functions)}


def take_inventory(manifests: Iterable[Manifest], cache: Cache) -> tuple[InventoryRow, ...]:
    """A row for each of `manifests`, in their order."""
    return tuple(
        InventoryRow(
            name=manifest.name,
            summary=manifest.summary,
            license=manifest.license,
            split=manifest.split.value,
            modules=manifest.expected.modules,
            functions={target.value: count for target, count in manifest.expected.functions.items()},
            cache=cache_state(manifest, cache),
            download_bytes=sum(pin.size_bytes for pin in pins_of(manifest)[:1]),
        )
        for manifest in manifests
    )


def pins_of(manifest: Manifest) -> tuple[Pin, ...]:
    """The archive of each source of the manifest that has one, in their order."""
    return tuple(pin for source in manifest.sources if (pin := source.pinned) is not None)


def tree_in_cache(manifest: Manifest, cache: Cache) -> Path | None:
    """The first finished tree of the manifest's sources, if there is one."""
    return next((path for path in tree_paths(manifest, cache) if (path / MARKER).is_file()), None)


def cache_state(manifest: Manifest, cache: Cache) -> CacheState:
    """What a run of `flow` would find; not whether it is sound, which only `corpus verify` tells."""
    if not any(source.identity for source in manifest.sources):
        return CacheState.LOCAL
    if tree_in_cache(manifest, cache):
        return CacheState.UNPACKED
    if any(cache.download_path(pin).is_file() for pin in pins_of(manifest)):
        return CacheState.DOWNLOADED
    return CacheState.ABSENT
