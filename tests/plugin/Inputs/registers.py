"""Prints registers, classes and masks of a register file (-mlra-dump-registers) that are named, one line each.

registers.py FILE NAME ...
"""

import json
import sys
from pathlib import Path


def main():
    path, *wanted = sys.argv[1:]
    table = json.loads(Path(path).read_text())
    names = {row["reg_id"]: row["name"].lower() for row in table["registers"]}
    for row in table["registers"]:
        if row["name"] in wanted:
            parts = " ".join(f"{sub['name']}={names[sub['reg_id']]}" for sub in row["subregs"])
            print(f"register {row['name']} cost {row['cost']} parts {parts or '-'}")
    for row in table["classes"]:
        if row["name"] in wanted:
            slot = f"slot {row['spill_size']} aligned {row['spill_align']}"
            print(f"class {row['name']} {slot} copy {row['copy_cost']} priority {row['priority']}")
    for row in table["masks"]:
        if row["name"] in wanted:
            print(f"mask {row['name']} keeps {','.join(names[reg] for reg in row['preserved']) or '-'}")


main()
