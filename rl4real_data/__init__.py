"""Training data for learned register allocation, made from source code by a stock clang."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from rl4real_data.reading.dataset import EpisodeDataset
    from rl4real_data.reading.episode import Episode

__version__: Final = "0.2.0"
__all__ = ["Episode", "EpisodeDataset", "__version__"]

_READING: Final = {"EpisodeDataset": "dataset", "Episode": "episode"}


def __getattr__(name: str) -> Any:
    """The reader, loaded when it is first asked for: the command line starts without it."""
    if name not in _READING:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"rl4real_data.reading.{_READING[name]}"), name)
