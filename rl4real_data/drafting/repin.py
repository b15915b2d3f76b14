"""A manifest that pins what is served now.

What that changes is said before anybody compiles it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path, PurePosixPath
from typing import Final

from rl4real_data.core.atomic_files import publish
from rl4real_data.core.counted import counted
from rl4real_data.core.errors import ManifestError, SourceError
from rl4real_data.core.regular_files import read_regular_text
from rl4real_data.core.toml_tables import Table
from rl4real_data.corpus.download import Pin
from rl4real_data.corpus.manifest import Manifest, read_manifest
from rl4real_data.corpus.manifest_corpus import corpus_of_manifest, fetch_source
from rl4real_data.corpus.sources.debian import DebianSource
from rl4real_data.corpus.sources.kinds import SOURCE_KINDS
from rl4real_data.corpus.sources.npm import NpmSource
from rl4real_data.corpus.sources.pypi import PypiSource
from rl4real_data.corpus.sources.source import Source, Supply
from rl4real_data.drafting.debian_index import look_up_debian
from rl4real_data.drafting.manifest_text import Value, value_text
from rl4real_data.drafting.npm_index import look_up_npm
from rl4real_data.drafting.origin import Origin
from rl4real_data.drafting.python_index import look_up_python

_MOST_FILES: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Repinned:
    """One source of a manifest: the values of its table that changed, or why it was left as it is."""

    kind: str
    changes: Mapping[str, tuple[Value, Value]]
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeChange:
    """How the new tree differs: files and modules that came and went. `unknown`: why nobody can tell."""

    files_gone: tuple[str, ...] = ()
    files_new: tuple[str, ...] = ()
    modules_gone: tuple[str, ...] = ()
    modules_new: tuple[str, ...] = ()
    modules: int = 0
    unknown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """What was found, and whether the manifest was written."""

    path: Path
    sources: tuple[Repinned, ...]
    trees: TreeChange | None
    written: bool

    @property
    def changed(self) -> bool:
        return any(source.changes for source in self.sources)

    @property
    def text(self) -> str:
        """The result for a person."""
        lines = []
        for number, source in enumerate(self.sources, start=1):
            label = f"source {number} ({source.kind})"
            if source.problem:
                lines.append(f"{label}: left as it is: {source.problem}")
            elif not source.changes:
                lines.append(f"{label}: what is pinned is what is served")
            else:
                lines += [f"{label}: {key} {old} -> {new}" for key, (old, new) in source.changes.items()]
        lines += _tree_lines(self.trees) if self.trees else []
        if self.changed:
            lines.append(f"{self.path}: {'written' if self.written else 'not written (--dry-run)'}")
        return "\n".join(lines)

    def to_json(self) -> dict[str, object]:
        """The result for machines."""
        trees = self.trees and {field.name: getattr(self.trees, field.name) for field in fields(self.trees)}
        sources = [{"kind": s.kind, "changes": dict(s.changes), "problem": s.problem} for s in self.sources]
        return {"manifest": str(self.path), "sources": sources, "trees": trees, "written": self.written}


def update_manifest(path: Path, supply: Supply, *, dry_run: bool, say: Callable[[str], None]) -> Update:
    """Repins the manifest at `path`; SourceError, with nothing written, if its rules do not fit what is served now."""
    old = read_manifest(path)
    repinned = tuple(_repin(source, supply) for source in old.sources)
    if not any(source.changes for source in repinned):
        return Update(path=path, sources=repinned, trees=None, written=False)
    text = read_regular_text(path)
    for number, source in enumerate(repinned):
        text = replace_values(text, number, {key: new for key, (_, new) in source.changes.items()})
    new = replace(old, sources=_sources_of(text, path))
    say(f"comparing the old and the new source of {old.name}")
    trees = _compare(old, new, supply)
    if not dry_run:
        with publish(path) as draft:
            draft.write_text(text, encoding="utf-8")
    return Update(path=path, sources=repinned, trees=trees, written=not dry_run)


def replace_values(text: str, number: int, values: Mapping[str, Value]) -> str:
    """The manifest's text with other values in its source table `number`; comments and order stay as they are."""
    lines = text.splitlines(keepends=True)
    headers = [n for n, line in enumerate(lines) if re.match(r"\s*\[\[?source\]\]?\s*(#.*)?$", line)]
    if values and number >= len(headers):
        raise ManifestError("the source is not written as a [source] table", hint="write it as one, or edit it by hand")
    for key, value in values.items():
        begin = headers[number] + 1
        end = next((n for n in range(begin, len(lines)) if lines[n].lstrip().startswith("[")), len(lines))
        for n in range(begin, end):
            if match := re.match(rf"(\s*{key}\s*=\s*)(\"[^\"]*\"|'[^']*'|[^#\s]+)(.*)$", lines[n], re.DOTALL):
                lines[n] = f"{match[1]}{value_text(value)}{match[3]}"
                break
        else:
            raise ManifestError(f"the [source] table has no line for {key}", hint="write one, or edit it by hand")
    return "".join(lines)


