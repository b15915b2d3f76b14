"""The processors that a clang can compile for."""

from __future__ import annotations

import difflib
import re
import tempfile
from pathlib import Path
from typing import Final

from rl4real_data.core.errors import UsageError
from rl4real_data.core.targets import Target
from rl4real_data.toolchain.clang import PROBE_LIMITS, Clang
from rl4real_data.toolchain.process import run

_NAME: Final = re.compile(r"\t([\w.-]+)")
_SHOWN: Final = 3


def refuse_unknown_processor(clang: Clang, target: Target, cpu: str) -> None:
    """UsageError, with the names that are most like it, for a processor that clang does not take."""
    flag = f"{target.cpu_flag}{cpu}"
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        ask = (str(clang.path), *target.clang_flags)
        taken = run(
            (*ask, flag, "-fsyntax-only", "-x", "c", "/dev/null"), cwd=folder, limits=PROBE_LIMITS, scratch=folder
        )
        if taken.ok or flag.partition("+")[0].rpartition("=")[2] not in taken.stderr:
            return
        listed = run((*ask, "--print-supported-cpus"), cwd=folder, limits=PROBE_LIMITS, scratch=folder)
    names = _NAME.findall(listed.stdout + listed.stderr)
    near = difflib.get_close_matches(cpu.partition("+")[0], names, n=_SHOWN, cutoff=0.5)
    raise UsageError(
        f"{flag}: no processor that {clang.path} knows for {target.name.value}"
        + (f"; did you mean {' or '.join(near)}?" if near else ""),
        hint=f"`{clang.path.name} --target={target.triple} --print-supported-cpus` lists them",
    )
