"""A report on decisions in words."""

from __future__ import annotations

import math
from typing import Final

from rl4real_data.core.counted import counted
from rl4real_data.live.report import DecisionReport, FunctionReport

_ALIKE: Final = 1e-9
"""Scores are sums of many products: the same moves in another order differ in the last digits."""


def report_text(report: DecisionReport, *, verbose: bool) -> str:
    """What was decided and what became of it; with `verbose` function by function."""
    lines = [_first_line(report), *_proposals(report), *_beside_greedy(report)]
    lines += [f"  {one}: {count:,}" for one, count in _reasons(report).items()]
    if verbose:
        lines += [_function_line(one) for one in report.functions]
    lines += [f"  {one.function}: left to greedy: {one.failure}" for one in report.failed]
    lines += [
        f"  {one.function}: not known what greedy alone would have made: {one.before_failure}"
        for one in report.functions
        if one.before_failure
    ]
    if report.unused:
        lines.append(f"  not compiled here: {', '.join(report.unused)}")
    if not report.is_whole:
        lines.append("  the report was cut off: the compiler ended before it was done")
    return "\n".join(lines)


def _first_line(report: DecisionReport) -> str:
    if not report.functions:
        return "nothing was decided" + (": the code is what greedy makes" if report.is_whole else "")
    return (
        f"{counted(len(report.functions), 'function')} decided on: {counted(report.made, 'decision')} made, "
        f"{report.kept:,} of {counted(report.assigned, 'assigned register')} kept, {report.illegal:,} not legal"
    )


def _proposals(report: DecisionReport) -> list[str]:
    """What became of the proposals of a model that advises; how much better the code is where they were tried."""
    asked = [one.proposed for one in report.functions if one.proposed]
    if not asked:
        return []
    carried_out = sum(one.chosen > 0 for one in asked)
    line = f"  {counted(sum(one.proposals for one in asked), 'proposal')}, in {carried_out:,} functions one carried out"
    gains = [one.gain for one in asked if one.gain is not None]
    if gains:
        mean = math.exp(-math.fsum(gains) / len(gains))
        line += f"; final code of {counted(len(gains), 'function')} tried: {mean:.4f} of greedy's (geometric mean)"
    return [line]


def _beside_greedy(report: DecisionReport) -> list[str]:
    """How many functions are better and worse than without decisions, where that is known."""
    pairs = [(one.score, one.before.score) for one in report.functions if one.before]
    alike = sum(math.isclose(score, before, rel_tol=_ALIKE) for score, before in pairs)
    better = sum(score < before and not math.isclose(score, before, rel_tol=_ALIKE) for score, before in pairs)
    worse = len(pairs) - alike - better
    return [f"  by LLVM's score {better:,} better than greedy alone, {alike:,} alike, {worse:,} worse"] if pairs else []


def _reasons(report: DecisionReport) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in report.functions:
        for reason, count in one.illegal.items():
            found[reason] = found.get(reason, 0) + count
    return dict(sorted(found.items()))


def _function_line(one: FunctionReport) -> str:
    made = ", ".join(f"{count:,} {kind}" for kind, count in one.made.items()) or "nothing"
    illegal = sum(one.illegal.values())
    beside = f", greedy's {one.before.score:.6g}" if one.before else ""
    return (
        f"  {one.function}: {made}; {one.kept:,} kept, {one.moved:,} moved, {one.lost:,} lost, {illegal:,} not legal; "
        f"score {one.score:.6g}{beside}"
    )
