"""Functions as greedy and another allocator made them, side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from rl4real_data.core.failure import Failure, FailureKind
from rl4real_data.corpus.module import Module
from rl4real_data.evaluation.final_file import FunctionCode
from rl4real_data.evaluation.module_code import ModuleCode


class LeftOut(StrEnum):
    """Why a module or a function is not compared."""

    FAILED = "the module did not compile"
    MISSING = "the function is in one of both object files alone"
    OTHER_PROBLEM = "the function came to the allocator as another problem"


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionPair:
    """One function, twice: the same problem, two answers."""

    corpus: str
    module: str
    greedy: FunctionCode
    own: FunctionCode

    @property
    def ratio(self) -> float:
        """Executions of the final code, instructions and memory accesses, over greedy's."""
        base = self.greedy.final.frozen.total
        return self.own.final.frozen.total / base if base else 1.0


@dataclass(slots=True, kw_only=True)
class Comparison:
    """All that one allocator made, beside greedy. `left_out`: names by reason; sums are over modules that both did."""

    name: str
    pairs: list[FunctionPair] = field(default_factory=list)
    left_out: dict[str, list[str]] = field(default_factory=dict)
    text_bytes: Counter[str] = field(default_factory=Counter)
    processor_s: dict[str, float] = field(default_factory=lambda: {"greedy": 0.0, "own": 0.0})
    timed_modules: int = 0

    def add(self, module: Module, greedy: ModuleCode | Failure, own: ModuleCode | Failure) -> None:
        """Takes in what both made of a module, or why one did not."""
        for found in (greedy, own):
            if isinstance(found, Failure):
                more = " (--timeout gives more)" if found.kind is FailureKind.TIMEOUT else ""
                self._leave_out(
                    f"{LeftOut.FAILED}: {found.kind}{more}", f"{module.corpus}/{module.name}: {found.reason}"
                )
                return
        assert isinstance(greedy, ModuleCode)
        assert isinstance(own, ModuleCode)
        self.text_bytes.update(greedy=greedy.text_bytes, own=own.text_bytes)
        if greedy.processor_s is not None and own.processor_s is not None:
            self.processor_s["greedy"] += greedy.processor_s
            self.processor_s["own"] += own.processor_s
            self.timed_modules += 1
        self.pairs += self._pairs(module, _by_name(greedy), _by_name(own))

    def _pairs(
        self, module: Module, greedy: Mapping[str, FunctionCode], own: Mapping[str, FunctionCode]
    ) -> Iterator[FunctionPair]:
        for name in sorted({*greedy, *own}):
            first, second = greedy.get(name), own.get(name)
            place = f"{module.corpus}/{module.name}: {name}"
            if first is None or second is None:
                self._leave_out(LeftOut.MISSING, place)
            elif first.content_hash != second.content_hash:
                self._leave_out(LeftOut.OTHER_PROBLEM, place)
            else:
                yield FunctionPair(corpus=module.corpus, module=module.name, greedy=first, own=second)

    def _leave_out(self, reason: str, name: str) -> None:
        self.left_out.setdefault(str(reason), []).append(name)


def _by_name(code: ModuleCode) -> dict[str, FunctionCode]:
    return {one.function: one for one in code.functions}
