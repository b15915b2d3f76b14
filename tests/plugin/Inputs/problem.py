"""Prints the problem of a dump as text that FileCheck can read: what `show.py` leaves out.

problem.py DUMP REGISTERS; REGISTERS (-mlra-dump-registers) names registers, units, sub-registers and masks.
"""

import json
import sys
from pathlib import Path

from rl4real_data.episodes.column_values import BlockFlag, OperandFlag, UseFlag, ValueFlag


def words(kind, value):
    return " ".join(flag.name.lower() for flag in kind if flag & value) or "-"


class Names:
    def __init__(self, path):
        table = json.loads(Path(path).read_text())
        self._registers = {row["reg_id"]: row["name"].lower() for row in table["registers"]}
        self._subregs = {sub["index"]: sub["name"] for row in table["registers"] for sub in row["subregs"]}
        self._masks = [mask["name"] for mask in table["masks"]]
        self._units = {}
        for row in table["registers"]:
            if len(row["units"]) == 1:
                self._units.setdefault(row["units"][0], row["name"].lower())

    def register(self, number):
        return "$" + self._registers[number]

    def registers(self, numbers):
        return ",".join(map(self.register, numbers)) or "-"

    def unit(self, number):
        return self._units[number]

    def subreg(self, index):
        return f".{self._subregs[index]}" if index else ""

    def mask(self, number, own):
        return self._masks[number] if number >= 0 else f"own {self.registers(own[-1 - number])}"


def ranges(live):
    return " ".join(f"[{first},{last})" for first, last in zip(live[::2], live[1::2], strict=True))


class Record:
    def __init__(self, record, names):
        self._record, self._names = record, names

    def rows(self, *keys):
        return zip(*(self._record[key] for key in keys), strict=True)

    def node(self, index):
        return f"%{self._record['node_vreg'][index]}"

    def place(self, value, subreg):
        return (self._names.register(value) if value >= 0 else self.node(-1 - value)) + self._names.subreg(subreg)

    def show_blocks(self):
        keys = ("block_succ", "block_succ_prob", "block_flags", "block_first_split", "block_last_split")
        for index, (successors, probabilities, flags, first, last) in enumerate(self.rows(*keys)):
            edges = " ".join(f"{to}:{p:g}" for to, p in zip(successors, probabilities, strict=True)) or "-"
            print(f"  bb.{index} -> {edges} split {first} to {last} flags {words(BlockFlag, flags)}")

    def show_operands(self):
        keys = ("operand_inst", "operand_index", "operand_node", "operand_subreg", "operand_flags")
        for inst, index, number, subreg, flags in self.rows(*keys):
            named = self.node(number) + self._names.subreg(subreg)
            print(f"  operand {inst}.{index} {named} {words(OperandFlag, flags)}")
        for index, (insts, flags) in enumerate(self.rows("use_inst", "use_flags")):
            for inst, value in zip(insts, flags, strict=True):
                print(f"  use {self.node(index)} {inst} {words(UseFlag, value)}")

    def show_values(self):
        for index, (defs, flags) in enumerate(self.rows("value_def", "value_flags")):
            for where, value in zip(defs, flags, strict=True):
                place = str(where) if where >= 0 else f"bb.{-1 - where}"
                print(f"  value {self.node(index)} {place} {words(ValueFlag, value)}")

    def show_copies(self):
        keys = ("copy_inst", "copy_to", "copy_to_subreg", "copy_from", "copy_from_subreg")
        for inst, to, to_subreg, origin, from_subreg in self.rows(*keys):
            print(f"  copy {inst} {self.place(to, to_subreg)} <- {self.place(origin, from_subreg)}")

    def show_fixed(self):
        own = self._record["mask_preserved"]
        for unit, live in self.rows("fixed_unit", "fixed_live"):
            print(f"  fixed {self._names.unit(unit)} {ranges(live)}")
        for inst, mask in self.rows("mask_inst", "mask_id"):
            print(f"  mask {inst} {self._names.mask(mask, own)}")
        print(f"  own masks {len(own)}")
        print(f"  callee saved {self._names.registers(self._record['callee_saved'])}")


def main():
    names = Names(sys.argv[2])
    for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if "function" not in record:
            continue
        print(f"function {record['function']}")
        shown = Record(record, names)
        shown.show_blocks()
        shown.show_operands()
        shown.show_values()
        shown.show_copies()
        shown.show_fixed()


main()
