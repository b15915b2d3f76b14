"""The text of a search's result, JSON for the log of a run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rl4real_data.episodes.label_values import Effect
from rl4real_data.improve.candidate_pool import Candidate
from rl4real_data.improve.function_search import Found
from rl4real_data.improve.sample import SampledTrial
from rl4real_data.labels.trial_costs import TrialCosts
from rl4real_data.live.trial_result import FinalCode, TrialResult


def to_bytes(found: Found) -> bytes:
    """The same for the same; JSON, and infinity for the score of what failed, which Python reads back."""
    return json.dumps(asdict(found), separators=(",", ":")).encode()


def from_bytes(text: bytes) -> Found:
    """KeyError, TypeError or ValueError for what `to_bytes` did not write."""
    read: dict[str, Any] = json.loads(text)
    return Found(
        **{
            **read,
            "greedy": _result(read["greedy"]),
            "result": _result(read["result"]),
            "best": _candidate(read["best"]),
            "sample": tuple(_trial(one) for one in read["sample"]),
        }
    )


def _trial(read: Mapping[str, Any]) -> SampledTrial:
    return SampledTrial(
        number=int(read["number"]),
        decisions=_candidate(read["decisions"]),
        effect=Effect(read["effect"]),
        value=read["value"],
        result=_result(read["result"]),
    )


def _result(read: Mapping[str, Any]) -> TrialResult:
    costs, final = read["costs"], read["final"]
    return TrialResult(
        **{
            **read,
            "costs": None if costs is None else TrialCosts(**costs),
            "saved": {name: tuple(nodes) for name, nodes in read["saved"].items()},
            "final": None if final is None else FinalCode.of(final),
        }
    )


def _candidate(read: Any) -> Candidate:
    return tuple(tuple(decision) for decision in read)
