"""The fetching of many corpora, a few at once.

One that cannot be had does not keep the others waiting.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from threading import Event, Lock
from typing import Final

from rl4real_data.core import interruption
from rl4real_data.core.counted import counted
from rl4real_data.core.errors import CacheError, LessThanAsked, Rl4realError, SourceError
from rl4real_data.corpus.cache import Cache
from rl4real_data.corpus.inventory import CacheState, cache_state, pins_of
from rl4real_data.corpus.manifest import Manifest
from rl4real_data.corpus.manifest_corpus import corpus_of_manifest, fetch_source
from rl4real_data.corpus.sources.source import Progress, Supply

DOWNLOADS_AT_ONCE: Final = 4  # more do not make a mirror faster, and many mirrors refuse them


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchPlan:
    """What is still to come in: `size_bytes` of the archives that are not in the cache yet."""

    manifests: tuple[Manifest, ...]
    absent: int
    size_bytes: int

    @property
    def text(self) -> str:
        """One line for a person, before the first byte."""
        ready = len(self.manifests) - self.absent
        size = f"{self.size_bytes / 1e6:.1f} MB"
        return f"{counted(len(self.manifests), 'corpus', 'corpora')}: {self.absent} to download ({size}), {ready} here"


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchReport:
    """The modules of each corpus that is there now, and the error of each that could not be had."""

    modules: dict[str, int]
    failed: dict[str, Rl4realError]

    def raise_if_incomplete(self) -> None:
        """LessThanAsked if some corpora could not be had, SourceError if none could."""
        if not self.failed:
            return
        whole = len(self.modules) + len(self.failed)
        reasons = "\n".join(str(error) for error in self.failed.values())
        kind = LessThanAsked if self.modules else SourceError
        raise kind(
            f"{len(self.failed)} of {whole} corpora could not be had:\n{reasons}",
            hint="try again, name another mirror, or pin what is served now: "
            f"`corpus update {next(iter(self.failed))}`",
        )


def plan_fetch(manifests: Sequence[Manifest], cache: Cache) -> FetchPlan:
    """What fetching `manifests` means."""
    absent = [manifest for manifest in manifests if cache_state(manifest, cache) is CacheState.ABSENT]
    size_bytes = sum(pin.size_bytes for manifest in absent for pin in pins_of(manifest)[:1])
    return FetchPlan(manifests=tuple(manifests), absent=len(absent), size_bytes=size_bytes)


def fetch_all(plan: FetchPlan, supply: Supply, *, done: Callable[[str, int], None]) -> FetchReport:
    """Fetches and unpacks all corpora of the plan; `done` is told of each with its number of modules."""
    stopped = Event()
    supply = replace(supply, progress=_one_at_a_time(supply.progress, stopped))

    def fetch(manifest: Manifest) -> int:
        return len(corpus_of_manifest(manifest, fetch_source(manifest, supply.fetch_for(manifest.name))).modules)

    modules: dict[str, int] = {}
    failed: dict[str, Rl4realError] = {}
    with ThreadPoolExecutor(max_workers=DOWNLOADS_AT_ONCE) as pool:
        futures = {pool.submit(fetch, manifest): manifest.name for manifest in plan.manifests}
        try:
            for future in as_completed(futures):
                interruption.check()
                name = futures[future]
                try:
                    modules[name] = future.result()
                    done(name, modules[name])
                except CacheError:  # no other corpus will fare better
                    stopped.set()
                    raise
                except SourceError as error:
                    failed[name] = error
        except KeyboardInterrupt:
            stopped.set()
            pool.shutdown(cancel_futures=True)
            raise
    return FetchReport(modules=dict(sorted(modules.items())), failed=dict(sorted(failed.items())))


def _one_at_a_time(progress: Progress, stopped: Event) -> Progress:
    """Several downloads report at once; whoever draws them need not know. `stopped` ends each at its next block."""
    lock = Lock()

    def show(corpus: str, done_bytes: int, total_bytes: int) -> None:
        if stopped.is_set():
            raise SourceError(f"corpus {corpus}: interrupted")
        with lock:
            progress(corpus, done_bytes, total_bytes)

    return show
