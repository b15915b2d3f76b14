"""The RL4ReAl fork's DOT files, read.

A clang that already knows `-mlra-dump-ig-dot` writes its own format, hundreds of MB a program, nearly all of
it vectors of instructions. A DOT library takes minutes for that and accepts anything that looks like DOT. The
reader here knows the one format: it takes a vector as one line, checks each distinct line once, and names
file and line of what does not belong there, so that a damaged file never becomes a plausible graph.

Both spellings are read: the fork's (edges without a semicolon, no line feed at the end) and our plugin's.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise
from typing import Final, NoReturn

from rl4real_data.core.stored_names import encoded, stored_once

DIMENSION: Final = 100
"""Length of the fork's vectors."""

_MAX_INT32: Final = 2**31 - 1
_MAX_REGISTERS: Final = 2**15 - 1  # reg_ids are int16 in the episodes; AArch64 has about 900 registers
_MAX_FLOAT: Final = 2.0**128 - 2.0**103  # halfway from the last float32 to the next: below it, it rounds down
_SHOWN_BYTES: Final = 60

_INT: Final = rb"(?:0|[1-9]\d{0,9})"  # ten digits: checked against 32 bits where it is used
_DECIMAL: Final = rb"\d{1,39}\.\d{6}"  # std::to_string; 39 digits are enough for any float
_ANY_WEIGHT: Final = rb"(?:" + _DECIMAL + rb"|inf|-1\.000000)"


def _list_of(element: bytes) -> bytes:
    return rb"\{((?:" + element + rb"(?:, " + element + rb")*)?)\}"


_HEADER: Final = (
    (re.compile(rb"graph G \{\n"), "'graph G {'"),
    (re.compile(rb'FileName="(.*)";\n'), "'FileName=\"…\";'"),
    (re.compile(rb'Function="(.*)";\n'), "'Function=\"…\";'"),
    (re.compile(rb"Function_ID=([1-9]\d{0,9});\n"), "'Function_ID=<number>;'"),
    (re.compile(rb"Registers=([1-9]\d{0,9});\n"), "'Registers=<number>;'"),
)
_END: Final = re.compile(rb"\}[ \t\r\n]*\Z")
_EDGE: Final = re.compile(rb"[ \t]*(" + _INT + rb")[ \t]*--[ \t]*(" + _INT + rb")[ \t]*;?[ \t]*\n")
_NODE: Final = re.compile(rb"(" + _INT + rb') \[label=" ')
_PHYSICAL: Final = re.compile(rb"\{Phy\} \{0\.000000\} \{PhyColor=([1-9]\d{0,4});PhyReg=(" + _INT + rb')\} "\];\n')
_CLASS: Final = re.compile(rb"\{([A-Za-z_][A-Za-z0-9_]*)\} ")
_WEIGHT: Final = re.compile(rb"\{(" + _ANY_WEIGHT + rb")\} \{Vir\}")
_INTS: Final = re.compile(rb"  " + _list_of(_INT))
_WEIGHTS: Final = re.compile(rb"  " + _list_of(_ANY_WEIGHT))
_VECTORS_OR_END: Final = re.compile(rb' \[(?=\[)| ?"\];\n')
_VECTOR: Final = re.compile(rb"\[ -?" + _DECIMAL + rb"(?:, -?" + _DECIMAL + rb")* \]")


class ForkFormatError(ValueError):
    """Text that is not the fork's DOT; the message names file, line, what was expected and what is there."""


_ESCAPED_QUOTE: Final = b'\\"'
"""The one escape that a DOT string knows. The names of LLVM that hold other bytes than letters begin with a quote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForkNode:
    """One virtual register. Unspillable weights are +inf, whether the file says `inf` or LLVM's -1."""

    vreg: int
    class_name: str
    spill_weight: float
    split_points: tuple[int, ...]
    use_distances: tuple[int, ...]
    use_spill_weights: tuple[float, ...]
    vectors: tuple[bytes, ...]
    """One a (segment, instruction) of its live interval: `v1, …, vn` as the file has it. Equal ones are one object."""
    physical: tuple[int, ...] = ()
    """Registers that it interferes with, ascending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForkGraph:
    """One function's interference graph as its DOT file has it."""

    file_name: str
    function: str
    function_id: int
    registers: int
    colours: Mapping[int, int]
    """Colour of each physical node, by register number."""
    nodes: tuple[ForkNode, ...]
    """Virtual nodes, ascending by vreg."""
    edges: tuple[tuple[int, int], ...]
    """Interferences of virtual nodes: indices into `nodes`, u < v, sorted, each once."""


