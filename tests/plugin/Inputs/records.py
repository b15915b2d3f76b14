"""Reads a dump, with each instruction spelled out instead of named by its index."""

import json
from pathlib import Path


def read(path):
    """The function records of a dump that is whole."""
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    *records, closing = [json.loads(line) for line in lines]
    if closing.get("functions") != len(records):
        raise SystemExit(f"{path}: cut off")
    shapes = []
    for record in records:
        new = zip(record.pop("shape_opcode"), record.pop("shape_operands"), strict=True)
        shapes += [[opcode, *operands] for opcode, operands in new]
        record["inst"] = [shapes[index] for index in record["inst"]]
    return records


def is_close(one, other):
    """Whether two values are the same up to the order in which floating-point numbers were added up."""
    if isinstance(one, list):
        return len(one) == len(other) and all(map(is_close, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= 1e-5 * max(abs(one), abs(other))
    return one == other


def differences(one, other, ignored):
    return sorted(
        key for key in one.keys() | other.keys() if key not in ignored and not is_close(one.get(key), other.get(key))
    )
