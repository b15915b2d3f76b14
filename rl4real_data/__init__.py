"""Training data for learned register allocation, made from source code by a stock clang.

What may be imported is listed in `docs/api.md`: the names here, and those in `__all__` of the modules named there.
"""

from __future__ import annotations

__all__ = [
    "Episode",
    "EpisodeDataset",
    "ExpertOutcome",
    "Fate",
    "Outcome",
    "Rl4realError",
    "__version__",
    "collect_stats",
    "validate",
]

from types import MappingProxyType

TYPE_CHECKING = False  # `typing` takes longer to load than Python to start, and a signal may come meanwhile
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Final

    from rl4real_data.core.errors import Rl4realError
    from rl4real_data.episodes.column_values import Fate
    from rl4real_data.episodes.schema import Outcome
    from rl4real_data.reading.dataset import EpisodeDataset
    from rl4real_data.reading.episode import Episode
    from rl4real_data.reading.expert_outcome import ExpertOutcome
    from rl4real_data.statistics.collection import collect_stats
    from rl4real_data.validation.whole_dataset import validate

__version__: Final = "0.2.0"

_HOMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Episode": "reading.episode",
        "EpisodeDataset": "reading.dataset",
        "ExpertOutcome": "reading.expert_outcome",
        "Fate": "episodes.column_values",
        "Outcome": "episodes.schema",
        "Rl4realError": "core.errors",
        "collect_stats": "statistics.collection",
        "validate": "validation.whole_dataset",
    }
)


def __getattr__(name: str) -> Any:
    """A public name, loaded when it is first asked for: the command line starts without numpy and Arrow."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
