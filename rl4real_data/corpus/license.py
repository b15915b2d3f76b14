"""Checks the form of SPDX licence expressions, so that a licence in a dataset can be filtered by machine.

Only the form is checked, not that every identifier is on SPDX's list, which grows with every release.
"""

from __future__ import annotations

import re
from typing import Final

_TOKEN: Final = re.compile(r"\s*([()]|[A-Za-z0-9.+:-]+)")
_OPERATORS: Final = ("AND", "OR", "WITH")


def license_problem(expression: str) -> str:
    """What is wrong with the form of an SPDX expression, or nothing."""
    tokens: list[str] = []
    position = 0
    text = expression.strip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            return f'has "{text[position:].strip()[0]}", which no SPDX expression has'
        tokens.append(match[1])
        position = match.end()
    return _order_problem(tokens)


def _order_problem(tokens: list[str]) -> str:
    depth = 0
    wants_term = True
    for token in tokens:
        if wants_term:
            if token == "(":
                depth += 1
            elif token == ")" or token.upper() in _OPERATORS:
                return f'has "{token}" where a licence must stand'
            else:
                wants_term = False
        elif token == ")":
            depth -= 1
            if depth < 0:
                return "closes a parenthesis that is not open"
        elif token in _OPERATORS:
            wants_term = True
        else:
            return f'has "{token}" where AND, OR or WITH must stand'
    if wants_term:
        return "ends where a licence must stand"
    return "leaves a parenthesis open" if depth else ""
