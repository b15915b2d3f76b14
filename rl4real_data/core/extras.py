"""Optional packages, and the extra of ours that brings each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rl4real_data.core.errors import MissingExtra


def install_command(extra: str) -> str:
    """What to type for an extra."""
    return f"pip install 'rl4real-data[{extra}]'"


@contextmanager
def required_by(what: str, *, extra: str) -> Iterator[None]:
    """Around imports of optional packages: one that is not installed is a MissingExtra that names `extra`.

    One that is installed and does not load keeps its own error, which says more.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package in ("", "rl4real_data"):
            raise
        raise MissingExtra(f"{what} needs {package}, which is not installed", hint=install_command(extra)) from error
