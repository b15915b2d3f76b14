"""The way from the words after `--corpus` to corpora whose modules lie on the disk.

A word is the name of a corpus or of a group, or else the path of a manifest, a folder or a file; `./zlib` is always a
path. Every word is understood, or refused, before the first byte is downloaded.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rl4real_data.core import interruption
from rl4real_data.core.errors import CacheError, Rl4realError, SourceError, UsageError
from rl4real_data.core.stored_names import stored_name
from rl4real_data.core.targets import TargetName
from rl4real_data.core.toml_tables import nearest
from rl4real_data.corpus.cache import Cache
from rl4real_data.corpus.catalog import Catalog, load_catalog
from rl4real_data.corpus.flags.guard import guard_corpus
from rl4real_data.corpus.manifest import Manifest
from rl4real_data.corpus.manifest_corpus import corpus_of_manifest, exceptions_for, fetch_source
from rl4real_data.corpus.module import Corpus
from rl4real_data.corpus.named import manifests_of_word
from rl4real_data.corpus.sources.debian import check_mirror
from rl4real_data.corpus.sources.source import Progress, Supply, ignore_progress
from rl4real_data.corpus.told_corpus import with_whereabouts
from rl4real_data.corpus.whereabouts import Whereabouts

if TYPE_CHECKING:
    from rl4real_data.corpus.paths.path_corpus import Found

__all__ = ["Resolution", "Skipped", "corpus_of_manifest", "load_catalog", "resolve", "resolve_available"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A corpus that a run goes without. `is_declared`: its manifest says that it has nothing for the target."""

    corpus: str
    reason: str
    is_declared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """What the words stood for: the corpora that are here, and those that are not, both in the words' order."""

    corpora: tuple[Corpus, ...]
    skipped: tuple[Skipped, ...] = ()


def resolve(
    names: Sequence[str],
    *,
    cache: Path,
    mirror: str | None = None,
    progress: Progress = ignore_progress,
    catalog: Catalog | None = None,
    target: TargetName | None = None,
) -> tuple[Corpus, ...]:
    """The corpora that `names` stand for, each once, in the order of the words.

    UsageError for words that stand for nothing, all of them at once; SourceError when a source cannot be had.
    """
    supply = Supply(cache=cache, mirror=mirror, progress=progress)
    resolution = resolve_available(names, supply, catalog=catalog, target=target)
    missing = [skipped for skipped in resolution.skipped if not skipped.is_declared]
    if missing:
        raise SourceError("\n".join(skipped.reason for skipped in missing))
    return resolution.corpora


def resolve_available(
    names: Sequence[str], supply: Supply, *, catalog: Catalog | None = None, target: TargetName | None = None
) -> Resolution:
    """The same, but of several corpora those that cannot be had are skipped. SourceError if nothing is left."""
    catalog = catalog or load_catalog()
    check_mirror(supply.mirror)
    wanted = _understand(names, catalog, supply)
    taken = {item.name for item in wanted if isinstance(item, Manifest)}
    names_of_found = _name_found([item for item in wanted if not isinstance(item, Manifest)], taken)
    corpora: list[Corpus] = []
    skipped: list[Skipped] = []
    errors: list[SourceError] = []
    for item in wanted:
        interruption.check()
        if not isinstance(item, Manifest):
            corpora.append(_guarded(_corpus_of_path(item, names_of_found[item.path], supply), supply))
            continue
        if reason := exceptions_for(item, target).skip:
            text = f"corpus {item.name} has no modules for {target}: {reason}"
            skipped.append(Skipped(corpus=item.name, reason=text, is_declared=True))
            continue
        try:
            root = fetch_source(item, supply.fetch_for(item.name))
        except CacheError:  # no other corpus will fare better
            raise
        except SourceError as error:
            errors.append(error)
            skipped.append(Skipped(corpus=item.name, reason=str(error)))
            continue
        corpus = _split(corpus_of_manifest(item, root, target), supply)
        told = with_whereabouts(corpus, Whereabouts(word=item.word, is_shipped=item.is_shipped))
        corpora.append(_guarded(told, supply))
    if not corpora:
        raise _nothing_left(skipped, errors)
    return Resolution(corpora=tuple(corpora), skipped=tuple(skipped))


