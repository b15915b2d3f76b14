"""The download of one pinned file.

Its addresses are tried in turn, and only the bytes that the pin promises are kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rl4real_data.core.errors import SourceError
from rl4real_data.corpus.web import (
    NETWORK_ERRORS,
    TIMEOUT_S,
    Answer,
    Trickle,
    ask,
    blocks,
    reason_of,
    without_login,
)

__all__ = ["TIMEOUT_S", "DownloadProgress", "Pin", "download_first", "without_login"]

_MOST_ATTEMPTS: Final = 10
"""At one address, each of which brought the file further: what a bad line needs for a large file."""

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
    """Write the first answer that matches `pin` to `draft`; SourceError lists every address that failed.

    What `draft` holds already is taken for the file's beginning, and what came in before a download broke stays there
    for the next address or the next run. The checksum decides in the end.
    """
    tried: list[str] = []
    for url in _each(urls, tried):
        download = _Download(url=url, draft=draft, pin=pin, progress=progress, timeout_s=timeout_s)
        problem = download.run()
        if not problem:
            return
        tried.append(f"{without_login(url)}: {problem}")
    raise SourceError(f"{pin.file} cannot be had. Tried:\n  " + "\n  ".join(tried or ["no address at all"]))


def _each(urls: Iterable[str], tried: list[str]) -> Iterator[str]:
    """The addresses; one that could not be found out is noted like one that failed."""
    try:
        yield from urls
    except SourceError as error:
        if not tried:
            raise
        tried.append(str(error))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Download:
    url: str
    draft: Path
    pin: Pin
    progress: DownloadProgress
    timeout_s: float

    def run(self) -> str:
        """Why this address does not give the file, or nothing."""
        problem = ""
        for _ in range(_MOST_ATTEMPTS):
            begin_bytes = self._there_bytes()
            problem, is_slow = self._continue(begin_bytes)
            there_bytes = self._there_bytes()
            if there_bytes >= self.pin.size_bytes:
                problem = self.pin.problem(self.draft)
                if not problem:
                    return ""
                self.draft.unlink()
                if begin_bytes == 0:
                    return problem
                # The beginning may have been another server's: the whole file once more.
            elif is_slow or there_bytes <= begin_bytes:
                return problem or f"{there_bytes} bytes instead of {self.pin.size_bytes}"
        return problem or f"breaks off {_MOST_ATTEMPTS} times"

    def _there_bytes(self) -> int:
        return self.draft.stat().st_size if self.draft.exists() else 0

    def _continue(self, begin_bytes: int) -> tuple[str, bool]:
        """Fetch what is missing. What broke it off, or nothing; and whether the server was too slow."""
        headers = {"Range": f"bytes={begin_bytes}-"} if begin_bytes else {}
        try:
            with ask(self.url, self.timeout_s, headers=headers) as answer:
                if begin_bytes and not _is_rest(answer, begin_bytes):
                    begin_bytes = 0
                self._copy(answer, begin_bytes)
        except NETWORK_ERRORS as error:
            return reason_of(error, self.timeout_s), isinstance(error, TimeoutError | Trickle)
        return "", False

    def _copy(self, answer: Answer, begin_bytes: int) -> None:
        """Copy, but never more than one block beyond the promised size: a server may send without end."""
        done_bytes, total_bytes = begin_bytes, self.pin.size_bytes
        with self.draft.open("ab" if begin_bytes else "wb") as out:
            self.progress(done_bytes, total_bytes)
            for block in blocks(answer, self.timeout_s):
                out.write(block)
                done_bytes += len(block)
                self.progress(min(done_bytes, total_bytes), total_bytes)
                if done_bytes > total_bytes:
                    return


def _is_rest(answer: Answer, begin_bytes: int) -> bool:
    """True if the server sends the rest that it was asked for; others send the whole file again."""
    return answer.status == 206 and str(answer.headers.get("Content-Range", "")).startswith(f"bytes {begin_bytes}-")
