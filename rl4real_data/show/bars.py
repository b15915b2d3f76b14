"""Histograms as SVG.

Bars a bucket, one beside the other for each split.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from rl4real_data.episodes.ragged import Ints
from rl4real_data.show.histograms import bucket_range
from rl4real_data.show.markup import element, escape

_WIDTH: Final = 380
_HEIGHT: Final = 170
_LEFT: Final = 4
_BOTTOM: Final = 20
_TOP: Final = 18
_STYLE: Final = "text{font:11px system-ui,sans-serif;fill:var(--ink)}.t{fill:var(--muted)}.g{stroke:var(--rule)}"


def draw_histogram(title: str, by_split: Mapping[str, Ints]) -> str | None:
    """`<svg>`, each split's bars in percent of its own episodes. None if no episode tells.

    `by_split`: split -> (buckets,) counts. The colour of a split is its place in the mapping.
    """
    told = {split: counts for split, counts in by_split.items() if counts.sum()}
    if not told:
        return None
    filled = np.flatnonzero(sum(told.values()))
    buckets = range(int(filled[0]), int(filled[-1]) + 1)
    shares = {split: counts / counts.sum() for split, counts in told.items()}
    highest = max(float(share.max()) for share in shares.values())
    floor = _HEIGHT - _BOTTOM
    slot = (_WIDTH - 2 * _LEFT) / len(buckets)
    every = 1 if slot > 26 else 2
    colours = {split: i for i, split in enumerate(by_split)}
    parts = [element("title", escape(title)), element("style", _STYLE)]
    for place, bucket in enumerate(buckets):
        x = _LEFT + place * slot
        wide = min(slot * 0.84, 60.0) / len(told)
        begin = x + (slot - wide * len(told)) / 2
        for i, (split, share) in enumerate(shares.items()):
            high = float(share[bucket]) / highest * (floor - _TOP)
            words = f"{_range(bucket)}: {int(told[split][bucket]):,} episodes of {split}, {share[bucket]:.1%}"
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
        top = max(float(share[bucket]) for share in shares.values())
        if place % every == 0:
            if top >= 0.005:
                y = floor - top / highest * (floor - _TOP) - 4
                parts.append(element("text", f"{top:.0%}", x=x + slot / 2, y=y, text_anchor="middle", class_="t"))
            parts.append(element("text", _least(bucket), x=x + slot / 2, y=floor + 13, text_anchor="middle"))
    parts.append(element("path", d=f"M0 {floor}H{_WIDTH}", class_="g"))
    return element(
        "svg", *parts, viewBox=f"0 0 {_WIDTH} {_HEIGHT}", width=_WIDTH * 1.2, height=_HEIGHT * 1.2, role="img"
    )


def _range(bucket: int) -> str:
    least, greatest = bucket_range(bucket)
    return f"{least:,}" if least == greatest else f"{least:,} to {greatest:,}"


def _least(bucket: int) -> str:
    """The least count of a bucket, in units of 1,024 from there on: `64k` is 65,536."""
    least = bucket_range(bucket)[0]
    return f"{least}" if least < 1024 else f"{least // 1024}k" if least < 1 << 20 else f"{least >> 20}M"