def parse_dot(text: str | bytes, *, name: str, dimension: int = DIMENSION) -> ForkGraph:
    """Read one DOT file, called `name` in errors. Raises ForkFormatError for anything but the format.

    Vectors have `dimension` numbers. Names that are not UTF-8 become what a dataset stores, as in our plugin's records.
    """
    data = encoded(text) if isinstance(text, str) else text
    reader = _Reader(data, name, dimension)
    file_name, function, function_id = reader.read_header()
    reader.read_body()
    nodes, edges = reader.connect()
    return ForkGraph(
        file_name=file_name,
        function=function,
        function_id=function_id,
        registers=reader.registers,
        colours=dict(sorted(reader.colours.items())),
        nodes=nodes,
        edges=edges,
    )


# A program's files repeat few vectors (the 68,138 instructions of Lua have 1,143 shapes): one that was seen
# before costs the hash of its line. No more than 4,096 of 1 kB are kept.
@lru_cache(maxsize=4096)
def _numbers_of(vector: bytes, dimension: int) -> bytes | None:
    """What stands between the brackets of `[ v1, …, vn ]`; None if it is no vector of that dimension."""
    if vector.count(b",") + 1 != dimension or not _VECTOR.fullmatch(vector):
        return None
    numbers = vector[2:-2]
    return numbers if all(abs(float(number)) < _MAX_FLOAT for number in numbers.split(b", ")) else None


