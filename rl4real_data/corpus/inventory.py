"""What is known about every corpus, and how much of it lies in the cache."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

from rl4real_data.corpus.cache import MARKER, Cache
from rl4real_data.corpus.download import Pin
from rl4real_data.corpus.manifest import Manifest


class CacheState(StrEnum):
    """How near a corpus is; `built-in` corpora and folders need no cache."""

    UNPACKED = "unpacked"
    DOWNLOADED = "downloaded"
    ABSENT = "-"
    BUILT_IN = "built-in"


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
    return tuple(pin for source in (manifest.source,) if isinstance(pin := getattr(source, "pin", None), Pin))


def cache_state(manifest: Manifest, cache: Cache) -> CacheState:
    """What a run of `flow` would find; not whether it is sound, which only `corpus verify` tells."""
    pins = pins_of(manifest)
    if not pins:
        return CacheState.BUILT_IN
    if any((cache.corpus_path(manifest.name, pin) / MARKER).is_file() for pin in pins):
        return CacheState.UNPACKED
    if any(cache.download_path(pin).is_file() for pin in pins):
        return CacheState.DOWNLOADED
    return CacheState.ABSENT
