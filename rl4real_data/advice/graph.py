"""The graph of a function, made of the raw columns by tensor operations alone.

The same operations run in training and, traced, inside of the exported model: nothing is computed twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from rl4real_data.core.extras import required_by

with required_by("the preset advice", extra="advice"):
    import torch
    from torch import Tensor

USE_FEATURES: Final = 10
NODE_FEATURES: Final = 26
BLOCK_FEATURES: Final = 11
FUNCTION_FEATURES: Final = 8
_FLAG_BITS: Final = (1, 2, 4, 8, 16, 32, 64, 128)
_VALUE_BITS: Final = (1, 2, 4, 8)
_BLOCK_BITS: Final = (1, 2, 4)
_RARELY: Final = 2.0**-10
"""What is executed less often counts as this often, relative to the entry."""


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes, blocks, use points and calls of one function, or of several, one behind the other.

    Features are float32, `*_node`, `*_block` and edges int64 indices. `crossing`: a node that lives across a call, and
    the call's block. `node_of`, `block_of`: the function of each node and block.
    """

    node_x: Tensor
    node_class: Tensor
    block_x: Tensor
    use_x: Tensor
    use_node: Tensor
    use_block: Tensor
    crossing_node: Tensor
    crossing_block: Tensor
    copy_from: Tensor
    copy_to: Tensor
    copy_x: Tensor
    flow_from: Tensor
    flow_to: Tensor
    flow_x: Tensor
    function_x: Tensor
    node_of: Tensor
    block_of: Tensor


_NODE_INDICES: Final = frozenset({"use_node", "crossing_node", "copy_from", "copy_to"})
_BLOCK_INDICES: Final = frozenset({"use_block", "crossing_block", "flow_from", "flow_to"})
_FUNCTION_INDICES: Final = frozenset({"node_of", "block_of"})


def joined(graphs: Sequence[Graph]) -> Graph:
    """Several functions as one graph."""
    nodes = blocks = 0
    found: dict[str, list[Tensor]] = {field.name: [] for field in fields(Graph)}
    for number, graph in enumerate(graphs):
        for name, parts in found.items():
            tensor = getattr(graph, name)
            if name in _NODE_INDICES:
                tensor = tensor + nodes
            elif name in _BLOCK_INDICES:
                tensor = tensor + blocks
            elif name in _FUNCTION_INDICES:
                tensor = tensor + number
            parts.append(tensor)
        nodes, blocks = nodes + len(graph.node_x), blocks + len(graph.block_x)
    return Graph(**{name: torch.cat(parts) for name, parts in found.items()})


def graph_of(columns: Mapping[str, Tensor]) -> Graph:
    """The graph of one function's columns, `INPUT_COLUMNS` by name."""
    block_of = _blocks_of_instructions(columns)
    uses = _uses(columns, block_of)
    crossing = _crossing(columns, block_of)
    copies = _copies(columns, block_of)
    size = torch.zeros_like(columns["block_freq"]).scatter_add(0, block_of, _ones(block_of))
    edges = torch.cat((columns["edge_u"], columns["edge_v"]))
    return Graph(
        node_x=_node_features(columns, uses, crossing, copies, edges),
        node_class=columns["node_class"],
        block_x=_block_features(columns, uses, crossing, size),
        use_x=uses.x,
        use_node=uses.node,
        use_block=uses.block,
        crossing_node=crossing.node,
        crossing_block=crossing.block,
        copy_from=copies.start,
        copy_to=copies.end,
        copy_x=copies.x,
        flow_from=_owner(columns["block_succ_offsets"], columns["block_succ"]),
        flow_to=columns["block_succ"],
        flow_x=columns["block_succ_prob"][:, None],
        function_x=_function_features(columns, crossing, size),
        node_of=torch.zeros_like(columns["node_class"]),
        block_of=torch.zeros_like(columns["block_start"]),
    )


@dataclass(frozen=True, slots=True)
class _Uses:
    """The use points of all nodes; `reads` and so on are 0 or 1."""

    node: Tensor
    block: Tensor
    frequency: Tensor
    flags: Tensor
    x: Tensor


@dataclass(frozen=True, slots=True)
class _Crossing:
    """Pairs of a node and a call that it lives across. `crossed`: how many nodes live across each call."""

    node: Tensor
    block: Tensor
    frequency: Tensor
    call_block: Tensor
    crossed: Tensor


