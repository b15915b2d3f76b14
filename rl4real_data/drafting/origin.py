"""The origin of a first manifest's code.

An index or a folder tells it before anything is compiled.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from rl4real_data.drafting.manifest_text import Value

_NOT_IN_NAMES: Final = re.compile(r"[^a-z0-9._+-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """`source` is the manifest's `[source]` table; `license` is what the package itself declares, if anything.

    `bundles`: other projects that come along are what the package is wanted for. `modules` (empty: find them), `flags`
    and `includes` are what is known to be compiled, and how; `other_flags` some modules are compiled with.
    """

    name: str
    source: Mapping[str, Value]
    version: str = ""
    summary: str = ""
    homepage: str = ""
    license: str = ""
    notes: tuple[str, ...] = ()
    bundles: bool = False
    modules: tuple[PurePosixPath, ...] = ()
    flags: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()
    other_flags: tuple[str, ...] = ()


def corpus_name(text: str) -> str:
    """The nearest name that a manifest may have."""
    name = _NOT_IN_NAMES.sub("-", text.lower()).strip("-._+")
    return name or "corpus"
