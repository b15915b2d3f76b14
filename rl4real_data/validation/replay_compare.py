"""An episode against the record that a replay of it gave."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from rl4real_data.episodes.replayed_columns import ANSWERED, CLOSE, EXACT, TOLERANCE
from rl4real_data.toolchain.plugin import RECORD_VERSION

Shape = tuple[str, tuple[str, ...]]
"""Opcode and operand entities."""

IDENTITY: Final = ("episode_id", "module", "function")
REPLAYED: Final = ("inst", *EXACT, *CLOSE)
"""Columns that are compared."""


class BadReplay(ValueError):
    """llc gave no assembly, or no record that can be compared."""


def parse_record(path: Path) -> Mapping[str, Any]:
    """The only record of a dump. BadReplay for another number, another version, or a cut-off file."""
    try:
        records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        functions = [record for record in records if "function" in record]
        closing = records[-1]["functions"] if records else None
    except FileNotFoundError:
        raise BadReplay("the plugin wrote no record") from None
    except (ValueError, TypeError, KeyError, OSError) as error:
        raise BadReplay(f"the plugin's record cannot be read ({error!r})") from error
    if len(functions) != 1 or closing != 1:
        raise BadReplay(f"the plugin recorded {len(functions)} functions, not one")
    record: Mapping[str, Any] = functions[0]
    if record.get("v") != RECORD_VERSION:
        raise BadReplay(f"the plugin's record has version {record.get('v')}, this program reads {RECORD_VERSION}")
    missing = {"shape_opcode", "shape_operands", *REPLAYED} - set(record)
    if missing:
        raise BadReplay(f"the plugin's record has no {min(missing)}")
    return record


def differing_columns(
    episode: Mapping[str, Any], shapes: Sequence[Shape], record: Mapping[str, Any]
) -> tuple[str, ...]:
    """Names of the columns that are not the same. A null of the episode compares equal to anything.

    So does the answer of an episode that somebody decided on: nobody decides in a replay.
    """
    own = list(zip(record["shape_opcode"], map(tuple, record["shape_operands"]), strict=True))
    try:
        same_shapes = [shapes[i] for i in episode["inst"]] == [own[i] for i in record["inst"]]
    except IndexError as error:
        raise BadReplay("an instruction shape is not in the table that it refers to") from error
    found = [] if same_shapes else ["inst"]
    found += [name for name in EXACT if episode[name] is not None and episode[name] != record[name]]
    found += [name for name in CLOSE if episode[name] is not None and not _close(episode[name], record[name])]
    left_out = ANSWERED if episode.get("decider") else frozenset()
    return tuple(name for name in REPLAYED if name in found and name not in left_out)


def _close(one: Any, other: Any) -> bool:
    """Numbers, or lists of them of any depth; JSON's null stands for +inf."""
    if isinstance(one, Iterable):
        return (
            isinstance(other, list)
            and len(one) == len(other)  # type: ignore[arg-type]
            and all(map(_close, one, other))
        )
    expected, found = (math.inf if value is None else value for value in (one, other))
    return isinstance(found, int | float) and math.isclose(expected, found, rel_tol=TOLERANCE)
