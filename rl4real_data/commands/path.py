"""The command `rl4real-data path`.

Where the tools and the corpora lie, as the commands in `modules.parquet` ask.
"""

from __future__ import annotations

import os
from typing import Annotated

import typer

from rl4real_data.commands.console import fetch_progress, say, write_path
from rl4real_data.commands.options import CorpusName
from rl4real_data.core.environment import load_environment

path_app = typer.Typer(help="Print where something lies on this machine.", no_args_is_help=True)


@path_app.command("plugin")
def path_plugin() -> None:
    """Print the path of the plugin for the clang in use, building it if need be."""
    from rl4real_data.toolchain.installation import Installation

    installation = Installation.of(load_environment())
    write_path(installation.plugin(installation.clang(), announce=say).path)


@path_app.command("grpc")
def path_grpc() -> None:
    """Print the path of the plugin's library for gRPC, building both if need be: the plugin finds it beside itself."""
    from rl4real_data.toolchain.grpc_library import ensure_grpc_library
    from rl4real_data.toolchain.installation import Installation

    installation = Installation.of(load_environment())
    plugin = installation.plugin(installation.clang(), announce=say)
    write_path(ensure_grpc_library(plugin, announce=say))


@path_app.command("onnxruntime")
def path_onnxruntime() -> None:
    """Print the path of the installed ONNX Runtime's library, for the environment variable MLRUN_ONNXRUNTIME."""
    from rl4real_data.live.onnx_runtime import find_onnx_runtime

    write_path(find_onnx_runtime())


@path_app.command("clang")
def path_clang() -> None:
    """Print the path of the clang in use."""
    from rl4real_data.toolchain.installation import Installation

    write_path(Installation.of(load_environment()).clang().path)


@path_app.command("llc")
def path_llc() -> None:
    """Print the path of that clang's llc, which takes the machine IR of its episodes."""
    from rl4real_data.toolchain.installation import Installation
    from rl4real_data.toolchain.llc import llc_of

    write_path(llc_of(Installation.of(load_environment()).clang()))


@path_app.command("corpus")
def path_corpus(
    name: CorpusName,
    within: Annotated[
        str, typer.Argument(metavar="[WITHIN]", help="One module, or a place like /elsewhere/lib.", show_default=False)
    ] = "",
    allow_build: Annotated[
        bool, typer.Option("--allow-build", help="Build the folder, as flow --allow-build does.")
    ] = False,
) -> None:
    """Print the folder that a corpus's modules are compiled in, fetching its sources if need be."""
    from rl4real_data.corpus.catalog import load_catalog
    from rl4real_data.corpus.named import manifests_of_word, one_manifest
    from rl4real_data.corpus.paths.bitcode_parquet import find_remote
    from rl4real_data.corpus.paths.file_list import LIST_SIGN
    from rl4real_data.corpus.paths.row_range import split_rows
    from rl4real_data.corpus.resolve import resolve_available
    from rl4real_data.corpus.sources.source import Supply
    from rl4real_data.corpus.told_corpus import folder_within

    is_path = os.path.lexists(name.removeprefix(LIST_SIGN)) or find_remote(name) or split_rows(name)[0] != name
    if manifests_of_word(name, load_catalog()) or not is_path:
        one_manifest(name)  # a group has no folder
    with fetch_progress() as progress:
        supply = Supply.of(load_environment(), progress=progress, allow_build=allow_build)
        (corpus,) = resolve_available((name,), supply).corpora
    write_path(folder_within(corpus, within) if within else corpus.root)
