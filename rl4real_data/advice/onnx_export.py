"""The network as one ONNX file, from raw columns to scores.

The features are computed inside of the model, by the same operations as in training.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from rl4real_data.advice.committee import Committee
from rl4real_data.advice.graph import graph_of
from rl4real_data.advice.problem_inputs import OFFSETS, input_names
from rl4real_data.core.atomic_files import publish
from rl4real_data.core.extras import required_by

with required_by("an advice model", extra="advice"):
    import onnx
    import torch
    import torch.onnx.utils
    from torch import Tensor, nn

OPSET: Final = 18
OUTPUT: Final = "plan"


class AdviceModel(nn.Module):
    """Columns of one function in the order of `input_names`, to a score of each plan.

    The highest score is that plan's gain, less `harm` times the chance that the code becomes worse. The others say only
    in which `order` plans are to be tried beside it: -1, -2 and so on, which no threshold is below.
    """

    def __init__(self, committee: Committee, harm: float, order: Sequence[int]) -> None:
        super().__init__()
        self.committee = committee
        self.harm = harm
        place = {plan: place for place, plan in enumerate(order)}
        self.turn = [-1.0 - place[plan] for plan in range(committee.shape.plans)]

    def forward(self, *columns: Tensor) -> Tensor:
        found = self.committee(graph_of(dict(zip(input_names(), columns, strict=True))))
        score = (found.gain - self.harm * torch.sigmoid(found.harm))[0]
        best = torch.amax(score, 0, keepdim=True)
        return torch.where(score < best, torch.tensor(self.turn), score.clamp(min=-1.0))


def export_onnx(model: AdviceModel, example: Mapping[str, Tensor], path: Path, metadata: Mapping[str, str]) -> None:
    """Writes the file whole or not at all. `example`: the columns of some function, which the trace runs through."""
    with publish(path) as draft:
        with _scatter_of_one_operator():
            _trace(model.eval(), example, draft)
        found = onnx.load(draft)
        onnx.helper.set_model_props(found, dict(metadata))
        draft.write_bytes(found.SerializeToString(deterministic=True))


def example_columns() -> dict[str, Tensor]:
    """Columns of a small function that has some of everything: a trace keeps what it has met."""
    found = {name: torch.tensor([0, 1, 1]) for name in input_names()}
    for name in found:
        if name.endswith(OFFSETS):
            found[name] = torch.tensor([0, 2, 3, 3])
    live = {"node_live": torch.tensor([0, 4, 1, 3]), "node_live_offsets": torch.tensor([0, 2, 4, 4])}
    copies = {"copy_to": torch.tensor([-1, -2, 5]), "copy_from": torch.tensor([-2, 5, -3])}
    floats = {name: torch.rand(3) for name in ("block_freq", "block_succ_prob", "node_spill_weight")}
    return {**found, **live, **copies, **floats, "block_start": torch.tensor([0, 2, 4]), "mask_inst": torch.tensor([2])}


def _trace(model: AdviceModel, example: Mapping[str, Tensor], path: Path) -> None:
    """By the exporter that traces: it takes sizes as they come."""
    names = list(input_names())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            tuple(example[name] for name in names),
            str(path),
            input_names=names,
            output_names=[OUTPUT],
            dynamic_axes={name: {0: name} for name in names},
            opset_version=OPSET,
            dynamo=False,
        )


@contextlib.contextmanager
def _scatter_of_one_operator() -> Iterator[None]:
    """The exporter asks for the rank at run time, in a branch of which ONNX Runtime then guesses a wrong shape."""

    def scatter(graph: Any, own: Any, _axis: Any, index: Any, source: Any, _reduce: Any, _include_self: Any) -> Any:
        return graph.op("ScatterElements", own, index, source, axis_i=0, reduction_s="max")

    torch.onnx.utils.register_custom_op_symbolic("aten::scatter_reduce", scatter, OPSET)
    try:
        yield
    finally:
        torch.onnx.utils.unregister_custom_op_symbolic("aten::scatter_reduce", OPSET)
