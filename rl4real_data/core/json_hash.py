"""The sha256 of a JSON text that is never there as a whole."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

_AT_ONCE: Final = 1024


def sha256_of_json(*values: Any) -> str:
    """Of `json.dumps(values, sort_keys=True)`; an iterator among the values, or in a mapping, counts as a list."""
    digest = hashlib.sha256(b"[")
    for number, value in enumerate(values):
        for text in itertools.chain(", " if number else "", _pieces(value)):
            digest.update(text.encode())
    digest.update(b"]")
    return digest.hexdigest()


def _pieces(value: Any) -> Iterator[str]:
    if isinstance(value, Iterator):
        yield from _list(value)
    elif isinstance(value, Mapping) and any(isinstance(each, Iterator) for each in value.values()):
        yield "{"
        for number, key in enumerate(sorted(value)):
            yield f"{', ' if number else ''}{json.dumps(key)}: "
            yield from _pieces(value[key])
        yield "}"
    else:
        yield json.dumps(value, sort_keys=True)


def _list(values: Iterator[Any]) -> Iterator[str]:
    yield "["
    begin = ""
    while some := list(itertools.islice(values, _AT_ONCE)):
        yield begin + json.dumps(some, sort_keys=True)[1:-1]
        begin = ", "
    yield "]"
