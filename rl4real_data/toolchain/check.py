"""One thing that the diagnosis looked at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that a run needs (`is_required`) or that some uses of it need; `remedy` is what to do.

    `is_setting`: it is there and the user's own, so that it is wrong and not missing.
    """

    name: str
    ok: bool
    detail: str
    remedy: str = ""
    is_required: bool = True
    is_setting: bool = False
