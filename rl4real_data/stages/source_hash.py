"""The hash of a source, the same wherever its project lies.

A source that a build writes may name others by where they lie on this machine, as CMake's unity files do. Where it
names a folder of the corpus, its text is hashed with the corpus's own name for that folder. Corpora that come with the
program lie in a cache, where nobody has built anything.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

from rl4real_data.core.regular_files import read_regular
from rl4real_data.corpus.module import Language, Module
from rl4real_data.corpus.places import PROJECT, rename
from rl4real_data.stages.part import FileHashes

_MOST_BYTES: Final = 16 << 20
"""A larger source is data, of whose bytes none are names."""


def source_sha256(module: Module, hashes: FileHashes) -> str:
    """Of the source's bytes, or of what they are with names instead of folders; nothing for one that is not there."""
    digest = hashes.of(str(module.source))
    folders = _folders(module)
    if digest is None or not folders or module.language is Language.IR:
        return digest or ""
    try:
        content = read_regular(module.source, most_bytes=_MOST_BYTES)
    except OSError:
        return digest
    if not any(os.fsencode(folder) in content for folder in folders):
        return digest
    text = content.decode(errors="surrogateescape")
    (named,) = rename([text], {str(folder): name for folder, name in folders.items()})
    return hashlib.sha256(named.encode(errors="surrogateescape")).hexdigest()


def _folders(module: Module) -> dict[Path, str]:
    """The folders that may be named, and what they are called."""
    if not module.places and module.whereabouts is not None and not module.whereabouts.is_shipped:
        return {module.root: PROJECT}
    return {place.path: PROJECT if place.name == "." else place.name for place in module.places}
