"""An episode as one self-contained HTML page."""

from __future__ import annotations

from rl4real_data.show.episode_text import figure
from rl4real_data.show.graph import count_drawn, draw_graph, legend_entries
from rl4real_data.show.live_ranges import DEEPEST, draw_live_ranges
from rl4real_data.show.markup import element, escape
from rl4real_data.show.page import facts, note, render_page, section, table, tiles
from rl4real_data.show.palette import colours_of_classes
from rl4real_data.show.shapes import mark
from rl4real_data.show.view import NOT_TOLD, EpisodeView, Node

_ABSENT = "–"
_COLUMNS = (
    ("node", "k"),
    ("class", "k"),
    ("spill weight", "n"),
    ("live size", "n"),
    ("uses", "n"),
    ("degree", "n"),
    ("hint", "k"),
    ("forbidden", ""),
    ("outcome", "k"),
    ("register", "k"),
)


def render_episode_page(view: EpisodeView) -> str:
    """The page. Everything that comes from the dataset is escaped."""
    function = str(view.facts["function"])
    return render_page(
        f"{function} - episode",
        element("h1", escape(function)),
        note(f"{view.facts['corpus']}/{view.facts['module']}"),
        _figures(view),
        _facts(view),
        section("Interference graph", *_graph(view)),
        section("Live ranges", *_live(view)),
        section("Nodes", *_nodes(view)),
        section("Blocks", *_blocks(view)),
        section("Machine IR", *_mir(view)),
    )


def _figures(view: EpisodeView) -> str:
    costs = view.costs
    return tiles(
        [
            ("nodes", f"{len(view.nodes):,}"),
            ("interferences", f"{len(view.edges):,}"),
            ("instructions", _shown(view.instructions)),
            ("blocks", f"{len(view.blocks):,}" if view.blocks else _ABSENT),
            ("spills", _shown(costs["spills"])),
            ("reloads", _shown(costs["reloads"])),
            ("spill cost", _shown(costs["spill_cost"])),
            ("copies", _shown(costs["copies"])),
            ("copy cost", _shown(costs["copy_cost"])),
        ]
    )


def _shown(value: float | None) -> str:
    return _ABSENT if value is None else figure(value)


def _facts(view: EpisodeView) -> str:
    folded = f"{_shown(view.costs['folded_spills'])} spills and {_shown(view.costs['folded_reloads'])} reloads"
    pairs = [
        ("episode_id", element("code", escape(view.facts["episode_id"]))),
        ("split", escape(view.split)),
        ("licence", escape(view.facts["license"] or "unknown")),
        ("compiled for", escape(view.compiler)),
        ("outcomes", escape(", ".join(f"{count:,} {name}" for name, count in view.outcomes.items()))),
    ]
    if view.costs["folded_spills"] is not None:
        pairs.append(("folded into other instructions", escape(folded)))
    if view.reserved:
        summary = element("summary", _registers(len(view.reserved)))
        pairs.append(("reserved", element("details", summary, escape(", ".join(view.reserved)))))
    return facts(pairs)


def _graph(view: EpisodeView) -> tuple[str, ...]:
    if not view.nodes:
        return (note("The function has no virtual registers."),)
    picture = draw_graph(view, alone=False)
    box = element("div", picture.svg, class_="scroll picture", style=f"--natural:{picture.width}px", tabindex="0")
    key = (
        element("span", _sample(mark(outcome, 7.0, 7.0, 4.8, colour), 14), escape(words))
        for outcome, words, colour in legend_entries(view)
    )
    said = f"{count_drawn(view)}. Colour: register class. Shape: what LLVM's allocator did."
    return note(said), element("div", *key, class_="key"), element("figure", box)


def _live(view: EpisodeView) -> tuple[str, ...]:
    found = draw_live_ranges(view)
    if found is None:
        return (note("The source of this episode does not tell live ranges."),)
    names, chart = element("div", found.names, class_="names"), element("div", found.chart)
    inner = element("div", names, chart, class_="chart")
    more = (note(f"{found.left_out:,} nodes that begin later are left out."),) if found.left_out else ()
    return _live_key(view), element("div", inner, class_="scroll tall", tabindex="0"), *more


def _live_key(view: EpisodeView) -> str:
    deepest = min(max((block.loop_depth for block in view.blocks), default=0), DEEPEST)
    dot = element("circle", cx=6, cy=6, r=2.6, class_="u")
    ringed = element("circle", cx=6, cy=6, r=2.8, class_="s")
    entries = [(_sample(dot), "use point"), (_sample(ringed), "use point where a split is allowed")]
    for depth in range(1, deepest + 1):
        shade = element("rect", width=12, height=12, class_="d", fill_opacity=f"{0.12 * depth:.2f}")
        entries.append((_sample(shade), f"loop depth {depth}{' or more' if depth == DEEPEST else ''}"))
    return element("div", *(element("span", sample, escape(words)) for sample, words in entries), class_="key")


def _sample(drawing: str, size: int = 12) -> str:
    return element("svg", drawing, width=size, height=size, aria_hidden="true")


def _nodes(view: EpisodeView) -> tuple[str, ...]:
    if not view.nodes:
        return ()
    colours = colours_of_classes(node.class_name for node in view.nodes)
    rows = (_row(node, colours[node.class_name]) for node in view.nodes)
    return (table(_COLUMNS, rows, tall=True),)


def _row(node: Node, colour: int) -> tuple[str, ...]:
    symbol = _sample(mark(node.outcome, 7.0, 7.0, 4.6, colour), 14)
    style = None if node.outcome in ("assigned", NOT_TOLD) else "lost"
    return (
        element("span", escape(node.name), class_="mono"),
        element("span", escape(node.class_name), class_="mono"),
        escape(_shown(node.spill_weight)).replace("inf", "∞"),
        _shown(node.size),
        _shown(node.use_count),
        str(node.degree),
        _ABSENT if not node.hints else escape(", ".join(node.hints)),
        _forbidden(node),
        f"{symbol} {element('span', escape(node.outcome), class_=style)}",
        element("span", escape(node.register or _ABSENT), class_="mono"),
    )


def _forbidden(node: Node) -> str:
    names = node.forbidden
    if names is None:
        return _ABSENT
    if len(names) <= 3:
        return escape(", ".join(names)) or "none"
    summary = element("summary", _registers(len(names)))
    return element("details", summary, escape(", ".join(names)), class_="names")


def _registers(count: int) -> str:
    return "1 register" if count == 1 else f"{count:,} registers"


def _blocks(view: EpisodeView) -> tuple[str, ...]:
    if not view.blocks:
        return ()
    columns = (("block", "n"), ("instructions", "n"), ("times an entry", "n"), ("loop depth", "n"), ("goes to", "k"))
    rows = (
        (
            str(i),
            f"{block.first} – {block.last - 1}" if block.last > block.first else "none",
            f"{block.frequency:,.4g}",
            str(block.loop_depth),
            ", ".join(map(str, block.successors)) or "nowhere",
        )
        for i, block in enumerate(view.blocks)
    )
    return (table(columns, rows, tall=True),)


def _mir(view: EpisodeView) -> tuple[str, ...]:
    if not view.mir:
        return ()
    text = element("div", element("pre", escape(view.mir)), class_="scroll tall", tabindex="0")
    return (element("details", element("summary", "Text that `llc -start-before=greedy` accepts"), text),)
