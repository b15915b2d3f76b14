"""Writes a dump of columns as the plugin does, from records as Python has them; ColumnWriter.h describes the file."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping, Sequence
from typing import Any

MAGIC = b"MLRACOL1"
COSTS = (
    *("spills_cost", "reloads_cost", "folded_spills_cost", "folded_reloads_cost", "cheap_remats_cost"),
    *("dear_remats_cost", "callee_saved_cost", "score"),
)
LETTERS = {
    **dict.fromkeys(("block_freq", "block_succ_prob", "node_spill_weight", "use_spill_weight"), "f"),
    **dict.fromkeys(("spill_cost", "copy_cost", "score_counts", *COSTS), "d"),
    **dict.fromkeys(("function", "content_hash", "mir", "shape_opcode", "shape_operands"), "s"),
    "eh_pads": "b",
    "optnone": "b",
}
"""All other members are int32."""

DEPTHS = dict.fromkeys(
    (
        *("block_succ", "node_live", "node_hint", "node_forbidden", "use_inst", "use_distance", "use_spill_weight"),
        *("split_points", "shape_operands"),
        *("block_succ_prob", "use_flags", "value_def", "value_flags", "fixed_live", "mask_preserved"),
    ),
    2,
)


def members_of_version_1(nodes: int, uses: int) -> dict[str, Any]:
    """What the whole problem and the whole answer add to the record of a function of one block, which is all that is
    said of it: no operand, no copy, nothing taken, every node in one register.
    """
    lists = (
        *("operand_inst", "operand_index", "operand_node", "operand_subreg", "operand_flags"),
        *("copy_inst", "copy_to", "copy_from", "copy_to_subreg", "copy_from_subreg"),
        *("fixed_unit", "fixed_live", "mask_inst", "mask_id", "mask_preserved", "callee_saved", "callee_saved_used"),
        *("part_node", "part_first", "part_last", "part_place", "choice_operand", "choice_place"),
        *("move_kind", "move_inst", "move_block", "move_node", "move_from", "move_to", "move_value"),
        *("changed_inst", "changed_flags"),
    )
    return {
        "block_succ_prob": [[]],
        "block_flags": [3],
        "block_first_split": [0],
        "block_last_split": [0],
        "use_flags": [[1] * uses for _ in range(nodes)],
        "value_def": [[0] for _ in range(nodes)],
        "value_flags": [[0] for _ in range(nodes)],
        "node_fate": [0] * nodes,
        **{name: [] for name in lists},
        **{name: 0 for name in (*COSTS, "cheap_remats", "dear_remats")},
        "score_counts": [0] * 6,
    }


def encode(
    records: Sequence[Mapping[str, Any]],
    *,
    version: int = 3,
    functions: int | None = None,
    letters: Mapping[str, str] | None = None,
) -> bytes:
    """The file's bytes. `functions` and `letters` (a type a member) let it claim what is not true."""
    body = bytearray(MAGIC)
    columns = []
    for name in records[0] if records else ():
        depth = DEPTHS.get(name, int(isinstance(records[0][name], list)))
        letter = {**LETTERS, **(letters or {})}.get(name, "i")
        buffers = []
        values: list[Any] = [record[name] for record in records]
        for level in range(depth):
            if level == 1 and not values:
                depth = 1  # the plugin has not seen any list in these lists
                break
            buffers.append(_put(body, _ends(values)))
            values = [element for value in values for element in value]
        if values and letter == "s":
            encoded = [value.encode() for value in values]
            buffers += [_put(body, _ends(encoded)), _put(body, b"".join(encoded))]
        else:
            buffers.append(_put(body, _numbers(letter, values)))
        columns.append(
            {
                "name": name,
                "type": letter if values else "",
                "lists": depth,
                "values": len(values),
                "buffers": buffers,
            }
        )
    count = len(records) if functions is None else functions
    end = json.dumps({"v": version, "functions": count, "columns": columns}).encode()
    return bytes(body) + end + struct.pack("<I", len(end)) + MAGIC


def _ends(lists: Sequence[Sequence[Any]]) -> bytes:
    ends = [0]
    for one in lists:
        ends.append(ends[-1] + len(one))
    return struct.pack(f"<{len(ends)}i", *ends)


def _numbers(letter: str, values: Sequence[Any]) -> bytes:
    numbers = [math.inf if value is None else value for value in values]
    return struct.pack(f"<{len(numbers)}{letter if letter in 'ifd' else 'B'}", *numbers)


def _put(body: bytearray, data: bytes) -> list[int]:
    offset = len(body)
    body += data + b"\0" * (-len(data) % 8)
    return [offset, len(data)]
