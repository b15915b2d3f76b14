"""The RL4ReAl fork's CONFIG_DIR as a register file, in the form in which the plugin writes one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rl4real_data.errors import UsageError


def read_fork_config(config_dir: Path, target: str) -> Mapping[str, Any]:
    """Registers, aliases and classes from `regalloc/<target>_*.json`; `target` is X86 or AArch64.

    Classes are numbered by name, since the fork's files do not tell LLVM's numbers. The fork tells aliases and no
    register units: each pair of aliases counts as one unit that both have, so that two registers share a unit exactly
    where they alias. UsageError for a missing or broken file.
    """
    classes = _read(config_dir / "regalloc" / f"{target}_supported_RegClasses.json")
    overlaps = _read(config_dir / "regalloc" / f"{target}_overlaps_info.json")
    try:
        names = {entry["regId"]: entry["regName"] for members in classes.values() for entry in members}
        aliases = {int(register): sorted(set(others) - {int(register)}) for register, others in overlaps.items()}
        units = _units({*names, *aliases}, aliases)
        return {
            "reserved": [],
            "registers": [
                {
                    "reg_id": number,
                    "name": names.get(number, f"register {number}"),
                    "units": units[number],
                    "aliases": aliases.get(number, []),
                }
                for number in sorted(units)
            ],
            "classes": [
                {"class_id": number, "name": name, "order": [entry["regId"] for entry in classes[name]]}
                for number, name in enumerate(sorted(classes))
            ],
        }
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(
            f"{config_dir}: its register files are not what the fork's training scripts read ({error!r})",
            hint="CONFIG_DIR is the fork's configuration folder",
        ) from error


def _units(registers: set[int], aliases: Mapping[int, list[int]]) -> dict[int, list[int]]:
    units: dict[int, list[int]] = {register: [] for register in registers}
    count = 0
    for register in sorted(registers):
        units[register].append(count)
        count += 1
        for other in aliases.get(register, []):
            if other > register and other in units:
                units[register].append(count)
                units[other].append(count)
                count += 1
    return {register: sorted(numbers) for register, numbers in units.items()}


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{path}: cannot be read ({error})", hint="CONFIG_DIR is the fork's configuration folder"
        ) from error
