"""The RL4ReAl fork's CONFIG_DIR.

Read as a register file in the plugin's form, and made from `registers.parquet`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from rl4real_data.core.errors import UsageError
from rl4real_data.core.regular_files import read_regular_text
from rl4real_data.core.targets import TARGETS, TargetName

CONFIG: Final = "config"
"""Name of the CONFIG_DIR beside exported graphs."""

_RELEASE_NAME: Final = "llvm_version"
"""Ours, beside the fork's files, which its readers open by name: register numbers are those of one release."""
_RELEASE: Final = re.compile(r"\d+(?:\.\d+){0,3}[0-9A-Za-z.+~-]{0,40}")
_MOST_BYTES: Final = 256

_HINT: Final = "CONFIG_DIR is the fork's configuration folder"


def classes_path(config_dir: Path, target: str) -> Path:
    """The file that a CONFIG_DIR has for each target that it describes; `target` is X86 or AArch64."""
    return config_dir / "regalloc" / f"{target}_supported_RegClasses.json"


def read_fork_config(config_dir: Path, target: str) -> Mapping[str, Any]:
    """Registers, aliases and classes from `regalloc/<target>_*.json`; `target` is X86 or AArch64.

    Classes are numbered by name, since the fork's files do not tell LLVM's numbers. The fork tells aliases and no
    register units: each pair of aliases counts as one unit that both have, so that two registers share a unit exactly
    where they alias. UsageError for a missing or broken file.
    """
    classes = _read(classes_path(config_dir, target))
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
            f"{config_dir}: its register files are not what the fork's training scripts read ({error!r})", hint=_HINT
        ) from error


def read_colours(config_dir: Path, target: str) -> Mapping[int, int] | None:
    """Colour of each register in `RegColorMap_<target>.json`; None if that file is not there. UsageError if broken."""
    path = config_dir / f"RegColorMap_{target}.json"
    if not path.exists():
        return None
    try:
        listed = [entry for entry in _read(path)["targets"] if entry["name"] == target]
        return {int(row["phyReg"]): int(row["color"]) for entry in listed for row in entry["register"]}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"{path}: is no colour map ({error!r})", hint=_HINT) from error


def read_release(config_dir: Path) -> str | None:
    """The release of LLVM whose numbers these are; None if it does not tell. UsageError for what is no release."""
    path = config_dir / _RELEASE_NAME
    try:
        text = read_regular_text(path, most_bytes=_MOST_BYTES).strip()
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read ({error})", hint=_HINT) from error
    if not _RELEASE.fullmatch(text):
        raise UsageError(f"{path}: names no release of LLVM, such as 22.1.8", hint="correct it, or remove it")
    return text


def write_fork_config(
    config_dir: Path, registers: Iterable[Mapping[str, Any]], target: str, *, llvm_version: str
) -> None:
    """Writes the three files from rows of `registers.parquet`: only registers that a plain function may give out.

    And the release of LLVM, if it is known.
    """
    rows = sorted(registers, key=lambda row: row["reg_id"])
    orders: dict[str, list[tuple[int, int]]] = {}
    for row in rows:
        for held in row["classes"]:
            order = orders.setdefault(held["name"], [])
            if not row["reserved"]:
                order.append((held["order"], row["reg_id"]))
    names = {row["reg_id"]: row["name"] for row in rows}
    classes = {
        name: [{"regId": register, "regName": names[register]} for _, register in sorted(order)]
        for name, order in sorted(orders.items())
    }
    colours = [
        {"color": row["colour"], "name": row["name"], "phyReg": row["reg_id"]} for row in rows if row["colour"] > 0
    ]
    used = [name for name, members in classes.items() if members]
    _write(classes_path(config_dir, target), classes)
    _write(
        config_dir / "regalloc" / f"{target}_overlaps_info.json", {str(row["reg_id"]): row["aliases"] for row in rows}
    )
    _write(
        config_dir / f"RegColorMap_{target}.json",
        {"targets": [{"name": target, "regclasses": used, "register": colours}]},
    )
    if llvm_version:
        (config_dir / _RELEASE_NAME).write_text(f"{llvm_version}\n", encoding="utf-8")


def _write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content) + "\n", encoding="utf-8")


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
        raise UsageError(f"{path}: cannot be read ({error})", hint=_HINT) from error


def target_of(config_dir: Path) -> TargetName:
    """The one target that CONFIG_DIR describes."""
    found = [name for name, target in TARGETS.items() if classes_path(config_dir, target.fork_name).is_file()]
    if len(found) == 1:
        return found[0]
    what = "describes several targets" if found else "is no configuration folder of the fork"
    hint = "say which one with --target" if found else "name it with --config-dir or CONFIG_DIR"
    raise UsageError(f"{config_dir}: {what}", hint=hint)
