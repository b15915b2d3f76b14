"""The runner of module jobs.

It shows how far they are, and leaves nothing running when it is interrupted.

A thread waits for its compiler nearly all the time, and Arrow works outside the interpreter's lock.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, Protocol

from rl4real_data.core import interruption
from rl4real_data.core.counted import counted
from rl4real_data.core.progress_lines import ProgressLines
from rl4real_data.stages.job import ModuleJob
from rl4real_data.stages.module import process_module
from rl4real_data.stages.part import Part
from rl4real_data.stages.stage import ModuleStage
from rl4real_data.toolchain.process import kill_all

_SWITCH_INTERVAL_S: Final = 0.0005
"""How long a thread may keep the interpreter while others wait. Python's own 5 ms keep a core idle whose compiler has
ended; ours do little between two calls that give it back anyway."""

_KILL_INTERVAL_S: Final = 0.01


class JobRunner(Protocol):
    """What takes jobs through their stages, here or elsewhere."""

    def __call__(
        self,
        jobs: Sequence[ModuleJob],
        stages: tuple[ModuleStage, ...],
        *,
        workers: int,
        show_bar: bool,
        say: Callable[[str], None],
    ) -> Generator[tuple[ModuleJob, Part]]:
        """As `run_jobs`."""


@dataclass(slots=True)
class Progress:
    """What the bar says: modules done and failed, functions, rate."""

    total: int
    done: int = 0
    failed: int = 0
    functions: int = 0
    begin: float = field(default_factory=time.monotonic)

    def add(self, part: Part) -> None:
        self.failed += part.failure is not None
        self.done += part.failure is None
        self.functions += part.function_count

    def text(self) -> str:
        rate = self.functions / max(time.monotonic() - self.begin, 1e-9)
        return f"{self.done:,} done, {self.failed:,} failed, {counted(self.functions, 'function')}, {rate:.0f}/s"


def run_jobs(
    jobs: Sequence[ModuleJob],
    stages: tuple[ModuleStage, ...],
    *,
    workers: int,
    show_bar: bool,
    say: Callable[[str], None] = lambda _: None,
) -> Generator[tuple[ModuleJob, Part]]:
    """Yields every job with its part, as they get done. Where there is no bar, `say` is told every tenth."""
    pool = ThreadPoolExecutor(max_workers=workers)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    futures: dict[Future[Part], ModuleJob] = {}
    try:
        futures |= {pool.submit(process_module, job, stages): job for job in jobs}
        with progress_shown(len(jobs), show_bar=show_bar, say=say) as show:
            for future in as_completed(futures):
                interruption.check()
                part = future.result()
                show(part)
                yield futures[future], part
    finally:
        sys.setswitchinterval(interval)
        pool.shutdown(wait=False, cancel_futures=True)
        while any(future.running() for future in futures):  # one may start its compiler only now
            kill_all()
            time.sleep(_KILL_INTERVAL_S)


@contextmanager
def progress_shown(
    total: int, *, show_bar: bool, say: Callable[[str], None], more: Callable[[Progress], str] = lambda _: ""
) -> Iterator[Callable[[Part], None]]:
    """Yields what is to be called with each part; `more` is what stands behind the figures."""
    progress = Progress(total=total)

    def text() -> str:
        return progress.text() + more(progress)

    with _bar_shown(progress, text) if show_bar else _lines_said(progress, text, say) as show:
        yield show


@contextmanager
def _lines_said(
    progress: Progress, text: Callable[[], str], say: Callable[[str], None]
) -> Iterator[Callable[[Part], None]]:
    with ProgressLines(say, lambda: f"of {counted(progress.total, 'module')} {text()}") as lines:

        def show(part: Part) -> None:
            progress.add(part)
            lines.tell(progress.done + progress.failed, progress.total)

        yield show


@contextmanager
def _bar_shown(progress: Progress, text: Callable[[], str]) -> Iterator[Callable[[Part], None]]:
    from tqdm import tqdm

    with tqdm(total=progress.total, unit="module", file=sys.stderr, dynamic_ncols=True) as bar:

        def show(part: Part) -> None:
            progress.add(part)
            bar.set_postfix_str(text(), refresh=False)
            bar.update()

        yield show
