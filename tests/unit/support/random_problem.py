"""Raw columns of functions that nobody wrote, as an advice model takes them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rl4real_data.advice.problem_inputs import Arrays


def random_problem(seed: int) -> Arrays:
    """Columns that fit each other: blocks, nodes that live and are used, calls, copies; perhaps no nodes."""
    chance = np.random.default_rng(seed)
    blocks, nodes = int(chance.integers(1, 9)), int(chance.integers(0, 14))
    sizes = chance.integers(0, 7, blocks)
    sizes[0] += 1
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    end = int(sizes.sum())
    uses = [np.sort(chance.choice(end, min(end, int(chance.integers(1, 6))), replace=False)) for _ in range(nodes)]
    live = [np.array([own[0], max(own[-1], own[0] + 1)]) for own in uses]
    after = [np.unique(chance.integers(0, blocks, chance.integers(0, 3))) for _ in range(blocks)]
    pairs = [(u, v) for u in range(nodes) for v in range(u + 1, nodes) if chance.random() < 0.4]
    places = np.concatenate((-1 - np.arange(nodes), [3, 5, 9]))
    copies = int(chance.integers(0, 5))
    to, start = chance.choice(places, copies), chance.choice(places, copies)
    is_kept = (to < 0) | (start < 0)
    weights = chance.exponential(0.1, nodes)
    weights[chance.random(nodes) < 0.1] = np.inf
    columns = {
        "block_start": starts,
        "block_freq": np.concatenate(([1.0], chance.exponential(2.0, blocks - 1))),
        "block_loop_depth": chance.integers(0, 4, blocks),
        "block_flags": chance.integers(0, 8, blocks),
        **ragged("block_succ", after),
        **ragged("block_succ_prob", [chance.random(len(own)) for own in after], np.float32),
        "node_class": chance.integers(0, 100, nodes),
        "node_spill_weight": weights,
        "node_size": chance.integers(1, 500, nodes),
        **ragged("node_live", live),
        **ragged("node_hint", [chance.choice(places, chance.integers(0, 3)) for _ in range(nodes)]),
        **ragged("node_forbidden", [chance.integers(1, 99, chance.integers(0, 10)) for _ in range(nodes)]),
        **ragged("use_inst", uses),
        **ragged("use_flags", [chance.integers(1, 256, len(own)) for own in uses]),
        **ragged("value_flags", [chance.integers(0, 16, chance.integers(1, 3)) for _ in range(nodes)]),
        "copy_inst": chance.integers(0, end, copies)[is_kept],
        "copy_to": to[is_kept],
        "copy_from": start[is_kept],
        "mask_inst": np.unique(chance.integers(0, end, chance.integers(0, 4))),
        "edge_u": np.array([u for u, _ in pairs], np.int64),
        "edge_v": np.array([v for _, v in pairs], np.int64),
    }
    return {name: typed(values) for name, values in columns.items()}


def ragged(
    name: str, lists: list[npt.NDArray[np.generic]], kind: type[np.generic] = np.int64
) -> dict[str, npt.NDArray[np.generic]]:
    """Both tensors of a list of lists."""
    values = np.concatenate([np.zeros(0, kind), *lists]).astype(kind)
    return {name: values, f"{name}_offsets": np.cumsum([0, *map(len, lists)])}


def typed(values: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    return values.astype(np.float32 if np.issubdtype(values.dtype, np.floating) else np.int64)
