"""The interface of every kind of source.

A new kind is one file with such a class, and one row in `kinds.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self

from rl4real_data.core.environment import Environment
from rl4real_data.core.toml_tables import Table
from rl4real_data.corpus.cache import Cache
from rl4real_data.corpus.download import DownloadProgress, Pin
from rl4real_data.corpus.prepare import Step, apply_steps, prepared_identity

Progress = Callable[[str, int, int], None]
"""Called with (corpus name, bytes done, bytes in total) while something is downloaded."""


def ignore_progress(_corpus: str, _done_bytes: int, _total_bytes: int) -> None:
    """The `Progress` of a caller that shows none."""


def say_nothing(_text: str) -> None:
    """The `say` of a caller that shows no messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """What a source is given when its files are wanted; `steps` are the manifest's preparation."""

    corpus: str
    cache: Cache
    mirror: str | None = None
    pypi: str | None = None
    npm: str | None = None
    search_path: str | None = None
    jobs: int = 1
    steps: Sequence[Step] = field(default=())
    progress: Progress = ignore_progress
    say: Callable[[str], None] = say_nothing

    def tree(self, identity: str, make: Callable[[Path], None]) -> Path:
        """The prepared tree of the corpus in the cache; `make` makes the folder that it is given when there is none."""

        def make_and_prepare(folder: Path) -> None:
            make(folder)
            apply_steps(self.steps, folder)

        return self.cache.tree(self.corpus, prepared_identity(identity, self.steps), make_and_prepare)

    @property
    def download_progress(self) -> DownloadProgress:
        """The progress of a download for this corpus."""
        return lambda done_bytes, total_bytes: self.progress(self.corpus, done_bytes, total_bytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """Where sources come from and where they are kept.

    `mirror` is the distribution's, `pypi` a Python package index (the folder of its projects' pages), `npm` a registry;
    None: as the machine's own clients are set up. `jobs`: processes at once where a source is generated. `allow_build`:
    whether a folder's own build system may be run, and flags be passed that load code or write files.
    """

    cache: Path
    mirror: str | None = None
    pypi: str | None = None
    npm: str | None = None
    search_path: str | None = None
    jobs: int = 1
    allow_build: bool = False
    progress: Progress = ignore_progress
    say: Callable[[str], None] = say_nothing

    @classmethod
    def of(cls, environment: Environment, **settings: Any) -> Self:
        """As the environment says, but for `settings`."""
        names = ("mirror", "pypi", "npm", "search_path", "jobs")
        said = {name: getattr(environment, name) for name in names}
        return cls(**{"cache": environment.cache_dir.absolute(), **said, **settings})

    def fetch_for(self, corpus: str) -> Fetch:
        """What the sources of one corpus are given."""
        return Fetch(
            corpus=corpus,
            cache=Cache(root=self.cache),
            mirror=self.mirror,
            pypi=self.pypi,
            npm=self.npm,
            search_path=self.search_path,
            jobs=self.jobs,
            progress=self.progress,
            say=self.say,
        )


class Source(Protocol):
    """The `[source]` table of a manifest."""

    KIND: ClassVar[str]

    @classmethod
    def read(cls, table: Table) -> Self:
        """The source from its table; problems are noted in the table."""

    @property
    def identity(self) -> str:
        """A sha256 over what decides the tree before its preparation; empty for one that needs no cache."""

    @property
    def pinned(self) -> Pin | None:
        """The file that is downloaded, if it is one."""

    @property
    def redistributable(self) -> bool:
        """Whether the source may be shared, as far as its licence allows it."""

    def fetch(self, wanted: Fetch) -> Path:
        """The folder that the manifest's globs are relative to; SourceError when it cannot be had."""
