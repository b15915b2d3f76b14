"""The one way from the words after `--corpus` to corpora whose modules lie on the disk.

A word is the name of a corpus or of a group, or else the path of a folder or a file; `./zlib` is always a
path. Every word is understood, or refused, before the first byte is downloaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from rl4real_data.corpus.cache import Cache
from rl4real_data.corpus.catalog import Catalog, load_catalog
from rl4real_data.corpus.manifest import Manifest
from rl4real_data.corpus.module import LANGUAGE_OF_SUFFIX, Corpus, Language, Module
from rl4real_data.corpus.sources.debian import check_mirror
from rl4real_data.corpus.sources.folder import FoundModules, corpus_of_found, find_modules
from rl4real_data.corpus.sources.source import Fetch, Progress, ignore_progress
from rl4real_data.corpus.tables import nearest
from rl4real_data.errors import SourceError, UsageError

__all__ = ["load_catalog", "resolve"]


def resolve(
    names: Sequence[str],
    *,
    cache: Path,
    mirror: str | None = None,
    progress: Progress = ignore_progress,
    catalog: Catalog | None = None,
) -> tuple[Corpus, ...]:
    """The corpora that `names` stand for, each once, in the order of the words.

    UsageError for words that stand for nothing, all of them at once; SourceError when a source cannot be had.
    """
    catalog = catalog or load_catalog()
    check_mirror(mirror)
    wanted = _understand(names, catalog)
    taken = {item.name for item in wanted if isinstance(item, Manifest)}
    corpora: list[Corpus] = []
    names_of_found = _name_found([item for item in wanted if not isinstance(item, Manifest)], taken)
    for item in wanted:
        if isinstance(item, Manifest):
            fetch = Fetch(corpus=item.name, cache=Cache(root=cache), mirror=mirror, progress=progress)
            corpora.append(corpus_of_manifest(item, item.source.fetch(fetch)))
        else:
            corpora.append(corpus_of_found(item, name=names_of_found[item.path]))
    return tuple(corpora)


def corpus_of_manifest(manifest: Manifest, root: Path) -> Corpus:
    """The corpus whose source lies in `root`; SourceError for a glob that matches nothing."""
    modules = tuple(
        Module(
            corpus=manifest.name,
            path=path,
            root=root,
            language=_language(manifest, path),
            license=manifest.license,
            flags=manifest.modules.flags,
            needs_libc=manifest.modules.needs_libc,
        )
        for path in _module_paths(manifest, root)
    )
    return Corpus(name=manifest.name, license=manifest.license, root=root, split=manifest.split, modules=modules)


def _understand(names: Sequence[str], catalog: Catalog) -> tuple[Manifest | FoundModules, ...]:
    """What each word stands for, each thing once."""
    wanted: dict[str | Path, Manifest | FoundModules] = {}
    problems: list[UsageError] = [] if names else [UsageError("no corpus is named")]
    for name in names:
        try:
            for manifest in catalog.members(name):
                wanted[manifest.name] = manifest
            if name not in catalog.names:
                found = _find_path(name, catalog)
                wanted[found.path] = found
        except UsageError as error:
            problems.append(error)
    if problems:
        raise UsageError(
            "\n".join(str(problem) for problem in problems),
            hint="name "
            f"a corpus ({', '.join(catalog.manifests)}), a group ({', '.join(catalog.groups)}), "
            "a folder or a file",
        )
    return tuple(wanted.values())


def _find_path(name: str, catalog: Catalog) -> FoundModules:
    try:
        exists = bool(name) and Path(name).exists()
    except OSError:  # longer than any path may be
        exists = False
    if not exists:
        raise UsageError(f'"{name}" is no corpus, no group and no path that exists{nearest(name, catalog.names)}')
    return find_modules(Path(name))


def _name_found(found: Sequence[FoundModules], taken: set[str]) -> dict[Path, str]:
    """A name for each path; those of one base name are numbered by path, whatever the order of the words."""
    names = {}
    for item in sorted(found, key=lambda item: item.path):
        names[item.path] = _free_name(item.name, taken)
        taken.add(names[item.path])
    return names


def _free_name(name: str, taken: set[str]) -> str:
    """`name`, or the first of `name-2`, `name-3`, ... that no other corpus has."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    return free


def _module_paths(manifest: Manifest, root: Path) -> tuple[PurePosixPath, ...]:
    included = _match(manifest, root, manifest.modules.globs)
    excluded = _match(manifest, root, manifest.modules.excludes)
    if not included - excluded:
        raise SourceError(f"corpus {manifest.name}: the excludes leave no module in {root}")
    return tuple(sorted(included - excluded))


def _match(manifest: Manifest, root: Path, globs: tuple[str, ...]) -> set[PurePosixPath]:
    matched: set[PurePosixPath] = set()
    for glob in globs:
        files = {PurePosixPath(path.relative_to(root)) for path in root.glob(glob) if path.is_file()}
        if not files:
            raise SourceError(
                f'corpus {manifest.name}: the glob "{glob}" matches no file in {root}',
                hint="the manifest does not fit its source; correct the glob",
            )
        matched |= files
    return matched


def _language(manifest: Manifest, path: PurePosixPath) -> Language:
    language = manifest.modules.language or LANGUAGE_OF_SUFFIX.get(path.suffix)
    if language is None:
        raise SourceError(
            f"corpus {manifest.name}: {path} ends with none of {', '.join(LANGUAGE_OF_SUFFIX)}",
            hint="narrow the globs of the manifest, or say `language` there",
        )
    return language
