"""The policy that is one ONNX model with a score for each node and register.

Inputs are taken by name, any subset of `node_features` float (n, 7), `edge_index` int64 (2, 2 e), `node_vectors` float
(n, d), `register_mask` or `allowed` (n, R), `node_class` int64 (n,) and `spill_weight` float (n,). The output `scores`
is float (n, 1 + R): column 0 leaves a node to greedy, column 1 + k gives it register k. Nodes are taken by falling
spill weight, each has its best allowed column. Columns are the registers that the model's metadata lists under
`mlra.registers`; without that, those of all allocatable classes by LLVM's number.

`rl4real-data compile` runs such a model inside of clang, which knows all columns of an episode. A server knows what the
compiler sends: the length of a node is that from its first use point to its last.
"""

from __future__ import annotations

import json
from typing import Final

import numpy as np
import numpy.typing as npt

from rl4real_data.allocation.register_file import register_file_of
from rl4real_data.core.errors import UsageError
from rl4real_data.live.colours import Colours
from rl4real_data.live.function_graph import FunctionGraph, GraphNode
from rl4real_data.live.onnx_sessions import Session
from rl4real_data.live.policies.graph_inputs import INPUTS, GraphInputs
from rl4real_data.reading.register_table import RegisterTable

REGISTERS_KEY: Final = "mlra.registers"
OUTPUT: Final = "scores"


class OnnxModelPolicy:
    """UsageError for a model that asks for another input, or lists a register that the target does not have."""

    def __init__(self, session: Session, table: RegisterTable) -> None:
        self._session = session
        self._colours = Colours.of(table)
        self._kinds = {one.name: one.type for one in session.get_inputs()}
        self._columns = [int(table.colour[reg_id]) for reg_id in _column_registers(session, table)]
        self._class_ids = {name: class_id for class_id, name in table.class_names.items()}
        unknown = sorted(set(self._kinds) - set(INPUTS))
        if unknown:
            raise UsageError(
                f"the model asks for {unknown[0]!r}, which a policy is not told",
                hint=f"its inputs may be {', '.join(INPUTS)}",
            )
        if OUTPUT not in {one.name for one in session.get_outputs()}:
            raise UsageError(f"the model has no output {OUTPUT!r}", hint="export it with that name: (n, 1 + registers)")

    def answer(self, graph: FunctionGraph) -> dict[int, int]:
        """The colour of each node. ValueError for scores of another shape."""
        nodes = list(graph.nodes.values())
        told = GraphInputs(
            nodes=nodes,
            allowed=[self._colours.allowed(graph, node.id, {}) for node in nodes],
            columns=self._columns,
            class_ids=self._class_ids,
        )
        feed = {name: told.named(name, kind) for name, kind in self._kinds.items()}
        (scores,) = self._session.run([OUTPUT], feed)
        scores = np.asarray(scores, np.float32)
        if scores.shape != (len(nodes), 1 + len(self._columns)):
            raise ValueError(
                f"scores of shape {scores.shape} for {len(nodes)} nodes and {len(self._columns)} registers"
            )
        return self._chosen(graph, nodes, np.nan_to_num(scores, nan=-np.inf))

    def _chosen(self, graph: FunctionGraph, nodes: list[GraphNode], scores: npt.NDArray[np.float32]) -> dict[int, int]:
        given: dict[int, int] = {}
        weights = np.array([node.spill_weight for node in nodes])
        for row in np.argsort(-weights, kind="stable").tolist():
            node = nodes[row].id
            legal = {0, *self._colours.allowed(graph, node, given)}
            candidates = [0, *self._columns]
            best = max(
                (column for column, colour in enumerate(candidates) if not column or colour in legal),
                key=lambda column: (float(scores[row, column]), -column),
            )
            given[node] = candidates[best]
        return given


def _column_registers(session: Session, table: RegisterTable) -> list[int]:
    """The reg_id of each column behind the first."""
    text = session.get_modelmeta().custom_metadata_map.get(REGISTERS_KEY)
    if text is None:
        return [int(reg_id) for reg_id in register_file_of(table).reg_ids]
    by_name = {name.casefold(): reg_id for reg_id, name in table.names.items()}
    names = json.loads(text)
    unknown = [name for name in names if str(name).casefold() not in by_name]
    if unknown:
        raise UsageError(
            f"the model's {REGISTERS_KEY!r} lists {unknown[0]!r}, which is no register of {table.target}",
            hint="serve it with --target of the target that it was trained for",
        )
    return [by_name[str(name).casefold()] for name in names]