@dataclass(frozen=True, slots=True)
class _Copies:
    """Copies between nodes, in both directions; `node` and `frequency` are those of copies to or from registers."""

    start: Tensor
    end: Tensor
    x: Tensor
    node: Tensor
    frequency: Tensor


def _uses(columns: Mapping[str, Tensor], block_of: Tensor) -> _Uses:
    block = block_of[columns["use_inst"]]
    frequency = columns["block_freq"][block]
    flags = _bits(columns["use_flags"], _FLAG_BITS)
    return _Uses(
        node=_owner(columns["use_inst_offsets"], columns["use_inst"]),
        block=block,
        frequency=frequency,
        flags=flags,
        x=torch.cat((_often(frequency), flags), 1),
    )


def _crossing(columns: Mapping[str, Tensor], block_of: Tensor) -> _Crossing:
    """A range from its first instruction up to its last one lives across the calls between them."""
    calls = columns["mask_inst"]
    call_block = block_of[calls]
    first, last = columns["node_live"][0::2], columns["node_live"][1::2]
    live_node = _owner(columns["node_live_offsets"] // 2, first)
    live, call = ((first[:, None] < calls[None, :]) & (calls[None, :] < last[:, None])).nonzero().unbind(1)
    block = call_block[call]
    return _Crossing(
        node=live_node[live],
        block=block,
        frequency=columns["block_freq"][block],
        call_block=call_block,
        crossed=torch.zeros_like(calls, dtype=torch.float32).scatter_add(0, call, _ones(call)),
    )


def _copies(columns: Mapping[str, Tensor], block_of: Tensor) -> _Copies:
    to, start = columns["copy_to"], columns["copy_from"]
    frequency = columns["block_freq"][block_of[columns["copy_inst"]]]
    both = ((to < 0) & (start < 0)).nonzero()[:, 0]
    one, other, often = -1 - to[both], -1 - start[both], _log(frequency[both])[:, None]
    single = ((to < 0) ^ (start < 0)).nonzero()[:, 0]
    return _Copies(
        start=torch.cat((other, one)),
        end=torch.cat((one, other)),
        x=torch.cat((often, often)),
        node=-1 - torch.minimum(to[single], start[single]),
        frequency=frequency[single],
    )


def _node_features(
    columns: Mapping[str, Tensor], uses: _Uses, crossing: _Crossing, copies: _Copies, edges: Tensor
) -> Tensor:
    weight = columns["node_spill_weight"]
    is_finite = weight < torch.inf
    read, write, copy, foldable = uses.flags[:, 0], uses.flags[:, 1], uses.flags[:, 5], uses.flags[:, 7]
    kinds = torch.stack((_ones(read), read, write, read * (1 - foldable), copy), 1)
    spilling = torch.stack((_ones(weight), weight, weight, weight, weight), 1)
    often = _total(kinds * uses.frequency[:, None], uses.node, spilling)
    most = torch.stack(
        (_greatest(uses.frequency, uses.node, weight), _greatest(crossing.frequency, crossing.node, weight)), 1
    )
    crossed = _total(torch.stack((_ones(crossing.node), crossing.frequency), 1), crossing.node, spilling[:, :2])
    values = _bits(columns["value_flags"], _VALUE_BITS)
    value_node = _owner(columns["value_flags_offsets"], columns["value_flags"])
    kinds_of_value = _total(torch.cat((torch.ones_like(values[:, :1]), values), 1), value_node, spilling)
    hints = columns["node_hint"]
    is_register = (hints >= 0).float()
    hinted = _total(
        torch.stack((is_register, 1 - is_register), 1),
        _owner(columns["node_hint_offsets"], hints),
        spilling[:, :2],
    )
    counts = torch.stack(
        (
            columns["node_size"].float(),
            _lengths(columns["use_inst_offsets"]),
            _lengths(columns["node_live_offsets"]),
            _sum(_ones(edges), edges, weight),
        ),
        1,
    )
    copied = _sum(copies.frequency, copies.node, weight)
    return torch.cat(
        (
            is_finite.float()[:, None],
            torch.log2(torch.where(is_finite, weight, torch.zeros_like(weight)) + 1e-6)[:, None] / 4,
            torch.log1p(counts) / 2,
            _log(often),
            most.clamp(max=8.0) / 4,
            _log(most),
            crossed[:, :1].clamp(max=1.0),
            torch.log1p(crossed[:, :1]),
            _log(crossed[:, 1:]),
            _lengths(columns["node_forbidden_offsets"])[:, None] / 16,
            hinted.clamp(max=2.0),
            _log(copied)[:, None],
            kinds_of_value[:, 1:] / kinds_of_value[:, :1].clamp(min=1.0),
        ),
        1,
    )


def _block_features(columns: Mapping[str, Tensor], uses: _Uses, crossing: _Crossing, size: Tensor) -> Tensor:
    frequency = columns["block_freq"]
    crossed = _greatest(crossing.crossed, crossing.call_block, frequency)
    counts = torch.stack(
        (
            size,
            _sum(_ones(crossing.call_block), crossing.call_block, frequency),
            _sum(_ones(uses.block), uses.block, frequency),
            crossed,
        ),
        1,
    )
    return torch.cat(
        (
            _often(frequency),
            columns["block_loop_depth"].float()[:, None],
            torch.log1p(counts),
            crossed[:, None] / 8,
            _bits(columns["block_flags"], _BLOCK_BITS),
        ),
        1,
    )


def _function_features(columns: Mapping[str, Tensor], crossing: _Crossing, size: Tensor) -> Tensor:
    frequency = columns["block_freq"]
    leaving = frequency * (columns["block_flags"] & 1).float()
    most = torch.cat((crossing.crossed, torch.zeros_like(frequency[:1]))).amax()
    sums = torch.stack(
        (
            (size * frequency).sum(),
            size.sum(),
            _ones(frequency).sum(),
            _ones(crossing.call_block).sum(),
            frequency[crossing.call_block].sum(),
            (leaving > 0).float().sum(),
            most,
        )
    )
    return torch.cat((torch.log1p(sums) / 2, most.clamp(max=16.0)[None] / 8))[None, :]


def _blocks_of_instructions(columns: Mapping[str, Tensor]) -> Tensor:
    """The block of each instruction, up to the last one of which the columns tell."""
    block_start = columns["block_start"]
    told = (block_start, *(columns[name] for name in ("use_inst", "node_live", "mask_inst", "copy_inst")))
    last = torch.cat(told).amax()
    size: Any = last + 1  # a tensor still, so that the trace does not take it for a constant
    none = torch.zeros_like(torch.arange(size))
    return none.scatter_add(0, block_start, torch.ones_like(block_start)).cumsum(0) - 1


def _owner(offsets: Tensor, values: Tensor) -> Tensor:
    """The list of each value: how many lists have ended in front of it."""
    none = torch.zeros_like(torch.cat((values, offsets[:1])))
    ends = offsets[1:-1]
    return none.scatter_add(0, ends, torch.ones_like(ends)).cumsum(0)[:-1]


def _lengths(offsets: Tensor) -> Tensor:
    return (offsets[1:] - offsets[:-1]).float()


def _total(values: Tensor, index: Tensor, like: Tensor) -> Tensor:
    """Sums of rows: (n, columns) as `like` has them."""
    return torch.zeros_like(like).scatter_add(0, in_columns(index, values.shape[1]), values)


def in_columns(index: Tensor, columns: int) -> Tensor:
    """(n, columns): the index in each of them; exported as an addition, for which ONNX needs no shapes."""
    if torch.onnx.is_in_onnx_export():
        return index[:, None] + torch.zeros(columns, dtype=torch.int64)
    return index[:, None].expand(-1, columns)


def _sum(values: Tensor, index: Tensor, like: Tensor) -> Tensor:
    """The sum of the values of each index."""
    return torch.zeros_like(like).scatter_add(0, index, values)


def _greatest(values: Tensor, index: Tensor, like: Tensor) -> Tensor:
    """The greatest of the values of each index; 0 where there is none."""
    return torch.zeros_like(like).scatter_reduce(0, index, values, "amax")


def _bits(values: Tensor, bits: Sequence[int]) -> Tensor:
    return ((values[:, None] & torch.tensor(bits)) != 0).float()


def _ones(like: Tensor) -> Tensor:
    return torch.ones_like(like, dtype=torch.float32)


def _often(frequency: Tensor) -> Tensor:
    return torch.stack((_log(frequency), frequency.clamp(max=4.0)), 1)


def _log(often: Tensor) -> Tensor:
    """Of a number of executions, from -1 for hardly ever to 1 for a thousand times."""
    return torch.log2(often + _RARELY) / 10
