"""Random programs of the machine's own csmith.

They are made anew from their seeds; nothing of them is stored in the project.

The same seed, options and release of csmith give the same program, but for one line with the command's words, which
is left out. The header files that the programs include are copied beside them.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final, Self

from rl4real_data.core.errors import SourceError
from rl4real_data.core.toml_tables import Table
from rl4real_data.corpus.download import Pin
from rl4real_data.corpus.sources.source import Fetch
from rl4real_data.toolchain.process import Limits, kill_all, run

LEFT_OUT_NAME: Final = "left-out.txt"
_LIMITS: Final = Limits(timeout_s=20, memory_bytes=4 << 30)
"""A program takes 0.3 s as a rule; a few seeds run for minutes, or for ever."""
_VERSION: Final = re.compile(r"csmith\s+(\S+)")
_OPTIONS_LINE: Final = re.compile(r"^ \* Options:.*\n", re.MULTILINE)
_HINT: Final = "install the distribution's packages csmith and libcsmith-dev"


@dataclass(frozen=True, slots=True, kw_only=True)
class CsmithSource:
    """`kind = "csmith"`; `seeds` are the first and the last one, `version` is csmith's, `options` are its own.

    The tree holds `seed-000001.c`, ... and the headers in `include`.
    """

    KIND: ClassVar[str] = "csmith"

    version: str
    seeds: tuple[int, int]
    options: tuple[str, ...] = ()

    @classmethod
    def read(cls, table: Table) -> Self:
        options = table.texts("options")
        for index, option in enumerate(options):
            if option in ("--seed", "-s", "--output", "-o"):
                table.note(f"options[{index}]", f"{option} is set for each seed")
        return cls(version=table.text("version"), seeds=_read_seeds(table), options=options)

    @property
    def identity(self) -> str:
        text = json.dumps(["csmith", self.version, self.seeds, self.options])
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def pinned(self) -> Pin | None:
        return None

    @property
    def redistributable(self) -> bool:
        return True

    def fetch(self, wanted: Fetch) -> Path:
        root = wanted.tree(self.identity, lambda folder: self._make(wanted, folder))
        for line in (root / LEFT_OUT_NAME).read_text(encoding="utf-8").splitlines():
            wanted.say(f"corpus {wanted.corpus}: {line}")
        return root

    def _make(self, wanted: Fetch, folder: Path) -> None:
        tool = shutil.which("csmith", path=wanted.search_path)
        if tool is None:
            raise SourceError(f"corpus {wanted.corpus}: there is no csmith on the PATH", hint=_HINT)
        self._check_version(wanted, tool)
        folder.mkdir()
        _copy_headers(wanted, Path(tool), folder / "include")
        first, last = self.seeds
        seeds = range(first, last + 1)
        wanted.say(f"making {len(seeds)} random programs for {wanted.corpus}")
        problems = _map_on_threads(lambda seed: self._generate(tool, seed, folder), seeds, wanted.jobs)
        left_out = [problem for problem in problems if problem]
        if len(left_out) == len(seeds):
            raise SourceError(f"corpus {wanted.corpus}: csmith makes no program; {left_out[0]}")
        (folder / LEFT_OUT_NAME).write_text("".join(f"{line}\n" for line in left_out), encoding="utf-8")

    def _check_version(self, wanted: Fetch, tool: str) -> None:
        with tempfile.TemporaryDirectory() as scratch:
            shown = run((tool, "--version"), cwd=Path(scratch), limits=_LIMITS, scratch=Path(scratch))
        match = _VERSION.search(shown.stdout)
        found = match[1] if match else "one that does not tell its release"
        if found != self.version:
            raise SourceError(
                f"corpus {wanted.corpus}: is made by csmith {self.version}, and {tool} is {found}",
                hint=f"install csmith {self.version}, or write a manifest for the other release",
            )

    def _generate(self, tool: str, seed: int, folder: Path) -> str:
        """Makes the program of one seed; why there is none, or nothing."""
        with tempfile.TemporaryDirectory() as scratch:  # csmith writes into the folder that it runs in
            command = (tool, "--seed", str(seed), *self.options)
            done = run(command, cwd=Path(scratch), limits=_LIMITS, scratch=Path(scratch))
        if done.timed_out:
            return f"seed {seed} is left out: csmith takes more than {_LIMITS.timeout_s:g} s"
        if not done.ok or not done.stdout.strip():
            return f"seed {seed} is left out: csmith fails ({done.signal_name or f'exit code {done.returncode}'})"
        program = _OPTIONS_LINE.sub("", done.stdout, count=1)
        (folder / f"seed-{seed:06d}.c").write_text(program, encoding="utf-8")
        return ""


def _read_seeds(table: Table) -> tuple[int, int]:
    seeds = table.whole_numbers("seeds")
    if seeds and (len(seeds) != 2 or seeds[0] > seeds[1]):
        table.note("seeds", f"must be the first and the last seed, not {list(seeds)}")
    return (seeds[0], seeds[1]) if len(seeds) == 2 else (1, 1)


def _copy_headers(wanted: Fetch, tool: Path, target: Path) -> None:
    """The headers of the csmith that is used: beside its `bin`, in a folder with or without a release."""
    include = tool.resolve().parent.parent / "include"
    found = sorted(path.parent for path in include.glob("csmith*/csmith.h"))
    if not found:
        raise SourceError(f"corpus {wanted.corpus}: there is no csmith.h below {include}", hint=_HINT)
    shutil.copytree(found[0], target)


def _map_on_threads(work: Callable[[int], str], items: Iterable[int], jobs: int) -> list[str]:
    """`work` of each item, in their order; the threads only wait for processes."""
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        results = [pool.submit(work, item) for item in items]
        try:
            return [result.result() for result in results]
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            kill_all()
            raise
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
