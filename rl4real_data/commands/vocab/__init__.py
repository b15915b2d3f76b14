"""The command `rl4real-data vocab …`.

MIR2Vec vocabularies learned, seen and judged.
"""

from __future__ import annotations

import typer

from rl4real_data.commands.vocab.convert import convert
from rl4real_data.commands.vocab.evaluate import evaluate
from rl4real_data.commands.vocab.info import info
from rl4real_data.commands.vocab.train import train

vocab_app = typer.Typer(help="Learn, see and judge MIR2Vec vocabularies.", no_args_is_help=True)
vocab_app.command("train")(train)
vocab_app.command("info")(info)
vocab_app.command("evaluate")(evaluate)
vocab_app.command("convert")(convert)
