"""A folder of the fork's graphs.

Which files are graphs, which module each belongs to, and the module's name.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from rl4real_data.core.stored_names import encoded
from rl4real_data.rl4real_fork.formats.adjacency_json import parse_json
from rl4real_data.rl4real_fork.formats.dot import parse_dot

READERS: Final = {".dot": parse_dot, ".json": parse_json}
_CONFIG_FILE: Final = re.compile(r"(?:RegColorMap_\w+|\w+_supported_RegClasses|\w+_overlaps_info)\.json")
_HEAD_BYTES: Final = 1 << 16
"""Both forms name the module at their beginning, DOT in its second line, JSON before the nodes."""

_DOT_NAME: Final = re.compile(rb'\Agraph G \{\nFileName="(.*)";\n')
_JSON_KEY: Final = b'"FileName":'


@dataclass(frozen=True, slots=True)
class GraphFile:
    """One file, and the module that its first bytes name; None if they do not."""

    path: Path
    source: str | None


def find_graph_files(folder: Path) -> tuple[GraphFile, ...]:
    """All `.dot` and `.json` files below `folder` but those of a CONFIG_DIR, sorted by path."""
    paths = (path for suffix in READERS for path in folder.rglob(f"*{suffix}"))
    return tuple(GraphFile(path, _source_of(path)) for path in sorted(paths) if not _CONFIG_FILE.fullmatch(path.name))


def module_names(sources: Iterable[str]) -> Mapping[str, str]:
    """A name for each source path: the part behind the folder that all of them lie in; no path of a machine is left."""
    paths = {source: PurePosixPath(os.path.normpath(source or "unnamed")) for source in sources}
    roots = {path.parent for path in paths.values()}
    if len({path.is_absolute() for path in roots}) > 1:
        return {source: str(path).lstrip("/") for source, path in paths.items()}
    root = os.path.commonpath(roots) if roots else ""
    return {source: os.path.relpath(path, root or ".") for source, path in paths.items()}


def _source_of(path: Path) -> str | None:
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
    except OSError:
        return None
    if path.suffix == ".dot":
        found = _DOT_NAME.match(head)
        return _without_escapes(os.fsdecode(found[1])) if found else None
    begin = head.find(_JSON_KEY)
    try:
        value, _ = json.JSONDecoder().raw_decode(
            head[begin + len(_JSON_KEY) :].decode("utf-8", "surrogateescape").lstrip()
        )
    except ValueError:
        return None
    return _without_escapes(os.fsdecode(encoded(value[1:-1]))) if begin >= 0 and isinstance(value, str) else None


def _without_escapes(name: str) -> str:
    """A DOT string knows one escape, that of the quote."""
    return name.replace('\\"', '"')
