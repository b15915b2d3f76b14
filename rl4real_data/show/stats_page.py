"""The statistics of a dataset as one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from rl4real_data.core.counted import counted, noun
from rl4real_data.episodes.ragged import Ints
from rl4real_data.episodes.schema import Outcome
from rl4real_data.show.bars import draw_histogram, draw_values
from rl4real_data.show.histograms import Histograms, collect_histograms
from rl4real_data.show.label_sections import label_sections
from rl4real_data.show.load import drawn_from, load_names
from rl4real_data.show.markup import element, escape
from rl4real_data.show.page import bar, note, render_page, section, table, tiles
from rl4real_data.show.stats_sections import (
    allocator_table,
    answer_table,
    counts_table,
    decisions_table,
    disk_table,
    distribution_table,
    shown,
    vector_table,
)
from rl4real_data.show.view import RegisterNames
from rl4real_data.statistics.collection import GroupStats, SplitStats, Stats, collect_stats
from rl4real_data.statistics.decision_figures import answer_title, decided_by, outcome_title

SHOWN_GROUPS: Final = 100
SHOWN_FAILURES: Final = 200
_TITLES: Final = {
    "nodes": "Nodes (virtual registers)",
    "edges": "Edges (interferences)",
    "use_points": "Use points",
    "largest_use_points": "Use points of the node with most",
    "instructions": "Instructions",
    "spilled": "Nodes that were spilled",
}


def make_stats_page(data_dir: Path, stats: Stats | None = None) -> str:
    """The page of a dataset; `stats` saves counting again.

    DatasetError if there is no dataset, or a file of it cannot be read.
    """
    stats = stats or collect_stats(data_dir)
    with drawn_from(data_dir):
        names = load_names(data_dir, stats.target)
        histograms = collect_histograms(data_dir, names.file)
        return render_stats_page(stats, histograms, names, title=title_of(data_dir))


def title_of(data_dir: Path) -> str:
    """What a dataset is called: its folder's name."""
    return data_dir.absolute().name


def render_stats_page(
    stats: Stats,
    histograms: Histograms,
    names: RegisterNames,
    *,
    title: str,
    pages: Mapping[str, str] | None = None,
) -> str:
    """The page. Everything that comes from the dataset is escaped. `pages`: episode_id -> address of its page."""
    columns = stats.columns
    version = f", LLVM {stats.llvm_version}" if stats.llvm_version else ""
    return render_page(
        f"{title} - dataset",
        element("h1", escape(title)),
        note(f"Episodes for {stats.target}, {stats.model}{version}{decided_by(stats)}"),
        _figures(stats),
        section("Episodes", *_histograms(histograms), distribution_table(columns)),
        section("Nodes and pressure", *_node_histograms(histograms)),
        section("Largest functions", *_largest(histograms, pages or {})),
        section("Counts", counts_table(columns), *_across(stats)),
        section("Decisions", *decisions_table(stats)),
        section(outcome_title(stats), allocator_table(columns)),
        section(answer_title(stats), answer_table(columns)),
        *label_sections(stats.labels),
        section("Register classes", *_classes(histograms, names)),
        section("Functions left out", _reasons(columns, lambda split: split.filtered, "reason", "functions")),
        section("Modules left out", _reasons(columns, lambda split: split.modules_filtered, "reason", "modules")),
        section("Failed modules", *_failures(stats, columns)),
        section("Corpora", *_groups("corpus", stats.corpora)),
        section("Licences", *_groups("licence", stats.licenses)),
        section("Languages", _languages(stats)),
        section("Vectors", *vector_table(stats.vocabulary, stats.source_vectors)),
        section("On disk", disk_table(stats.disk)),
    )


def _figures(stats: Stats) -> str:
    overall = stats.overall
    return tiles(
        [
            (noun(overall.episodes, "episode"), shown(overall.episodes)),
            (noun(overall.functions, "function"), shown(overall.functions)),
            (noun(overall.modules, "module"), shown(overall.modules)),
            ("failed modules", shown(overall.modules_failed)),
            ("nodes", _short(overall.nodes)),
            ("edges", _short(overall.edges)),
            ("instructions", _short(overall.instructions)),
            (noun(len(stats.corpora), "corpus", "corpora"), shown(len(stats.corpora))),
        ]
    )


def _short(value: int | None) -> str:
    """A count that fits a tile; the table of counts has all its digits."""
    if value is None or value < 10**7:
        return shown(value)
    return f"{value / 10**6:,.1f} M"


def _histograms(found: Histograms) -> tuple[str, ...]:
    figures = [_figure(title, draw_histogram(title, _by_split(found, name))) for name, title in _TITLES.items()]
    axis = (
        "An episode has so many, from the number under the bar up to the next; height: share of the split's episodes."
    )
    return note(axis), _key(found), element("div", *figures, class_="grid")


def _node_histograms(found: Histograms) -> tuple[str, ...]:
    degree, allowed, pressure = "Degree of nodes", "Allowed registers of nodes", "Peak pressure of episodes"
    figures = (
        _figure(degree, draw_histogram(degree, _by_split(found, "degree"), what="nodes")),
        _figure(allowed, draw_values(allowed, _by_split(found, "allowed"), what="nodes")),
        _figure(pressure, draw_values(pressure, _by_split(found, "pressure"))),
    )
    axis = (
        "Degree: interferences of a node. Allowed: registers of its class without those that the function reserves and "
        "those that calls and fixed operands take. Pressure: nodes of all classes that are live at once, at most."
    )
    return note(axis), _key(found), element("div", *figures, class_="grid")


def _by_split(found: Histograms, quantity: str) -> dict[str, Ints]:
    return {split: counts[quantity] for split, counts in found.counts.items()}


