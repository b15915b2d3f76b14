"""The list of figures of decisions.

Their order and names, and how the expert is called, which the text and the page of `stats` share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rl4real_data.statistics.collection import Stats
from rl4real_data.statistics.decision_tally import Decisions
from rl4real_data.statistics.figures import cost_cells, with_share


def decider_of(stats: Stats) -> str | None:
    """Who decided in front of LLVM's allocator: a policy's or a file's name. None where nobody did."""
    return stats.toolchain.get("expert")


def decided_by(stats: Stats) -> str:
    """The end of a line that says what a dataset is; empty where nobody decided."""
    decider = decider_of(stats)
    return "" if decider is None else f", decided by {decider}"


def outcome_title(stats: Stats) -> str:
    """Whose work the outcomes of the nodes are."""
    decider = decider_of(stats)
    return "LLVM's allocator" if decider is None else f"{decider} and LLVM"


def answer_title(stats: Stats) -> str:
    """Whose the answers are."""
    decider = decider_of(stats)
    return "LLVM's answer, part by part" if decider is None else f"{decider} and LLVM, part by part"


def decision_rows(found: Sequence[Decisions | None], absent: str) -> list[tuple[str, ...]]:
    """Name and a cell for each of `found`: who was asked, what became of it, what the code costs that came out."""
    cells = [_cells(decisions) if decisions else {"functions decided on": "0"} for decisions in found]
    names = list(dict.fromkeys(name for own in sorted(cells, key=len, reverse=True) for name in own))
    return [(name, *(own.get(name, absent) for own in cells)) for name in names]


def _cells(found: Decisions) -> Mapping[str, str]:
    said, assigned = found.made + found.illegal, found.kept + found.moved + found.lost
    cells = {"functions decided on": f"{found.episodes:,}"}
    cells |= {f"  by {word}": f"{count:,}" for word, count in found.deciders.items()}
    cells |= {
        "  nothing carried out": _part(found.untouched, found.episodes),
        "decisions carried out": _part(found.made, said),
        "decisions that are illegal": _part(found.illegal, said),
        "assigned registers kept": _part(found.kept, assigned),
        "assigned registers moved": _part(found.moved, assigned),
        "assigned registers lost": _part(found.lost, assigned),
        "assigned registers forced away": f"{found.forced_away:,}",
    }
    cells |= cost_cells(found.costs)
    return cells if found.score is None else {**cells, "score": f"{found.score:,.1f}"}


def _part(count: int, whole: int) -> str:
    return with_share(f"{count:,}", count / whole if whole else None)
