"""The description of one corpus, for a person or a machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path, PurePath
from typing import Any

from rl4real_data.corpus.cache import Cache
from rl4real_data.corpus.inventory import cache_state, pins_of, tree_in_cache
from rl4real_data.corpus.manifest import Manifest
from rl4real_data.corpus.manifest_corpus import corpus_of_manifest


def describe(manifest: Manifest, cache: Cache) -> dict[str, object]:
    """The manifest as plain values, where its files lie, and its modules if the tree is in the cache."""
    tree = tree_in_cache(manifest, cache)
    downloads = [cache.download_path(pin) for pin in pins_of(manifest)]
    return {
        **_plain(manifest),
        "cache": {
            "state": cache_state(manifest, cache).value,
            "archives": [str(path) for path in downloads if path.is_file()],
            "tree": str(tree) if tree else None,
        },
        "files": _module_paths(manifest, tree),
    }


def describe_as_text(description: Mapping[str, object]) -> str:
    """A line a value, tables indented, nothing that is empty."""
    return "\n".join(_lines(description, ""))


def _module_paths(manifest: Manifest, tree: Path | None) -> list[str]:
    if tree is None:
        return []
    return [str(module.path) for module in corpus_of_manifest(manifest, tree).modules]


def _lines(values: Mapping[str, object], indent: str) -> list[str]:
    lines = []
    for key, value in values.items():
        if value in (None, "", [], {}):
            continue
        label = f"{indent}{key.replace('_', ' '):<{max(18 - len(indent), 1)}}"
        if isinstance(value, Mapping):
            lines += [label.rstrip(), *_lines(value, indent + "  ")]
        elif isinstance(value, list):
            lines += _list_lines(label, value, indent)
        else:
            lines.append(f"{label} {value}")
    return lines


def _list_lines(label: str, items: list[object], indent: str) -> list[str]:
    lines = []
    for number, item in enumerate(items):
        start = label if number == 0 else " " * len(label)
        if isinstance(item, Mapping):
            lines += [label.rstrip(), *_lines(item, indent + "  ")]
        else:
            lines.append(f"{start} {item}")
    return lines


def _plain(value: Any) -> Any:
    """Dataclasses, paths and enumerations as what JSON has."""
    if is_dataclass(value) and not isinstance(value, type):
        kind = getattr(value, "KIND", None)
        pairs = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        return {"kind": kind, **pairs} if kind else pairs
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, PurePath) else value
