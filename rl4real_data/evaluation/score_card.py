"""The score card, a page of Markdown made of the JSON of evaluations."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rl4real_data.core.counted import counted
from rl4real_data.core.errors import UsageError
from rl4real_data.evaluation.figures import geometric_mean

_SAME: Final = ("target", "cpu", "opt_level", "llvm_version", "corpora", "modules")
"""What evaluations have in common whose rows stand in one table."""

_HEADS: Final = ("final code", "better", "worse", "edited functions", "better", "worse", "score", "text", "time")
_WIDE: Final = 120
_LEAST_GAIN: Final = 1e-4
_TEXT: Final = Path(__file__).with_name("score_card.md.in")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """What no evaluation knows. `hardware`: that of the times; `training`: of each policy, how long and on what."""

    hardware: str = ""
    training: Sequence[str] = ()


def render_score_card(evaluations: Sequence[Mapping[str, Any]], notes: Notes) -> str:
    """The page. Rows of one target stand in one table, each allocator once, in the order in which they come.

    UsageError for evaluations of one target that are not of the same code.
    """
    targets = dict.fromkeys(str(each["target"]) for each in evaluations)
    tables = []
    for target in targets:
        own = [each for each in evaluations if each["target"] == target]
        _require_same(own)
        tables += [_section(own)]
    text = _TEXT.read_text("utf-8")
    return text.replace("@TABLES@\n", "\n".join(tables)).replace("@NOTES@\n", _notes(evaluations, notes))


def _require_same(evaluations: Sequence[Mapping[str, Any]]) -> None:
    first = evaluations[0]
    for other in evaluations[1:]:
        for key in _SAME:
            if other[key] != first[key]:
                said = f"{other['policy']} was evaluated with another {key}: {other[key]}, not {first[key]}"
                raise UsageError(
                    f"{first['target']}: {said}",
                    hint="evaluate all policies with the same corpora, clang and options",
                )


def _section(evaluations: Sequence[Mapping[str, Any]]) -> str:
    first = evaluations[0]
    rows = _rows(evaluations)
    functions = max((row["all"]["functions"] for row in rows), default=0)
    edited = max((row["edited"]["functions"] for row in rows), default=0)
    code = ", ".join(first["corpora"])
    lines = [
        f"## {first['target']}",
        "",
        f"{counted(functions, 'function')} of {code} ({counted(first['modules'], 'module')}); in "
        f"{edited:,} of them greedy split or spilled. {_setup(first)}.",
        "",
        f"| allocator | {' | '.join(_HEADS)} |",
        "|---|" + "---:|" * len(_HEADS),
        "| greedy | 1.000 | | | 1.000 | | | 1.000 | 1.000 | 1.000 |",
        *map(_row, rows),
        "",
        *_programs(evaluations),
    ]
    return "\n".join(lines)


def _setup(evaluation: Mapping[str, Any]) -> str:
    return f"{evaluation['cpu']}, -{evaluation['opt_level']}, LLVM {evaluation['llvm_version']}"


def _rows(evaluations: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Each allocator once; of settings those that make code better on average."""
    rows: dict[str, Mapping[str, Any]] = {}
    for each in evaluations:
        for row in each["standings"]:
            rows.setdefault(row["name"], row)
    return [row for name, row in rows.items() if "=" not in name or _helps(row)]


def _helps(row: Mapping[str, Any]) -> bool:
    return bool(row["all"]["geometric_mean"] < 1 - _LEAST_GAIN)


def _row(row: Mapping[str, Any]) -> str:
    cells = [
        *_gain(row["all"]),
        *_gain(row["edited"]),
        *map(_ratio, (row["costs"]["score"], row["text"], row["processor"])),
    ]
    name = f"greedy, `{row['name']}`" if "=" in row["name"] else row["name"].replace("|", "\\|")
    return f"| {name} | {' | '.join(cells)} |"


def _gain(gain: Mapping[str, Any]) -> tuple[str, str, str]:
    functions = gain["functions"] or 1
    shares = (f"{gain[what] / functions:.1%}" for what in ("better", "worse"))
    better, worse = shares
    return f"{gain['geometric_mean']:.3f}", better, worse


def _ratio(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _programs(evaluations: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Executed instructions, a column an allocator; nothing where no program was run."""
    found: dict[str, dict[str, str]] = {}
    ratios: dict[str, list[float]] = {}
    for one in (work for each in evaluations for work in each["workloads"]):
        cells = found.setdefault(f"{one['program']} {one['workload']}", {})
        if one["counts"] and one["greedy"]:
            ratio = one["counts"]["instructions"] / one["greedy"]["instructions"]
            ratios.setdefault(one["allocator"], []).append(ratio)
            cells.setdefault(one["allocator"], f"{ratio:.4f}")
        else:
            cells.setdefault(one["allocator"], "**wrong**" if one["is_wrong"] else "failed")
    names = list(dict.fromkeys(name for cells in found.values() for name in cells))
    if not names:
        return
    yield "Executed instructions over greedy's:"
    yield ""
    yield f"| program | {' | '.join(names)} |"
    yield "|---|" + "---:|" * len(names)
    for program, cells in found.items():
        yield f"| {program} | {' | '.join(cells.get(name, '') for name in names)} |"
    means = (f"{geometric_mean(ratios.get(name, [])):.4f}" for name in names)
    yield f"| geometric mean | {' | '.join(means)} |"
    yield ""


def _notes(evaluations: Sequence[Mapping[str, Any]], notes: Notes) -> str:
    corpora = " ".join(f"--corpus {name}" for name in evaluations[0]["corpora"]) if evaluations else ""
    names = dict.fromkeys(row["name"] for each in evaluations for row in each["standings"])
    tried = [f"`{name}`" for name in names if "=" in name]
    said = [
        f"`rl4real-data evaluate POLICY --target TARGET {corpora}`, for each policy and target",
        *([f"settings that were tried: {', '.join(tried)}"] if tried else []),
        *([f"times: {notes.hardware}"] if notes.hardware else []),
        *notes.training,
    ]
    return "".join(f"{_item(each)}\n" for each in said)


def _item(text: str) -> str:
    return textwrap.fill(f"- {text}.", _WIDE, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
