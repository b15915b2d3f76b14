"""A source distribution of a Python package. Once published, it never changes."""

from __future__ import annotations

import html.parser
import json
import re
import urllib.parse
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Final, Self

from rl4real_data.corpus.download import Pin, read_page
from rl4real_data.corpus.sources.clients import python_index
from rl4real_data.corpus.sources.pinned import fetch_archive, read_pin, tree_identity
from rl4real_data.corpus.sources.source import Fetch
from rl4real_data.corpus.tables import Table
from rl4real_data.errors import SourceError

_ACCEPT: Final = "application/vnd.pypi.simple.v1+json, text/html;q=0.1"
_HINT: Final = "name another index with RL4REAL_DATA_PYPI"


@dataclass(frozen=True, slots=True, kw_only=True)
class PypiSource:
    """`kind = "pypi"`; `project` as the index calls it."""

    KIND: ClassVar[str] = "pypi"

    project: str
    version: str
    pin: Pin
    folder: str = ""

    @classmethod
    def read(cls, table: Table) -> Self:
        project = table.text("project")
        if project and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", project):
            table.note("project", f'"{project}" is no name of a Python package')
        return cls(project=project, version=table.text("version"), pin=read_pin(table), folder=table.folder("folder"))

    @property
    def identity(self) -> str:
        return tree_identity(self.pin, self.folder)

    @property
    def pinned(self) -> Pin | None:
        return self.pin

    @property
    def redistributable(self) -> bool:
        return True

    def fetch(self, wanted: Fetch) -> Path:
        return fetch_archive(wanted, self.pin, lambda: self._urls(wanted), folder=self.folder, hint=_HINT)

    def _urls(self, wanted: Fetch) -> Iterable[str]:
        index = wanted.pypi or python_index(wanted.search_path)
        page_url = f"{index.rstrip('/')}/{re.sub('[-_.]+', '-', self.project).lower()}/"
        page = read_page(page_url, accept=_ACCEPT)
        links = _links(page.text, is_json=page.content_type.endswith("json"))
        found = [urllib.parse.urljoin(page.url, url) for name, url in links if name == self.pin.file]
        if not found:
            raise SourceError(f"{self.pin.file} cannot be had: the index does not list it for {self.project}")
        return found


def _links(text: str, *, is_json: bool) -> list[tuple[str, str]]:
    """(file name, address) of every file on a project's page."""
    if is_json:
        try:
            return [(str(file["filename"]), str(file["url"])) for file in json.loads(text)["files"]]
        except (ValueError, KeyError, TypeError) as error:
            raise SourceError(f"the index's answer is no list of files: {error!r}") from error
    reader = _AnchorReader()
    reader.feed(text)
    return [(urllib.parse.unquote(urllib.parse.urlsplit(url).path.rpartition("/")[2]), url) for url in reader.urls]


@dataclass
class _AnchorReader(html.parser.HTMLParser):
    urls: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href")
        if tag == "a" and href:
            self.urls.append(href)
