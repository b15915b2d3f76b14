"""The decisions of a whole build, of which each call of the compiler takes those of its own sources.

The plugin knows functions by name alone, and two sources of a build may both have a `compress`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from rl4real_data.core.errors import UsageError
from rl4real_data.live.decisions_file import DecidedFunction, decisions_line, read_decided_functions


@contextmanager
def decisions_of_call(path: Path, sources: Sequence[Path]) -> Iterator[Path]:
    """A file that holds what is said of these sources and of no source: `path` itself where no line names one.

    `sources` are absolute. UsageError for no file of decisions, and for a function of which two of the sources have
    decisions.
    """
    lines = read_decided_functions(path)
    if all(line.source is None for line in lines):
        yield path
        return
    own = [line for line in lines if line.source is None or any(_is_named(line.source, each) for each in sources)]
    _require_one_source(path, own)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / path.name
        text = "".join(decisions_line(line.function, line.decisions) for line in own)
        file.write_text(text, encoding="utf-8")
        yield file


def require_no_source(path: Path) -> None:
    """UsageError for a file that cannot be read, or whose lines name sources."""
    named = next((line.source for line in read_decided_functions(path) if line.source is not None), None)
    if named is not None:
        raise UsageError(
            f"{path}: its lines are of single sources ({named}), and a dataset's modules would all take them",
            hint=f"build with `rl4real-data compile --decisions {path} -- clang …`, or leave `source` out of its lines",
        )


def _is_named(name: str, source: Path) -> bool:
    """Whether the path ends in the name, folder by folder."""
    parts = PurePosixPath(name).parts
    return source.parts[-len(parts) :] == parts


def _require_one_source(path: Path, lines: Sequence[DecidedFunction]) -> None:
    of_function: dict[str, str] = {}
    for line in lines:
        if line.source is not None and of_function.setdefault(line.function, line.source) != line.source:
            raise UsageError(
                f"{path}: decisions for {line.function} of {of_function[line.function]} and of {line.source}",
                hint="compile these sources one by one",
            )
