"""The rule by which scores become decisions, the reference of what the plugin does with an advice model.

A score is the gain that is expected of a decision. The highest ones above a threshold are carried out together;
further proposals are the next highest ones, each alone.
"""

from __future__ import annotations

__all__ = ["OUTPUTS", "AdviceRule", "FunctionNames"]

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from rl4real_data.improve.candidate_pool import Decision

Scores = Mapping[str, npt.NDArray[np.float32]]

_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "set": ("set", ""),
    "plan": ("plan", ""),
    "spill": ("spill", ""),
    "first": ("first", ""),
    "last": ("last", ""),
    "keep": ("keep", ""),
    "assign": ("assign", ""),
    "hint": ("hint", ""),
    "split": ("split", ""),
    "split_spill_head": ("split", "spill-head"),
    "split_spill_tail": ("split", "spill-tail"),
    "loop": ("loop", ""),
    "loop_spill_inside": ("loop", "spill-inside"),
    "loop_spill_outside": ("loop", "spill-outside"),
}
OUTPUTS: Final = tuple(_WORDS)
"""What a model may say, in the order that decides between equal scores."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionNames:
    """What indices of scores stand for in one function; blocks go by their place in the layout, as decisions do."""

    vregs: Sequence[int]
    use_offsets: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceRule:
    """What a model's metadata says of its scores: at most so many `decisions`, with scores above the `threshold`.

    A plan of `plans` is several decisions, of which none is about one node.
    """

    settings: Sequence[tuple[str, int | float]] = ()
    plans: Sequence[Sequence[Decision]] = ()
    registers: Sequence[str] = ()
    decisions: int = 1
    threshold: float = 0.0

    @classmethod
    def of_metadata(cls, metadata: Mapping[str, str]) -> Self:
        """ValueError, KeyError or TypeError for metadata that are no rule."""
        return cls(
            settings=tuple((str(option), value) for option, value in json.loads(metadata.get("mlra.settings", "[]"))),
            plans=tuple(tuple(map(tuple, plan)) for plan in json.loads(metadata.get("mlra.plans", "[]"))),
            registers=tuple(json.loads(metadata.get("mlra.registers", "[]"))),
            decisions=int(metadata.get("mlra.decisions", "1")),
            threshold=float(metadata.get("mlra.threshold", "0")),
        )

    def metadata(self) -> dict[str, str]:
        """What stands in the model's file."""
        return {
            "mlra.kind": "advice",
            "mlra.settings": json.dumps(list(map(list, self.settings))),
            "mlra.plans": json.dumps([list(map(list, plan)) for plan in self.plans]),
            "mlra.registers": json.dumps(list(self.registers)),
            "mlra.decisions": str(self.decisions),
            "mlra.threshold": repr(self.threshold),
        }

    def proposals(self, scores: Scores, names: FunctionNames, *, tries: int = 1) -> list[tuple[Decision, ...]]:
        """The decisions to be carried out together, perhaps none; with more `tries` single ones behind them."""
        if any(np.isnan(values).any() for values in scores.values()):
            return [()]
        ranked = _ranked(scores)
        together: list[_Scored] = []
        threshold = float(np.float32(self.threshold))  # scores are float32: what was 0.1 there is compared with that
        for one in ranked:
            if one.score <= threshold or len(together) == self.decisions:
                break
            own = self._decisions(one, scores, names)
            if not any(_have_rivals(own, self._decisions(other, scores, names)) for other in together):
                together.append(one)
        alone = [one for one in ranked[: tries + len(together)] if one not in together][: tries - 1]
        first = tuple(decision for one in together for decision in self._decisions(one, scores, names))
        return [first, *(self._decisions(one, scores, names) for one in alone)]

    def _decisions(self, one: _Scored, scores: Scores, names: FunctionNames) -> tuple[Decision, ...]:
        if one.output == "plan":
            return tuple(self.plans[one.index])
        return (self._decision(one, scores, names),)

    def _decision(self, one: _Scored, scores: Scores, names: FunctionNames) -> Decision:
        word, side = _WORDS[one.output]
        if word == "set":
            return (word, *self.settings[one.index])
        if word == "split":
            node = int(np.searchsorted(np.asarray(names.use_offsets), one.index, side="right")) - 1
            behind = (one.index - int(names.use_offsets[node]),)
        else:
            node, column = divmod(one.index, math.prod(scores[one.output].shape[1:]))
            behind = self._behind(word, column)
        return (word, int(names.vregs[node]), *behind, *((side,) if side else ()))

    def _behind(self, word: str, column: int) -> tuple[Any, ...]:
        if word in ("assign", "hint"):
            return (self.registers[column],)
        return (column,) if word == "loop" else ()


def _have_rivals(some: Sequence[Decision], others: Sequence[Decision]) -> bool:
    """Whether two of them are about the same option or node; a group of nodes may hold any node."""
    return any(_are_rivals(one, other) for one in some for other in others)


def _are_rivals(one: Decision, other: Decision) -> bool:
    if (one[0] == "set") != (other[0] == "set"):
        return False
    return one[1] == other[1] or (one[0] != "set" and any(_is_group(each[1]) for each in (one, other)))


def _is_group(node: object) -> bool:
    return isinstance(node, str) and not node[:1].isdigit()


@dataclass(frozen=True, slots=True)
class _Scored:
    """Entry `index` of an output, counted as if it had one dimension."""

    output: str
    index: int
    score: float


def _ranked(scores: Scores) -> list[_Scored]:
    """The highest first, ties by output and index; without those that must never be."""
    flat = [(name, np.asarray(scores[name], np.float32).ravel()) for name in OUTPUTS if name in scores]
    names = list(_names(flat))
    values = np.concatenate([values for _, values in flat]) if flat else np.zeros(0, np.float32)
    order = np.argsort(-values, kind="stable")
    return [
        _Scored(output=names[place][0], index=names[place][1], score=float(values[place]))
        for place in order
        if values[place] != -np.inf
    ]


def _names(flat: Sequence[tuple[str, npt.NDArray[np.float32]]]) -> Iterator[tuple[str, int]]:
    for name, values in flat:
        yield from ((name, index) for index in range(len(values)))
