"""The first manifest of a word of the user's, written so that `flow` takes it as it is."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from rl4real_data.core.atomic_files import publish
from rl4real_data.core.counted import counted
from rl4real_data.core.environment import Environment
from rl4real_data.core.errors import ManifestError, SourceError, ToolchainError, UsageError
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.core.toml_tables import Table
from rl4real_data.corpus.manifest import read_manifest
from rl4real_data.corpus.manifest_corpus import corpus_of_manifest
from rl4real_data.corpus.sources.kinds import SOURCE_KINDS
from rl4real_data.corpus.sources.source import Supply
from rl4real_data.drafting.database import origin_of_database
from rl4real_data.drafting.debian_index import look_up_debian
from rl4real_data.drafting.draft import Draft, draft_manifest
from rl4real_data.drafting.indexes import INDEXES
from rl4real_data.drafting.metadata import with_metadata
from rl4real_data.drafting.origin import Origin, corpus_name
from rl4real_data.drafting.trial import Trial
from rl4real_data.toolchain.clang import Clang, discover_clang, missing_headers


@dataclass(frozen=True, slots=True, kw_only=True)
class AddRequest:
    """`word` is a path or a package; `output` a file or None for NAME.toml in the working folder."""

    word: str
    name: str | None
    output: Path | None
    force: bool
    jobs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """Where the manifest went and what it was made from."""

    path: Path
    draft: Draft

    @property
    def text(self) -> str:
        """The closing words for a person."""
        draft = self.draft
        lines = [f"left out  {line}" for line in draft.left_out]
        lines += [f"note      {note}" for note in draft.notes]
        lines.append(f"{self.path}: {draft.modules} of {counted(draft.tried, 'module')}, {draft.license.license}")
        if draft.has_function:
            lines.append(f"  try it with  rl4real-data flow x86 train mlra --corpus {os.path.relpath(self.path)}")
        return "\n".join(lines)


def add_manifest(request: AddRequest, environment: Environment, supply: Supply, *, say: Callable[[str], None]) -> Added:
    """Writes the manifest; UsageError for a word that means nothing or a file that is in the way."""
    clang = discover_clang(build_dir=environment.build_dir, search_path=environment.search_path)
    targets = _targets_with_headers(clang)
    origin = _find_origin(request.word, supply)
    if request.name:
        origin = replace(origin, name=request.name)
    path = (request.output or Path(f"{origin.name}.toml")).absolute()
    _check_output(path, origin.name, force=request.force)
    say(f"{origin.name} {origin.version}".rstrip())
    root = _fetch(origin, supply)
    origin = with_metadata(origin, root)
    trials = {target: Trial(clang=clang, target=TARGETS[target], root=root, jobs=request.jobs) for target in targets}
    draft = draft_manifest(origin, root, trials, say=say)
    with publish(path) as file:
        file.write_text(draft.text, encoding="utf-8")
    manifest = read_manifest(path)  # what was written must be what `flow` reads
    found = len(corpus_of_manifest(manifest, root).modules)
    if found != draft.modules:
        raise ManifestError(f"{path}: its globs match {found} modules instead of {draft.modules}")
    return Added(path=path, draft=draft)


def _find_origin(word: str, supply: Supply) -> Origin:
    if Path(word).exists():
        return _origin_of_path(Path(word))
    index, colon, package = word.partition(":")
    if not colon:
        return look_up_debian(word, supply)
    if index not in INDEXES or not package:
        raise UsageError(
            f'"{word}" is no path that exists, and "{index}" is no index of packages',
            hint=f"a folder, a compile_commands.json, or a package: NAME, {', '.join(f'{k}:NAME' for k in INDEXES)}",
        )
    return INDEXES[index](package, supply)


def _origin_of_path(path: Path) -> Origin:
    if path.suffix == ".json":
        return origin_of_database(path)
    if not path.is_dir():
        raise UsageError(f"{path} is no folder", hint="name the folder that holds the sources")
    real = path.resolve()
    return Origin(
        name=corpus_name(real.name),
        source={"kind": "folder", "path": str(real)},
        summary=f"{real.name}: sources of a local folder",
        notes=("only this machine has the folder: a manifest for others needs another source",),
    )


def _check_output(path: Path, name: str, *, force: bool) -> None:
    if path.name != f"{name}.toml":
        raise UsageError(
            f"{path.name} cannot hold the corpus {name}: a manifest's file is named after its corpus",
            hint=f"write {name}.toml, or choose the name with --name",
        )
    if path.exists() and not force:
        raise UsageError(f"{path} is there already", hint="overwrite it with --force, or write elsewhere with --output")
    if not path.parent.is_dir():
        raise UsageError(f"{path.parent} is no folder", hint="make it, or write elsewhere with --output")


def _fetch(origin: Origin, supply: Supply) -> Path:
    table = Table(values=origin.source, problems=[])
    source = SOURCE_KINDS[table.choice("kind", SOURCE_KINDS)].read(table)
    if table.problems:
        raise SourceError(f"{origin.name}: what was found makes no source: {'; '.join(table.problems)}")
    return source.fetch(supply.fetch_for(origin.name))


def _targets_with_headers(clang: Clang) -> tuple[TargetName, ...]:
    targets = tuple(name for name, target in TARGETS.items() if not missing_headers(clang, target, cxx=False))
    if not targets:
        packages = ", ".join(" ".join(target.libc_packages) for target in TARGETS.values())
        raise ToolchainError("no target has the C library's headers", hint=f"apt-get install one of: {packages}")
    return targets
