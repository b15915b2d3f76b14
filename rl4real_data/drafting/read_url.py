"""Reads small texts from the indexes of packages."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Final

from rl4real_data.corpus.download import TIMEOUT_S, without_login
from rl4real_data.errors import SourceError

_MOST_BYTES: Final = 64 << 20  # the largest known page of an index has 20 MB


def read_first(urls: Sequence[str], *, what: str, hint: str, headers: Mapping[str, str] | None = None) -> str:
    """The text of the first address that answers; SourceError lists all that failed."""
    tried = []
    for url in urls:
        request = urllib.request.Request(url, headers={"User-Agent": "rl4real-data", **(headers or {})})
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
                content: bytes = answer.read(_MOST_BYTES)
                return content.decode(errors="replace")
        except urllib.error.HTTPError as error:
            with error:
                tried.append(f"{without_login(url)}: HTTP {error.code} {error.reason}")
        except (OSError, http.client.HTTPException) as error:
            tried.append(f"{without_login(url)}: {getattr(error, 'reason', error) or type(error).__name__}")
    raise SourceError(f"{what} cannot be had. Tried:\n  " + "\n  ".join(tried or ["no address at all"]), hint=hint)
