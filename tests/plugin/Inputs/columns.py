"""columns.py DUMP COLUMNS: both files of one compilation hold the same records, number by number."""

import json
import math
import struct
import sys
from pathlib import Path

from rl4real_data.stages.column_dump import read_columns


def single(number):
    return struct.unpack("<f", struct.pack("<f", number))[0]


def same(json_value, value):
    if isinstance(json_value, list):
        return len(json_value) == len(value) and all(map(same, json_value, value))
    if json_value is None:  # JSON has no infinity
        return math.isinf(value)
    if isinstance(value, float):  # the shortest text that gives the same float
        return json_value == value or single(json_value) == value
    return json_value == value


*records, end = map(json.loads, Path(sys.argv[1]).read_text().splitlines())
columns = read_columns(Path(sys.argv[2]))
names = [name for name in (records[0] if records else ()) if name != "v"]
if columns.version != end["v"] or columns.functions != end["functions"] or list(columns.arrays) != names:
    sys.exit("version, number of functions or names of the members differ")
for name, array in columns.arrays.items():
    for record, value in zip(records, array.to_pylist(), strict=True):
        if not same(record[name], value):
            sys.exit(f"{record['function']}: {name} differs")
print(f"{len(records)} functions, {len(names)} members")
