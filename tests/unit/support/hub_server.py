"""A Hugging Face Hub on this machine: the routes that `HfFileSystem` reads a dataset repository with."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

COMMIT = "c0ffee" + "0" * 34
_ROUTE = re.compile(
    r"/(?:api/)?datasets/(?P<name>[^/]+/[^/]+)"
    r"(?:/(?P<verb>revision|tree|resolve)/(?P<revision>[^/]+)(?:/(?P<path>.+))?)?"
)
_STORAGE = "/storage/"
"""Large files are not in git: the Hub redirects to an object store."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request and how many bytes the answer had."""

    route: str
    path: str
    sent: int


@dataclass
class Hub:
    """What it holds, how it fails, and what it was asked for."""

    url: str
    repositories: dict[str, Path] = field(default_factory=dict)
    revisions: tuple[str, ...] = ("main", COMMIT)
    page: int = 1000
    """Entries of a page of a listing."""
    private_token: str | None = None
    """What one must know to see the repositories; None: everyone does."""
    breaks: dict[str, int] = field(default_factory=dict)
    """File -> byte of it at which the line breaks."""
    says: dict[str, int] = field(default_factory=dict)
    """Route -> status that it always answers with."""
    asked: list[Asked] = field(default_factory=list)

    def sent(self, route: str) -> int:
        return sum(asked.sent for asked in self.asked if asked.route == route)

    def routes(self) -> list[str]:
        return [asked.route for asked in self.asked]


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # 40 ms a request, else: headers and body are two packets

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path.startswith(_STORAGE):
            self._send_stored(url.path.removeprefix(_STORAGE))
            return
        match = _ROUTE.fullmatch(url.path)
        if match is None:
            self._refuse("other", 501, "NotOfThisHub")
            return
        route = match["verb"] or "info"
        folder = self._folder(match["name"])
        revision = unquote(match["revision"] or "main")
        if route in self.hub.says:
            self._refuse(route, self.hub.says[route], "")
        elif folder is None:
            self._refuse(route, 404 if self._token() else 401, "RepoNotFound")
        elif revision not in self.hub.revisions:
            self._refuse(route, 404, "RevisionNotFound")
        elif route in ("info", "revision"):
            self._send(route, json.dumps({"id": match["name"], "sha": COMMIT, "private": False}).encode())
        elif not (path := folder / unquote(match["path"] or "")).exists():
            self._refuse(route, 404, "EntryNotFound")
        elif route == "tree":
            self._send_page(folder, path, int(parse_qs(url.query).get("cursor", ["0"])[0]))
        elif path.suffix == ".parquet":
            self._redirect(match["name"], path.relative_to(folder))
        else:
            self._send_range(route, path)

    def _token(self) -> str | None:
        return self.headers.get("Authorization", "").removeprefix("Bearer ") or None

    def _folder(self, name: str) -> Path | None:
        """Of a repository that this client may see."""
        if self.hub.private_token not in (None, self._token()):
            return None
        return self.hub.repositories.get(name)

    def _send_page(self, root: Path, folder: Path, first: int) -> None:
        entries = [_entry(root, path) for path in sorted(folder.iterdir())]
        last = first + self.hub.page
        more = f"{self.hub.url}{urlsplit(self.path).path}?cursor={last}"
        headers = {"Link": f'<{more}>; rel="next"'} if last < len(entries) else {}
        self._send("tree", json.dumps(entries[first:last]).encode(), headers=headers)

    def _redirect(self, name: str, path: Path) -> None:
        location = f"{self.hub.url}{_STORAGE}{name}/{path.as_posix()}"
        self._send("resolve", b"Found. Redirecting", status=302, headers={"Location": location})

    def _send_stored(self, where: str) -> None:
        owner, name, path = where.split("/", 2)
        self._send_range("storage", self.hub.repositories[f"{owner}/{name}"] / path)

    def _send_range(self, route: str, path: Path) -> None:
        content = path.read_bytes()
        match = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        first = int(match[1]) if match else 0
        last = min(int(match[2]) + 1 if match and match[2] else len(content), len(content))
        if first >= len(content):
            self._refuse(route, 416, "")
            return
        headers = {"Content-Range": f"bytes {first}-{last - 1}/{len(content)}"} if match else {}
        end = self.hub.breaks.get(path.name, last)
        if end >= last:
            self._send(route, content[first:last], status=206 if match else 200, headers=headers)
        else:
            self._send(route, content[first : max(first, end)], headers=headers, promised=last - first)
            self.close_connection = True

    def _refuse(self, route: str, status: int, code: str) -> None:
        message = "Invalid username or password." if status == 401 else code or "No."
        headers = {"X-Error-Message": message, **({"X-Error-Code": code} if code else {})}
        self._send(route, json.dumps({"error": message}).encode(), status=status, headers=headers)

    def _send(
        self, route: str, body: bytes, *, status: int = 200, headers: Any = None, promised: int | None = None
    ) -> None:
        self.hub.asked.append(Asked(route, self.path, len(body)))
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if promised is None else promised))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _entry(root: Path, path: Path) -> dict[str, Any]:
    """As the Hub lists a file or folder; a large file has the hash of what it is stored under."""
    name = path.relative_to(root).as_posix()
    oid = hashlib.sha1(name.encode()).hexdigest()
    if path.is_dir():
        return {"type": "directory", "oid": oid, "size": 0, "path": name}
    size = path.stat().st_size
    entry: dict[str, Any] = {"type": "file", "oid": oid, "size": size, "path": name}
    if path.suffix == ".parquet":
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        entry |= {"lfs": {"oid": digest, "size": size, "pointerSize": 131}, "xetHash": digest}
    return entry


@contextlib.contextmanager
def running_hub() -> Iterator[Hub]:
    """A Hub that answers until the body ends."""

    class Handler(_Handler):
        pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Handler.hub = Hub(url=f"http://127.0.0.1:{http.server_address[1]}")
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield Handler.hub
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
