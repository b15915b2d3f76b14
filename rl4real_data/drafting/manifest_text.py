"""TOML as the manifests of this project are written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

_WIDTH: Final = 100

Value = str | int | bool | Sequence[str]


def value_text(value: Value, *, name: str = "") -> str:
    """One TOML value; a list that makes its line too long gets a line an entry."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    inside = ", ".join(value_text(item) for item in value)
    if len(name) + len(inside) <= _WIDTH:
        return f"[{inside}]"
    return "[\n" + "".join(f"    {value_text(item)},\n" for item in value) + "]"


def table_text(header: str, values: Mapping[str, Value]) -> str:
    """The lines of a table without the values that are empty; `header` is such as `[source]`, or empty at the top."""
    lines = [f"{key} = {value_text(value, name=key)}" for key, value in values.items() if value not in ("", (), [])]
    return "\n".join(([header] if header else []) + lines) + "\n"
