"""The advice for a run whose modules failed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rl4real_data.stages.selection import Entry

_MISSING_HEADER: Final = re.compile(r"error: '([^']+)' file not found")
_LARGE_SHARE: Final = 0.5


def advice_on_failures(failed: Sequence[Entry], data_dir: Path, *, is_all: bool) -> str:
    """What to do next: other flags if that is what most of the modules lack, else a look at each.

    `is_all`: no module compiled, so allowing failures would be no help.
    """
    headers = [header for entry in failed if (header := _missing_header(entry))]
    look = f"see `rl4real-data stats {data_dir}`"
    if len(headers) < _LARGE_SHARE * len(failed):
        if is_all:
            return (
                f"{look}; a source that is mended is compiled by the same command, an unchanged one by --retry-failed"
            )
        return f"{look}; allow more with --max-failed, try again with --retry-failed"
    return (
        f"headers such as {headers[0]} are not found: the compile_commands.json of a build says where they lie "
        "(`--corpus build/compile_commands.json`; cmake -DCMAKE_EXPORT_COMPILE_COMMANDS=ON, meson and `bear -- make` "
        "write it), --allow-build runs the folder's build for it, and `rl4real-data corpus add FOLDER` looks for "
        f"include folders and flags; {look}"
    )


def is_of_flags(entry: Entry) -> bool:
    """True for a module that failed for want of other flags, which is nobody's fault but its own build's."""
    return bool(entry.module.refusal or _missing_header(entry))


def _missing_header(entry: Entry) -> str:
    match = _MISSING_HEADER.search(entry.part.failure.reason) if entry.part.failure else None
    return match[1] if match else ""
