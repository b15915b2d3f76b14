"""The policy that is a function of the user's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from rl4real_data.core.errors import UsageError
from rl4real_data.live.policies.function import load_function
from rl4real_data.mlgo.channel_host import Answer
from rl4real_data.mlgo.tensors import Header, Layout

FeatureFunction = Callable[[Mapping[str, npt.NDArray[Any]]], float]


class Observation(Mapping[str, npt.NDArray[Any]]):
    """The features of one decision, by name; each is read when it is asked for."""

    def __init__(self, layout: Layout, row: np.void) -> None:
        self._layout, self._row = layout, row

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        try:
            return np.asarray(self._row[name])
        except ValueError as error:
            raise KeyError(name) from error

    def __iter__(self) -> Iterator[str]:
        return iter(self._layout.names)

    def __len__(self) -> int:
        return len(self._layout.tensors)


class FunctionPolicy:
    """Asks `function(features)`; what it returns is the decision. UsageError for what it raises."""

    def __init__(self, function: FeatureFunction, *, word: str) -> None:
        self._function, self._word = function, word

    @classmethod
    def named(cls, word: str) -> FunctionPolicy:
        """UsageError if `module:function` names none."""
        return cls(cast(FeatureFunction, load_function(word)), word=word)

    def begin(self, header: Header) -> Answer:
        layout, row = header.layout, header.layout.row

        def answer(observation: bytes) -> float:
            features = Observation(layout, np.frombuffer(observation, row)[0])
            try:
                return float(self._function(features))
            except Exception as error:
                raise UsageError(
                    f"{self._word} raised {type(error).__name__}: {error}",
                    hint="mend it; it is given the features by name and returns one number",
                ) from error

        return answer
