"""Globs that say a set of files."""

from __future__ import annotations

from pathlib import PurePosixPath

from rl4real_data.drafting.glob_cover import cover


def paths(*names: str) -> list[PurePosixPath]:
    return [PurePosixPath(name) for name in names]


def test_names_that_are_no_utf8() -> None:
    """A manifest is UTF-8; the glob matches each such letter by a sign for any letter."""
    everything = paths("caf\udce9.c", "b.c", "c.c", "d.c", "e.c")

    few = cover(paths("caf\udce9.c"), everything)
    most = cover(paths("b.c", "c.c", "d.c", "e.c"), everything)

    assert (few.globs, few.excludes) == (("caf?.c",), ())
    assert (most.globs, most.excludes) == (("*.c",), ("caf?.c",))
    assert PurePosixPath("caf\udce9.c").match("caf?.c")
