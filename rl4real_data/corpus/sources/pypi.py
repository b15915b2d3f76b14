"""A source distribution of a Python package.

Once published, it never changes.
"""

from __future__ import annotations

import html.parser
import json
import re
import urllib.parse
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final, Self

from rl4real_data.core.errors import SourceError
from rl4real_data.core.toml_tables import Table
from rl4real_data.corpus.sources.clients import python_index
from rl4real_data.corpus.sources.pinned import PinnedArchive, read_pin
from rl4real_data.corpus.sources.source import Fetch
from rl4real_data.corpus.web import Page, read_page

_ACCEPT: Final = "application/vnd.pypi.simple.v1+json, text/html;q=0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class PypiSource(PinnedArchive):
    """`kind = "pypi"`; `project` as the index calls it."""

    KIND: ClassVar[str] = "pypi"
    HINT: ClassVar[str] = "name another index with RL4REAL_DATA_PYPI"

    project: str
    version: str

    @classmethod
    def read(cls, table: Table) -> Self:
        project = table.text("project")
        if project and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", project):
            table.note("project", f'"{project}" is no name of a Python package')
        return cls(project=project, version=table.text("version"), pin=read_pin(table), folder=table.folder("folder"))

    def _urls(self, wanted: Fetch) -> Iterable[str]:
        index = wanted.pypi or python_index(wanted.search_path)
        found = [file.url for file in project_files(index, self.project) if file.name == self.pin.file]
        if not found:
            raise SourceError(f"{self.pin.file} cannot be had: the index does not list it for {self.project}")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFile:
    """A file that an index lists; `sha256` is empty where the index does not say it."""

    name: str
    url: str
    sha256: str
    is_yanked: bool


def project_files(index: str, project: str) -> list[ProjectFile]:
    """All files of `project` in the Python package index `index`, in its order; SourceError if it cannot be asked."""
    page = read_page(f"{index.rstrip('/')}/{re.sub('[-_.]+', '-', project).lower()}/", accept=_ACCEPT)
    if page.content_type.endswith("json"):
        return _files_of_json(page)
    reader = _AnchorReader()
    reader.feed(page.text)
    return [_file_of_anchor(page, attributes) for attributes in reader.anchors]


def _files_of_json(page: Page) -> list[ProjectFile]:
    try:
        return [
            ProjectFile(
                name=str(file["filename"]),
                url=urllib.parse.urljoin(page.url, str(file["url"])),
                sha256=str(file.get("hashes", {}).get("sha256", "")),
                is_yanked=bool(file.get("yanked", False)),
            )
            for file in json.loads(page.text)["files"]
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SourceError(f"the index's answer is no list of files: {error!r}") from error


def _file_of_anchor(page: Page, attributes: Mapping[str, str | None]) -> ProjectFile:
    parts = urllib.parse.urlsplit(urllib.parse.urljoin(page.url, attributes["href"] or ""))
    return ProjectFile(
        name=urllib.parse.unquote(parts.path.rpartition("/")[2]),
        url=urllib.parse.urlunsplit(parts._replace(fragment="")),
        sha256=parts.fragment.removeprefix("sha256=") if parts.fragment.startswith("sha256=") else "",
        is_yanked="data-yanked" in attributes,
    )


@dataclass
class _AnchorReader(html.parser.HTMLParser):
    anchors: list[Mapping[str, str | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "a" and attributes.get("href"):
            self.anchors.append(attributes)
