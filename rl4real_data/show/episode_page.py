"""An episode as one self-contained HTML page."""

from __future__ import annotations

from typing import Final

from rl4real_data.core.counted import counted, noun
from rl4real_data.show.allocation_picture import allocation_section
from rl4real_data.show.code_pane import draw_code
from rl4real_data.show.colouring import Colouring, colour_nodes
from rl4real_data.show.episode_script import draw_legends, draw_toolbar, script_data, zoom_buttons
from rl4real_data.show.episode_text import figure
from rl4real_data.show.graph import count_drawn, draw_graph
from rl4real_data.show.label_page import label_sections
from rl4real_data.show.live_ranges import draw_live_ranges
from rl4real_data.show.markup import element, escape
from rl4real_data.show.page import bar, facts, note, page_file, render_page, section, table, tiles
from rl4real_data.show.palette import BY_CHOICE, OTHER
from rl4real_data.show.pressure_chart import DEEPEST, draw_pressure
from rl4real_data.show.shapes import mark
from rl4real_data.show.view import NOT_TOLD, EpisodeView, Node

_SHOWN_BANKS = 3
_SCORE = "Costs are expected executions relative to an entry. LLVM's score of the whole function (RegAllocScore) is {}."
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


_SCRIPTS: Final = ("selection.js", "pressure.js", "live_ranges.js", "machine_ir.js", "graph.js", "nodes.js", "keys.js")


def render_episode_page(view: EpisodeView, *, back: str | None = None) -> str:
    """The page. Everything that comes from the dataset is escaped. `back`: a page of the dataset to link to."""
    function = str(view.facts["function"])
    colouring = colour_nodes(view)
    script = "".join(("'use strict';\n", *map(page_file, _SCRIPTS)))
    return render_page(
        f"{function} - episode",
        element("p", element("a", "All functions", href=back), class_="note") if back else "",
        element("h1", escape(function)),
        note(f"{view.facts['corpus']}/{view.facts['module']}, {view.split}; for {view.compiler}"),
        _figures(view),
        draw_toolbar(colouring),
        section("Register pressure", *draw_pressure(view)),
        section("Live ranges and machine IR", *_live(view, colouring)),
        section("Allocation", *allocation_section(view, *([view.best] if view.best else []))),
        *label_sections(view),
        section("Interference graph", *_graph(view, colouring)),
        section("Nodes", *_nodes(view, colouring)),
        section("Blocks", *_blocks(view)),
        section("Costs by kind", *_kinds(view)),
        section("Episode", _facts(view), *_mir(view)),
        style=BY_CHOICE + page_file("episode.css"),
        script=script,
        data=script_data(view),
    )


def _figures(view: EpisodeView) -> str:
    costs = view.costs
    return tiles(
        [
            (noun(len(view.nodes), "node"), f"{len(view.nodes):,}"),
            (noun(len(view.edges), "edge"), f"{len(view.edges):,}"),
            (noun(view.instructions, "instruction"), _shown(view.instructions)),
            *((f"{bank.names[0]} peak", f"{bank.peak:,}") for bank in view.pressure[:1]),
            (noun(len(view.blocks), "block"), f"{len(view.blocks):,}" if view.blocks else _ABSENT),
            (noun(costs["spills"], "spill"), _shown(costs["spills"])),
            (noun(costs["reloads"], "reload"), _shown(costs["reloads"])),
            ("spill cost", _shown(costs["spill_cost"])),
            (noun(costs["copies"], "copy", "copies"), _shown(costs["copies"])),
            ("copy cost", _shown(costs["copy_cost"])),
            *([] if view.score is None else [("score", figure(view.score))]),
        ]
    )


def _shown(value: float | None) -> str:
    return _ABSENT if value is None else figure(value)


def _facts(view: EpisodeView) -> str:
    folded = f"spills {_shown(view.costs['folded_spills'])}, reloads {_shown(view.costs['folded_reloads'])}"
    pairs = [
        ("episode_id", element("code", escape(view.facts["episode_id"]))),
        ("licence", escape(view.facts["license"] or "unknown")),
        ("outcomes", escape(", ".join(f"{count:,} {name}" for name, count in view.outcomes.items()))),
    ]
    if view.costs["folded_spills"] is not None:
        pairs.append(("folded into other instructions", escape(folded)))
    if view.reserved:
        summary = element("summary", counted(len(view.reserved), "register"))
        pairs.append(("reserved", element("details", summary, escape(", ".join(view.reserved)))))
    return facts(pairs)


def _graph(view: EpisodeView, colouring: Colouring) -> tuple[str, ...]:
    if not view.nodes:
        return (note("The function has no virtual registers."),)
    picture = draw_graph(view, colouring.styles)
    label = "Interference graph; up and down arrow move over the nodes, plus and minus zoom"
    box = element(
        "div",
        element("div", picture.svg, class_="sheet"),
        class_="scroll picture",
        style=f"--natural:{picture.width}px",
        tabindex="0",
        role="group",
        aria_label=label,
    )
    shapes = (
        element("span", _sample(mark(outcome, 7.0, 7.0, 4.8, OTHER), 14), escape(outcome)) for outcome in view.outcomes
    )
    said = f"{count_drawn(view)}. Point at a node or press it, and its neighbours light up. Shape: the outcome."
    return (
        note(said),
        element("div", *shapes, *zoom_buttons(), class_="key"),
        draw_legends(colouring),
        element("figure", box),
    )


