"""What greedy alone makes of a module, with a compiler that is no process."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fake_trial import make_tool

from rl4real_data.core.errors import ToolchainError
from rl4real_data.episodes.column_values import Fate
from rl4real_data.improve.greedy_alone import GreedysFunction, functions_of_module
from rl4real_data.toolchain.process import Completed, Limits

REGISTERS = {
    "registers": [
        {"reg_id": 51, "name": "RBX", "aliases": [22]},
        {"reg_id": 22, "name": "EBX", "aliases": [51]},
        {"reg_id": 24, "name": "EAX", "aliases": []},
    ]
}


def record(name: str, fates: list[int]) -> dict[str, Any]:
    return {
        "v": 3,
        "function": name,
        "node_vreg": [1, 4, 9],
        "node_assigned": [22, 0, 24],
        "node_fate": fates,
        "callee_saved": [51],
    }


def clang(*records: dict[str, Any], returncode: int = 0, stderr: str = "", **how: bool) -> Callable[..., Completed]:
    """Writes these records and the number of them, and the registers if there are any."""

    def start(command: tuple[str, ...], **_: Any) -> Completed:
        files = dict(word.split("=", 1) for word in command if word.startswith("-mlra-dump"))
        lines = [*records, {"v": 3, "functions": len(records)}]
        Path(files["-mlra-dump"]).write_text("".join(json.dumps(line) + "\n" for line in lines))
        if records:
            Path(files["-mlra-dump-registers"]).write_text(json.dumps(REGISTERS))
        timed_out = how.get("timed_out", False)
        return Completed(returncode=returncode, timed_out=timed_out, seconds=0, stdout="", stderr=stderr)

    return start


def functions(start: Callable[..., Completed]) -> tuple[GreedysFunction, ...]:
    limits = Limits(timeout_s=5)
    return functions_of_module(make_tool(), ("-O3", "-c", "a.c"), cwd=Path(), limits=limits, start=start)


def test_where_greedy_put_nodes_and_what_it_saves() -> None:
    split = int(Fate.SPLIT)
    first, second, third = functions(clang(record("f", [0, split, 0]), record("g", [0, 0, 0]), record("g", [0, 0, 0])))

    assert (first.name, first.is_edited, second.name, second.is_edited) == ("f", True, "g", False)
    assert first.known.greedy == {1: "EBX", 9: "EAX"}
    assert first.known.callee_saved == {"RBX", "EBX"}
    assert first.digest != second.digest == third.digest


def test_module_without_functions() -> None:
    assert functions(clang()) == ()


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (clang(returncode=1, stderr="a.c:1: note: x\na.c:3:1: error: no\n"), "a.c:3:1: error: no"),
        (clang(returncode=-11), "SIGSEGV"),
        (clang(returncode=70), "clang ended with 70"),
        (clang(timed_out=True), "not compiled after 5 s"),
    ],
)
def test_module_that_does_not_compile(start: Callable[..., Completed], words: str) -> None:
    with pytest.raises(ToolchainError, match=words):
        functions(start)
