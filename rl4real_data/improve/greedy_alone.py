"""Greedy alone on one module, recorded in front of the search.

What the compiler says of a waiting function lacks where greedy would put its nodes, and which registers it saves.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rl4real_data.core.errors import ToolchainError
from rl4real_data.episodes.column_values import Fate
from rl4real_data.improve.choices import Known
from rl4real_data.live.trial import CompilerTool
from rl4real_data.toolchain.process import Completed, Limits, run

_EDITED: Final = int(Fate.SPLIT | Fate.SPILLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class GreedysFunction:
    """A function by its name in the object file. `digest`: equal for equal problems with equal answers of greedy's.

    `is_edited`: whether greedy split or spilled a register.
    """

    name: str
    digest: str
    known: Known
    is_edited: bool


def functions_of_module(
    tool: CompilerTool,
    words: Sequence[str],
    *,
    cwd: Path,
    limits: Limits,
    start: Callable[..., Completed] = run,
) -> tuple[GreedysFunction, ...]:
    """In the order in which the compiler meets them. ToolchainError, with clang's words, where it does not compile."""
    with tempfile.TemporaryDirectory() as scratch:
        dump, registers = Path(scratch) / "functions", Path(scratch) / "registers"
        flags = ("-mlra", f"-mlra-dump={dump}", f"-mlra-dump-registers={registers}", "-mlra-discard")
        command = (
            *(str(tool.clang.path), f"-fplugin={tool.plugin.path}"),
            *(word for flag in flags for word in ("-mllvm", flag)),
            *words,
        )
        done = start(command, cwd=cwd, limits=limits, scratch=Path(scratch))
        if not done.ok:
            raise ToolchainError(_problem(done, limits), hint="see what clang says of this module without the search")
        return tuple(_read(dump, registers))


def _problem(done: Completed, limits: Limits) -> str:
    if done.timed_out:
        return f"not compiled after {limits.timeout_s:g} s"
    said = next((line for line in done.stderr.splitlines() if "error" in line.lower()), "")
    return said.strip() or done.signal_name or f"clang ended with {done.returncode}"


def _read(dump: Path, registers: Path) -> Iterator[GreedysFunction]:
    if not dump.is_file():
        return
    names, aliases = _register_names(registers)
    with dump.open("rb") as lines:
        for line in lines:
            record = json.loads(line)
            if "function" in record:  # the last line counts them
                yield _function(record, names, aliases, digest=hashlib.sha256(line).hexdigest())


def _register_names(registers: Path) -> tuple[Mapping[int, str], Mapping[int, Sequence[int]]]:
    """Names and aliases by number; none for a module without functions."""
    if not registers.is_file():
        return {}, {}
    rows = json.loads(registers.read_bytes())["registers"]
    return {row["reg_id"]: row["name"] for row in rows}, {row["reg_id"]: row["aliases"] for row in rows}


def _function(
    record: Mapping[str, Any], names: Mapping[int, str], aliases: Mapping[int, Sequence[int]], *, digest: str
) -> GreedysFunction:
    places = zip(record["node_vreg"], record["node_assigned"], strict=True)
    saved = {alias for one in record["callee_saved"] for alias in (one, *aliases[one])}
    return GreedysFunction(
        name=record["function"],
        digest=digest,
        known=Known(
            callee_saved={names[one] for one in saved},
            greedy={vreg: names[reg_id] for vreg, reg_id in places if reg_id},
        ),
        is_edited=any(fate & _EDITED for fate in record["node_fate"]),
    )