def _live(view: EpisodeView, colouring: Colouring) -> tuple[str, ...]:
    found = draw_live_ranges(view, colouring.styles)
    code = draw_code(view)
    if found is None:
        return (note("The source of this episode does not tell live ranges."), code or "")
    inner = element(
        "div",
        element("div", found.corner, class_="corner"),
        element("div", found.head, class_="head"),
        element("div", found.names, class_="names"),
        element("div", found.chart, class_="drawing"),
        class_="chart",
    )
    left_out = counted(found.left_out, "node that begins later is", "nodes that begin later are")
    more = (note(f"{left_out} left out."),) if found.left_out else ()
    label = "Live ranges; left and right arrow move over the instructions, up and down over the nodes"
    box = element("div", inner, class_="scroll", id="ranges", tabindex="0", role="group", aria_label=label)
    silent = "" if code else note("The episode holds no machine IR of these instructions.")
    keys = _live_key(view) + draw_legends(colouring)
    return keys, element("div", box, code or "", class_="beside" if code else None), silent, *more


def _live_key(view: EpisodeView) -> str:
    deepest = min(max((block.loop_depth for block in view.blocks), default=0), DEEPEST)
    dot = element("path", d="M6 6h0", class_="u", stroke_width=5.2)
    ringed = element("path", d="M6 6h0", class_="s", stroke_width=6.0) + element(
        "path", d="M6 6h0", class_="s2", stroke_width=3.6
    )
    entries = [(_sample(dot), "use point"), (_sample(ringed), "use point where a split is allowed")]
    for depth in range(1, deepest + 1):
        shade = element("i", class_=f"swatch d{depth}")
        entries.append((shade, f"loop depth {depth}{' or more' if depth == DEEPEST else ''}"))
    return element("div", *(element("span", sample, escape(words)) for sample, words in entries), class_="key")


def _sample(drawing: str, size: int = 12) -> str:
    return element("svg", drawing, width=size, height=size, aria_hidden="true")


def _nodes(view: EpisodeView, colouring: Colouring) -> tuple[str, ...]:
    if not view.nodes:
        return ()
    rows = (_row(node, i, style) for i, (node, style) in enumerate(zip(view.nodes, colouring.styles, strict=True)))
    return (table(_COLUMNS, rows, tall=True, kind="nodes"),)


def _row(node: Node, i: int, colours: str) -> tuple[str, ...]:
    symbol = _sample(mark(node.outcome, 7.0, 7.0, 4.6, colours), 14)
    style = None if node.outcome in ("assigned", NOT_TOLD) else "lost"
    return (
        element("button", escape(node.name), class_="mono plain", type="button", tabindex="-1", data_n=i),
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
    summary = element("summary", counted(len(names), "register"))
    return element("details", summary, escape(", ".join(names)), class_="names")


def _registers(count: int) -> str:
    return counted(count, "register")


def _blocks(view: EpisodeView) -> tuple[str, ...]:
    if not view.blocks:
        return ()
    banks = view.pressure[:_SHOWN_BANKS]
    columns = (
        *(("block", "n"), ("instructions", "n"), ("times an entry", "n"), ("loop depth", "n")),
        *((f"{bank.names[0]} peak", "n") for bank in banks),
        ("goes to", "k"),
    )
    rows = (
        (
            str(i),
            f"{block.first} – {block.last - 1}" if block.last > block.first else "none",
            f"{block.frequency:,.4g}",
            str(block.loop_depth),
            *(f"{max(bank.live[block.first : block.last], default=0):,}" for bank in banks),
            ", ".join(map(str, block.successors)) or "nowhere",
        )
        for i, block in enumerate(view.blocks)
    )
    return (table(columns, rows, tall=True),)


def _kinds(view: EpisodeView) -> tuple[str, ...]:
    if not view.kinds:
        return ()
    most = max((cost.cost for cost in view.kinds.values()), default=0.0) or 1.0
    rows = (
        (escape(kind), f"{cost.count:,}", escape(figure(cost.cost)), bar(cost.cost / most))
        for kind, cost in view.kinds.items()
    )
    said = "Expected executions relative to an entry." if view.score is None else _SCORE.format(figure(view.score))
    return table((("", "k"), ("count", "n"), ("cost", "n"), ("", "b")), rows, kind="bars"), note(said)


def _mir(view: EpisodeView) -> tuple[str, ...]:
    if not view.mir:
        return ()
    text = element("div", element("pre", escape(view.mir)), class_="scroll tall", tabindex="0")
    return (element("details", element("summary", "Text that `llc -start-before=greedy` accepts"), text),)
