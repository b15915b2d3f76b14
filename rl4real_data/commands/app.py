"""The command line: parse, call the library, render. The only place that prints results or exits."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from rl4real_data import __version__
from rl4real_data.commands.corpus_commands import corpus_app
from rl4real_data.commands.export import export_dataset
from rl4real_data.commands.import_graphs import import_dataset
from rl4real_data.commands.show import show, write_stats_page
from rl4real_data.commands.vocab_commands import vocab_app
from rl4real_data.core import interruption
from rl4real_data.core.allocators import ModelName
from rl4real_data.core.environment import load_environment
from rl4real_data.core.errors import Interrupted, Rl4realError, ValidationFailed
from rl4real_data.core.targets import TargetName
from rl4real_data.corpus.license import chosen_licenses
from rl4real_data.corpus.module import Split
from rl4real_data.flow.settings import (
    DEFAULT_CORPUS,
    DEFAULT_MAX_FAILED,
    DEFAULT_MEMORY_MB,
    DEFAULT_TIMEOUT_S,
    RunSettings,
)

app = typer.Typer(
    help="Turns source code into training data for learned register allocation, on a stock clang.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
path_app = typer.Typer(help="Print where something lies on this machine.", no_args_is_help=True)
app.add_typer(path_app, name="path")
app.add_typer(corpus_app, name="corpus")
app.add_typer(vocab_app, name="vocab")
app.command()(show)
app.command("export")(export_dataset)
app.command("import")(import_dataset)

DataDir = Annotated[Path, typer.Argument(metavar="DATA_DIR", help="Folder of a dataset.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


def main() -> NoReturn:
    """Entry point: every error of ours becomes a message and its exit code, never a stack trace."""
    with interruption.listening():
        code = interruption.exit_code(_run_app())
    raise SystemExit(code)


def _run_app() -> int:
    try:
        code = app(standalone_mode=False)
        interruption.check()  # nothing that comes after an interruption counts
    except (KeyboardInterrupt, typer.Abort):
        return _complain(Interrupted("interrupted", hint=interruption.HINT))
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except Exception as error:  # noqa: BLE001 - the last boundary: raised again unless it is the user's own mistake
        if interruption.has_arrived():  # what was broken off fails in many ways
            return _complain(Interrupted("interrupted", hint=interruption.HINT))
        return _complain(error) if isinstance(error, Rl4realError) else _foreign_error(error)
    return int(code or 0)


@app.command()
def flow(
    target: Annotated[TargetName, typer.Argument(metavar="TARGET", help="x86 or aarch64")],
    mode: Annotated[Split, typer.Argument(metavar="MODE", help="train (filtered) or test (everything)")],
    model: Annotated[ModelName, typer.Argument(metavar="MODEL", help="mlra (greedy) or mlbasicra (basic)")],
    corpus: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME|FOLDER|FILE", help=f"Corpus, group, folder or file; may repeat. [{DEFAULT_CORPUS}]"),
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="Where the dataset goes. [DATA_DIR, or data/TARGET-MODEL]")
    ] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", min=1, help="Compilers at once. [all cores]")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Take only the first modules.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be compiled, and why.")] = False,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds a module may take.")] = DEFAULT_TIMEOUT_S,
    memory: Annotated[
        int, typer.Option(min=512, help="Megabytes of address space a module may take.")
    ] = DEFAULT_MEMORY_MB,
    max_failed: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Share of failed modules that is no error.")
    ] = DEFAULT_MAX_FAILED,
    mir: Annotated[bool | None, typer.Option("--mir/--no-mir", help="Keep the machine IR text. [recipe]")] = None,
    verify: Annotated[bool, typer.Option("--verify", help="Let the plugin check everything that it records.")] = False,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Compile the failed modules again.")] = False,
    allow_build: Annotated[
        bool, typer.Option("--allow-build", help="Run the build system of a folder, in a copy, to learn its flags.")
    ] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Let this run drop modules of an earlier one.")] = False,
    license_allow: Annotated[
        str | None,
        typer.Option(metavar="SPDX", help="Leave out modules that none of these covers: 'MIT OR Apache-2.0'."),
    ] = None,
    mirror: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Mirror of the distribution's packages. [apt's sources]"),
    ] = None,
    build_dir: Annotated[Path | None, typer.Option(help="LLVM installation or build. [BUILD_DIR, or PATH]")] = None,
    config_dir: Annotated[Path | None, typer.Option(help="The RL4ReAl fork's configuration. [CONFIG_DIR]")] = None,
    vocab: Annotated[
        Path | None, typer.Option(help="MIR2Vec vocabulary. [the dataset's own, or the shipped one]")
    ] = None,
    embed: Annotated[bool, typer.Option("--embed/--no-embed", help="Compute MIR2Vec vectors.")] = True,
) -> None:
    """Compile corpora and write their register allocation problems as Parquet episodes."""
    from rl4real_data.commands import flow as flow_command

    environment = load_environment()
    settings = RunSettings(
        target=target,
        split=mode,
        model=model,
        corpora=tuple(corpus or [DEFAULT_CORPUS]),
        data_dir=data_dir or environment.data_dir or Path("data") / f"{target.value}-{model.value}",
        cache_dir=environment.cache_dir,
        search_path=environment.search_path,
        build_dir=build_dir or environment.build_dir,
        config_dir=config_dir or environment.config_dir,
        vocab=vocab,
        embed=embed,
        mirror=mirror or environment.mirror,
        pypi=environment.pypi,
        npm=environment.npm,
        jobs=jobs or environment.jobs,
        limit=limit,
        timeout_s=timeout,
        memory_mb=memory,
        max_failed=max_failed,
        mir=mir,
        verify=verify,
        retry_failed=retry_failed,
        allow_build=allow_build,
        replace=replace,
        licenses=chosen_licenses(license_allow) if license_allow is not None else None,
    )
    if dry_run:
        print(flow_command.dry_run(settings))
        return
    summary = flow_command.execute(settings, show_bar=sys.stderr.isatty())
    print(summary.text, file=sys.stderr)
    if summary.shortfall:
        raise summary.shortfall


@app.command()
def stats(
    data_dir: DataDir,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write one self-contained page.")] = None,
    as_json: Json = False,
) -> None:
    """Show what a dataset holds, what was left out, and why."""
    from rl4real_data.statistics.collection import collect_stats
    from rl4real_data.statistics.text import render_text

    found = collect_stats(data_dir)
    if html is not None:
        write_stats_page(data_dir, html, found)
    if as_json or html is None:
        print(found.to_json() if as_json else render_text(found))


@app.command()
def validate(
    data_dir: DataDir,
    replay: Annotated[
        bool, typer.Option("--replay", help="Feed every episode's MIR to llc, expect the same again.")
    ] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Replay only so many episodes, evenly spread.")] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", min=1, help="Processes at once. [all cores]")] = None,
    as_json: Json = False,
) -> None:
    """Check a dataset: checksums, schemas, books, and the invariants of every episode."""
    from rl4real_data.commands import validate as validate_command

    environment = load_environment()
    report = validate_command.execute(
        data_dir,
        environment,
        with_replay=replay,
        limit=limit,
        jobs=jobs or environment.jobs,
        show_bar=sys.stderr.isatty(),
    )
    print(report.to_json() if as_json else report.text)
    if not report.ok:
        raise ValidationFailed(f"{data_dir}: {report.verdict}", hint=report.advice)


@app.command()
def embed(
    data_dir: DataDir,
    vocab: Annotated[Path, typer.Option(metavar="FILE", help="MIR2Vec vocabulary: Parquet, LLVM's JSON, or text.")],
) -> None:
    """Give a finished dataset the vectors of another vocabulary, without compiling."""
    from rl4real_data.commands import embed as embed_command

    print(embed_command.execute(data_dir, vocab).text, file=sys.stderr)


@app.command()
def doctor(as_json: Json = False) -> None:
    """Check clang, plugin and headers, and say what to install."""
    from rl4real_data.toolchain.diagnosis import examine

    report = examine(load_environment(), announce=_say)
    print(report.to_json() if as_json else report.text)
    report.raise_if_unfit()


@path_app.command("plugin")
def path_plugin() -> None:
    """Print the path of the plugin for the clang in use, building it if need be."""
    from rl4real_data.commands.path import plugin_path

    print(plugin_path(load_environment(), announce=_say))


@path_app.command("corpus")
def path_corpus(name: Annotated[str, typer.Argument(help="Name of a corpus.")]) -> None:
    """Print the folder of a corpus's sources, fetching them if need be."""
    from rl4real_data.commands.path import corpus_path

    with _fetching() as progress:
        print(corpus_path(name, load_environment(), progress=progress))


@app.callback(invoke_without_command=True)
def options(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    if version:
        print(f"rl4real-data {__version__}")
        raise typer.Exit


def _say(text: str) -> None:
    print(f"rl4real-data: {text}", file=sys.stderr)


def _complain(error: Rl4realError) -> int:
    print(f"rl4real-data: error: {error}", file=sys.stderr)
    if error.hint:
        print(f"  next: {error.hint}", file=sys.stderr)
    return error.exit_code


def _foreign_error(error: Exception) -> int:
    """Words of the command line that typer refuses, a full disk, and what nobody thought of."""
    show = getattr(error, "show", None)
    if show is not None:  # typer's own usage errors
        show()
        return int(getattr(error, "exit_code", 2))
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        print(f"rl4real-data: error: {error.strerror or error}{where}", file=sys.stderr)
        print("  next: mend that, then run the same command again: it resumes", file=sys.stderr)
        return 1
    raise error


@contextmanager
def _fetching() -> Iterator[Callable[[str, int, int], None]]:
    from rl4real_data.commands.flow import fetch_progress

    with fetch_progress(sys.stderr.isatty()) as progress:
        yield progress
