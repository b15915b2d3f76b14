"""The figures of an evaluation, by which an allocator's code compares with greedy's.

Costs may be nothing for most functions, so that ratios of them are taken with one execution added on both sides.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any, Final

from rl4real_data.evaluation.comparison import Comparison, FunctionPair
from rl4real_data.evaluation.final_file import FunctionCode
from rl4real_data.labels.trial import is_same

SHOWN: Final = 10
COSTS: Final[Mapping[str, Callable[[FunctionCode], float]]] = MappingProxyType(
    {
        "score": lambda code: code.score,
        "stores": lambda code: code.stores,
        "reloads": lambda code: code.reloads,
        "copies": lambda code: code.copies,
        "callee_saved": lambda code: code.callee_saved_cost,
    }
)
"""What is compared besides the final code, by frequency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """Final code over greedy's: the geometric mean over `functions`, and how many are better, equal and worse."""

    functions: int
    geometric_mean: float
    better: int
    equal: int
    worse: int

    @classmethod
    def of(cls, pairs: Sequence[FunctionPair]) -> Gain:
        better = sum(_is_better(pair) for pair in pairs)
        equal = sum(is_same(_total(pair.own), _total(pair.greedy)) for pair in pairs)
        return cls(
            functions=len(pairs),
            geometric_mean=geometric_mean([pair.ratio for pair in pairs]),
            better=better,
            equal=equal,
            worse=len(pairs) - better - equal,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedRatio:
    """One function, by its name."""

    corpus: str
    module: str
    function: str
    ratio: float
    greedy: float
    own: float

    @classmethod
    def of(cls, pair: FunctionPair) -> NamedRatio:
        return cls(
            corpus=pair.corpus,
            module=pair.module,
            function=pair.own.function,
            ratio=pair.ratio,
            greedy=_total(pair.greedy),
            own=_total(pair.own),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One row of the table. `edited`: functions that greedy split or spilled. Ratios are over greedy's; 1 is the same.

    `costs`, `edited_costs`: geometric means by kind, of executions, with one added on both sides. `cycles`: geometric
    mean of what llvm-mca says of the hottest blocks of `timed_blocks` functions. `text` and `processor` are of sums.
    None where nothing could be compared.
    """

    name: str
    all: Gain
    edited: Gain
    costs: Mapping[str, float]
    edited_costs: Mapping[str, float]
    cycles: float | None
    timed_blocks: int
    text: float | None
    processor: float | None
    best: tuple[NamedRatio, ...]
    worst: tuple[NamedRatio, ...]
    left_out: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, comparison: Comparison) -> Standing:
        pairs = comparison.pairs
        edited = [pair for pair in pairs if pair.greedy.is_edited]
        ranked = sorted(pairs, key=lambda pair: (pair.ratio, pair.corpus, pair.module, pair.own.function))
        better = [pair for pair in ranked if _is_better(pair)]
        worse = [pair for pair in reversed(ranked) if _is_worse(pair)]
        cycles = list(_cycle_ratios(pairs))
        return cls(
            name=comparison.name,
            all=Gain.of(pairs),
            edited=Gain.of(edited),
            costs=_cost_ratios(pairs),
            edited_costs=_cost_ratios(edited),
            cycles=geometric_mean(cycles) if cycles else None,
            timed_blocks=len(cycles),
            text=_ratio(comparison.text_bytes["own"], comparison.text_bytes["greedy"]),
            processor=_ratio(comparison.processor_s["own"], comparison.processor_s["greedy"]),
            best=tuple(map(NamedRatio.of, better[:SHOWN])),
            worst=tuple(map(NamedRatio.of, worse[:SHOWN])),
            left_out={reason: tuple(names) for reason, names in comparison.left_out.items()},
        )

    def to_json(self) -> dict[str, Any]:
        """What `--json` holds of it."""
        return asdict(self)


def geometric_mean(ratios: Sequence[float]) -> float:
    """1 of none."""
    return math.exp(math.fsum(map(math.log, ratios)) / len(ratios)) if ratios else 1.0


def _cost_ratios(pairs: Sequence[FunctionPair]) -> dict[str, float]:
    return {
        kind: geometric_mean([(cost(pair.own) + 1) / (cost(pair.greedy) + 1) for pair in pairs])
        for kind, cost in COSTS.items()
    }


def _cycle_ratios(pairs: Sequence[FunctionPair]) -> Iterator[float]:
    for pair in pairs:
        if pair.own.hot_cycles and pair.greedy.hot_cycles:
            yield pair.own.hot_cycles / pair.greedy.hot_cycles


def _ratio(own: float, greedy: float) -> float | None:
    return own / greedy if greedy else None


def _total(code: FunctionCode) -> float:
    return code.final.frozen.total


def _is_better(pair: FunctionPair) -> bool:
    own, greedy = _total(pair.own), _total(pair.greedy)
    return own < greedy and not is_same(own, greedy)


def _is_worse(pair: FunctionPair) -> bool:
    own, greedy = _total(pair.own), _total(pair.greedy)
    return own > greedy and not is_same(own, greedy)
