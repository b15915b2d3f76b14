"""Histograms as SVG.

Bars a bucket, one beside the other for each split.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from rl4real_data.episodes.ragged import Ints
from rl4real_data.show.histograms import bucket_range
from rl4real_data.show.markup import element, escape

MOST_BARS: Final = 32
_KEPT: Final = 0.995
_WIDTH: Final = 380
_HEIGHT: Final = 170
_LEFT: Final = 4
_BOTTOM: Final = 20
_TOP: Final = 18
_LABEL: Final = 27
_STYLE: Final = "text{font:11px system-ui,sans-serif;fill:var(--ink)}.t{fill:var(--muted)}.g{stroke:var(--rule)}"
Floats = npt.NDArray[np.float64]
Bucket = tuple[int, int]
"""The least and the greatest value."""


def draw_histogram(title: str, by_split: Mapping[str, Ints], *, what: str = "episodes") -> str | None:
    """Buckets of powers of two, see `bucket_of`. None if nothing was counted.

    `by_split`: split -> (buckets,) counts. The colour of a split is its place in the mapping.
    """
    most = max((len(counts) for counts in by_split.values()), default=0)
    return draw_buckets(title, by_split, [bucket_range(bucket) for bucket in range(most)], what)


def draw_values(title: str, by_split: Mapping[str, Ints], *, what: str = "episodes") -> str | None:
    """`by_split`: split -> (values,) counts, of 0, 1, and so on. None if nothing was counted.

    At most about `MOST_BARS` bars of equal width; the few values far from all others share the last one.
    """
    total = sum(by_split.values(), start=np.zeros(1, np.int64))
    if not total.sum():
        return None
    last = int(np.flatnonzero(total)[-1])
    within = int(np.searchsorted(np.cumsum(total), _KEPT * total.sum()))
    end = last if last < MOST_BARS else within
    scales = (factor * 10**power for power in range(9) for factor in (1, 2, 5))
    width = next(scale for scale in scales if end / scale < MOST_BARS)
    starts = list(range(0, end + 1, width))
    buckets = [(start, start + width - 1) for start in starts]
    if buckets[-1][1] < last:
        starts.append(buckets[-1][1] + 1)
        buckets.append((starts[-1], last))
    folded = {split: np.add.reduceat(_padded(counts, last + 1), starts) for split, counts in by_split.items()}
    return draw_buckets(title, folded, buckets, what)


def _padded(counts: Ints, size: int) -> Ints:
    return np.concatenate((counts, np.zeros(max(0, size - len(counts)), np.int64)))


def draw_buckets(title: str, by_split: Mapping[str, Ints], buckets: Sequence[Bucket], what: str) -> str | None:
    """`<svg>`, each split's bars in percent of all that is its own."""
    told = {split: counts for split, counts in by_split.items() if counts.sum()}
    if not told:
        return None
    filled = np.flatnonzero(sum(told.values()))
    shown = range(int(filled[0]), int(filled[-1]) + 1)
    shares = {split: counts / counts.sum() for split, counts in told.items()}
    highest = max(float(share.max()) for share in shares.values())
    floor = _HEIGHT - _BOTTOM
    slot = (_WIDTH - 2 * _LEFT) / len(shown)
    every = max(1, int(np.ceil(_LABEL / slot)))
    colours = {split: i for i, split in enumerate(by_split)}
    parts = [element("title", escape(title)), element("style", _STYLE)]
    for place, bucket in enumerate(shown):
        x = _LEFT + place * slot
        wide = min(slot * 0.84, 60.0) / len(told)
        begin = x + (slot - wide * len(told)) / 2
        for i, (split, share) in enumerate(shares.items()):
            high = float(share[bucket]) / highest * (floor - _TOP)
            words = f"{_range(buckets[bucket])}: {int(told[split][bucket]):,} {what} of {split}, {share[bucket]:.1%}"
            parts.append(
                element(
                    "rect",
                    element("title", escape(words)),
                    x=begin + i * wide,
                    y=floor - high,
                    width=wide,
                    height=high,
                    class_=f"c{colours[split]}",
                )
            )
        if place % every == 0:
            least = _short(buckets[bucket][0])
            parts.append(element("text", least, x=x + slot / 2, y=floor + 13, text_anchor="middle"))
    tops = np.array([max(float(share[bucket]) for share in shares.values()) for bucket in shown])
    for place in _labelled(tops, every):
        x, y = _LEFT + (place + 0.5) * slot, floor - tops[place] / highest * (floor - _TOP) - 4
        parts.append(element("text", f"{tops[place]:.0%}", x=x, y=float(y), text_anchor="middle", class_="t"))
    parts.append(element("path", d=f"M0 {floor}H{_WIDTH}", class_="g"))
    return element(
        "svg", *parts, viewBox=f"0 0 {_WIDTH} {_HEIGHT}", width=_WIDTH * 1.2, height=_HEIGHT * 1.2, role="img"
    )


def _labelled(tops: Floats, every: int) -> list[int]:
    """The bars over which a label fits: no other label is near, and no higher bar beside it."""
    found: list[int] = []
    for place in sorted(range(len(tops)), key=lambda place: (-tops[place], place)):
        beside = tops[max(0, place - every // 2) : place + every // 2 + 1]
        is_free = all(abs(place - other) >= every for other in found)
        if is_free and tops[place] >= 0.005 and tops[place] == beside.max():
            found.append(place)
    return found


def _range(bucket: Bucket) -> str:
    least, greatest = bucket
    return f"{least:,}" if least == greatest else f"{least:,} to {greatest:,}"


def _short(value: int) -> str:
    """In units of 1,024 from there on: `64k` is 65,536."""
    return f"{value}" if value < 1024 else f"{value // 1024}k" if value < 1 << 20 else f"{value >> 20}M"
