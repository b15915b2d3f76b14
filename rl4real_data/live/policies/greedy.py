"""The policy that leaves every function to LLVM's greedy allocator."""

from __future__ import annotations

from rl4real_data.live.function_graph import FunctionGraph


class GreedyPolicy:
    """Decides nothing: what comes out is what clang makes without a model."""

    def answer(self, graph: FunctionGraph) -> None:
        """None, for every function."""
        del graph
