"""What `rl4real-data corpus …` does and shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rl4real_data.commands.flow import fetch_progress, say
from rl4real_data.core.environment import Environment
from rl4real_data.core.errors import LessThanAsked, SourceError
from rl4real_data.core.targets import TargetName
from rl4real_data.corpus.cache import Cache
from rl4real_data.corpus.catalog import load_catalog
from rl4real_data.corpus.description import describe, describe_as_text
from rl4real_data.corpus.fetching import FetchPlan, FetchReport, fetch_all, plan_fetch
from rl4real_data.corpus.inventory import InventoryRow, take_inventory
from rl4real_data.corpus.manifest import Manifest
from rl4real_data.corpus.named import choose_manifests, manifest_path
from rl4real_data.corpus.resolve import resolve_available
from rl4real_data.corpus.sources.debian import check_mirror
from rl4real_data.corpus.sources.source import Supply
from rl4real_data.corpus.vendored import SharedCode, find_shared_code
from rl4real_data.corpus.verification import Verification, remove_damaged, verify_cache
from rl4real_data.drafting.add import Added, AddRequest
from rl4real_data.drafting.add import add as add_manifest
from rl4real_data.drafting.repin import Update
from rl4real_data.drafting.repin import update as update_manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchResult:
    """The closing words of a fetch."""

    report: FetchReport

    @property
    def text(self) -> str:
        """A line a corpus that is there now."""
        return "\n".join(f"{name}  {modules} modules" for name, modules in self.report.modules.items())

    def raise_if_incomplete(self) -> None:
        """LessThanAsked if some corpora could not be had, SourceError if none could."""
        failed = self.report.failed
        if not failed:
            return
        whole = len(self.report.modules) + len(failed)
        reasons = "\n".join(str(error) for error in failed.values())
        kind = LessThanAsked if self.report.modules else SourceError
        raise kind(
            f"{len(failed)} of {whole} corpora could not be had:\n{reasons}",
            hint=f"try again, name another mirror, or pin what is served now: `corpus update {next(iter(failed))}`",
        )


def inventory(names: Sequence[str], environment: Environment) -> tuple[InventoryRow, ...]:
    """Rows for the corpora that `names` stand for, or for all."""
    return take_inventory(_chosen(names), Cache(root=environment.cache_dir))


def inventory_text(rows: Sequence[InventoryRow]) -> str:
    """A table with a line a corpus, and the sums."""
    targets = [target.value for target in TargetName]
    header = ["NAME", "LICENCE", "SPLIT", "MODULES", *(target.upper() for target in targets), "SIZE", "CACHE"]
    table = [header, *(_cells(row, targets) for row in rows), _sums(rows, targets)]
    widths = [max(len(line[column]) for line in table) for column in range(len(header))]
    right = set(range(3, len(header) - 1))
    return "\n".join(
        "  ".join(
            cell.rjust(width) if n in right else cell.ljust(width) for n, (cell, width) in enumerate(columns)
        ).rstrip()
        for columns in (list(zip(line, widths, strict=True)) for line in table)
    )


def description(name: str, environment: Environment) -> dict[str, object]:
    """Everything about one corpus."""
    (manifest,) = choose_manifests([name], load_catalog(), only_one=True)
    return describe(manifest, Cache(root=environment.cache_dir))


def description_text(found: dict[str, object]) -> str:
    """The same for a person."""
    return describe_as_text(found)


def fetch(names: Sequence[str], environment: Environment, *, mirror: str | None, show_bar: bool) -> FetchResult:
    """Fetches the corpora that `names` stand for, or all."""
    supply = _supply(environment, mirror)
    plan = plan_fetch(_chosen(names), Cache(root=supply.cache))
    say(plan.text)
    return FetchResult(report=_fetch(plan, supply, show_bar=show_bar))


def verify(
    names: Sequence[str], environment: Environment, *, repair: bool, mirror: str | None, show_bar: bool
) -> Verification:
    """Checks the cache; with `repair` also removes what is damaged and fetches it again."""
    supply = _supply(environment, mirror)
    cache = Cache(root=supply.cache)
    manifests = _chosen(names)
    found = verify_cache(manifests, cache, say=say)
    if repair and found.damages:
        remove_damaged(found)
        damaged = {damage.corpus for damage in found.damages}
        plan = plan_fetch([manifest for manifest in manifests if manifest.name in damaged], cache)
        FetchResult(report=_fetch(plan, supply, show_bar=show_bar)).raise_if_incomplete()
    return found


def add(request: AddRequest, environment: Environment, *, mirror: str | None, show_bar: bool) -> Added:
    """Writes a first manifest."""
    supply = _supply(environment, mirror)
    with fetch_progress(show_bar) as progress:
        return add_manifest(request, environment, replace(supply, progress=progress), say=say)


def update(name: str, environment: Environment, *, dry_run: bool, mirror: str | None, show_bar: bool) -> Update:
    """Repins one manifest."""
    supply = _supply(environment, mirror)
    path = manifest_path(name, load_catalog())
    with fetch_progress(show_bar) as progress:
        return update_manifest(path, replace(supply, progress=progress), dry_run=dry_run, say=say)


def shared(
    left: Sequence[str], right: Sequence[str], environment: Environment, *, mirror: str | None, show_bar: bool
) -> tuple[SharedCode, ...]:
    """Pairs of files of two corpora with much in common, each pair once."""
    with fetch_progress(show_bar) as progress:
        supply = replace(_supply(environment, mirror), progress=progress)
        sides = [resolve_available(names, supply).corpora for names in (left, right)]
    found = {tuple(sorted((pair.left, pair.right))): pair for pair in find_shared_code(*sides)}
    return tuple(found[key] for key in sorted(found))


def shared_text(found: Sequence[SharedCode]) -> str:
    """A line a pair."""
    return "\n".join(map(str, found)) if found else "no file has much in common with one of another corpus"


def _supply(environment: Environment, mirror: str | None) -> Supply:
    mirror = mirror or environment.mirror
    check_mirror(mirror)
    return Supply.of(environment, mirror=mirror, say=say)


def _say_modules(name: str, modules: int) -> None:
    say(f"{name}: {modules} modules")


def _nothing_more(_name: str, _modules: int) -> None:
    """A bar has shown it; a line would break the bars that still move."""


def _fetch(plan: FetchPlan, supply: Supply, *, show_bar: bool) -> FetchReport:
    with fetch_progress(show_bar) as progress:
        supply = replace(supply, progress=progress)
        return fetch_all(plan, supply, done=_nothing_more if show_bar else _say_modules)


def _chosen(names: Sequence[str]) -> tuple[Manifest, ...]:
    catalog = load_catalog()
    return choose_manifests(names, catalog) if names else tuple(catalog.manifests.values())


def _cells(row: InventoryRow, targets: Sequence[str]) -> list[str]:
    counts = (row.modules, *(row.functions.get(target) for target in targets))
    size = f"{row.download_bytes / 1e6:.1f} MB" if row.download_bytes else "-"
    return [row.name, row.license, row.split, *("-" if n is None else f"{n:,}" for n in counts), size, row.cache.value]


def _sums(rows: Sequence[InventoryRow], targets: Sequence[str]) -> list[str]:
    counts = [sum(row.modules or 0 for row in rows), *(sum(row.functions.get(t, 0) for row in rows) for t in targets)]
    size = sum(row.download_bytes for row in rows)
    return [f"{len(rows)} corpora", "", "", *(f"{count:,}" for count in counts), f"{size / 1e6:.1f} MB", ""]
