"""The journal of a publication.

It names the files that replace others, so that a publication which was broken off is carried through.

A journal moves and deletes files, so it counts only if it is our own (`rl4real_data.core.own_mark`): one that came
with a downloaded dataset does not, and neither does one that is damaged, or whose files are not those that it names.
Even our own names nothing but files of a dataset.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rl4real_data.core.own_mark import is_own, mark_of
from rl4real_data.episodes.file_names import INDEX_NAME, SPLITS, is_listed_name

STATE: Final = re.compile(r"[0-9a-f]{64}")
"""The fingerprint of a finished split."""
_DIGEST: Final = STATE


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """`files`: name -> sha256 of all files of the new dataset, its index among them. `states`: split -> fingerprint."""

    files: Mapping[str, str]
    states: Mapping[str, str]

    def to_bytes(self) -> bytes:
        """With our mark."""
        content = self._content()
        return json.dumps({"content": content, "mark": mark_of(content.encode())}).encode()

    def _content(self) -> str:
        return json.dumps({"files": dict(self.files), "states": dict(self.states)}, sort_keys=True)


def read_journal(data: bytes) -> Journal | None:
    """None for a journal that is not our own, or none at all."""
    try:
        raw = json.loads(data)
        content, mark = raw["content"], raw["mark"]
        if not is_own(content.encode(), mark):
            return None
        parsed = json.loads(content)
        journal = Journal(files=dict(parsed["files"]), states=dict(parsed["states"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return journal if _is_sound(journal) else None


def _is_sound(journal: Journal) -> bool:
    names = all(name == INDEX_NAME or is_listed_name(name) for name in journal.files)
    digests = all(_DIGEST.fullmatch(digest) for digest in journal.files.values())
    states = all(split in SPLITS and STATE.fullmatch(state) for split, state in journal.states.items())
    return names and digests and states
