"""A compiler of trials that is no process: what it answers follows from the decisions alone.

Greedy's code takes 100. `["spill", 1]` saves 10, and `["assign", 2, "rbx"]` 5 more where the spill is there too;
`["first", 2]` saves 30 and raises the score; `["keep", 2]` crashes; each other decision costs 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from label_builder import make_costs

from rl4real_data.core.errors import ToolchainError
from rl4real_data.labels.decisions import Decisions
from rl4real_data.live.trial import CompilerTool
from rl4real_data.live.trial_result import Executed, FinalCode, TrialResult
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin

SPILL, ASSIGN, CRASH, SHIFT = ("spill", 1), ("assign", 2, "rbx"), ("keep", 2), ("first", 2)
BEST = {SPILL, ASSIGN}

DESCRIBED: dict[str, Any] = {
    "blocks": [[0, 1.0, 0]],
    "loops": [5],
    "nodes": [
        {
            **{"vreg": 1, "class": "gr", "weight": 0.5, "size": 64, "loops": [5], "hints": [2, "rcx"]},
            **{"points": [[0, 2, True], [4, 1, False], [6, 1, True]], "registers": ["rbx", "rbp"]},
        },
        {
            **{"vreg": 2, "class": "gr", "weight": 0.25, "size": 64, "loops": [], "hints": ["rbx", "rcx", 1]},
            **{"points": [[1, 2, True]], "registers": ["rax", "rcx", "rbx"]},
        },
        {
            **{"vreg": 3, "class": "gr", "weight": None, "size": 8, "loops": [], "hints": []},
            **{"points": [[1, 2, False]], "registers": ["rax"]},
        },
    ],
}


def make_tool() -> CompilerTool:
    """Nothing of it is ever started."""
    clang = Clang(path=Path("clang"), version="22.1.8", banner="fake", content="c")
    return CompilerTool(clang=clang, plugin=Plugin(path=Path("libmlra.so"), source_hash="p" * 64))


def result_of(
    decisions: Decisions, *, is_printed: bool = True, helpful: Mapping[Sequence[object], float] = MappingProxyType({})
) -> TrialResult:
    """What comes of them; those that are `helpful`, too, save so much."""
    made = [tuple(one) for one in decisions]
    if CRASH in made:
        return TrialResult(reason="SIGSEGV")
    saved = sum(helpful.get(one, 0.0) for one in made)
    saved += 10.0 * (SPILL in made) + 5.0 * (SPILL in made and ASSIGN in made) + 30.0 * (SHIFT in made)
    cost = sum(one not in (SPILL, ASSIGN, SHIFT, *helpful) for one in made)
    executed = Executed(instructions=80.0 - saved + cost, loads=12.0, stores=8.0)
    final = FinalCode(size=50, frozen=executed, recomputed=executed, moved=0.0)
    return TrialResult(
        costs=make_costs(), score=20.0 + (SHIFT in made), made=len(made), final=final if is_printed else None
    )


@dataclass(slots=True)
class FakeFunction:
    """The function of one text, and the candidates that were tried in it."""

    result: Callable[[Decisions], TrialResult] = result_of
    tried: list[Decisions] = field(default_factory=list)
    chosen: list[Decisions] = field(default_factory=list)
    name: str = "f"
    n_nodes: int = 3

    def describe(self) -> dict[str, Any]:
        return DESCRIBED

    def try_decisions(self, decisions: Decisions, *, until: str = "allocation") -> TrialResult:
        return next(self.try_many([decisions], until=until))

    def try_many(self, candidates: Iterable[Decisions], *, until: str = "allocation") -> Iterator[TrialResult]:
        assert until in ("allocation", "code")
        for one in candidates:
            self.tried.append(one)
            yield self.result(one)

    def choose(self, decisions: Decisions = ()) -> None:
        self.chosen.append(decisions)


@dataclass(slots=True)
class FakeTrials:
    """Stands in for `trial_of_mir`. `texts`: those that a compiler was started for. `broken`: texts that end it.

    `result`: what comes of decisions.
    """

    broken: frozenset[str] = frozenset()
    texts: list[str] = field(default_factory=list)
    before: Callable[[str], object] = lambda _text: None
    result: Callable[[Decisions], TrialResult] = result_of

    @contextmanager
    def of_mir(self, _tool: CompilerTool, mir: str, **_: Any) -> Iterator[Iterator[FakeFunction]]:
        self.before(mir)
        self.texts.append(mir)
        yield self._functions(mir)

    def _functions(self, mir: str) -> Iterator[FakeFunction]:
        if mir in self.broken:
            raise ToolchainError("the compiler that tries candidates failed: it ended with 1\nllc: error: x.mir:3")
        yield FakeFunction(result=self.result)
