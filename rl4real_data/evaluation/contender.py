"""The allocators that an evaluation compares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from rl4real_data.labels.decisions import Decisions

ModuleKey = tuple[str, str]
"""Corpus and module."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What is decided on one function, whose problem has this hash."""

    content_hash: str
    decisions: Decisions


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """One allocator. `name` heads its rows; `flags` are LLVM's and the plugin's, without what clang wants before each.

    `environment`: what the compiler needs to find a model. `chosen`: what is known to be good for some functions of a
    module, by their names, and carried out there; the others are greedy's.
    """

    name: str
    flags: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    chosen: Mapping[ModuleKey, Mapping[str, Chosen]] = field(default_factory=dict, repr=False)

    @property
    def needs_plugin(self) -> bool:
        """Whether it is not in every clang."""
        return bool(self.chosen) or any(flag.startswith(_OWN) for flag in self.flags)


_OWN: Final = ("-mlra", "-rl-", "-ml-")

GREEDY: Final = Contender(name="greedy")
BASIC: Final = Contender(name="basic", flags=("-regalloc=basic",))
PBQP: Final = Contender(name="pbqp", flags=("-regalloc=pbqp",))
