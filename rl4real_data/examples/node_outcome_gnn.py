"""A graph network that predicts what LLVM's allocator does with each virtual register.

    python -m rl4real_data.examples.node_outcome_gnn DATA_DIR        (extra `pyg`; seconds on the sample)

Nodes of the interference graph are classified: assigned, split, spilled, rematerialized, eliminated. Most are assigned,
so accuracy alone says little: the F1 of each outcome, and their mean, stand beside it, and beside those of the answer
"always the most frequent outcome". What is measured are modules that were not trained on: those of the split `test`, or
every fourth module where there is none.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from rl4real_data import Episode, EpisodeDataset, Outcome
from rl4real_data.core.errors import DatasetError
from rl4real_data.examples import plain_errors

with plain_errors(extra="pyg"):
    import torch
    from torch_geometric.data import Data
    from torch_geometric.loader import DataLoader
    from torch_geometric.nn import SAGEConv

    from rl4real_data.reading.pyg import PYG_COLUMNS, to_pyg

WIDTH: Final = 32
LAYERS: Final = 2


def graph_of(episode: Episode) -> Data:
    """`to_pyg`, with what the allocator sees of a node beside its MIR2Vec vector in `x`."""
    if episode.node_outcome is None:
        raise DatasetError("the dataset does not tell what the allocator did", hint="use one made by `flow`")
    graph = to_pyg(episode)
    degree = torch.bincount(graph.edge_index[0], minlength=graph.num_nodes)
    registers = graph.action_mask[:, 1:].sum(dim=1)
    seen = (
        torch.log1p(degree.float()),
        torch.log1p(registers.float()),
        degree / (1 + registers),
        torch.log1p(graph["size"]),  # `graph.size` is a method of PyG's
        torch.log1p(graph.spill_weight.clamp(max=10_000)),
        torch.isinf(graph.spill_weight).float(),
    )
    graph.x = torch.cat([graph.x, torch.stack(seen, dim=1)], dim=1)
    return graph


class OutcomeNetwork(torch.nn.Module):
    """Means over neighbours, twice; what a node is competes with what its neighbours are."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.first = torch.nn.Linear(features, WIDTH)
        self.layers = torch.nn.ModuleList(SAGEConv(WIDTH, WIDTH) for _ in range(LAYERS))
        self.last = torch.nn.Linear(WIDTH, len(Outcome))

    def forward(self, x: torch.Tensor, edge_index: torch.Tensor) -> torch.Tensor:
        """(nodes, outcomes) logits."""
        x = torch.relu(self.first(x))
        for layer in self.layers:
            x = x + torch.relu(layer(x, edge_index))
        found: torch.Tensor = self.last(x)
        return found


def halves(data_dir: Path) -> tuple[list[Data], list[Data]]:
    """Graphs to train on and to measure with, from different modules. All of them are kept in memory."""
    train = EpisodeDataset(data_dir, "train")
    columns = [*PYG_COLUMNS, "corpus", "module"]
    found = [((episode.corpus, episode.module), graph_of(episode)) for episode in train.select(columns)]
    if "test" in train.index.splits:
        test = EpisodeDataset(data_dir, "test").select(columns)
        return [graph for _, graph in found], [graph for graph in map(graph_of, test) if graph.num_nodes]
    held_out = sorted({module for module, _ in found})[::4]
    trained_on = [graph for module, graph in found if module not in held_out]
    if not trained_on:
        raise DatasetError(f"{data_dir}: no graph to train on is left", hint="use a dataset of more than one module")
    return trained_on, [graph for module, graph in found if module in held_out]


def train_network(graphs: list[Data], epochs: int) -> OutcomeNetwork:
    network = OutcomeNetwork(graphs[0].num_features)
    optimizer = torch.optim.Adam(network.parameters(), lr=3e-3, weight_decay=1e-4)
    for epoch in range(epochs):
        losses = []
        for batch in DataLoader(graphs, batch_size=32, shuffle=True):
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(network(batch.x, batch.edge_index), batch.outcome)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        if (epoch + 1) % 5 == 0:
            print(f"epoch {epoch + 1:3}: loss {sum(losses) / len(losses):.3f}")
    return network


@torch.no_grad()
def predict(network: OutcomeNetwork, graphs: Iterable[Data]) -> torch.Tensor:
    network.eval()
    return torch.cat([network(graph.x, graph.edge_index).argmax(dim=1) for graph in graphs])


def f1(predicted: torch.Tensor, truth: torch.Tensor) -> dict[Outcome, float]:
    """Of each outcome that occurs: 2 * hits / (times predicted + times true)."""
    found = {}
    for outcome in map(Outcome, truth.unique().tolist()):
        said, true = predicted == outcome, truth == outcome
        found[outcome] = float(2 * (said & true).sum() / (said.sum() + true.sum()))
    return found


def report(what: str, predicted: torch.Tensor, truth: torch.Tensor) -> None:
    scores = f1(predicted, truth)
    each = ", ".join(f"{outcome.name.lower()} {score:.2f}" for outcome, score in scores.items())
    accuracy = float((predicted == truth).float().mean())
    print(f"{what}: accuracy {accuracy:.3f}, mean F1 {sum(scores.values()) / len(scores):.3f} ({each})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data_dir", type=Path, metavar="DATA_DIR", help="folder of a dataset with vectors")
    parser.add_argument("--epochs", type=int, default=20, help="passes over the training graphs [20]")
    parser.add_argument("--seed", type=int, default=0, help="of the weights and the order [0]")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(1)  # graphs this small gain nothing from more
    trained_on, measured = halves(options.data_dir)
    truth = torch.cat([graph.outcome for graph in measured])
    network = train_network(trained_on, options.epochs)
    most_frequent = torch.cat([graph.outcome for graph in trained_on]).mode().values
    print(f"{len(truth)} registers of {len(measured)} functions that were not trained on")
    report("most frequent outcome", most_frequent.expand_as(truth), truth)
    report("graph network", predict(network, measured), truth)


if __name__ == "__main__":
    with plain_errors():
        main()
