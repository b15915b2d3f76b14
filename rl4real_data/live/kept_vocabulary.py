"""A vocabulary in LLVM's JSON, as the plugin reads it, kept in the cache."""

from __future__ import annotations

import hashlib
from pathlib import Path

from rl4real_data.core.errors import CacheError
from rl4real_data.mir2vec.vocabulary_file import read_vocabulary, write_vocabulary


def kept_vocabulary(path: Path, cache_dir: Path) -> Path:
    """Made of the file at the first need, and anew when that changes. VocabularyError for a file that is none."""
    vocabulary = read_vocabulary(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    kept = cache_dir / "vocabularies" / f"{path.stem}-{digest}.json"
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        if not kept.is_file():
            write_vocabulary(kept, vocabulary)
    except OSError as error:
        raise CacheError(
            f"the cache {cache_dir} cannot be used: {error.strerror or error}",
            hint="correct its permissions, or set RL4REAL_DATA_CACHE to another folder",
        ) from error
    return kept
