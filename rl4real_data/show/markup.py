"""SVG and HTML as strings.

The one place where text from a dataset becomes markup, and so the one that escapes.

A function's name may hold anything: `operator<`, quotes, and the `\\x01` that LLVM puts before names that must not
be changed. XML forbids control characters even when escaped, so they are shown as Unicode's pictures of them.
"""

from __future__ import annotations

import json
from typing import Final

_ESCAPES: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}
    | {chr(code): chr(0x2400 + code) for code in range(32) if chr(code) not in "\n\t"}
    | {"\x7f": "\u2421", "\ufffe": "\ufffd", "\uffff": "\ufffd"}
)


def escape(text: object) -> str:
    """Text that is safe between tags and inside quoted attributes, in HTML and in XML 1.0."""
    return str(text).translate(_ESCAPES)


def script_json(value: object) -> str:
    """JSON between `<script>` and `</script>`: no letter of it is markup to any parser."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def number(value: float) -> str:
    """A coordinate: one decimal place, none if it is zero."""
    return f"{value:.1f}".removesuffix(".0")


def element(name: str, *children: str, **attributes: object) -> str:
    """`<name …>children</name>`. Children are markup already; attribute values are escaped here.

    In attribute names `_` becomes `-` and one at the end is dropped (`class_`); floats are rounded as coordinates;
    True is an attribute without a value, None and False leave it out.
    """
    words = [name]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        key = key.removesuffix("_").replace("_", "-")
        shown = number(value) if isinstance(value, float) else escape("" if value is True else value)
        words.append(f'{key}="{shown}"')
    inner = "".join(children)
    opening = " ".join(words)
    return f"<{opening}>{inner}</{name}>" if inner or name not in _EMPTY else f"<{opening}/>"


_EMPTY: Final = frozenset(("circle", "input", "line", "meta", "path", "rect", "polygon"))
