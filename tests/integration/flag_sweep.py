"""Every option of clang's table that a corpus may pass, tried: it writes nothing and starts nothing."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rl4real_data.corpus.flags.guard import guard_flags
from rl4real_data.corpus.flags.option_table import CC1, DRIVER, Option, option_table

NAME = "evil"
OUTPUT = "out/a.o"
SOURCE = "#include <stddef.h>\nstruct s { int a; };\nint f(int *p, size_t n) { return n ? *p + f(p + 1, n - 1) : 0; }\n"


def passed_lines() -> list[tuple[str, ...]]:
    """A command line for each option and each kind of value that the guard passes; sorted."""
    found = set()
    for reader in (DRIVER, CC1):
        for option in option_table(reader):
            for words in _spellings(option):
                line = words if reader == DRIVER else tuple(w for word in words for w in ("-Xclang", word))
                if guard_flags(line).passed == line:
                    found.add(line)
    return sorted(found)


def _spellings(option: Option) -> Iterator[tuple[str, ...]]:
    if option.kind == "Flag":
        yield (option.word,)
        return
    values = (NAME, "1", *sorted(option.values)[:1])
    for value in values:
        if option.kind in ("Joined", "CommaJoined", "JoinedOrSeparate"):
            yield (option.word + value,)
        if option.kind in ("Separate", "JoinedOrSeparate"):
            yield (option.word, value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A folder in which a compiler has all that it may write to: the working folder, a home, a place for scratch."""

    root: Path
    clang: Path

    @classmethod
    def make(cls, root: Path, clang: Path) -> Bench:
        for name in ("work", "home", "tmp", "out"):
            (root / name).mkdir(parents=True)
        (root / "work" / "a.c").write_text(SOURCE)
        return cls(root=root, clang=clang)

    def try_out(self, flags: Sequence[str]) -> str:
        """What the flags did beside compiling, or nothing."""
        before = self._files()
        self._run((*flags, "-O3", "-w", "-c", "a.c", "-o", str(self.root / OUTPUT), "-fno-crash-diagnostics"))
        if left := self._files() - before - {OUTPUT}:
            for name in left:
                (self.root / name).unlink()
            return f"{' '.join(flags)} writes {', '.join(sorted(left))}"
        jobs = [line for line in self._run((*flags, "-###", "-c", "a.c", "-o", OUTPUT)).splitlines() if '"' in line]
        if any(' "-cc1" ' not in line for line in jobs if line.startswith(' "')):
            return f"{' '.join(flags)} starts {' and '.join(jobs)}"
        return ""

    def _run(self, words: Sequence[str]) -> str:
        environment = {**os.environ, "HOME": str(self.root / "home"), "TMPDIR": str(self.root / "tmp")}
        environment.pop("XDG_CACHE_HOME", None)
        done = subprocess.run(
            [self.clang, "--target=x86_64-linux-gnu", *words],
            cwd=self.root / "work",
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=60,
        )
        return done.stderr

    def _files(self) -> set[str]:
        files = (Path(parent, name) for parent, _, names in os.walk(self.root) for name in names)
        return {str(file.relative_to(self.root)) for file in files}