def _repin(source: Source, supply: Supply) -> Repinned:
    try:
        origin = _look_up(source, supply)
    except SourceError as error:
        return Repinned(kind=source.KIND, changes={}, problem=str(error))
    if origin is None:
        problem = "its kind has no index that says what is served now"
        return Repinned(kind=source.KIND, changes={}, problem=problem)
    old = _values(source)
    changes = {key: (old[key], value) for key, value in origin.source.items() if key in old and old[key] != value}
    if set(changes) == {"version"}:  # another revision of the distribution, the same archive
        changes = {}
    return Repinned(kind=source.KIND, changes=changes)


def _look_up(source: Source, supply: Supply) -> Origin | None:
    match source:
        case DebianSource():
            return look_up_debian(PurePosixPath(source.pool_path).parent.name, supply)
        case PypiSource():
            return look_up_python(source.project, supply)
        case NpmSource():
            return look_up_npm(source.package, supply)
        case _:
            return None


def _values(source: Source) -> dict[str, Value]:
    """The values of the source's table that an index knows."""
    pin = source.pinned
    assert isinstance(pin, Pin)
    values: dict[str, Value] = {"file": pin.file, "size": pin.size_bytes, "sha256": pin.sha256}
    return values | {key: getattr(source, key) for key in ("version", "pool_path") if hasattr(source, key)}


def _sources_of(text: str, path: Path) -> tuple[Source, ...]:
    """The sources of a manifest's new text; ManifestError if the text came out wrong."""
    table = Table(values=tomllib.loads(text), problems=[])
    sources = tuple(SOURCE_KINDS[each.text("kind")].read(each) for each in table.table_or_tables("source"))
    if table.problems:
        raise ManifestError("\n".join(f"{path}: {problem}" for problem in table.problems))
    return sources


def _compare(old: Manifest, new: Manifest, supply: Supply) -> TreeChange:
    """SourceError if the new tree cannot be had or the manifest's rules do not fit it."""
    new_root = fetch_source(new, supply.fetch_for(new.name))
    new_modules = {str(module.path) for module in corpus_of_manifest(new, new_root).modules}
    try:
        old_root = fetch_source(old, supply.fetch_for(old.name))
        old_modules = {str(module.path) for module in corpus_of_manifest(old, old_root).modules}
    except SourceError as error:
        return TreeChange(modules=len(new_modules), unknown=str(error).splitlines()[0])
    old_files, new_files = _files(old_root), _files(new_root)
    return TreeChange(
        files_gone=tuple(sorted(old_files - new_files)),
        files_new=tuple(sorted(new_files - old_files)),
        modules_gone=tuple(sorted(old_modules - new_modules)),
        modules_new=tuple(sorted(new_modules - old_modules)),
        modules=len(new_modules),
    )


def _files(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir()}


def _tree_lines(trees: TreeChange) -> list[str]:
    if trees.unknown:
        return [f"{counted(trees.modules, 'module')}; no comparison, the old source cannot be had: {trees.unknown}"]
    return [
        f"{counted(trees.modules, 'module')}",
        *_listed("modules gone", trees.modules_gone),
        *_listed("modules new", trees.modules_new),
        *_listed("files gone", trees.files_gone),
        *_listed("files new", trees.files_new),
    ]


def _listed(label: str, names: Sequence[str]) -> list[str]:
    if not names:
        return []
    more = f" and {len(names) - _MOST_FILES} more" if len(names) > _MOST_FILES else ""
    return [f"{label} ({len(names)}): {', '.join(names[:_MOST_FILES])}{more}"]
