"""Training data for learned register allocation, made from source code by a stock clang."""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` takes longer to load than Python to start, and a signal may come meanwhile
if TYPE_CHECKING:
    from typing import Any, Final

    from rl4real_data.reading.dataset import EpisodeDataset
    from rl4real_data.reading.episode import Episode

__version__: Final = "0.1.0"
__all__ = ["Episode", "EpisodeDataset", "__version__"]

_READING: Final = {"EpisodeDataset": "dataset", "Episode": "episode"}


def __getattr__(name: str) -> Any:
    """The reader, loaded when it is first asked for: the command line starts without it."""
    if name not in _READING:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"rl4real_data.reading.{_READING[name]}"), name)
