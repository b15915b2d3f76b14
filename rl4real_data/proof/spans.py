"""Half-open ranges of positions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Span = tuple[int, int]


def joined(spans: Iterable[Span]) -> list[Span]:
    """The same, ascending; those that touch are one, empty ones none."""
    found: list[Span] = []
    for first, last in sorted(spans):
        if first >= last:
            continue
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found


def without(spans: Sequence[Span], away: Sequence[Span]) -> list[Span]:
    """What of `spans` none of `away` covers; both ascending, apart from each other."""
    found: list[Span] = []
    for first, last in spans:
        for begin, end in away:
            if end <= first or begin >= last:
                continue
            if first < begin:
                found.append((first, begin))
            first = max(first, end)
        if first < last:
            found.append((first, last))
    return found
