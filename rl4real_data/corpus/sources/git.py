"""One commit of a git repository, fetched alone.

The commit's name is a checksum of all that it holds.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final, Self

from rl4real_data.core.errors import SourceError
from rl4real_data.core.toml_tables import Table
from rl4real_data.corpus.download import Pin, without_login
from rl4real_data.corpus.sources.source import Fetch
from rl4real_data.corpus.unpacking import unpack
from rl4real_data.toolchain.process import Completed, Limits, run

_SCHEMES: Final = ("https://", "http://", "git://", "ssh://", "file:///")
_LIMITS: Final = Limits(timeout_s=1800)
_STALLED: Final = ("-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=60")
_ATTRIBUTES: Final = "* -export-ignore -export-subst -text !eol -filter -ident -working-tree-encoding\n"
"""The tree as it is stored: nothing left out, substituted or converted, whatever the project or the user asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GitSource:
    """`kind = "git"`; `commit` is a full name, `folder` the sub-folder that is taken. Submodules are left out."""

    KIND: ClassVar[str] = "git"

    url: str
    commit: str
    folder: str = ""

    @classmethod
    def read(cls, table: Table) -> Self:
        url, commit = table.text("url"), table.text("commit")
        if url and not url.startswith(_SCHEMES):
            table.note("url", f'"{url}" starts with none of {", ".join(_SCHEMES)}')
        if commit and not re.fullmatch(r"[0-9a-f]{40}([0-9a-f]{24})?", commit):
            table.note("commit", f'"{commit}" is not the full name of a commit (40 or 64 hexadecimal digits)')
        return cls(url=url, commit=commit, folder=table.folder("folder"))

    @property
    def identity(self) -> str:
        return hashlib.sha256("\0".join(("git", self.commit, self.folder)).encode()).hexdigest()

    @property
    def pinned(self) -> Pin | None:
        return None

    @property
    def redistributable(self) -> bool:
        return True

    def fetch(self, wanted: Fetch) -> Path:
        return wanted.tree(self.identity, lambda folder: self._make(wanted, folder))

    def _make(self, wanted: Fetch, folder: Path) -> None:
        git = shutil.which("git", path=wanted.search_path)
        if git is None:
            raise SourceError(f"corpus {wanted.corpus}: there is no git on the PATH", hint="install git")
        work = folder.with_name(f"{folder.name}.git")  # beside the draft, so it is cleaned like the draft
        scratch = work / "scratch"
        scratch.mkdir(parents=True)
        try:
            wanted.say(f"fetching {wanted.corpus} with git")
            repository = _Repository(git=git, path=work / "repository", scratch=scratch)
            archive = repository.archive(self.url, self.commit)
            unpack(archive, folder, folder=self.folder)
        except _GitFailed as error:
            raise SourceError(
                f"corpus {wanted.corpus}: commit {self.commit} of {without_login(self.url)} cannot be had: {error}",
                hint="try again later, or correct the manifest's `url` and `commit`",
            ) from error
        finally:
            shutil.rmtree(work, ignore_errors=True)


class _GitFailed(Exception):
    """What git said when it failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Repository:
    git: str
    path: Path
    scratch: Path

    def archive(self, url: str, commit: str) -> Path:
        """The tree of the commit as a tar archive with one top folder."""
        object_format = "sha1" if len(commit) == 40 else "sha256"
        self._run("init", "--quiet", "--bare", "--template=", f"--object-format={object_format}", str(self.path))
        fetched = self._try(*_STALLED, "fetch", "--quiet", "--no-tags", "--depth=1", url, commit)
        if not fetched.ok:  # not every server gives out a commit that is no tip: then everything, and the commit of it
            self._run(*_STALLED, "fetch", "--quiet", url, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
        (self.path / "info").mkdir(exist_ok=True)
        (self.path / "info/attributes").write_text(_ATTRIBUTES)
        archive = self.path / "tree.tar"
        self._run("archive", "--format=tar", "--prefix=tree/", f"--output={archive}", commit)
        return archive

    def _run(self, *words: str) -> None:
        done = self._try(*words)
        if done.timed_out:
            raise _GitFailed(f"no end after {_LIMITS.timeout_s:g} s")
        if not done.ok:
            lines = [line for line in done.stderr.splitlines() if line.strip()]
            raise _GitFailed(lines[-1] if lines else f"git {words[0]} exits with {done.returncode}")

    def _try(self, *words: str) -> Completed:
        here: Sequence[str] = ("--git-dir", str(self.path)) if words[0] != "init" else ()
        return run(
            (self.git, *here, "-c", "protocol.ext.allow=never", *words),
            cwd=self.scratch,
            limits=_LIMITS,
            scratch=self.scratch,
            environment={"GIT_TERMINAL_PROMPT": "0"},
        )