def _corpus_of_path(found: Found, name: str, supply: Supply) -> Corpus:
    from rl4real_data.corpus.paths.bitcode_parquet import RemoteParquet

    if isinstance(found, RemoteParquet):
        supply.say(f"fetching {found.told}")
    corpus = found.corpus(name, Cache(root=supply.cache))
    return with_whereabouts(corpus, _whereabouts(found, corpus, supply))


def _whereabouts(found: Found, corpus: Corpus, supply: Supply) -> Whereabouts:
    """As they are told in the folder `found`, or beside the file; a URL is one everywhere."""
    from rl4real_data.corpus.paths.bitcode_parquet import RemoteParquet
    from rl4real_data.corpus.paths.file_list import LIST_SIGN, FoundList

    if isinstance(found, RemoteParquet):
        return Whereabouts(word=found.told, is_shipped=True)
    is_folder = found.path.is_dir()
    folder = found.path if is_folder else found.path.parent
    sign = LIST_SIGN if isinstance(found, FoundList) else ""
    return Whereabouts(
        word="." if is_folder else f"{sign}./{found.path.name}",
        is_here=corpus.root == folder,
        is_built=supply.allow_build and corpus.root.is_relative_to(supply.cache) and is_folder,
    )


def _split(corpus: Corpus, supply: Supply) -> Corpus:
    """With the modules inside of files that hold several."""
    from rl4real_data.corpus.paths.split_modules import split_corpus

    return split_corpus(corpus, Cache(root=supply.cache))


def _guarded(corpus: Corpus, supply: Supply) -> Corpus:
    """Without the flags that nobody should pass on; which these are is said."""
    guarded, notes = guard_corpus(corpus, is_trusted=supply.allow_build)
    for note in (*corpus.notes, *notes):
        supply.say(note)
    return guarded


def _nothing_left(skipped: Sequence[Skipped], errors: Sequence[SourceError]) -> Rl4realError:
    text = "\n".join(each.reason for each in skipped)
    if errors:
        return SourceError(text, hint=errors[0].hint)
    return UsageError(text, hint="name another corpus or another target")


def _understand(names: Sequence[str], catalog: Catalog, supply: Supply) -> tuple[Manifest | Found, ...]:
    """What each word stands for, each thing once; ManifestError for a manifest's file with problems."""
    wanted: dict[str | Path, Manifest | Found] = {}
    problems: list[UsageError] = [] if names else [UsageError("no corpus is named")]
    for name in names:
        try:
            manifests = manifests_of_word(name, catalog)
            wanted |= {manifest.name: manifest for manifest in manifests}
            if not manifests:
                found = _find_path(name, catalog, supply)
                wanted[found.path] = found
        except UsageError as error:
            problems.append(error)
    if problems:
        raise UsageError(
            "\n".join(str(problem) for problem in problems),
            hint=problems[0].hint
            or "name a corpus or a group (`rl4real-data corpus list` shows all), a manifest's file, a folder or a file",
        )
    return tuple(wanted.values())


def _find_path(name: str, catalog: Catalog, supply: Supply) -> Found:
    from rl4real_data.corpus.paths.build import BuildTools
    from rl4real_data.corpus.paths.kinds import find_path

    tools = BuildTools(search_path=supply.search_path or os.defpath, jobs=supply.jobs, say=supply.say)
    found = find_path(name, tools if supply.allow_build else None)
    if found is None:
        raise UsageError(
            f'"{name}" is no corpus, no group and no path that exists{nearest(name, catalog.names, most=3)}'
        )
    return found


def _name_found(found: Sequence[Found], taken: set[str]) -> dict[Path, str]:
    """A name for each path; those of one base name are numbered by path, whatever the order of the words."""
    names = {}
    for item in sorted(found, key=lambda item: item.path):
        names[item.path] = _free_name(stored_name(item.name), taken)
        taken.add(names[item.path])
    return names


def _free_name(name: str, taken: set[str]) -> str:
    """`name`, or the first of `name-2`, `name-3`, ... that no other corpus has."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    return free
