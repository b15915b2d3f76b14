"""The hash of a JSON text in pieces is that of the whole."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rl4real_data.core.json_hash import sha256_of_json


def whole(*values: Any) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


@given(st.lists(st.text()), st.dictionaries(st.text(), st.lists(st.integers())), st.text())
def test_iterators_are_lists(words: list[str], numbers: dict[str, list[int]], last: str) -> None:
    lazy = {name: iter(each) for name, each in numbers.items()}

    assert sha256_of_json(iter(words), lazy, last) == whole(words, numbers, last)


def test_more_than_is_taken_at_once() -> None:
    words = [str(number) for number in range(3000)]

    assert sha256_of_json("head", {"b": iter(words), "a": iter(())}) == whole("head", {"b": words, "a": []})
    assert sha256_of_json() == whole()
