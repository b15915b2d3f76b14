"""The command `rl4real-data corpus …`.

Corpora seen, fetched, checked and made.
"""

from __future__ import annotations

import typer

from rl4real_data.commands.corpus.add import add
from rl4real_data.commands.corpus.export import export
from rl4real_data.commands.corpus.fetch import fetch
from rl4real_data.commands.corpus.list import list_corpora
from rl4real_data.commands.corpus.shared import shared
from rl4real_data.commands.corpus.show import show
from rl4real_data.commands.corpus.update import update
from rl4real_data.commands.corpus.verify import verify

corpus_app = typer.Typer(help="See, fetch, check and make corpora.", no_args_is_help=True)
corpus_app.command("list")(list_corpora)
corpus_app.command("show")(show)
corpus_app.command("fetch")(fetch)
corpus_app.command("verify")(verify)
corpus_app.command("shared")(shared)
corpus_app.command("add")(add)
corpus_app.command("export")(export)
corpus_app.command("update")(update)
