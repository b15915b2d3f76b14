"""The kinds of source that a manifest may name, as rows."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from rl4real_data.corpus.sources.archive import ArchiveSource
from rl4real_data.corpus.sources.csmith import CsmithSource
from rl4real_data.corpus.sources.debian import DebianSource
from rl4real_data.corpus.sources.debian_binary import DebianBinarySource
from rl4real_data.corpus.sources.git import GitSource
from rl4real_data.corpus.sources.npm import NpmSource
from rl4real_data.corpus.sources.pypi import PypiSource
from rl4real_data.corpus.sources.shipped_folder import PackageSource
from rl4real_data.corpus.sources.source import Source
from rl4real_data.corpus.sources.user_folder import FolderSource

SOURCE_KINDS: Final[Mapping[str, type[Source]]] = MappingProxyType(
    {
        kind.KIND: kind
        for kind in (
            ArchiveSource,
            CsmithSource,
            DebianBinarySource,
            DebianSource,
            FolderSource,
            GitSource,
            NpmSource,
            PackageSource,
            PypiSource,
        )
    }
)
