"""csmith as a source: what is kept of its programs, what is left out, and which csmith is taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from rl4real_data.core.errors import SourceError
from rl4real_data.corpus.cache import Cache
from rl4real_data.corpus.sources import csmith
from rl4real_data.corpus.sources.csmith import CsmithSource
from rl4real_data.corpus.sources.source import Fetch
from rl4real_data.toolchain.process import Limits

SCRIPT = """#!/bin/sh
test "$1" = --version && { echo "csmith 9.1"; exit 0; }
echo "$@" >>"$(dirname "$0")/calls"
echo scribble >platform.info
case $2 in
    3) exec sleep 60 ;;
    4) exit 7 ;;
    5) exit 0 ;;
esac
printf '/*\\n * Generator: csmith 9.1\\n * Options:   %s\\n * Seed:      %s\\n */\\nint x = %s;\\n' "$*" "$2" "$2"
printf ' * Options: not the line of the head\\n'
"""


@pytest.fixture
def tool(tmp_path: Path) -> Path:
    """A prefix with a csmith that hangs at seed 3, fails at 4 and says nothing at 5."""
    prefix = tmp_path / "prefix"
    (prefix / "bin").mkdir(parents=True)
    (prefix / "bin/csmith").write_text(SCRIPT)
    (prefix / "bin/csmith").chmod(0o755)
    (prefix / "include/csmith-9.1").mkdir(parents=True)
    (prefix / "include/csmith-9.1/csmith.h").write_text("/* header */\n")
    return prefix


def wanted(tmp_path: Path, tool: Path, said: list[str]) -> Fetch:
    search_path = f"{tool / 'bin'}:/usr/bin:/bin"
    return Fetch(corpus="toy", cache=Cache(root=tmp_path / "cache"), search_path=search_path, jobs=2, say=said.append)


def test_programs_and_headers(tmp_path: Path, tool: Path) -> None:
    source = CsmithSource(version="9.1", seeds=(1, 2), options=("--no-unions",))
    root = source.fetch(wanted(tmp_path, tool, []))
    assert (root / "seed-000002.c").read_text() == (
        "/*\n * Generator: csmith 9.1\n * Seed:      2\n */\nint x = 2;\n * Options: not the line of the head\n"
    )
    assert (root / "include/csmith.h").read_text() == "/* header */\n"
    assert sorted((tool / "bin/calls").read_text().splitlines()) == ["--seed 1 --no-unions", "--seed 2 --no-unions"]
    names = sorted(path.name for path in root.iterdir() if not path.name.startswith("."))
    assert names == ["include", "left-out.txt", "seed-000001.c", "seed-000002.c"]


def test_seeds_that_give_no_program_are_left_out_and_said(
    tmp_path: Path, tool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csmith, "_LIMITS", Limits(timeout_s=0.5))
    source = CsmithSource(version="9.1", seeds=(2, 6))
    for _ in range(2):  # also when it is all in the cache
        said: list[str] = []
        root = source.fetch(wanted(tmp_path, tool, said))
        assert sorted(path.name for path in root.glob("*.c")) == ["seed-000002.c", "seed-000006.c"]
        assert said[-3:] == [
            "corpus toy: seed 3 is left out: csmith takes more than 0.5 s",
            "corpus toy: seed 4 is left out: csmith fails (exit code 7)",
            "corpus toy: seed 5 is left out: csmith fails (exit code 0)",
        ]
    assert len((tool / "bin/calls").read_text().splitlines()) == 5


def test_only_failing_seeds_are_an_error(tmp_path: Path, tool: Path) -> None:
    with pytest.raises(SourceError, match="corpus toy: csmith makes no program; seed 4 is left out"):
        CsmithSource(version="9.1", seeds=(4, 5)).fetch(wanted(tmp_path, tool, []))
    assert list((tmp_path / "cache/corpora").iterdir()) == []


def test_other_release_is_refused(tmp_path: Path, tool: Path) -> None:
    with pytest.raises(SourceError, match=r"is made by csmith 9\.2, and \S+/bin/csmith is 9\.1") as raised:
        CsmithSource(version="9.2", seeds=(1, 1)).fetch(wanted(tmp_path, tool, []))
    assert "install csmith 9.2" in raised.value.hint


def test_machine_without_csmith_or_its_headers(tmp_path: Path, tool: Path) -> None:
    source = CsmithSource(version="9.1", seeds=(1, 1))
    (tool / "include/csmith-9.1/csmith.h").unlink()
    with pytest.raises(SourceError, match=r"there is no csmith\.h below"):
        source.fetch(wanted(tmp_path, tool, []))
    with pytest.raises(SourceError, match="there is no csmith on the PATH") as raised:
        source.fetch(Fetch(corpus="toy", cache=Cache(root=tmp_path / "cache"), search_path=str(tmp_path)))
    assert "libcsmith-dev" in raised.value.hint


def test_identity_follows_what_decides_the_programs() -> None:
    sources = [
        CsmithSource(version="9.1", seeds=(1, 2)),
        CsmithSource(version="9.1", seeds=(1, 3)),
        CsmithSource(version="9.2", seeds=(1, 2)),
        CsmithSource(version="9.1", seeds=(1, 2), options=("--no-unions",)),
    ]
    assert len({source.identity for source in sources}) == len(sources)
