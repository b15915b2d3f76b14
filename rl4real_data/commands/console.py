"""The console of the commands.

What commands say on stderr while they work.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import NoReturn

    from tqdm import tqdm

    from rl4real_data.corpus.sources.source import Progress


def say(text: str) -> None:
    """One line for whoever watches."""
    print(f"rl4real-data: {text}", file=sys.stderr, flush=True)


def shows_bars() -> bool:
    """Whether stderr is a terminal."""
    return sys.stderr.isatty()


@contextlib.contextmanager
def fetch_progress(show_bar: bool | None = None) -> Iterator[Progress]:
    """Shows downloads: a bar each on a terminal, else a line when one starts."""
    bars: dict[str, tqdm[NoReturn]] = {}
    with_bars = shows_bars() if show_bar is None else show_bar

    def show(name: str, done: int, total: int) -> None:
        from tqdm import tqdm

        if name not in bars:
            if not with_bars:
                say(f"fetching {name} ({total / 1e6:.1f} MB)")
            bars[name] = tqdm(
                desc=f"fetching {name}",
                total=total,
                unit="B",
                unit_scale=True,
                disable=not with_bars,
                file=sys.stderr,
            )
        bars[name].update(done - bars[name].n)
        if done >= total:
            bars[name].close()  # else each of many downloads keeps its line of the terminal

    try:
        yield show
    finally:
        for bar in bars.values():
            bar.close()
