"""Properties of opcodes, as the target's tables have them.

What a probe tries to tell from vectors.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from rl4real_data.mir2vec.entities import base_opcode

PROPERTIES: Final = ("load", "store", "call", "branch", "compare", "move", "float", "vector")
"""`float` against integer and `vector` against scalar, as `OpcodeTable.h` of the plugin defines them."""


def base_properties(
    table: Mapping[str, Any], opcodes: Iterable[tuple[str, int]]
) -> tuple[list[str], Mapping[str, Sequence[bool]]]:
    """Base names, sorted, and for each property whether most instructions of that name have it.

    `table` is what `-mlra-dump-opcodes` wrote; `opcodes` are full names with how often they occur. `MOV` is a load if
    more than half of the instructions that occur as some `MOV…` are.
    """
    known = {row["name"]: frozenset(row["properties"]) for row in table["opcodes"]}
    totals: dict[str, int] = defaultdict(int)
    having: dict[str, np.ndarray[Any, Any]] = defaultdict(lambda: np.zeros(len(PROPERTIES), np.int64))
    for opcode, count in opcodes:
        if count and opcode in known:
            base = base_opcode(opcode)
            totals[base] += count
            having[base] += [count * (name in known[opcode]) for name in PROPERTIES]
    bases = sorted(totals)
    labels = {name: [bool(2 * having[base][i] > totals[base]) for base in bases] for i, name in enumerate(PROPERTIES)}
    return bases, labels
