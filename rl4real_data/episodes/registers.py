"""The table of registers, from what the plugin says of the target's register file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa


def register_table(target: str, register_file: Mapping[str, Any]) -> pa.Table:
    """One row a register. `register_file` is the JSON that `-mlra-dump-registers` writes (RegisterFile.cpp)."""
    import pyarrow as pa

    from rl4real_data.episodes.schema import REGISTERS

    reserved = set(register_file["reserved"])
    places: dict[int, list[dict[str, Any]]] = {}
    for entry in register_file["classes"]:
        for order, reg_id in enumerate(entry["order"]):
            places.setdefault(reg_id, []).append({"class_id": entry["class_id"], "name": entry["name"], "order": order})
    usable = sorted(reg_id for reg_id in places if reg_id not in reserved)
    colours = {reg_id: colour for colour, reg_id in enumerate(usable, start=1)}
    rows = [
        {
            "target": target,
            "reg_id": register["reg_id"],
            "name": register["name"],
            "units": register["units"],
            "aliases": register["aliases"],
            "reserved": register["reg_id"] in reserved,
            "colour": colours.get(register["reg_id"], 0),
            "classes": places.get(register["reg_id"], []),
        }
        for register in register_file["registers"]
    ]
    return pa.Table.from_pylist(rows, schema=REGISTERS)


def class_ids(register_file: Mapping[str, Any]) -> tuple[tuple[str, int], ...]:
    """Name and class_id of each allocatable class."""
    return tuple((entry["name"], entry["class_id"]) for entry in register_file["classes"])


def class_orders(register_file: Mapping[str, Any]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Name and allocation order of each allocatable class."""
    return tuple((entry["name"], tuple(entry["order"])) for entry in register_file["classes"])
