"""Small allocation problems, and an exhaustive search for their best answers.

One block and one node or two; `r1`, `r2`, `r3` of class `gr`, of which r3 is callee-saved. What the search tries is
held against the recount alone, which shares nothing with the models.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from episode_builder import Row
from whole_episode import make_whole_episode, write_whole_dataset

from rl4real_data.allocation.answer_costs import COST_WEIGHTS
from rl4real_data.episodes.column_values import MoveKind, OperandFlag, UseFlag
from rl4real_data.proof.legality import faults_of
from rl4real_data.proof.model_answer import SLOT, AnswerMove, AnswerPart, ModelAnswer
from rl4real_data.proof.recount import costs_of, weighted
from rl4real_data.reading.dataset import EpisodeDataset
from rl4real_data.reading.episode import Episode

REGISTERS = (1, 2, 3)


def dataset_of(folder: Path, *rows: Row) -> EpisodeDataset:
    write_whole_dataset(folder, {"train": [list(rows)]})
    return EpisodeDataset(folder)


def straight_line(
    uses: Sequence[str], *, calls: Sequence[int] = (), frequency: float = 1.0, number: int = 1, **changes: Any
) -> Row:
    """One block. `uses` has words for each instruction: `d0 u1` defines node 0 and uses node 1; `f0` is a use for
    which a slot can stand. At `calls` a mask leaves r3 alone.
    """
    touches = [(inst, word[0], int(word[1:])) for inst, words in enumerate(uses) for word in words.split()]
    nodes = sorted({node for _, _, node in touches})
    own = {node: [(inst, kind) for inst, kind, one in touches if one == node] for node in nodes}
    first = {node: min(inst for inst, _ in own[node]) for node in nodes}
    last = {node: max(inst for inst, _ in own[node]) for node in nodes}
    pairs = [
        (one, other)
        for one, other in itertools.combinations(nodes, 2)
        if first[one] < last[other] and first[other] < last[one]
    ]
    flags = {"d": int(UseFlag.WRITE), "u": int(UseFlag.READ), "f": int(UseFlag.READ | UseFlag.FOLDABLE)}
    count = len(nodes)
    problem: dict[str, Any] = {
        **{"inst": [1] * len(uses), "block_start": [0], "block_freq": [frequency], "block_loop_depth": [0]},
        **{"block_succ": [[]], "block_succ_prob": [[]], "block_flags": [1], "block_first_split": [0]},
        **{"block_last_split": [len(uses)], "node_vreg": nodes, "node_class": [0] * count},
        **{"node_spill_weight": [1.0] * count, "node_size": [16 * (last[node] - first[node]) for node in nodes]},
        **{"node_live": [[first[node], last[node]] for node in nodes], "node_hint": [[]] * count},
        **{"node_forbidden": [[]] * count, "use_inst": [[inst for inst, _ in own[node]] for node in nodes]},
        **{"use_distance": [[8 * inst for inst, _ in own[node]] for node in nodes]},
        **{"use_spill_weight": [[1.0] * len(own[node]) for node in nodes], "split_points": [[]] * count},
        **{"use_flags": [[flags[kind] for _, kind in own[node]] for node in nodes]},
        **{"edge_u": [one for one, _ in pairs], "edge_v": [other for _, other in pairs]},
        **{"node_outcome": [0] * count, "node_assigned": [1] * count, "node_fate": [0] * count},
        **{"operand_inst": [inst for inst, _, _ in touches], "operand_index": [0] * len(touches)},
        **{"operand_node": [node for _, _, node in touches], "operand_subreg": [0] * len(touches)},
        "operand_flags": [int(OperandFlag.WRITE if kind == "d" else OperandFlag.READ) for _, kind, _ in touches],
        **{"value_def": [[first[node]] for node in nodes], "value_flags": [[0]] * count},
        **{name: [] for name in ("copy_inst", "copy_to", "copy_from", "copy_to_subreg", "copy_from_subreg")},
        **{"fixed_unit": [], "fixed_live": [], "mask_inst": list(calls), "mask_id": [-1] * len(calls)},
        **{"mask_preserved": [[3]] if calls else [], "callee_saved": [3]},
    }
    return make_whole_episode(number, **{**problem, **changes})


def best_value(episode: Episode) -> float:
    """The least cost of all answers in which each node is in one place at a time, by trying all."""
    values, offsets = episode.live_positions()
    lives = [tuple(values[offsets[node] : offsets[node + 1]].tolist()) for node in range(episode.n_nodes)]
    ways = [list(_ways(episode, node, life)) for node, life in enumerate(lives)]
    best = float("inf")
    for chosen in itertools.product(*ways):
        answer = ModelAnswer(
            parts=tuple(sorted(part for parts, _, _ in chosen for part in parts)),
            moves=tuple(sorted((move for _, moves, _ in chosen for move in moves), key=_place_of)),
            folds=tuple(sorted(fold for _, _, folds in chosen for fold in folds)),
        )
        value = weighted(costs_of(episode, answer), COST_WEIGHTS)
        if value < best and next(faults_of(episode, answer), None) is None:
            best = value
    return best


def _place_of(move: AnswerMove) -> tuple[int, int]:
    return move.inst, [MoveKind.STORE, MoveKind.COPY, MoveKind.RELOAD].index(move.kind)


Way = tuple[list[AnswerPart], list[AnswerMove], list[tuple[int, int]]]


def _ways(episode: Episode, node: int, life: Sequence[int]) -> Iterator[Way]:
    """All places at all positions of a life of one range; at a read and behind a write the slot is a fold."""
    first, last = life
    uses = set(episode.lists("use_inst")[node].tolist())
    steps = range(first, last)
    for places in itertools.product((*REGISTERS, SLOT), repeat=len(steps)):
        way = _way(node, list(zip(steps, places, strict=True)), uses)
        if way is not None:
            yield way


def _way(node: int, places: Sequence[tuple[int, int]], uses: set[int]) -> Way | None:
    parts: list[AnswerPart] = []
    moves: list[AnswerMove] = []
    folds = [(at // 2, node) for at, place in places if at % 2 == 0 and at // 2 in uses and place == SLOT]
    stored = False
    for (at, place), (_, before) in zip(places[1:], places[:-1], strict=True):
        if place != before:
            if at % 2:  # within an instruction nothing can be moved
                if place != SLOT or not stored:
                    return None
            elif place == SLOT:
                moves += [] if stored else [_move(MoveKind.STORE, node, at, before, SLOT)]
                stored = True
            else:
                moves.append(_move(MoveKind.RELOAD if before == SLOT else MoveKind.COPY, node, at, before, place))
    for at, place in places:
        if parts and parts[-1].place == place:
            parts[-1] = AnswerPart(node, parts[-1].first, at + 1, place)
        else:
            parts.append(AnswerPart(node, at, at + 1, place))
    return parts, moves, folds


def _move(kind: MoveKind, node: int, position: int, source: int, target: int) -> AnswerMove:
    return AnswerMove(kind=kind, inst=position // 2, block=0, node=node, source=source, target=target)
