"""The commands of the command line, as the list that `--help` shows."""

from __future__ import annotations

from typing import Annotated

import typer

from rl4real_data import __version__
from rl4real_data.commands.clean import clean
from rl4real_data.commands.compile import compile_command
from rl4real_data.commands.corpus import corpus_app
from rl4real_data.commands.doctor import doctor
from rl4real_data.commands.embed import embed
from rl4real_data.commands.evaluate import evaluate
from rl4real_data.commands.export import export_dataset
from rl4real_data.commands.flow import flow
from rl4real_data.commands.import_graphs import import_dataset
from rl4real_data.commands.improve import improve
from rl4real_data.commands.label import label
from rl4real_data.commands.mlgo_clang import WORDS, mlgo_clang
from rl4real_data.commands.path import path_app
from rl4real_data.commands.serve import serve
from rl4real_data.commands.show import show
from rl4real_data.commands.stats import stats
from rl4real_data.commands.trace import trace
from rl4real_data.commands.train import train
from rl4real_data.commands.upgrade import upgrade
from rl4real_data.commands.validate import validate
from rl4real_data.commands.vocab import vocab_app
from rl4real_data.commands.work import work

app = typer.Typer(
    help="Turns source code into training data for learned register allocation, on a stock clang.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",  # else Rich takes "[all cores]" for a tag and shows nothing
)
app.command()(flow)
app.command()(work)
app.command()(stats)
app.command()(show)
app.command("export")(export_dataset)
app.command("import")(import_dataset)
app.command("compile")(compile_command)
app.command()(serve)
app.command()(evaluate)
app.command()(validate)
app.command()(embed)
app.command()(improve)
app.command()(label)
app.command()(trace)
app.command()(train)
app.command("mlgo-clang", context_settings=WORDS)(mlgo_clang)
app.command()(upgrade)
app.command()(clean)
app.command()(doctor)
app.add_typer(path_app, name="path")
app.add_typer(corpus_app, name="corpus")
app.add_typer(vocab_app, name="vocab")


@app.callback(invoke_without_command=True)
def options(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    if version:
        print(f"rl4real-data {__version__}")
        raise typer.Exit