def _figure(title: str, drawn: str | None) -> str:
    return element("figure", element("h3", escape(title)), drawn or note("No episode tells."))


def _key(found: Histograms) -> str:
    swatches = (
        element("span", element("span", class_="bar", style=f"width:.8em;background:var(--c{i})"), escape(split))
        for i, split in enumerate(found.counts)
    )
    return element("div", *swatches, class_="key")


def _across(stats: Stats) -> tuple[str, ...]:
    count = stats.near_duplicates_across
    if count is None:
        return ()
    are = noun(count, "is a near-duplicate", "are near-duplicates")
    return (note(f"{counted(count, 'episode')} of test {are} of episodes of train."),)


def _classes(found: Histograms, names: RegisterNames) -> tuple[str, ...]:
    if not found.classes:
        return (note("No episode tells."),)
    totals = {class_id: int(counts.sum()) for class_id, counts in found.classes.items()}
    most = max(totals.values())
    outcomes = [outcome for outcome in Outcome if any(counts[outcome] for counts in found.classes.values())]
    columns = [("class", "k"), ("nodes", "n"), ("", "b"), *((outcome.name.lower(), "n") for outcome in outcomes)]
    ranked = sorted(totals, key=lambda class_id: (-totals[class_id], class_id))
    rows = (
        (
            element("span", escape(names.of_class(class_id)), class_="mono"),
            f"{totals[class_id]:,}",
            bar(totals[class_id] / most),
            *(f"{found.classes[class_id][outcome] / totals[class_id]:.1%}" for outcome in outcomes),
        )
        for class_id in ranked
    )
    return (table(columns, rows, tall=True, kind="bars"),)


def _reasons(
    columns: Mapping[str, SplitStats], get: Callable[[SplitStats], Mapping[str, int]], head: str, what: str
) -> str:
    totals = {reason: max(get(split).get(reason, 0) for split in columns.values()) for reason in _all(columns, get)}
    if not totals:
        return note(f"No {what}.")
    most = max(totals.values()) or 1
    ranked = sorted(totals, key=lambda reason: (-totals[reason], reason))
    rows = (
        (escape(reason), *(f"{get(split).get(reason, 0):,}" for split in columns.values()), bar(totals[reason] / most))
        for reason in ranked
    )
    return table([(head, "w"), *((name, "n") for name in columns), ("", "b")], rows, kind="bars")


def _all(columns: Mapping[str, SplitStats], get: Callable[[SplitStats], Mapping[str, int]]) -> set[str]:
    return {reason for split in columns.values() for reason in get(split)}


def _failures(stats: Stats, columns: Mapping[str, SplitStats]) -> Iterable[str]:
    yield _reasons(columns, lambda split: split.failures, "kind", "failed modules")
    failed = stats.failed_modules
    if not failed:
        return
    yield element("p")
    rows = (
        (escape(f"{one.corpus}/{one.module}"), escape(one.split), escape(one.kind), escape(one.reason))
        for one in failed[:SHOWN_FAILURES]
    )
    yield table((("module", "w"), ("split", "k"), ("kind", "k"), ("reason", "long")), rows, tall=True)
    if len(failed) > SHOWN_FAILURES:
        yield note(f"and {len(failed) - SHOWN_FAILURES:,} more (stats --json lists all)")


def _largest(found: Histograms, pages: Mapping[str, str]) -> tuple[str, ...]:
    if not found.largest:
        return (note("No episodes."),)
    columns = (
        *(("function", "w"), ("nodes", "n"), ("edges", "n"), ("instructions", "n"), ("spilled", "n")),
        *(("spill cost", "n"), ("module", "w"), ("split", "k"), ("episode_id", "id mono")),
    )
    rows = (
        (
            _linked(one.function, pages.get(one.episode_id)),
            *map(shown, (one.nodes, one.edges, one.instructions, one.spilled)),
            shown(None if one.spill_cost is None else round(one.spill_cost)),
            escape(f"{one.corpus}/{one.module}"),
            escape(one.split),
            escape(one.episode_id),
        )
        for one in found.largest
    )
    hint = (
        "A name leads to the page of its function."
        if pages
        else "`--html FOLDER` writes a page for each of these, too."
    )
    said = f"{hint} For any other one paste its episode_id after `rl4real-data show DATA_DIR`."
    return note(said), table(columns, rows, tall=True)


def _linked(function: str, address: str | None) -> str:
    name = escape(function)
    return element("span", name, class_="mono") if address is None else element("a", name, href=address, class_="mono")


def _groups(title: str, groups: Sequence[GroupStats]) -> tuple[str, ...]:
    if not groups:
        return (note("None."),)
    most = max(group.episodes for group in groups) or 1
    columns = [(title, "w"), ("modules", "n"), ("functions", "n"), ("nodes", "n"), ("episodes", "n"), ("", "b")]
    rows = (
        (
            escape(group.name),
            *map(shown, (group.modules, group.functions, group.nodes, group.episodes)),
            bar(group.episodes / most),
        )
        for group in groups[:SHOWN_GROUPS]
    )
    more = len(groups) - SHOWN_GROUPS
    shown_rest = (note(f"and {more:,} more (stats --json lists all)"),) if more > 0 else ()
    return table(columns, rows, tall=True, kind="bars"), *shown_rest


def _languages(stats: Stats) -> str:
    most = max((one.episodes for one in stats.languages), default=0) or 1
    columns = [("language", "k"), ("modules", "n"), ("functions", "n"), ("episodes", "n"), ("", "b")]
    rows = (
        (escape(one.name), *map(shown, (one.modules, one.functions, one.episodes)), bar(one.episodes / most))
        for one in stats.languages
    )
    return table(columns, rows, kind="bars")
