"""The graph network, which tells of each plan for a function the gain to expect and the chance of harm.

Messages go between nodes and the blocks of their uses and of the calls that they live across, along copies, and along
the flow between blocks. Interferences are four fifths of all pairs, and count as a number of each node alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rl4real_data.advice.graph import (
    BLOCK_FEATURES,
    FUNCTION_FEATURES,
    NODE_FEATURES,
    USE_FEATURES,
    Graph,
    in_columns,
)
from rl4real_data.core.extras import required_by

with required_by("the preset advice", extra="advice"):
    import torch
    from torch import Tensor, nn

_CLASSES: Final = 1024
"""More than any target has register classes."""
_CLASS_WIDTH: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How large a network is."""

    plans: int
    width: int = 48
    rounds: int = 2
    hidden: int = 96


@dataclass(frozen=True, slots=True)
class Predictions:
    """(functions, plans). `gain` is -log(final code / greedy's), `harm` the logit of being worse."""

    gain: Tensor
    harm: Tensor


class AdviceNetwork(nn.Module):
    """Of a `Graph`, the `Predictions`."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        width = shape.width
        self.of_class = nn.Embedding(_CLASSES, _CLASS_WIDTH)
        self.node = _perceptron(NODE_FEATURES + _CLASS_WIDTH, width)
        self.block = _perceptron(BLOCK_FEATURES, width)
        self.rounds = nn.ModuleList(_Round(width) for _ in range(shape.rounds))
        pooled = 6 * width + FUNCTION_FEATURES
        self.function = nn.Sequential(nn.Linear(pooled, shape.hidden), nn.ReLU(), nn.LayerNorm(shape.hidden))
        self.plans = nn.Sequential(
            nn.Linear(shape.hidden, shape.hidden), nn.ReLU(), nn.Linear(shape.hidden, 2 * shape.plans)
        )

    def forward(self, graph: Graph) -> Predictions:
        node = self.node(torch.cat((graph.node_x, self.of_class(graph.node_class)), 1))
        block = self.block(graph.block_x)
        for each in self.rounds:
            node, block = each(graph, node, block)
        pools = (*_pools(node, graph.node_of, graph), *_pools(block, graph.block_of, graph))
        function = self.function(torch.cat((*pools, graph.function_x), 1))
        return Predictions(*self.plans(function).chunk(2, 1))


class _Round(nn.Module):
    """Each node and block hears its neighbours once."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.use = nn.Linear(USE_FEATURES, width)
        self.copy = nn.Linear(1, width)
        self.node = nn.Sequential(nn.Linear(5 * width, width), nn.ReLU(), nn.LayerNorm(width))
        self.block = nn.Sequential(nn.Linear(5 * width, width), nn.ReLU(), nn.LayerNorm(width))

    def forward(self, graph: Graph, node: Tensor, block: Tensor) -> tuple[Tensor, Tensor]:
        use = torch.relu(self.use(graph.use_x) + node[graph.use_node] + block[graph.use_block])
        crossed = block[graph.crossing_block]
        copied = torch.relu(self.copy(graph.copy_x) + node[graph.copy_from])
        heard = (
            node,
            _sum(use, graph.use_node, node),
            _sum(torch.relu(crossed), graph.crossing_node, node),
            _greatest(crossed, graph.crossing_node, node),
            _sum(copied, graph.copy_to, node),
        )
        seen = (
            block,
            _sum(use, graph.use_block, block),
            _sum(torch.relu(node[graph.crossing_node]), graph.crossing_block, block),
            _total(graph.flow_x * block[graph.flow_from], graph.flow_to, block),
            _total(graph.flow_x * block[graph.flow_to], graph.flow_from, block),
        )
        return node + self.node(torch.cat(heard, 1)), block + self.block(torch.cat(seen, 1))


def _perceptron(inputs: int, width: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, width), nn.ReLU(), nn.Linear(width, width), nn.LayerNorm(width))


def _pools(values: Tensor, of: Tensor, graph: Graph) -> tuple[Tensor, Tensor, Tensor]:
    """How much there is of everything, its mean and its greatest, of each function."""
    functions = torch.zeros_like(graph.function_x[:, :1]) + torch.zeros(values.shape[1])
    mean = _total(values, of, functions) / _count(of, functions)
    return _sum(torch.relu(values), of, functions), mean, _greatest(values, of, functions)


def _sum(values: Tensor, index: Tensor, like: Tensor) -> Tensor:
    """Logarithm of the sum of what is not negative: functions differ a thousandfold in size."""
    return torch.log1p(_total(values, index, like))


def _total(values: Tensor, index: Tensor, like: Tensor) -> Tensor:
    return torch.zeros_like(like).scatter_add(0, in_columns(index, values.shape[1]), values)


def _count(index: Tensor, like: Tensor) -> Tensor:
    """How often each index occurs, at least 1, as a column."""
    ones = torch.ones_like(index, dtype=torch.float32)
    return torch.zeros_like(like[:, 0]).scatter_add(0, index, ones).clamp(min=1.0)[:, None]


def _greatest(values: Tensor, index: Tensor, like: Tensor) -> Tensor:
    """Zero where there is none above it."""
    return torch.zeros_like(like).scatter_reduce(0, in_columns(index, values.shape[1]), values, "amax")
