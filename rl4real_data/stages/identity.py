"""The columns of an episode that say where it comes from, and its names."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import pyarrow as pa

from rl4real_data.episodes.schema import EPISODES


class Origin(Protocol):
    """Where functions come from: a module, or as much as is told of one."""

    @property
    def corpus(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def license(self) -> str: ...

    @property
    def redistributable(self) -> bool: ...


def with_identity(functions: pa.Table, modules: Sequence[Origin], identity: Mapping[str, str]) -> pa.Table:
    """The functions as episodes; `modules`: that of each row, `identity`: constant columns of all rows.

    What is said with an empty word is null: nobody knows it.
    """
    columns: dict[str, Any] = {name: functions[name] for name in functions.schema.names}
    for name, value in identity.items():
        columns[name] = pa.repeat(value, len(modules)) if value else pa.nulls(len(modules), pa.string())
    columns["corpus"] = _words([module.corpus for module in modules])
    columns["module"] = _words([module.name for module in modules])
    columns["license"] = _words([module.license for module in modules])
    columns["redistributable"] = pa.array([module.redistributable for module in modules], pa.bool_())
    columns["episode_id"] = pa.array(_episode_ids(functions, modules, identity), pa.string())
    columns["pair_id"] = pa.array(_pair_ids(functions, modules), pa.string())
    return pa.table([columns[name] for name in EPISODES.names], schema=EPISODES)


def _words(values: Sequence[str]) -> pa.Array:
    return pa.array([value or None for value in values], pa.string())


def _episode_ids(functions: pa.Table, modules: Sequence[Origin], identity: Mapping[str, str]) -> list[str]:
    """Of all constants, and what the function is."""
    heads = {id(module): _head(module, identity) for module in modules}
    rows = zip(*(functions[name].to_pylist() for name in ("content_hash", "function", "function_id")), strict=True)
    return [
        _digest(f"{heads[id(module)]}\0{content}\0{name}\0{number}")
        for module, (content, name, number) in zip(modules, rows, strict=True)
    ]


def _head(module: Origin, identity: Mapping[str, str]) -> str:
    constants = {**identity, "corpus": module.corpus, "module": module.name, "license": module.license}
    return "\0".join(f"{key}={value}" for key, value in sorted(constants.items()))


def _pair_ids(functions: pa.Table, modules: Sequence[Origin]) -> list[str]:
    """The same for one function whatever it is compiled for."""
    names = functions["function"].to_pylist()
    return [_digest(f"{module.corpus}\0{module.name}\0{name}") for module, name in zip(modules, names, strict=True)]


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
