"""Prints the answers of a dump as text that FileCheck can read.

answer.py DUMP REGISTERS; REGISTERS (-mlra-dump-registers) gives registers their names.
"""

import json
import sys
from pathlib import Path

FATES = ("split", "spilled", "rematerialized", "eliminated")
KINDS = ("copy", "store", "reload", "rematerialization", "other")
CHANGES = ("gone", "reads slot", "writes slot", "other")
SCORE = ("copies", "loads", "stores", "load-stores", "cheap", "dear")


def named_bits(value, names):
    return ", ".join(name for bit, name in enumerate(names) if value >> bit & 1) or "-"


class Answer:
    def __init__(self, record, registers):
        self._record = record
        self._registers = registers

    def place(self, value):
        if value < 0:
            return f"slot {-1 - value}"
        return "$" + self._registers[value].lower() if value else "nowhere"

    def node(self, index):
        return f"%{self._record['node_vreg'][index]}" if index >= 0 else "-"

    def rows(self, *keys):
        return zip(*(self._record[key] for key in keys), strict=True)

    def show_nodes(self):
        parts = list(self.rows("part_node", "part_first", "part_last", "part_place"))
        for index, (fate, assigned) in enumerate(self.rows("node_fate", "node_assigned")):
            if not fate:
                print(f"  {self.node(index)} in {self.place(assigned)}")
                continue
            pieces = " ".join(
                f"[{first},{last}) {self.place(place)}" for node, first, last, place in parts if node == index
            )
            print(f"  {self.node(index)} {named_bits(fate, FATES)}: {pieces or 'no part'}")

    def show_edits(self):
        keys = ("move_kind", "move_inst", "move_block", "move_node", "move_from", "move_to", "move_value")
        for kind, inst, block, node, source, target, value in self.rows(*keys):
            of = f" of {value}" if value >= 0 else ""
            print(
                f"  {KINDS[kind]}{of} for {self.node(node)} in bb.{block} before {inst}: "
                f"{self.place(source)} -> {self.place(target)}"
            )
        for inst, flags in self.rows("changed_inst", "changed_flags"):
            print(f"  changed {inst}: {named_bits(flags, CHANGES)}")
        for operand, place in self.rows("choice_operand", "choice_place"):
            print(f"  operand {operand} names {self.place(place)}")

    def show_costs(self):
        kinds = ("spills", "reloads", "folded_spills", "folded_reloads", "cheap_remats", "dear_remats")
        counts = [(kind, self._record[kind], self._record[f"{kind}_cost"]) for kind in kinds]
        counts.append(("copies", self._record["copies"], self._record["copy_cost"]))
        print("  costs " + (", ".join(f"{n} {kind} {cost:g}" for kind, n, cost in counts if n) or "none"))
        saved = " ".join(map(self.place, self._record["callee_saved_used"])) or "-"
        print(f"  saves {saved} for {self._record['callee_saved_cost']:g}")
        sums = zip(SCORE, self._record["score_counts"], strict=True)
        print(f"  score {self._record['score']:g}: " + " ".join(f"{name} {number:g}" for name, number in sums))


def main():
    table = json.loads(Path(sys.argv[2]).read_text())
    registers = {row["reg_id"]: row["name"] for row in table["registers"]}
    for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if "function" not in record:
            continue
        print(f"function {record['function']}")
        answer = Answer(record, registers)
        answer.show_nodes()
        answer.show_edits()
        answer.show_costs()


main()
