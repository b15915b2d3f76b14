"""The indexes that packages can be looked up in, as rows.

The prefix of the word and who knows the index.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from rl4real_data.corpus.sources.source import Supply
from rl4real_data.drafting.debian_index import look_up_debian
from rl4real_data.drafting.npm_index import look_up_npm
from rl4real_data.drafting.origin import Origin
from rl4real_data.drafting.python_index import look_up_python

INDEXES: Final[Mapping[str, Callable[[str, Supply], Origin]]] = MappingProxyType(
    {"debian": look_up_debian, "pypi": look_up_python, "npm": look_up_npm}
)
