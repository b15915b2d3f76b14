"""The values of an index, each checked as it comes out of JSON.

An index may have been written by anybody: what is read from it later (to count, to print, to name a file) must have the
type and the range that it is read for. ValueError says what is wrong.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from typing import Any, Final, NoReturn

from rl4real_data.episodes.file_names import SPLITS, is_listed_name

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_LIMIT: Final = 1 << 63
_MAX_DIMENSION: Final = 1 << 16
_QUOTED: Final = 60
_WHOLE: Final = ("per_shard", "per_row_group", "compression_level")
_REAL: Final = ("opcode_weight", "operand_weight", "max_missing")


def load_json(text: str) -> dict[str, Any]:
    """The object that the text is; half a character, a number that is none and depth without end are refused."""
    try:
        raw = json.loads(text, parse_constant=_refuse_constant)
        mapping(raw, "the index")
        json.dumps(raw, ensure_ascii=False).encode()  # what cannot be written again
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    checked: dict[str, Any] = raw
    return checked


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def canonical_text(raw: Mapping[str, Any]) -> str:
    """Sorted and indented, so that equal indices are equal bytes."""
    return json.dumps(raw, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def own_sha256(raw: Mapping[str, Any]) -> str:
    """Of all that an index says but for this; written without a space, which Python does in C."""
    rest = {key: raw[key] for key in raw if key != "sha256"}
    text = json.dumps(rest, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def mapping(value: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{what} is {_quote(value)}, not an object")
    return value


def text(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{what} is {_quote(value)}, not a text")
    return value


def count(value: Any, what: str) -> int:
    if type(value) is not int or not 0 <= value < _LIMIT:
        raise ValueError(f"{what} is {_quote(value)}, not a count")
    return value


def digest(value: Any, what: str) -> str:
    if not isinstance(value, str) or not _DIGEST.fullmatch(value):
        raise ValueError(f"{what} is {_quote(value)}, not 64 hexadecimal digits")
    return value


def counts(value: Any, what: str) -> dict[str, int]:
    return {name: count(number, f"{what}[{_quote(name)}]") for name, number in mapping(value, what).items()}


def texts(value: Any, what: str) -> dict[str, str]:
    return {name: text(word, f"{what}[{_quote(name)}]") for name, word in mapping(value, what).items()}


def file_name(name: str) -> str:
    if not is_listed_name(name):
        raise ValueError(f"it lists {_quote(name)}, which is no file of a dataset")
    return name


def split_name(name: str) -> str:
    if name not in SPLITS:
        raise ValueError(f"it has a split {_quote(name)}, which is none of {', '.join(SPLITS)}")
    return name


def recipe(value: Any) -> Mapping[str, Any]:
    """Plain settings; those that numbers are computed with have their type. `filters` is an object of plain ones."""
    settings = dict(mapping(value, "recipe"))
    filters = mapping(settings.pop("filters", {}), "recipe.filters")
    for name, setting in (*settings.items(), *filters.items()):
        if not isinstance(setting, str | int | float | None):
            raise ValueError(f"recipe: {_quote(name)} is {_quote(setting)}, not a plain value")
    for name in _WHOLE:
        count(settings.get(name, 0), f"recipe.{name}")
    for name in _REAL:
        _real(settings.get(name, 0), f"recipe.{name}")
    for name in ("max_nodes", "max_uses"):
        count(0 if (limit := filters.get(name)) is None else limit, f"recipe.filters.{name}")
    if not 0 < count(settings.get("dimension", 1), "recipe.dimension") <= _MAX_DIMENSION:
        raise ValueError(f"recipe.dimension is {settings['dimension']}, not one of 1 to {_MAX_DIMENSION:,}")
    return mapping(value, "recipe")


def vocabulary(value: Any) -> Mapping[str, Any] | None:
    if value is None:
        return None
    found = mapping(value, "vocabulary")
    digest(found["sha256"], "vocabulary.sha256")
    for name in ("dimension", "entities"):
        count(found[name], f"vocabulary.{name}")
    coverage = mapping(found["coverage"], "vocabulary.coverage")
    for name in ("instructions", "incomplete", "empty_operands"):
        count(coverage[name], f"vocabulary.coverage.{name}")
    counts(coverage["missing"], "vocabulary.coverage.missing")
    return found


def _real(value: Any, what: str) -> None:
    if type(value) not in (int, float) or not math.isfinite(value):
        raise ValueError(f"{what} is {_quote(value)}, not a number")


def _quote(value: Any) -> str:
    words = repr(value)
    return words if len(words) <= _QUOTED else f"{words[:_QUOTED]}…"
