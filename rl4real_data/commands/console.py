"""The console of the commands.

All that they print goes through here: results to stdout, words for whoever watches to stderr. What a file of somebody
else put into them (names, reasons, licences) is shown and not obeyed by the terminal.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from rl4real_data.core.counted import counted, noun
from rl4real_data.core.errors import Rl4realError
from rl4real_data.core.progress_lines import ProgressLines, still_at
from rl4real_data.core.shown_text import shown, shown_lines

if TYPE_CHECKING:
    from pathlib import Path
    from typing import NoReturn

    from tqdm import tqdm

    from rl4real_data.corpus.sources.source import Progress


class Watch(Protocol):
    """What is told how far a work is."""

    def __call__(self, done: int, total: int, remark: str = "") -> object: ...


_called: dict[str, str] = {}


@contextlib.contextmanager
def calling(folder: Path, name: str) -> Iterator[None]:
    """Calls a folder that only we know by a name that the user knows."""
    _called[str(folder)] = name
    try:
        yield
    except Rl4realError as error:
        error.args = tuple(called(each) if isinstance(each, str) else each for each in error.args)
        error.hint = called(error.hint)
        raise
    finally:
        del _called[str(folder)]


def called(text: str) -> str:
    """The text with the names that the user knows."""
    for folder, name in _called.items():
        text = text.replace(folder, name)
    return text


def say(text: str) -> None:
    """One line for whoever watches."""
    print(f"rl4real-data: {shown_lines(called(text))}", file=sys.stderr, flush=True)


def say_nothing(_text: str) -> None:
    """To whoever takes any word for a failure: a configure script."""


def write_note(text: str) -> None:
    """A summary for whoever watches."""
    print(shown_lines(called(text)), file=sys.stderr)


def write_result(text: str) -> None:
    """What the command was asked for, for a person."""
    print(shown_lines(called(text)))


def write_ready(text: str) -> None:
    """What a program waits for before it goes on."""
    print(text, flush=True)


def pass_on(stdout: str, stderr: str) -> None:
    """What a program said in whose place this one stands, as it is."""
    print(stdout, end="")
    print(stderr, end="", file=sys.stderr)


def write_json(text: str) -> None:
    """What the command was asked for, for a program; the same values, in letters that can be printed."""
    text = called(text)
    print(text if text.isascii() and "\x7f" not in text else "".join(map(_json_letter, text)))


def write_path(path: Path) -> None:
    """A path that another program may take as it is, and a person may read."""
    print(shown(str(path)) if sys.stdout.isatty() else path)


def _json_letter(letter: str) -> str:
    if letter.isprintable() or letter == "\n":
        return letter
    units = letter.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[place : place + 4]}" for place in range(0, len(units), 4))


def shows_bars() -> bool:
    """Whether stderr is a terminal."""
    return sys.stderr.isatty()


@contextlib.contextmanager
def work_progress(what: str, thing: str, things: str = "") -> Iterator[Watch]:
    """Yields what is to be called with (things done, things in total, a remark); 0 in total: nobody knows.

    A bar on a terminal; elsewhere a line every tenth of the work or half a minute, whichever comes first.
    """
    if shows_bars():
        from tqdm import tqdm

        with tqdm(desc=what, unit=f" {noun(0, thing, things)}", file=sys.stderr, dynamic_ncols=True) as bar:

            def show(done: int, total: int, remark: str = "") -> None:
                bar.total = total or None
                bar.set_postfix_str(remark, refresh=False)
                bar.update(done - bar.n)

            yield show
    else:
        work = _Work(what=what, thing=thing, things=things)
        with ProgressLines(say, work.text) as lines:

            def tell(done: int, total: int, remark: str = "") -> None:
                work.done, work.total, work.remark = done, total, remark
                lines.tell(done, total)

            yield tell


def during(what: str) -> ProgressLines:
    """What is going on, said again and again if it takes long."""
    return still_at(what, say)


@dataclass(slots=True, kw_only=True)
class _Work:
    """How far a work is."""

    what: str
    thing: str
    things: str = ""
    done: int = 0
    total: int = 0
    remark: str = ""
    begin: float = field(default_factory=time.monotonic)

    def text(self) -> str:
        of = f"{self.done:,} of " * bool(self.total) + counted(self.total or self.done, self.thing, self.things)
        remarks = (f"{time.monotonic() - self.begin:.0f} s", *([self.remark] if self.remark else []))
        return f"{self.what}: {of} ({', '.join(remarks)})"


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
                desc=f"fetching {shown(name)}",
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
