"""The frame of a self-contained HTML page.

Style for light and dark and for narrow screens, tables, figures; style sheets and scripts lie in `page_files/`.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

from rl4real_data.show.markup import element, escape, script_json
from rl4real_data.show.palette import COLOURS

_FILES: Final = Path(__file__).parent / "page_files"


def render_page(title: str, *sections: str, style: str = "", script: str = "", data: object = None) -> str:
    """A whole page that needs nothing from elsewhere. Sections are markup; `data` is what the script may read.

    The policy allows the script by its hash and no other, so that nothing in a dataset can run, whatever it manages to
    put into the markup.
    """
    head = (
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_policy(script)),
        element("meta", name_="viewport", content="width=device-width,initial-scale=1"),
        element("meta", name_="color-scheme", content="light dark"),
        element("title", escape(title)),
        element("style", COLOURS + page_file("page.css") + style),
    )
    held = "" if data is None else element("script", script_json(data), type="application/json", id="data")
    body = element("main", *sections) + held + (element("script", script) if script else "")
    return "<!doctype html>\n" + element("html", element("head", *head), element("body", body), lang="en") + "\n"


def _policy(script: str) -> str:
    allowed = f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" if script else "'none'"
    return f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def page_file(name: str) -> str:
    """A style sheet or a script of `page_files/`."""
    return (_FILES / name).read_text(encoding="utf-8")


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
