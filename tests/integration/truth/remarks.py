"""The register allocator's remarks, as `-fsave-optimization-record` writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_NUMBER = re.compile(r"^  - (Num|Total)(\w+): +'([^']*)'", re.MULTILINE)
_FUNCTION = re.compile(r"^Function: +(.+)$", re.MULTILINE)

COLUMNS: Final = {  # the remark's words, and ours
    "NumSpills": "spills",
    "TotalSpillsCost": "spills_cost",
    "NumReloads": "reloads",
    "TotalReloadsCost": "reloads_cost",
    "NumFoldedSpills": "folded_spills",
    "TotalFoldedSpillsCost": "folded_spills_cost",
    "NumFoldedReloads": "folded_reloads",
    "TotalFoldedReloadsCost": "folded_reloads_cost",
    "NumVRCopies": "copies",
    "TotalCopiesCost": "copy_cost",
}


def read_remarks(text: str) -> dict[str, Mapping[str, float]]:
    """The numbers of each function's remark; those of loops are left out. A function of which all are 0 has none."""
    found: dict[str, Mapping[str, float]] = {}
    for remark in text.split("\n--- "):
        if "Name:            SpillReloadCopies" not in remark:
            continue
        name = _FUNCTION.search(remark)
        assert name, remark
        numbers = {kind + word: float(value) for kind, word, value in _NUMBER.findall(remark)}
        found[name[1].strip("'\"")] = numbers
    return found
