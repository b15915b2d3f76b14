"""A package of the npm registry that carries C or C++ sources.

Once published, a version never changes.
"""

from __future__ import annotations

import json
import re
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from rl4real_data.core.errors import SourceError
from rl4real_data.core.toml_tables import Table
from rl4real_data.corpus.sources.clients import npm_registry
from rl4real_data.corpus.sources.pinned import PinnedArchive, read_pin
from rl4real_data.corpus.sources.source import Fetch
from rl4real_data.corpus.web import read_page


@dataclass(frozen=True, slots=True, kw_only=True)
class NpmSource(PinnedArchive):
    """`kind = "npm"`; `package` may have a scope: `@scope/name`."""

    KIND: ClassVar[str] = "npm"
    HINT: ClassVar[str] = "name another registry with RL4REAL_DATA_NPM"

    package: str
    version: str

    @classmethod
    def read(cls, table: Table) -> Self:
        package = table.text("package")
        if package and not re.fullmatch(r"(@[a-z0-9~._-]+/)?[a-z0-9~._-]+", package):
            table.note("package", f'"{package}" is no name of an npm package')
        return cls(package=package, version=table.text("version"), pin=read_pin(table), folder=table.folder("folder"))

    def _urls(self, wanted: Fetch) -> Iterator[str]:
        """Where registries keep the file, and if it is not there, where this one says that it is."""
        registry = (wanted.npm or npm_registry(wanted.search_path)).rstrip("/")
        yield f"{registry}/{self.package}/-/{self.package.rpartition('/')[2]}-{self.version}.tgz"
        yield str(published(registry, self.package, self.version)["dist"]["tarball"])


def published(registry: str, package: str, version: str) -> Mapping[str, Any]:
    """What the registry says of a version of the package, or of `latest`; at least the archive's address."""
    name = urllib.parse.quote(package, safe="@")
    page = read_page(f"{registry.rstrip('/')}/{name}/{urllib.parse.quote(version)}", accept="application/json")
    try:
        values = json.loads(page.text)
        values["dist"]["tarball"]
    except (ValueError, KeyError, TypeError) as error:
        raise SourceError(f"{package}: the registry's answer names no archive: {error!r}") from error
    return dict(values)
