"""The tables of registers, of their classes and of call-preserved masks.

Made of what the plugin says of the target's register file, the JSON that `-mlra-dump-registers` writes
(RegisterFile.cpp), or of what the fork's configuration says of it, which knows less.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa


def register_table(target: str, register_file: Mapping[str, Any]) -> pa.Table:
    """One row a register."""
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
            "subregs": register.get("subregs"),
            "cost": register.get("cost"),
        }
        for register in register_file["registers"]
    ]
    return pa.Table.from_pylist(rows, schema=REGISTERS)


def register_class_table(target: str, register_file: Mapping[str, Any]) -> pa.Table | None:
    """One row an allocatable class; None where the file does not tell what a spill takes."""
    import pyarrow as pa

    from rl4real_data.episodes.schema import REGISTER_CLASSES

    classes = register_file["classes"]
    if not all("spill_size" in entry for entry in classes):
        return None
    return pa.Table.from_pylist([{"target": target, **entry} for entry in classes], schema=REGISTER_CLASSES)


def register_mask_table(target: str, register_file: Mapping[str, Any]) -> pa.Table | None:
    """One row a call-preserved mask; None where the file does not tell them."""
    import pyarrow as pa

    from rl4real_data.episodes.schema import REGISTER_MASKS

    if "masks" not in register_file:
        return None
    rows = [{"target": target, **entry} for entry in register_file["masks"]]
    return pa.Table.from_pylist(rows, schema=REGISTER_MASKS)


def class_ids(register_file: Mapping[str, Any]) -> tuple[tuple[str, int], ...]:
    """Name and class_id of each allocatable class."""
    return tuple((entry["name"], entry["class_id"]) for entry in register_file["classes"])


def class_orders(register_file: Mapping[str, Any]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Name and allocation order of each allocatable class."""
    return tuple((entry["name"], tuple(entry["order"])) for entry in register_file["classes"])
