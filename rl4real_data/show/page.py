"""The frame of a self-contained HTML page.

Style for light and dark and for narrow screens, tables, figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from rl4real_data.show.markup import element, escape
from rl4real_data.show.palette import COLOURS

_STYLE: Final = (
    COLOURS
    + """
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:1240px;margin:0 auto;padding:20px clamp(12px,3vw,28px) 60px}
h1{font-size:clamp(1.25rem,4vw,1.7rem);line-height:1.25;margin:0 0 4px;overflow-wrap:anywhere}
h2{font-size:1.12rem;margin:34px 0 8px}
h3{font-size:.95rem;margin:0 0 4px;font-weight:600}
p{margin:4px 0 10px;max-width:80ch}
.note{color:var(--muted);font-size:.87rem}
.mono,code,pre{font-family:ui-monospace,monospace;font-size:.86em}
code{overflow-wrap:anywhere}
pre{margin:0;padding:12px;background:var(--panel);border-radius:6px}
.scroll{overflow:auto;max-width:100%;border:1px solid var(--rule);border-radius:6px}
.tall{max-height:min(620px,80vh)}
table{border-collapse:collapse;width:100%;font-size:.87rem;font-variant-numeric:tabular-nums}
th,td{padding:4px 10px;text-align:left;border-bottom:1px solid var(--rule);vertical-align:top}
tr:last-child td{border-bottom:0}
thead th{position:sticky;top:0;background:var(--panel);font-weight:600;white-space:nowrap;z-index:1}
td.n,th.n{text-align:right;white-space:nowrap}
th.mono{font:inherit;font-weight:600}
td.id{user-select:all;white-space:nowrap}
td.w{min-width:11rem;overflow-wrap:anywhere}
td.long{min-width:20rem;overflow-wrap:anywhere}
td.k{white-space:nowrap}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(118px,1fr));gap:10px;margin:14px 0}
.tile{background:var(--panel);border-radius:6px;padding:8px 10px}
.tile b{display:block;font-size:1.08rem;line-height:1.35;white-space:nowrap}
.tile span{color:var(--muted);font-size:.82rem}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px;margin:12px 0;font-size:.9rem}
.facts dt{color:var(--muted)}.facts dd{margin:0;overflow-wrap:anywhere}
@media (max-width:560px){.facts{grid-template-columns:1fr}.facts dd{margin-bottom:7px}}
.grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(340px,100%),1fr));gap:22px 26px}
.grid{margin-bottom:18px}.grid>*{min-width:0}
figure{margin:0}
figure svg{display:block;max-width:100%;height:auto}
.picture svg{display:block;margin:0 auto;max-width:100%;min-width:min(var(--natural),620px);height:auto}
.chart{display:flex;width:max-content;min-width:100%}
.chart svg{display:block;flex:none}
.chart .names{position:sticky;left:0;background:var(--ground);border-right:1px solid var(--rule);z-index:1}
.key{display:flex;flex-wrap:wrap;gap:4px 18px;margin:8px 0;font-size:.85rem;align-items:center}
.key span{display:inline-flex;gap:6px;align-items:center}
.bar{display:inline-block;height:.62em;border-radius:2px;vertical-align:baseline;min-width:1px}
.bars td.b{width:40%;min-width:90px}
details summary{cursor:pointer;color:var(--link)}
details.names summary{white-space:nowrap}
.lost{font-weight:600}
"""
)


def render_page(title: str, *sections: str) -> str:
    """A whole page: no script, nothing from elsewhere. Sections are markup."""
    head = (
        element("meta", charset="utf-8"),
        element("meta", name_="viewport", content="width=device-width,initial-scale=1"),
        element("meta", name_="color-scheme", content="light dark"),
        element("title", escape(title)),
        element("style", _STYLE),
    )
    body = element("main", *sections)
    return "<!doctype html>\n" + element("html", element("head", *head), element("body", body), lang="en") + "\n"


def section(title: str, *content: str) -> str:
    """A heading and what belongs to it; nothing if there is no content."""
    return element("section", element("h2", escape(title)), *content) if any(content) else ""


def note(text: str) -> str:
    """A line in small print."""
    return element("p", escape(text), class_="note")


def table(
    columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[str]], *, tall: bool = False, kind: str = ""
) -> str:
    """A table that scrolls in its own box, also downwards if `tall`. `columns`: heading, and class of the cells.

    Classes: n number, k never broken, w words, long sentences, id marked as a whole by a click, b bar, none. Cells
    are markup.
    """
    head = element("tr", *(element("th", escape(name), class_=style or None) for name, style in columns))
    styles = [style or None for _, style in columns]
    body = (
        element("tr", *(element("td", cell, class_=style) for cell, style in zip(row, styles, strict=True)))
        for row in rows
    )
    inner = element("table", element("thead", head), element("tbody", *body), class_=kind or None)
    return element("div", inner, class_="scroll tall" if tall else "scroll", tabindex="0")


def tiles(figures: Iterable[tuple[str, str]]) -> str:
    """Large figures with their names: (name, figure)."""
    shown = (
        element("div", element("b", escape(figure)), element("span", escape(name)), class_="tile")
        for name, figure in figures
    )
    return element("div", *shown, class_="tiles")


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Names and values, which are markup."""
    return element("dl", *(element("dt", escape(name)) + element("dd", value) for name, value in pairs), class_="facts")


def bar(share: float) -> str:
    """A bar of that share of its cell."""
    return element("span", class_="bar", style=f"width:{100 * share:.1f}%;background:var(--c0)")
