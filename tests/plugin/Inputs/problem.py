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


def show(record, names):
    def rows(*keys):
        return zip(*(record[key] for key in keys), strict=True)

    def place(value, subreg):
        return (names.register(value) if value >= 0 else node(-1 - value)) + names.subreg(subreg)

    def node(index):
        return f"%{record['node_vreg'][index]}"

    def definition(value):
        return str(value) if value >= 0 else f"bb.{-1 - value}"

    print(f"function {record['function']}")
    blocks = rows("block_succ", "block_succ_prob", "block_flags", "block_first_split", "block_last_split")
    for index, (successors, probabilities, flags, first, last) in enumerate(blocks):
        edges = " ".join(f"{to}:{p:g}" for to, p in zip(successors, probabilities, strict=True)) or "-"
        print(f"  bb.{index} -> {edges} split {first} to {last} flags {words(BlockFlag, flags)}")
    operands = rows("operand_inst", "operand_index", "operand_node", "operand_subreg", "operand_flags")
    for inst, index, number, subreg, flags in operands:
        print(f"  operand {inst}.{index} {node(number)}{names.subreg(subreg)} {words(OperandFlag, flags)}")
    for index, (insts, flags) in enumerate(rows("use_inst", "use_flags")):
        for inst, value in zip(insts, flags, strict=True):
            print(f"  use {node(index)} {inst} {words(UseFlag, value)}")
    for index, (defs, flags) in enumerate(rows("value_def", "value_flags")):
        for where, value in zip(defs, flags, strict=True):
            print(f"  value {node(index)} {definition(where)} {words(ValueFlag, value)}")
    for inst, to, origin, to_sub, from_sub in rows(
        "copy_inst", "copy_to", "copy_from", "copy_to_subreg", "copy_from_subreg"
    ):
        print(f"  copy {inst} {place(to, to_sub)} <- {place(origin, from_sub)}")
    for unit, live in rows("fixed_unit", "fixed_live"):
        print(f"  fixed {names.unit(unit)} {ranges(live)}")
    for inst, mask in rows("mask_inst", "mask_id"):
        print(f"  mask {inst} {names.mask(mask, record['mask_preserved'])}")
    print(f"  own masks {len(record['mask_preserved'])}")
    print(f"  callee saved {names.registers(record['callee_saved'])}")


def main():
    names = Names(sys.argv[2])
    for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if "function" in record:
            show(record, names)


main()
