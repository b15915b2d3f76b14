"""Downloads one pinned file: tries its addresses in turn and keeps only the bytes that the pin promises."""

from __future__ import annotations

import hashlib
import http.client
import urllib.error
import urllib.parse
import urllib.request
import urllib.response
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from rl4real_data.errors import SourceError

TIMEOUT_S: Final = 30.0
_BLOCK_BYTES: Final = 1 << 16
_PAGE_BYTES: Final = 64 << 20  # the page of a package with thousands of releases has some 10 MB

NETWORK_ERRORS: Final = (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError)

DownloadProgress = Callable[[int, int], None]
"""Called with (bytes done, bytes in total) while a file comes in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A file as its manifest promises it."""

    file: str
    size_bytes: int
    sha256: str

    def problem(self, path: Path) -> str:
        """How the file at `path` differs from the pin, or nothing."""
        size_bytes = path.stat().st_size
        if size_bytes != self.size_bytes:
            return f"{size_bytes} bytes instead of {self.size_bytes}"
        with path.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        return "" if sha256 == self.sha256 else f"sha256 {sha256} instead of {self.sha256}"


def download_first(
    urls: Iterable[str],
    draft: Path,
    *,
    pin: Pin,
    progress: DownloadProgress,
    timeout_s: float = TIMEOUT_S,
) -> None:
    """Write the first answer that matches `pin` to `draft`; SourceError lists every address that failed."""
    tried: list[str] = []
    for url in urls:
        try:
            with _open(url, timeout_s) as answer, draft.open("wb") as out:
                _copy(answer, out, pin.size_bytes, progress)
        except NETWORK_ERRORS as error:
            tried.append(f"{without_login(url)}: {_reason(error, timeout_s)}")
            continue
        problem = pin.problem(draft)
        if not problem:
            return
        tried.append(f"{without_login(url)}: {problem}")
    raise SourceError(f"{pin.file} cannot be had. Tried:\n  " + "\n  ".join(tried or ["no address at all"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A text of a registry; `url` is where it was found in the end."""

    url: str
    content_type: str
    text: str


def read_page(url: str, *, accept: str, timeout_s: float = TIMEOUT_S) -> Page:
    """The text at `url`; SourceError when it cannot be had."""
    try:
        with _open(url, timeout_s, accept=accept) as answer:
            content = _read(answer, _PAGE_BYTES + 1)
            page = Page(
                url=answer.geturl(),
                content_type=answer.headers.get_content_type(),
                text=content.decode("utf-8", errors="replace"),
            )
    except NETWORK_ERRORS as error:
        raise SourceError(f"{without_login(url)}: {_reason(error, timeout_s)}") from error
    if len(content) > _PAGE_BYTES:
        raise SourceError(f"{without_login(url)}: has more than {_PAGE_BYTES} bytes")
    return page


def without_login(url: str) -> str:
    """The address without a user name and password, fit for a message."""
    parts = urllib.parse.urlsplit(url)
    return urllib.parse.urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _open(url: str, timeout_s: float, *, accept: str = "*/*") -> urllib.response.addinfourl:
    headers = {"User-Agent": "rl4real-data", "Accept": accept}
    answer: urllib.response.addinfourl = urllib.request.urlopen(
        urllib.request.Request(url, headers=headers), timeout=timeout_s
    )
    return answer


def _copy(answer: urllib.response.addinfourl, out: BinaryIO, size_bytes: int, progress: DownloadProgress) -> None:
    """Copy, but never more than one block beyond the promised size: a server may send without end."""
    done_bytes = 0
    progress(0, size_bytes)
    while done_bytes <= size_bytes and (block := _read(answer, _BLOCK_BYTES)):
        out.write(block)
        done_bytes += len(block)
        progress(min(done_bytes, size_bytes), size_bytes)


def _read(answer: urllib.response.addinfourl, size_bytes: int) -> bytes:
    """The next block; an error of the network must not look like one of the disk that is written to."""
    try:
        return answer.read(size_bytes)
    except TimeoutError:
        raise
    except OSError as error:
        raise ConnectionError(str(error)) from error


def _reason(error: Exception, timeout_s: float) -> str:
    if isinstance(error, urllib.error.HTTPError):
        with error:
            return f"HTTP {error.code} {error.reason}"
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, TimeoutError):
        return f"no answer for {timeout_s:g} s"
    return str(cause) or type(cause).__name__
