"""SPDX licence expressions.

Whether one is well-formed, and whether a choice of licences covers it.

Only the form is checked, not that every identifier is on SPDX's list, which grows with every release.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Set
from typing import Final

from rl4real_data.core.errors import UsageError

_TOKEN: Final = re.compile(r"\s*([()]|[A-Za-z0-9.+:-]+)")
_DEEPEST: Final = 50
_OPERATORS: Final = ("AND", "OR", "WITH")


def license_problem(expression: str) -> str:
    """What is wrong with the form of an SPDX expression, or nothing."""
    try:
        return _order_problem(_tokens(expression))
    except ValueError as error:
        return str(error)


def chosen_licenses(choice: str) -> frozenset[str]:
    """The licences of `MIT OR Apache-2.0 OR …`, in lower case; UsageError if it says anything else."""
    problem = license_problem(choice)
    words = [] if problem else _tokens(choice)
    names, operators = words[::2], {word.upper() for word in words[1::2]}
    if not problem and (operators - {"OR"} or "(" in words):
        problem = "says more than one licence OR another"
    if problem:
        raise UsageError(
            f'the licences "{choice}" cannot be used: the expression {problem}',
            hint="join SPDX identifiers with OR: 'MIT OR Apache-2.0 OR BSD-3-Clause'",
        )
    return frozenset(name.lower() for name in names)


def is_covered(expression: str, chosen: Set[str]) -> bool:
    """Whether whoever accepts the licences in `chosen` (lower case) may use what is under `expression`.

    All of an AND must be accepted, one of an OR suffices; an exception (WITH) only ever permits more. OR binds weaker
    than AND, as SPDX 2.3 has it in its annex D. False for what is no expression.
    """
    return not license_problem(expression) and _any(deque(_tokens(expression)), chosen)


def _any(tokens: deque[str], chosen: Set[str]) -> bool:
    accepted = _all(tokens, chosen)
    while tokens and tokens[0].upper() == "OR":
        tokens.popleft()
        accepted |= _all(tokens, chosen)  # not short-circuited: its words must be taken
    return accepted


def _all(tokens: deque[str], chosen: Set[str]) -> bool:
    accepted = _one(tokens, chosen)
    while tokens and tokens[0].upper() == "AND":
        tokens.popleft()
        accepted &= _one(tokens, chosen)
    return accepted


def _one(tokens: deque[str], chosen: Set[str]) -> bool:
    token = tokens.popleft()
    if token == "(":
        accepted = _any(tokens, chosen)
        tokens.popleft()  # the parenthesis that closes
        return accepted
    if tokens and tokens[0].upper() == "WITH":
        tokens.popleft()
        tokens.popleft()
    return token.lower() in chosen


def _tokens(expression: str) -> list[str]:
    """ValueError for a character that no expression has."""
    tokens: list[str] = []
    position = 0
    text = expression.strip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise ValueError(f'has "{text[position:].strip()[0]}", which no SPDX expression has')
        tokens.append(match[1])
        position = match.end()
    return tokens


def _order_problem(tokens: list[str]) -> str:
    depth = 0
    wants_term = True
    for token in tokens:
        if wants_term:
            if token == "(":
                depth += 1
                if depth > _DEEPEST:
                    return f"nests more than {_DEEPEST} parentheses"
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
