"""All manifests and groups that this installation has."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from rl4real_data.core.errors import ManifestError
from rl4real_data.corpus.manifest import Manifest, read_groups, read_manifest
from rl4real_data.corpus.sources.shipped_folder import PACKAGE_FOLDER

# A wheel carries the manifests inside the package; in a checkout they lie beside it.
_FOLDERS: Final = (PACKAGE_FOLDER / "_corpus_manifests", PACKAGE_FOLDER.parent / "corpus_manifests")
_GROUPS_FILE: Final = "groups.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """The corpora by name and the groups of them, both sorted by name."""

    manifests: Mapping[str, Manifest]
    groups: Mapping[str, tuple[str, ...]]

    @property
    def names(self) -> tuple[str, ...]:
        """Every word that stands for corpora."""
        return (*self.manifests, *self.groups)

    def members(self, name: str) -> tuple[Manifest, ...]:
        """The manifests that a corpus's or a group's name stands for; none for an unknown name."""
        if name in self.manifests:
            return (self.manifests[name],)
        return tuple(self.manifests[member] for member in self.groups.get(name, ()))


def load_catalog(folder: Path | None = None) -> Catalog:
    """The catalog in `folder`, or in this installation's; one ManifestError for the problems of all files."""
    is_shipped = folder is None
    folder = folder or find_manifest_folder()
    manifests: dict[str, Manifest] = {}
    problems: list[ManifestError] = []
    for path in sorted(folder.glob("*.toml")):
        if path.name == _GROUPS_FILE:
            continue
        try:
            manifests[path.stem] = _shipped(path, _state(path)) if is_shipped else read_manifest(path)
        except ManifestError as error:
            problems.append(error)
    if problems:
        raise ManifestError("\n".join(str(error) for error in problems), hint=problems[0].hint)
    groups_path = folder / _GROUPS_FILE
    groups = read_groups(groups_path, manifests) if groups_path.exists() else {}
    return Catalog(manifests=MappingProxyType(manifests), groups=MappingProxyType(dict(sorted(groups.items()))))


@functools.lru_cache(maxsize=512)
def _shipped(path: Path, _state: tuple[int, ...]) -> Manifest:
    """Read once in a process, as long as the file stays as it is: many flows of one process need all of them."""
    return read_manifest(path, is_shipped=True)


def _state(path: Path) -> tuple[int, ...]:
    """Another one for another file; none for one that cannot be looked at, which reading it says."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return (found.st_ino, found.st_size, found.st_mtime_ns)


def find_manifest_folder() -> Path:
    """Where this installation has its manifests."""
    for folder in _FOLDERS:
        if folder.is_dir():
            return folder
    raise ManifestError(
        f"no corpus manifests in {' or '.join(str(folder) for folder in _FOLDERS)}",
        hint="install rl4real-data again",
    )
