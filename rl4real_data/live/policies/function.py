"""The policy that is a function of the user's own."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from pathlib import Path

from rl4real_data.core.errors import UsageError
from rl4real_data.live.answers import Answer
from rl4real_data.live.colours import Colours
from rl4real_data.live.function_graph import FunctionGraph


class FunctionPolicy:
    """Asks `function(graph, colours)`; what it returns is an `Answer`."""

    def __init__(self, function: Callable[[FunctionGraph, Colours], Answer], colours: Colours) -> None:
        self._function = function
        self._colours = colours

    def answer(self, graph: FunctionGraph) -> Answer:
        """What the function says."""
        return self._function(graph, self._colours)


def load_function(word: str) -> Callable[[FunctionGraph, Colours], Answer]:
    """The function that `module:function` names; the working folder comes first. UsageError if there is none."""
    module_name, _, name = word.partition(":")
    folder = str(Path.cwd())
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        module = importlib.import_module(module_name)
    except Exception as error:
        raise UsageError(
            f"{word}: the module cannot be imported: {type(error).__name__}: {error}",
            hint=f"`python -c 'import {module_name}'` must work in this folder",
        ) from error
    function = getattr(module, name, None)
    if not callable(function):
        there = sorted(one for one, value in vars(module).items() if callable(value) and not one.startswith("_"))
        raise UsageError(
            f"{word}: the module {module_name} has no function {name!r}",
            hint=f"it has {', '.join(there)}" if there else "define `def NAME(graph, colours)` in it",
        )
    found: Callable[[FunctionGraph, Colours], Answer] = function
    return found