@dataclass(slots=True)
class _Reader:
    """A position in the text, and what was read before it. Nodes and edges come in any order."""

    data: bytes
    name: str
    dimension: int
    pos: int = 0
    registers: int = 0
    colours: dict[int, int] = field(default_factory=dict)
    virtual: dict[int, ForkNode] = field(default_factory=dict)
    edges: list[tuple[int, int, int]] = field(default_factory=list)  # offset of the line, two ids

    def fail(self, expected: str, pos: int | None = None) -> NoReturn:
        """Raise for what stands at `pos`, by default where the reader is."""
        at = self.pos if pos is None else pos
        line = self.data.count(b"\n", 0, at) + 1
        rest = self.data[at : at + _SHOWN_BYTES].partition(b"\n")[0].decode("utf-8", "replace")
        found = repr(rest) if rest else "a line's end" if at < len(self.data) else "the end of the file"
        raise ForkFormatError(f"{self.name}:{line}: expected {expected}, found {found}")

    def take(self, pattern: re.Pattern[bytes], expected: str) -> re.Match[bytes]:
        """Step over what must stand here."""
        if not (found := pattern.match(self.data, self.pos)):
            self.fail(expected)
        self.pos = found.end()
        return found

    def number(self, found: re.Match[bytes], most: int) -> int:
        """The first group as a number that must not be larger than `most`."""
        value = int(found[1])
        if value > most:
            self.fail(f"a number of at most {most}", found.start(1))
        return value

    def read_header(self) -> tuple[str, str, int]:
        """File name, function and its number."""
        _, *names, number, registers = (self.take(*line) for line in _HEADER)
        self.registers = self.number(registers, _MAX_REGISTERS)
        file_name, function = (stored_once(found[1].replace(_ESCAPED_QUOTE, b'"')) for found in names)
        return file_name, function, self.number(number, _MAX_INT32)

    def read_body(self) -> None:
        """All nodes and edges up to the end of the file."""
        while not _END.match(self.data, self.pos):
            if found := _EDGE.match(self.data, self.pos):
                self.edges.append((self.pos, int(found[1]), int(found[2])))
                self.pos = found.end()
            else:
                self.read_node()

    def read_node(self) -> None:
        start = self.pos
        found = self.take(_NODE, "a node, an edge, or a closing brace as the last line")
        node_id = self.number(found, _MAX_INT32)
        if node_id in self.virtual or node_id in self.colours:
            self.fail(f"node {node_id} only once", start)
        if node_id in (0, self.registers):
            self.fail(f"a node's number other than 0 and {self.registers}", start)
        if node_id < self.registers:
            found = self.take(_PHYSICAL, f"'{{Phy}} {{0.000000}} {{PhyColor=<colour>;PhyReg={node_id}}}'")
            if int(found[2]) != node_id:
                self.fail(f"PhyReg={node_id}", found.start(2))
            self.colours[node_id] = int(found[1])
        else:
            self.virtual[node_id] = self.read_virtual(node_id - self.registers - 1)

    def read_virtual(self, vreg: int) -> ForkNode:
        start = self.pos
        class_name = self.take(_CLASS, "a register class in braces")[1].decode()
        if class_name == "Phy":
            self.fail(f"a virtual register, as its number is above {self.registers}", start)
        weight = self.weights(self.take(_WEIGHT, "'{<spill weight>} {Vir}'"))[0]
        split_points = self.ints(self.take(_INTS, "the split points in braces"))
        distances = self.ints(self.take(_INTS, "the use distances in braces"))
        use_weights = self.weights(self.take(_WEIGHTS, "the positional spill weights in braces"))
        uses = len(distances)
        if not _ascend((-1, *split_points, uses)):
            self.fail(f"split points that ascend and are less than {uses}, the number of uses", start)
        if uses and not (distances[0] == 0 and _ascend(distances)):
            self.fail("use distances that ascend from 0", start)
        if len(use_weights) != uses:
            self.fail(f"{uses} positional spill weights, one a use distance", start)
        return ForkNode(
            vreg=vreg,
            class_name=class_name,
            spill_weight=weight,
            split_points=split_points,
            use_distances=distances,
            use_spill_weights=use_weights,
            vectors=self.read_vectors(),
        )

    def read_vectors(self) -> tuple[bytes, ...]:
        """The vectors up to the end of the node."""
        vectors: list[bytes] = []
        opening = self.take(_VECTORS_OR_END, "the vectors in brackets, or '\"];'")
        is_last = not opening[0].endswith(b"[")
        while not is_last:
            end = self.data.find(b"\n", self.pos)
            is_last = self.data.startswith(b']"];', end - 4)
            if end < 0 or not (is_last or self.data.startswith(b", ", end - 2)):
                self.fail("a vector that ends with '], ' or ']]\"];' and a line feed")
            numbers = _numbers_of(self.data[self.pos : end - (4 if is_last else 2)], self.dimension)
            if numbers is None:
                self.fail(f"a vector '[ … ]' of {self.dimension} numbers of a float with six decimals")
            vectors.append(numbers)
            self.pos = end + 1
        return tuple(vectors)

    def ints(self, found: re.Match[bytes]) -> tuple[int, ...]:
        values = tuple(map(int, found[1].split(b", "))) if found[1] else ()
        if values and max(values) > _MAX_INT32:
            self.fail(f"numbers of at most {_MAX_INT32}", found.start(1))
        return values

    def weights(self, found: re.Match[bytes]) -> tuple[float, ...]:
        values = tuple(map(float, found[1].split(b", "))) if found[1] else ()
        if any(_MAX_FLOAT <= value < math.inf for value in values):
            self.fail("weights that a float can hold", found.start(1))
        return tuple(math.inf if value < 0 else value for value in values)

    def connect(self) -> tuple[tuple[ForkNode, ...], tuple[tuple[int, int], ...]]:
        """Nodes in ascending order with their physical neighbours, and the edges between them."""
        index = {node_id: i for i, node_id in enumerate(sorted(self.virtual))}
        physical: defaultdict[int, set[int]] = defaultdict(set)
        edges: set[tuple[int, int]] = set()
        for pos, one, other in self.edges:
            low, high = (one, other) if one < other else (other, one)
            if low == high or high not in index or not (low in index or low in self.colours):
                self.fail(f"an edge of two nodes of this file, one of them virtual, not {one}--{other}", pos)
            if low in index:
                edges.add((index[low], index[high]))
            else:
                physical[high].add(low)
        nodes = (replace(self.virtual[i], physical=tuple(sorted(physical[i]))) for i in index)
        return tuple(nodes), tuple(sorted(edges))


def _ascend(values: Sequence[int]) -> bool:
    return all(one < other for one, other in pairwise(values))
