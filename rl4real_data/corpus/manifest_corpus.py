"""The corpus of a manifest, on the disk.

The first source that can be had, and the modules that the manifest's rules find in it: one a file, whatever that holds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePosixPath

from rl4real_data.core.errors import CacheError, SourceError
from rl4real_data.core.targets import TargetName
from rl4real_data.corpus.cache import Cache, has_whole_tree
from rl4real_data.corpus.manifest import NO_EXCEPTIONS, Manifest, TargetRules
from rl4real_data.corpus.module import LANGUAGE_OF_SUFFIX, Corpus, Language, Module
from rl4real_data.corpus.other_languages import OtherLanguage, why_not_compiled
from rl4real_data.corpus.paths.contained_modules import Content, content_of
from rl4real_data.corpus.prepare import prepared_identity
from rl4real_data.corpus.sources.source import Fetch, Source


def fetch_source(manifest: Manifest, wanted: Fetch) -> Path:
    """The prepared tree of the first candidate that is in the cache, or else of the first that can be had.

    SourceError with the words of all candidates if there is none.
    """
    wanted = replace(wanted, steps=manifest.prepare)
    problems: list[SourceError] = []
    for source in _candidates(manifest, wanted.cache):
        if problems:
            wanted.say(f"{problems[-1]}\n  trying the next source of {manifest.name} ({source.KIND})")
        try:
            return source.fetch(wanted)
        except CacheError:
            raise
        except SourceError as error:
            problems.append(error)
    if len(problems) == 1:
        raise problems[0]
    raise SourceError("\n".join(map(str, problems)), hint=problems[0].hint)


def tree_paths(manifest: Manifest, cache: Cache) -> tuple[Path, ...]:
    """Where the tree of each candidate lies in the cache, or would lie; one that needs no cache is left out."""
    return tuple(
        cache.corpus_path(manifest.name, prepared_identity(source.identity, manifest.prepare))
        for source in manifest.sources
        if source.identity
    )


def _candidates(manifest: Manifest, cache: Cache) -> list[Source]:
    if len(manifest.sources) == 1:
        return list(manifest.sources)

    def is_here(source: Source) -> bool:
        identity = prepared_identity(source.identity, manifest.prepare)
        return bool(source.identity) and has_whole_tree(cache.corpus_path(manifest.name, identity), identity)

    return sorted(manifest.sources, key=lambda source: not is_here(source))  # stable: the manifest's order otherwise


def corpus_of_manifest(manifest: Manifest, root: Path, target: TargetName | None = None) -> Corpus:
    """The corpus whose source lies in `root`, as it is compiled for `target`; None: without any target's exceptions.

    SourceError for a glob that matches nothing.
    """
    finder = _Finder(manifest=manifest, root=root, exceptions=exceptions_for(manifest, target))
    rules = manifest.modules
    flags = (*(f"-I{folder}" for folder in rules.includes), *rules.flags, *finder.exceptions.flags)
    modules = tuple(
        Module(
            corpus=manifest.name,
            path=path,
            root=root,
            language=finder.language(path),
            left_out=finder.left_out(path),
            license=finder.license(path),
            redistributable=manifest.redistributable,
            flags=flags,
            needs_libc=rules.needs_libc,
        )
        for path in finder.module_paths()
    )
    return Corpus(name=manifest.name, license=manifest.license, root=root, split=manifest.split, modules=modules)


def is_named(path: Path) -> bool:
    """Whether it is a file, or a link that leads to none: why that cannot be compiled is to be said, too."""
    return path.is_file() or (path.is_symlink() and not path.exists())


def exceptions_for(manifest: Manifest, target: TargetName | None) -> TargetRules:
    """What the manifest says about `target` alone."""
    return NO_EXCEPTIONS if target is None else manifest.modules.targets.get(target, NO_EXCEPTIONS)


@dataclass(frozen=True, kw_only=True)
class _Finder:
    """Applies the rules of a manifest to the files below `root`."""

    manifest: Manifest
    root: Path
    exceptions: TargetRules

    def module_paths(self) -> tuple[PurePosixPath, ...]:
        """All modules, sorted; at least one."""
        rules = self.manifest.modules
        for folder in rules.includes:
            if not rules.allow_fewer and not (self.root / folder).is_dir():
                raise self._misfit(f'the include folder "{folder}" is not in {self.root}')
        modules = self._match(rules.globs) - self._match(rules.excludes) - self._match(self.exceptions.excludes)
        if not modules:
            raise self._misfit(f"the excludes leave no module in {self.root}")
        return tuple(sorted(modules))

    def language(self, path: PurePosixPath) -> Language | OtherLanguage:
        """What the manifest says, else what the name tells, else what the content is."""
        language = self.manifest.modules.language or LANGUAGE_OF_SUFFIX.get(path.suffix)
        if language is not None and language is not Language.IR:
            return language
        content = self._content(path)
        if content is Content.OBJECT:
            return OtherLanguage.OBJECT
        if language is None and content is Content.OTHER:
            raise SourceError(
                f"corpus {self.manifest.name}: {path} ends with none of {', '.join(LANGUAGE_OF_SUFFIX)}",
                hint="narrow the globs of the manifest, or say `language` there",
            )
        return Language.IR

    def left_out(self, path: PurePosixPath) -> str:
        """Why no compiler is given the file by design, or nothing."""
        language = self.language(path)
        return why_not_compiled(language) if isinstance(language, OtherLanguage) else ""

    def _content(self, path: PurePosixPath) -> Content:
        try:
            return content_of(self.root / path)
        except OSError:
            return Content.OTHER  # why it cannot be read is said when it is to be compiled

    def license(self, path: PurePosixPath) -> str:
        return next((name for paths, name in self._licensed if path in paths), self.manifest.license)

    @cached_property
    def _licensed(self) -> tuple[tuple[set[PurePosixPath], str], ...]:
        return tuple((self._match(rule.globs), rule.license) for rule in self.manifest.licenses)

    def _match(self, globs: tuple[str, ...]) -> set[PurePosixPath]:
        matched: set[PurePosixPath] = set()
        for glob in globs:
            try:
                found = [*self.root.glob(glob), self.root / glob]  # a glob without signs finds no dead link
                files = {PurePosixPath(path.relative_to(self.root)) for path in found if is_named(path)}
            except (ValueError, RecursionError, OSError) as error:
                raise self._misfit(f'the glob "{glob}" cannot be followed in {self.root}: {error}') from error
            if not files and not self.manifest.modules.allow_fewer:
                raise self._misfit(f'the glob "{glob}" matches no file in {self.root}')
            matched |= files
        return matched

    def _misfit(self, problem: str) -> SourceError:
        return SourceError(
            f"corpus {self.manifest.name}: {problem}", hint="the manifest does not fit its source; correct the manifest"
        )
