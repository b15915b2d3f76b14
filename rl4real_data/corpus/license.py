"""SPDX licence expressions.

Whether one is sound, how it is usually written, and whether a choice of licences covers it. SPDX's list is that of the
library license-expression. `NOASSERTION`, which says that nobody knows, stands alone; `LicenseRef-…`, a text that is
not on the list, is taken as it is.
"""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Set
from typing import TYPE_CHECKING, Any, Final

from rl4real_data.core.errors import UsageError

if TYPE_CHECKING:
    from license_expression import Licensing

UNKNOWN: Final = "NOASSERTION"
_STRANGE: Final = re.compile(r"[^\sA-Za-z0-9.+:()-]")
_REFERENCE: Final = re.compile(r"(DocumentRef-[a-z0-9.-]+:)?(LicenseRef|AdditionRef)-[a-z0-9.-]+", re.IGNORECASE)
_LONGEST: Final = 2000
"""Letters of an expression: what is longer is none, and might be nested too deep to be read."""


class LicenseError(ValueError):
    """Text that is no SPDX expression; the message says why, as in "it …"."""


def read_license(expression: str) -> str:
    """The expression as SPDX writes it: `MIT OR Apache-2.0` for `mit or apache-2.0`. LicenseError if it is none."""
    return UNKNOWN if _is_unknown(expression) else str(_parse(expression).render())


def license_problem(expression: str) -> str:
    """What is wrong with an SPDX expression, or nothing."""
    try:
        read_license(expression)
    except LicenseError as error:
        return str(error)
    return ""


def chosen_licenses(choice: str) -> frozenset[str]:
    """The licences of `MIT OR Apache-2.0 OR …`, in lower case; UsageError if it says anything else.

    `NOASSERTION` may be one of them: whoever says so takes modules of which nobody knows the licence.
    """
    try:
        chosen: set[str] = set()
        for words in re.split(r"\s+or\s+", choice.strip(), flags=re.IGNORECASE):
            name = read_license(words)
            if " " in name or "(" in words:
                raise LicenseError("says more than one licence OR another")
            chosen.add(name.lower())
    except LicenseError as error:
        raise UsageError(
            f'the licences "{choice}" cannot be used: the expression {error}',
            hint="join SPDX identifiers with OR: 'MIT OR Apache-2.0 OR BSD-3-Clause'",
        ) from error
    return frozenset(chosen)


def is_covered(expression: str, chosen: Set[str]) -> bool:
    """Whether whoever accepts the licences in `chosen` (lower case) may use what is under `expression`.

    All of an AND must be accepted, one of an OR suffices; an exception (WITH) only ever permits more. OR binds weaker
    than AND, as SPDX 2.3 has it in its annex D. False for what is no expression.
    """
    if _is_unknown(expression):
        return UNKNOWN.lower() in chosen
    try:
        return _covers(_parse(expression), chosen)
    except LicenseError:
        return False


def _is_unknown(expression: str) -> bool:
    return expression.strip().upper() == UNKNOWN


def _covers(node: Any, chosen: Set[str]) -> bool:
    if node.isliteral:
        licence = getattr(node, "license_symbol", node)  # of the two around WITH
        return str(licence.key).lower() in chosen
    accepted = [_covers(part, chosen) for part in node.args]
    return all(accepted) if node.operator.strip() == "AND" else any(accepted)


@functools.cache
def _licensing() -> Licensing:
    from license_expression import get_spdx_licensing  # 0.15 s, and few runs need it

    return get_spdx_licensing()


@functools.lru_cache(maxsize=4096)
def _parse(expression: str) -> Any:
    """The expression's tree. LicenseError if it is none."""
    from license_expression import ExpressionError, ExpressionParseError

    if len(expression) > _LONGEST:
        raise LicenseError(f"has more than {_LONGEST:,} letters")
    if strange := _STRANGE.search(expression):
        raise LicenseError(f'has "{strange[0]}", which no SPDX expression has')
    try:
        tree = _licensing().parse(expression, validate=False, strict=True)
    except ExpressionParseError as error:
        raise LicenseError(_problem_at(error)) from error
    except ExpressionError as error:
        raise LicenseError("ends where a licence must stand") from error
    if tree is None:
        raise LicenseError("names no licence")
    for key in _licensing().unknown_license_keys(tree):
        if problem := _key_problem(key):
            raise LicenseError(problem)
    return tree


def _problem_at(error: Any) -> str:
    token = str(error.token_string or "").strip()
    return f'cannot be understood at "{token}"' if token else "cannot be understood"


def _key_problem(key: str) -> str:
    """What is wrong with a name that the list does not have."""
    known = _licensing().known_symbols
    if _REFERENCE.fullmatch(key) or (key.endswith("+") and key[:-1] in known):
        return ""
    if key.upper() == UNKNOWN:
        return f"has {UNKNOWN}, which stands alone"
    alike = (name for name in known if name[:1].lower() == key[:1].lower() and name[:10] != "LicenseRef")
    by_lower = {name.lower(): name for name in alike}
    near = difflib.get_close_matches(key.lower().replace(" ", "-"), by_lower, n=1, cutoff=0.6)
    return f'has "{key}", which is not on SPDX\'s list' + (f'; did you mean "{by_lower[near[0]]}"?' if near else "")
