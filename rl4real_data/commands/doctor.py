"""The command `rl4real-data doctor`.

The toolchain, and what is missing of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rl4real_data.commands.console import say, write_json, write_result
from rl4real_data.commands.options import Json
from rl4real_data.core.environment import load_environment

if TYPE_CHECKING:
    from rl4real_data.toolchain.check import Check
    from rl4real_data.toolchain.diagnosis import Diagnosis


def doctor(as_json: Json = False) -> None:
    """Check settings, clang, plugin and headers, and say what to mend or to install."""
    from rl4real_data.toolchain.diagnosis import examine

    diagnosis = examine(load_environment(), announce=say)
    if as_json:
        write_json(diagnosis.to_json())
    else:
        write_result(_text(diagnosis))
    diagnosis.raise_if_unfit()


def _mark_of_problem(check: Check) -> str:
    if check.is_setting:
        return "WRONG  "
    return "MISSING" if check.is_required else "absent "


def _text(diagnosis: Diagnosis) -> str:
    lines = []
    for check in diagnosis.checks:
        mark = "ok     " if check.ok else _mark_of_problem(check)
        lines.append(f"{mark}  {check.name:<16} {check.detail}")
        if not check.ok:
            lines.append(f"{'':25} {check.remedy}")
    return "\n".join(lines)
