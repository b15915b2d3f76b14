"""Requests to servers that may be silent, slow, broken or without end."""

from __future__ import annotations

import http.client
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import urllib.response
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from rl4real_data.core import interruption
from rl4real_data.core.errors import SourceError
from rl4real_data.core.regular_files import open_regular

TIMEOUT_S: Final = 30.0
NETWORK_ERRORS: Final = (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError)
_BLOCK_BYTES: Final = 1 << 16
_SLOWEST_BYTES_S: Final = 512
"""A server that sends less hangs, for all that anybody cares; the slowest modem lines sent six times as much."""
_PAGE_BYTES: Final = 64 << 20  # the page of a package with thousands of releases has some 10 MB

Answer = urllib.response.addinfourl


class Trickle(ConnectionError):
    """A server that sends, but so slowly that it might as well not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A text of a registry; `url` is where it was found in the end."""

    url: str
    content_type: str
    text: str


def read_page(url: str, *, accept: str, timeout_s: float = TIMEOUT_S) -> Page:
    """The text at `url`; SourceError when it cannot be had."""
    content = bytearray()
    try:
        with ask(url, timeout_s, headers={"Accept": accept}) as answer:
            for block in blocks(answer, timeout_s):
                content += block
                if len(content) > _PAGE_BYTES:
                    raise SourceError(f"{without_login(url)}: has more than {_PAGE_BYTES} bytes")
            kind = answer.headers.get_content_type()
            return Page(url=answer.geturl(), content_type=kind, text=content.decode("utf-8", errors="replace"))
    except NETWORK_ERRORS as error:
        raise SourceError(f"{without_login(url)}: {reason_of(error, timeout_s)}") from error


def ask(url: str, timeout_s: float, *, headers: Mapping[str, str] | None = None) -> Answer:
    """The answer to a GET; one of NETWORK_ERRORS if there is none."""
    if url.startswith("file:"):
        try:
            open_regular(urllib.request.url2pathname(urllib.parse.urlsplit(url).path), most_bytes=sys.maxsize).close()
        except (OSError, ValueError) as error:
            raise urllib.error.URLError(error) from error
    request = urllib.request.Request(url, headers={"User-Agent": "rl4real-data", **(headers or {})})
    answer: Answer = urllib.request.urlopen(request, timeout=timeout_s)
    return answer


def blocks(answer: Answer, timeout_s: float) -> Iterator[bytes]:
    """What comes in, until the server ends. TimeoutError for silence, Trickle for little more."""
    begin, came_bytes = time.monotonic(), 0
    while block := _read(answer):
        interruption.check()
        yield block
        came_bytes += len(block)
        passed_s = time.monotonic() - begin
        if passed_s > timeout_s:
            if came_bytes < _SLOWEST_BYTES_S * passed_s:
                raise Trickle(f"sends less than {_SLOWEST_BYTES_S} bytes a second")
            begin, came_bytes = time.monotonic(), 0


def without_login(url: str) -> str:
    """The address without a user name and password, fit for a message."""
    parts = urllib.parse.urlsplit(url)
    return urllib.parse.urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def reason_of(error: Exception, timeout_s: float) -> str:
    """One of NETWORK_ERRORS, for a person."""
    if isinstance(error, urllib.error.HTTPError):
        with error:
            return f"HTTP {error.code} {error.reason}"
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, TimeoutError):
        return f"no answer for {timeout_s:g} s"
    return str(cause) or type(cause).__name__


def _read(answer: Answer) -> bytes:
    """What is there, at most a block; an error of the network must not look like one of the disk."""
    try:
        block: bytes = answer.read1(_BLOCK_BYTES)  # `read` would wait until a whole block is together
        return block
    except TimeoutError:
        raise
    except OSError as error:
        raise ConnectionError(str(error)) from error
