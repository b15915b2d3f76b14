"""The fork's own conversion from DOT to JSON, networkx over pydot, as the tests' second opinion."""

from __future__ import annotations

import io
import json
import warnings

import networkx as nx
from networkx.readwrite import json_graph

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # pydot calls functions that pyparsing has renamed
    import pydot.dot_parser  # noqa: F401


def networkx_json(dot: str) -> str:
    """The text of the JSON file that the fork makes of a DOT file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return json.dumps(json_graph.adjacency_data(nx.nx_pydot.read_dot(io.StringIO(dot))))
