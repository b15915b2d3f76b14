"""The kinds of source that a manifest may name, as rows."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from rl4real_data.corpus.sources.debian import DebianSource
from rl4real_data.corpus.sources.package import PackageSource
from rl4real_data.corpus.sources.source import Source

SOURCE_KINDS: Final[Mapping[str, type[Source]]] = MappingProxyType(
    {kind.KIND: kind for kind in (DebianSource, PackageSource)}
)
