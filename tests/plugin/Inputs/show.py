"""Prints a dump as text that FileCheck can read: one line a block and a node.

show.py DUMP [REGISTERS]; REGISTERS (-mlra-dump-registers) gives registers and classes their names.
"""

import json
import sys
from pathlib import Path

FATES = ("assigned", "split", "spilled", "rematerialized", "eliminated")
COUNTS = ("spills", "reloads", "folded_spills", "folded_reloads", "copies", "spill_cost", "copy_cost")


def number(value):
    return "inf" if value is None else f"{value:.6g}"


def joined(values, render=str):
    return ",".join(map(render, values)) or "-"


class Names:
    def __init__(self, path):
        table = json.loads(Path(path).read_text()) if path else {"registers": [], "classes": []}
        self._registers = {row["reg_id"]: row["name"] for row in table["registers"]}
        self._classes = {row["class_id"]: row["name"] for row in table["classes"]}

    def register(self, number):
        return "$" + self._registers.get(number, str(number)).lower()

    def klass(self, number):
        return self._classes.get(number, str(number)).lower()


def show_blocks(record):
    keys = ("block_start", "block_freq", "block_loop_depth", "block_succ")
    for index, (start, frequency, depth, successors) in enumerate(zip(*(record[key] for key in keys), strict=True)):
        print(f"  bb.{index} at {start} freq {number(frequency)} depth {depth} -> {joined(successors)}")


def show_node(record, index, names):
    def of(key):
        return record[key][index]

    def hint(value):
        return names.register(value) if value >= 0 else f"%{record['node_vreg'][-1 - value]}"

    ranges = zip(of("node_live")[::2], of("node_live")[1::2], strict=True)
    assigned = names.register(of("node_assigned")) if of("node_assigned") else "-"
    print(
        f"  %{of('node_vreg')} {names.klass(of('node_class'))} weight {number(of('node_spill_weight'))}"
        f" size {of('node_size')} live {joined(f'[{first},{last})' for first, last in ranges)}"
        f" hints {joined(of('node_hint'), hint)}"
    )
    print(
        f"    uses {joined(of('use_inst'))} distance {joined(of('use_distance'))}"
        f" weights {joined(of('use_spill_weight'), number)} split {joined(of('split_points'))}"
    )
    print(f"    forbidden {joined(of('node_forbidden'), names.register)}")
    print(f"    outcome {FATES[of('node_outcome')]} {assigned}")


def show(record, names):
    if "function" not in record:
        print(f"end: {record['functions']} functions")
        return
    print(f"function {record['function']} id {record['function_id']} instructions {len(record['inst'])}")
    show_blocks(record)
    for index in range(len(record["node_vreg"])):
        show_node(record, index, names)
    pairs = zip(record["edge_u"], record["edge_v"], strict=True)
    print("  edges " + joined(f"%{record['node_vreg'][u]}--%{record['node_vreg'][v]}" for u, v in pairs))
    print("  " + " ".join(f"{key} {number(record[key])}" for key in COUNTS))


def main():
    names = Names(sys.argv[2] if len(sys.argv) > 2 else None)
    for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines():
        show(json.loads(line), names)


main()
