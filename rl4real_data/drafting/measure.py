"""The pin of a file that nobody has pinned yet.

The file is downloaded and measured.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import Final

from rl4real_data.core.errors import SourceError
from rl4real_data.corpus.cache import Cache
from rl4real_data.corpus.download import Pin
from rl4real_data.corpus.sources.source import Supply
from rl4real_data.corpus.web import NETWORK_ERRORS, TIMEOUT_S, ask, blocks, reason_of, without_login

_MOST_BYTES: Final = 1 << 30


def pin_file(url: str, file: str, supply: Supply, *, sha256: str = "", sha512: str = "") -> Pin:
    """The pin of the file at `url`, which lies in the cache afterwards.

    `sha256` (hexadecimal) and `sha512` (base64) are what the index promises, if it does; SourceError if that differs.
    """
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "file"
        _download(url, draft)
        with draft.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
            stream.seek(0)
            found512 = base64.b64encode(hashlib.file_digest(stream, "sha512").digest()).decode()
        if (sha256 and found != sha256) or (sha512 and found512 != sha512):
            raise SourceError(f"{without_login(url)} is not what the index promises: its checksum differs")
        pin = Pin(file=file, size_bytes=draft.stat().st_size, sha256=found)
        Cache(root=supply.cache).file(pin, lambda target: _copy(draft, target))
    return pin


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)


def _download(url: str, draft: Path) -> None:
    try:
        with ask(url, TIMEOUT_S) as answer, draft.open("wb") as out:
            for block in blocks(answer, TIMEOUT_S):
                out.write(block)
                if out.tell() > _MOST_BYTES:
                    raise SourceError(f"{without_login(url)} has more than {_MOST_BYTES} bytes")
    except NETWORK_ERRORS as error:
        raise SourceError(f"{without_login(url)}: {reason_of(error, TIMEOUT_S)}") from error
