"""The fork's JSON.

`json_graph.adjacency_data` of a DOT file that networkx has read, which keeps every label as it is.

The graph is written down as DOT again and read by the one reader that knows the format, so that both spellings are
held to the same rules. A file of another program that happens to be JSON is refused, with its name.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any, Final, NoReturn

from rl4real_data.rl4real_fork.formats.dot import DIMENSION, ForkFormatError, ForkGraph, parse_dot

_HEADER: Final = ("FileName", "Function", "Function_ID", "Registers")
_SHOWN: Final = 60


def parse_json(text: str | bytes, *, name: str, dimension: int = DIMENSION) -> ForkGraph:
    """Read one JSON file, called `name` in errors; the same result as `parse_dot` of the DOT file it was made of.

    Raises ForkFormatError for anything but the format.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ForkFormatError(f"{name}: expected JSON, found {str(error)[:_SHOWN]!r}") from error
    source = _Source(name, data)
    header, nodes = source.header(), source.nodes()
    pieces = [header, *(f"{number} [label={label}];\n" for number, label in nodes.items()), *source.edges(list(nodes))]
    dot = "".join((*pieces, "}\n"))
    try:
        graph = parse_dot(dot, name=name, dimension=dimension)
    except ForkFormatError as error:
        raise ForkFormatError(_with_node(str(error), name, pieces, list(nodes))) from error
    found = len(graph.nodes) + len(graph.colours)
    if found != len(nodes):
        source.fail(f"labels of {len(nodes)} nodes", f"{found}")
    return graph


def _with_node(message: str, name: str, pieces: Sequence[str], nodes: Sequence[str]) -> str:
    """The message with the node instead of a line of the text that nobody sees."""
    line, _, problem = message.removeprefix(f"{name}:").partition(": ")
    ends = list(accumulate(piece.count("\n") for piece in pieces))
    place = bisect_right(ends, int(line) - 1)
    where = "graph" if place == 0 else f"node {nodes[place - 1]}" if place <= len(nodes) else "adjacency"
    return f"{name}: {where}: {problem}"


class _Source:
    """The parts of the JSON document, each checked for its form."""

    def __init__(self, name: str, data: Any) -> None:
        self._name = name
        self._data: Mapping[str, Any] = data if isinstance(data, dict) else self.fail("an object", data)

    def fail(self, expected: str, found: object) -> NoReturn:
        raise ForkFormatError(f"{self._name}: expected {expected}, found {repr(found)[:_SHOWN]}")

    def header(self) -> str:
        """The DOT file's first lines."""
        if self._data.get("directed") is not False:
            self.fail('"directed": false', self._data.get("directed"))
        pairs = self._list("graph")
        if not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
            self.fail('"graph": a list of pairs', pairs)
        attributes = next((value for key, value in pairs if key == "graph"), None)
        if not isinstance(attributes, dict) or not all(isinstance(attributes.get(key), str) for key in _HEADER):
            self.fail(f"the graph's {', '.join(_HEADER)} as strings", attributes)
        return "graph G {\n" + "".join(f"{key}={attributes[key]};\n" for key in _HEADER)

    def nodes(self) -> dict[str, str]:
        """Label of each node by its id, in the file's order."""
        nodes: dict[str, str] = {}
        for node in self._list("nodes"):
            if not isinstance(node, dict) or not all(isinstance(node.get(key), str) for key in ("id", "label")):
                self.fail("a node with id and label as strings", node)
            if node["id"] in nodes:
                self.fail(f"node {node['id'][:_SHOWN]} only once", node["id"])
            nodes[node["id"]] = node["label"]
        return nodes

    def edges(self, nodes: Sequence[str]) -> Iterator[str]:
        """Each edge as a line of DOT; both of its nodes must list it."""
        adjacency = self._list("adjacency")
        if len(adjacency) != len(nodes):
            self.fail(f'"adjacency": one list a node, {len(nodes)}', len(adjacency))
        known = set(nodes)
        pairs = set()
        for node, links in zip(nodes, adjacency, strict=True):
            for link in links if isinstance(links, list) else self.fail("a list of neighbours", links):
                other = link.get("id") if isinstance(link, dict) else None
                if not isinstance(other, str) or other not in known:
                    self.fail(f"the id of a neighbour of node {node}", link)
                pairs.add((node, other))
        for node, other in sorted(pairs):
            if (other, node) not in pairs:
                self.fail(f"node {node} among the neighbours of node {other}", "none")
            if node <= other:
                yield f"{node}--{other}\n"

    def _list(self, key: str) -> list[Any]:
        found = self._data.get(key)
        return found if isinstance(found, list) else self.fail(f'"{key}": a list', found)
