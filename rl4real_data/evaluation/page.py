"""The result of an evaluation as one self-contained HTML page."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Final

import numpy as np

from rl4real_data.core.counted import counted
from rl4real_data.episodes.ragged import Ints
from rl4real_data.evaluation.comparison import Comparison, FunctionPair
from rl4real_data.evaluation.evaluation import Evaluation
from rl4real_data.evaluation.figures import COSTS, Gain, NamedRatio, Standing
from rl4real_data.show.bars import draw_buckets
from rl4real_data.show.markup import element, escape
from rl4real_data.show.page import note, render_page, section, table

_PERCENT: Final = (
    *((0, 49), (50, 59), (60, 69), (70, 79), (80, 84), (85, 89), (90, 94), (95, 97), (98, 99), (100, 100)),
    *((101, 102), (103, 105), (106, 110), (111, 120), (121, 140), (141, 170), (171, 200), (201, 1000), (1001, 99999)),
)
"""Final code in percent of greedy's; a gain below 1 % counts as 99, a loss as 101."""
_NAMED: Final = 100


def render_evaluation_page(found: Evaluation) -> str:
    """The page. Everything that comes from a corpus is escaped."""
    return render_page(
        f"{found.policy} - evaluation",
        element("h1", escape(found.policy)),
        note(found.title),
        section("Allocators", *_standings(found.standings)),
        section("Distributions", *_distributions(found.comparisons)),
        *(part for standing in found.standings for part in _functions(standing, found)),
        section("Left out", *_left_out(found.standings)),
        section("A function, greedy and policy side by side", *_side_by_side(found)),
    )


def _standings(standings: Sequence[Standing]) -> tuple[str, ...]:
    columns = (
        ("allocator", "k"),
        *((head, "n") for head in ("final code", "better", "equal", "worse")),
        *((head, "n") for head in ("edited functions", "better", "worse")),
        *((kind.replace("_", " "), "n") for kind in (*COSTS, "llvm-mca", "text", "time")),
    )
    rows = [
        (
            escape(one.name),
            *_gain(one.all),
            *(_gain(one.edited)[place] for place in (0, 1, 3)),
            *map(_ratio, (*one.costs.values(), one.cycles, one.text, one.processor)),
        )
        for one in standings
    ]
    said = (
        "Over greedy's, less is better. Final code: geometric mean a function, of instructions and memory "
        "accesses right in front of the assembly printer, by the frequencies before allocation; edited functions are "
        "those that greedy split or spilled. Costs: geometric mean of executions, one added on both sides. llvm-mca: "
        "cycles of each function's hottest block, geometric mean. Text and processor time: of the sums."
    )
    return note(said), table(columns, rows)


def _gain(gain: Gain) -> tuple[str, str, str, str]:
    return f"{gain.geometric_mean:.4f}", f"{gain.better:,}", f"{gain.equal:,}", f"{gain.worse:,}"


def _ratio(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _distributions(comparisons: Sequence[Comparison]) -> tuple[str, ...]:
    figures = []
    for one in comparisons:
        edited = [pair for pair in one.pairs if pair.greedy.is_edited]
        drawn = draw_buckets(one.name, {"edited": _counts(edited), "all": _counts(one.pairs)}, _PERCENT, "functions")
        figures.append(element("figure", element("h3", escape(one.name)), drawn or note("No function.")))
    swatches = (
        element("span", element("span", class_="bar", style=f"width:.8em;background:var(--c{i})"), name)
        for i, name in enumerate(("edited functions", "all functions"))
    )
    axis = (
        "Final code in percent of greedy's, from the number under the bar up to the next; 100 is the same, whatever is "
        "less or more by up to a hundredth stands beside it."
    )
    return note(axis), element("div", *swatches, class_="key"), element("div", *figures, class_="grid")


def _counts(pairs: Sequence[FunctionPair]) -> Ints:
    starts = [least for least, _ in _PERCENT]
    percent = [_percent(pair.ratio) for pair in pairs]
    places = np.searchsorted(starts, percent, side="right") - 1
    return np.bincount(places, minlength=len(_PERCENT)).astype(np.int64)


def _percent(ratio: float) -> int:
    """Whole; 100 is exactly that."""
    if abs(ratio - 1) < 1e-9:
        return 100
    return min(99, int(ratio * 100)) if ratio < 1 else max(101, int(ratio * 100))


def _functions(standing: Standing, found: Evaluation) -> tuple[str, ...]:
    return (
        _ranked(f"{standing.name}: best functions", standing.best, found),
        _ranked(f"{standing.name}: worst functions", standing.worst, found),
    )


def _ranked(title: str, ratios: Sequence[NamedRatio], found: Evaluation) -> str:
    columns = (
        *(("ratio", "n"), ("greedy", "n"), ("here", "n"), ("function", "w"), ("module", "w")),
        ("its page", "long mono"),
    )
    rows = [
        (
            f"{one.ratio:.3f}",
            f"{one.greedy:,.1f}",
            f"{one.own:,.1f}",
            element("span", escape(one.function), class_="mono"),
            escape(f"{one.corpus}/{one.module}"),
            escape(_show("greedy", f"{one.module}:{one.function}", found)),
        )
        for one in ratios
    ]
    return section(title, table(columns, rows, tall=True)) if rows else ""


def _show(whose: str, function: str, found: Evaluation) -> str:
    return f"rl4real-data show {_data_dir(whose, found)} {shlex.quote(function)} --html {whose}.html"


def _data_dir(whose: str, found: Evaluation) -> str:
    return f"data/{found.target}-{whose}"


def _side_by_side(found: Evaluation) -> tuple[str, ...]:
    """The commands that make the datasets of which `show` draws functions."""
    corpora = " ".join(f"--corpus {shlex.quote(name)}" for name in found.corpora)
    flow = f"rl4real-data flow {found.target} test mlra {corpora} --cpu {found.cpu} --opt-level {found.opt_level}"
    lines = [f"{flow} --data-dir {_data_dir('greedy', found)}"]
    if found.policy != "greedy":
        own = f"--policy {shlex.quote(found.policy)} --data-dir {_data_dir('policy', found)}"
        lines += [f"{flow} {own}", "rl4real-data show DATA_DIR MODULE:FUNCTION --html FUNCTION.html"]
    said = "Datasets of the same functions, once with greedy's answers and once with the policy's; `show` draws both."
    return note(said), element("pre", escape("\n".join(lines)))


def _left_out(standings: Sequence[Standing]) -> tuple[str, ...]:
    rows = [
        (escape(one.name), escape(reason), escape(name))
        for one in standings
        for reason, names in one.left_out.items()
        for name in names[:_NAMED]
    ]
    hidden = sum(max(0, len(names) - _NAMED) for one in standings for names in one.left_out.values())
    if not rows:
        return (note("Nothing."),)
    more = (note(f"and {counted(hidden, 'name')} more (--json lists all)"),) if hidden else ()
    return table((("allocator", "k"), ("reason", "w"), ("name", "long")), rows, tall=True), *more
